"""Puts a `Target` together once the upstream is chosen: key, model, policy. Pure.

Called by `proxy/route/resolution.py`, once per request.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypedDict

from proxy.errors import RoutingError
from proxy.exchange import (
    Asked,
    AskUsage,
    AuthStyle,
    Capture,
    DecidedBy,
    Inbound,
    Target,
)
from proxy.route import bases, credentials, openrouter
from proxy.route.addresses import Address, Form
from proxy.route.bases import Base
from proxy.route.rules import RouteTable, Rule, UpstreamProvider

DEMO = UpstreamProvider(
    slug="demo", name="Weir demo", base_url=bases.DEMO_URL, auth_style=AuthStyle.NONE
)


_WITH_TEXT = (Capture.FULL, Capture.MASKED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What the rules chose, before key, model and policy are worked out."""

    address: Address
    base: Base
    path: bytes
    provider: UpstreamProvider | None
    decided_by: DecidedBy
    why: str
    """A sentence without its full stop."""
    rule: Rule | None = None
    fallback_model: str | None = None
    may_have_key: bool = True
    """False for `/proxy/{domain}`: there the client's credentials pass, if it has any
    of its own."""


class Policy(TypedDict):
    """Fields of a `Target` that its route or provider decides."""

    connect_timeout_s: float
    read_timeout_s: float
    proxy_url: str | None
    capture: Capture
    raw_files: bool
    ask_usage: AskUsage
    drain: bool
    fixes: tuple[str, ...]
    on_failure: tuple[str, ...]


def make(
    choice: Choice,
    inbound: Inbound,
    asked: Asked,
    table: RouteTable,
    environ: Mapping[str, str],
) -> Target:
    """Raises RoutingError for a host that is never called."""
    base, provider, rule = choice.base, choice.provider, choice.rule
    if base.refused:
        raise RoutingError("HOST_NOT_ALLOWED", base.refused)
    if choice.path.startswith(b"//"):
        raise RoutingError("INVALID_PATH", "The path to forward starts with “//”.")
    key = _key(choice, inbound, environ)
    model, tag = _model(choice, asked)
    query = inbound.query
    return Target(
        origin=base.origin,
        path=choice.path,
        query=query if key.key is None else credentials.without_key(query),
        provider=provider.slug if provider else base.origin.partition("://")[2],
        route=rule.name if rule else "",
        decided_by=choice.decided_by,
        reason=_sentence(choice.why, model, key.note),
        model=model,
        openrouter_tag=tag,
        key=key.key,
        auth_style=credentials.auth_style(
            provider, choice.address.dialect, choice.path
        ),
        **_policy(table, choice, inbound.run_key),
    )


def _sentence(why: str, model: str | None, key_note: str) -> str:
    renamed = f"as model “{model}”" if model is not None else ""
    return ", ".join(part for part in (why, renamed, key_note) if part) + "."


def _key(
    choice: Choice, inbound: Inbound, environ: Mapping[str, str]
) -> credentials.KeyChoice:
    if not choice.may_have_key and not _brought_run_key_only(inbound):
        return credentials.CLIENTS_OWN
    return credentials.choose(
        origin=choice.base.origin,
        rule=choice.rule,
        provider=choice.provider,
        inbound=inbound,
        environ=environ,
    )


def _brought_run_key_only(inbound: Inbound) -> bool:
    """The provider's key stands in for it, on that provider's own host."""
    return bool(inbound.run_key) and not credentials.has_credentials(inbound)


def _model(choice: Choice, asked: Asked) -> tuple[str | None, str | None]:
    """The model to put in the body, and the OpenRouter tag; None leaves it alone."""
    provider, rule = choice.provider, choice.rule
    if choice.address.model is not None or asked.model is None:
        return None, None  # the path carries the model, or there is none to replace
    is_router = provider is not None and provider.slug == openrouter.SLUG
    if choice.address.form is Form.V1 and is_router:
        pinned = openrouter.pin(choice.fallback_model or asked.model, rule)
        if pinned is not None:
            model, tag = pinned
            return (None if model == asked.model else model), tag
    sent = choice.fallback_model or (rule.upstream_model if rule else "")
    return (sent if sent and sent != asked.model else None), None


def _policy(table: RouteTable, choice: Choice, run_key: str) -> Policy:
    """Timeouts, capture and the like: the route's word, then the provider's. A run key
    may ask for less to be kept, never for more."""
    owner, rule = choice.provider or DEMO, choice.rule
    capture = (rule.capture if rule is not None else None) or _owners(owner, table)
    raw_files = rule.raw_files if rule is not None else None
    if run_key and run_key in table.contentless and capture in _WITH_TEXT:
        capture = Capture.FACTS
    drain = rule.drain if rule is not None else None
    return {
        "connect_timeout_s": owner.connect_timeout_s or table.connect_timeout_s,
        "read_timeout_s": owner.read_timeout_s or table.read_timeout_s,
        "proxy_url": owner.proxy_url or None,
        "capture": capture,
        "raw_files": table.raw_files if raw_files is None else raw_files,
        "ask_usage": AskUsage.NEVER
        if rule is not None and not rule.ask_usage
        else owner.ask_usage,
        "drain": owner.drain if drain is None else drain,
        "fixes": _fixes(table, choice),
        "on_failure": () if rule is None else rule.on_failure,
    }


def _owners(owner: UpstreamProvider, table: RouteTable) -> Capture:
    """A provider's "everything" is what the settings say."""
    return table.capture if owner.capture == Capture.FULL else owner.capture


def _fixes(table: RouteTable, choice: Choice) -> tuple[str, ...]:
    """The route's list, even an empty one; else the provider's, else the default."""
    if choice.rule is not None and choice.rule.fixes is not None:
        return choice.rule.fixes
    if choice.provider is not None and choice.provider.fixes:
        return choice.provider.fixes
    is_default = choice.decided_by is DecidedBy.FALLBACK
    return table.fallback.fixes if is_default else ()
