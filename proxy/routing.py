"""Where a request goes, with which model and whose key: `resolve` → `Target`. Pure.

Second step of `proxy/app.py`, after `proxy/addresses.py` told the address form. What
`weir routes explain` and the simulator show is the same code with its steps written
down (`explain`).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from proxy import addresses, bases, credentials, openrouter
from proxy.addresses import Address, Form
from proxy.bases import Base
from proxy.errors import RoutingError
from proxy.exchange import Asked, Inbound, Target
from proxy.headers import value_of
from proxy.hosts import domain_origin
from proxy.rules import RouteTable, Rule, UpstreamProvider

DEMO_MODEL = "weir-demo"
DEMO = UpstreamProvider(
    slug="demo", name="Weir demo", base_url=bases.DEMO_URL, auth_style="none"
)
_NO_JSON = (b"multipart/", b"audio/", b"image/", b"video/", b"application/octet-stream")
_OPENAI_PATHS = (
    b"/chat/completions",
    b"/completions",
    b"/embeddings",
    b"/responses",
    b"/images/",
    b"/audio/",
    b"/moderations",
)


@dataclass(frozen=True, slots=True)
class Explanation:
    """A routing decision with everything that was considered."""

    target: Target | None
    error: RoutingError | None
    steps: tuple[str, ...]


def resolve(
    inbound: Inbound,
    asked: Asked,
    table: RouteTable,
    environ: Mapping[str, str] = os.environ,
) -> Target:
    """Raises RoutingError when there is no place to go."""
    return _Resolution(inbound, asked, table, environ).target()


def explain(
    inbound: Inbound,
    asked: Asked,
    table: RouteTable,
    environ: Mapping[str, str] = os.environ,
) -> Explanation:
    resolution = _Resolution(inbound, asked, table, environ)
    try:
        return Explanation(resolution.target(), None, tuple(resolution.steps))
    except RoutingError as error:
        return Explanation(None, error, tuple(resolution.steps))


def needs_body(inbound: Inbound, table: RouteTable) -> bool:
    """True when the model inside the body can change where the request goes.

    Uploads are never waited for: their model, if any, isn't JSON.
    """
    if inbound.method in ("GET", "HEAD", "DELETE", "OPTIONS"):
        return False
    if value_of(inbound.headers, b"content-type").lower().startswith(_NO_JSON):
        return False
    try:
        address = _address(inbound, table)
    except RoutingError:
        return False
    if address.form is Form.V1:
        return True
    return (
        address.form is Form.NATIVE and address.model is None and bool(table.rules)
    ) or (
        address.form is Form.PATTERN
        and address.entry is not None
        and bool(address.entry.rule.upstream_model)
    )


def is_demo_model(model: str | None) -> bool:
    return model is not None and (
        model == DEMO_MODEL or model.startswith(f"{DEMO_MODEL}-")
    )


def _address(inbound: Inbound, table: RouteTable) -> Address:
    return addresses.parse(
        inbound.raw_path,
        host=inbound.host,
        method=inbound.method,
        headers=inbound.headers,
        query=inbound.query,
        table=table,
    )


@dataclass(slots=True)
class _Resolution:
    """One request's way through the rules."""

    inbound: Inbound
    asked: Asked
    table: RouteTable
    environ: Mapping[str, str]
    steps: list[str] = field(default_factory=list)

    def target(self) -> Target:
        address = _address(self.inbound, self.table)
        self.steps.append(f"The address is of the form “{address.form.value}”.")
        match address.form:
            case Form.V1:
                return self._v1(address)
            case Form.NATIVE:
                return self._native(address)
            case Form.DOMAIN:
                return self._domain(address)
            case Form.PROVIDER:
                return self._provider(address)
            case Form.PATTERN:
                return self._pattern(address)

    # --- address forms ------------------------------------------------------------

    def _v1(self, address: Address) -> Target:
        rule = self._rule(self.asked.model)
        if rule is not None:
            provider = self.table.providers.get(rule.provider)
            base = self._rule_base(rule, provider, address.dialect)
            path = self._v1_path(base, address.rest)
            why = f"Route “{rule.name}” takes model “{self.asked.model}”"
            return self._made(base, path, provider, why, rule=rule, address=address)
        if is_demo_model(self.asked.model):
            why = f"“{self.asked.model}” is Weir's built-in model"
            return self._demo(self._demo_path(address.rest), why)
        if address.dialect == "anthropic":
            target = self._anthropic(address)
            if target is not None:
                return target
        return self._fall_back(address)

    def _anthropic(self, address: Address) -> Target | None:
        chosen = self._usable(self.table.fallback.provider)
        if (
            self.table.fallback.enabled
            and chosen is not None
            and "anthropic" in chosen.wire_formats
        ):
            return None  # the operator's own fallback speaks it
        provider = self._usable("anthropic")
        if provider is None:
            self.steps.append("The provider “anthropic” is missing or switched off.")
            return None
        base = provider.base("anthropic")
        path = self._v1_path(base, address.rest)
        why = "No route takes it, and Anthropic calls go to the provider “anthropic”"
        return self._made(base, path, provider, why, address=address)

    def _fall_back(self, address: Address) -> Target:
        table, model = self.table, self.asked.model
        fallback = table.fallback
        provider = self._usable(fallback.provider)
        if table.upstream_is_explicit:
            return self._default_upstream(address, "which was set explicitly")
        if fallback.enabled and provider is not None:
            base = provider.base(address.dialect)
            path = self._v1_path(base, address.rest)
            why = f"No route takes it; “{provider.slug}” is the fallback provider"
            sent = fallback.model if model is not None and fallback.model else None
            return self._made(
                base, path, provider, why, address=address, rewritten=sent
            )
        self.steps.append("No fallback provider is switched on.")
        return self._default_upstream(address, "the default")

    def _default_upstream(self, address: Address, which: str) -> Target:
        if not self.table.upstream_url:
            raise RoutingError(
                "UPSTREAM_URL_NOT_CONFIGURED",
                "No route takes this request and WEIR_UPSTREAM_URL is not set.",
            )
        base = bases.split(self.table.upstream_url)
        path = self._v1_path(base, address.rest)
        slug = self.table.by_origin.get(base.origin, "")
        provider = self.table.providers.get(slug)
        why = f"No route takes it, so it goes to WEIR_UPSTREAM_URL, {which}"
        return self._made(base, path, provider, why, address=address)

    def _native(self, address: Address) -> Target:
        model = address.model or self.asked.model
        if is_demo_model(model) and self._rule(model) is None:
            return self._demo(address.rest, f"“{model}” is Weir's built-in model")
        rule = self._rule(model)
        if rule is not None:
            provider = self.table.providers.get(rule.provider)
            if provider is not None and address.dialect in provider.wire_formats:
                return self._native_by_rule(address, rule, provider)
            self.steps.append(
                f"Route “{rule.name}” is passed over: its upstream isn't known to "
                f"speak {address.dialect}."
            )
        provider = self._named(address.name)
        base = provider.base(address.dialect)
        path = bases.join(base.path, address.rest)
        why = f"The path is {provider.name or provider.slug}'s own API"
        return self._made(base, path, provider, why, address=address)

    def _native_by_rule(
        self, address: Address, rule: Rule, provider: UpstreamProvider
    ) -> Target:
        base = self._rule_base(rule, provider, address.dialect)
        rest = address.rest
        if address.model and rule.upstream_model:
            old, new = address.model.encode(), rule.upstream_model.encode()
            rest = rest.replace(b"/" + old + b":", b"/" + new + b":", 1)
        why = f"Route “{rule.name}” takes model “{address.model or self.asked.model}”"
        path = bases.join(base.path, rest)
        return self._made(base, path, provider, why, rule=rule, address=address)

    def _domain(self, address: Address) -> Target:
        table = self.table
        origin = domain_origin(address.name, table.proxy_hosts, table.proxy_hosts_only)
        if origin is None:
            raise RoutingError(
                "HOST_NOT_ALLOWED",
                f"/proxy/ takes public domain names and hosts listed in "
                f"WEIR_PROXY_HOSTS; “{address.name}” is neither.",
            )
        base = bases.split(origin)
        slug = table.by_origin.get(base.origin, "")
        provider = table.providers.get(slug)
        why = "The address names this host itself"
        return self._made(
            base, address.rest, provider, why, address=address, own_key=False
        )

    def _provider(self, address: Address) -> Target:
        provider = self._named(address.name)
        why = f"The address names provider “{provider.slug}”"
        if provider.base_url == bases.DEMO_URL:
            return self._demo(self._demo_path(address.rest), why)
        base, path = provider_path(provider, address.rest)
        return self._made(base, path, provider, why, address=address)

    def _pattern(self, address: Address) -> Target:
        assert address.entry is not None
        rule = address.entry.rule
        provider = self.table.providers.get(rule.provider)
        base = self._rule_base(rule, provider, "openai")
        path = base.path.rstrip(b"/") + address.rest or b"/"
        if address.rest in (b"", b"/") and base.path:
            path = base.path  # an exact pattern goes to its destination as it stands
        why = f"Pattern route “{rule.name}” matches"
        return self._made(base, path, provider, why, rule=rule, address=address)

    # --- pieces -------------------------------------------------------------------

    def _rule(self, model: str | None) -> Rule | None:
        if model is None:
            self.steps.append("No model is known, so no model route can match.")
            return None
        for rule, why in self.table.skipped:
            if rule.kind != "pattern" and rule.takes(model):
                self.steps.append(f"Route “{rule.name}” would match, but {why}.")
        rule_found = self.table.rule_for(model)
        if rule_found is None:
            self.steps.append(f"No route takes model “{model}”.")
        else:
            self.steps.append(
                f"Route “{rule_found.name}” ({rule_found.kind}, priority "
                f"{rule_found.priority}, {rule_found.source}) is the first to match."
            )
        return rule_found

    def _usable(self, slug: str) -> UpstreamProvider | None:
        provider = self.table.providers.get(slug)
        return provider if provider is not None and provider.active else None

    def _named(self, slug: str) -> UpstreamProvider:
        provider = self.table.providers.get(slug)
        if provider is None:
            raise RoutingError(
                "INVALID_PROVIDER_PREFIX",
                f"This path belongs to the provider “{slug}”, which doesn't exist.",
            )
        if not provider.active:
            raise RoutingError(
                "PROVIDER_INACTIVE", f"The provider “{slug}” is switched off."
            )
        return provider

    def _rule_base(
        self, rule: Rule, provider: UpstreamProvider | None, dialect: str
    ) -> Base:
        if rule.upstream_url or provider is None:
            return bases.split(rule.upstream_url)
        return provider.base(dialect)

    def _v1_path(self, base: Base, rest: bytes) -> bytes:
        if base.origin == bases.DEMO_URL:
            return self._demo_path(rest)
        return bases.join_v1(base.path, rest)

    @staticmethod
    def _demo_path(rest: bytes) -> bytes:
        is_whole = rest.startswith((b"/v1/", b"/v1beta/", b"/v1alpha/", b"/api/"))
        return rest if is_whole else b"/v1" + rest

    def _demo(self, path: bytes, why: str) -> Target:
        provider = self.table.providers.get(DEMO.slug, DEMO)
        if not provider.active:
            raise RoutingError(
                "PROVIDER_INACTIVE", "The built-in provider “demo” is switched off."
            )
        return self._made(bases.split(bases.DEMO_URL), path, provider, why)

    def _made(
        self,
        base: Base,
        path: bytes,
        provider: UpstreamProvider | None,
        why: str,
        *,
        rule: Rule | None = None,
        address: Address | None = None,
        rewritten: str | None = None,
        own_key: bool = True,
    ) -> Target:
        if base.refused:
            raise RoutingError("HOST_NOT_ALLOWED", base.refused)
        if path.startswith(b"//"):
            raise RoutingError("INVALID_PATH", "The path to forward starts with “//”.")
        choice = credentials.KeyChoice(None, "")
        if own_key:
            choice = credentials.choose(
                origin=base.origin,
                rule=rule,
                provider=provider,
                inbound=self.inbound,
                environ=self.environ,
            )
        model, tag = self._model(provider, rule, rewritten, address)
        note = f", {choice.note}" if choice.note else ""
        renamed = f", as model “{model}”" if model is not None else ""
        query = self.inbound.query
        return Target(
            origin=base.origin,
            path=path,
            query=query if choice.key is None else credentials.without_key(query),
            provider=provider.slug if provider else base.origin.partition("://")[2],
            route=rule.name if rule else "",
            reason=f"{why}{renamed}{note}.",
            model=model,
            openrouter_tag=tag,
            key=choice.key,
            auth_style=credentials.auth_style(
                rule, provider, address.dialect if address else "openai"
            ),
            **_policy(self.table, provider, rule),
        )

    def _model(
        self,
        provider: UpstreamProvider | None,
        rule: Rule | None,
        rewritten: str | None,
        address: Address | None,
    ) -> tuple[str | None, str | None]:
        """The model to put in the body, and the OpenRouter tag."""
        asked = self.asked.model
        is_v1 = address is not None and address.form is Form.V1
        if is_v1 and provider is not None and provider.slug == openrouter.SLUG:
            pinned = openrouter.pin(rewritten or asked, rule)
            if pinned is not None:
                model, tag = pinned
                return (None if model == asked else model), tag
        model_sent = rewritten or (rule.upstream_model if rule else "") or None
        if address is not None and address.model is not None:
            return None, None  # the path carries it
        return (None if model_sent == asked or asked is None else model_sent), None


def provider_path(provider: UpstreamProvider, rest: bytes) -> tuple[Base, bytes]:
    """Base and path for `/{provider}{rest}` (docs/routing.md, "Provider addresses")."""
    below_v1 = rest.removeprefix(b"/v1") if rest.startswith(b"/v1/") else rest
    dialect = _dialect(below_v1)
    own = provider.base("")
    for base in sorted(provider.all_bases(), key=lambda base: -len(base.path)):
        is_elsewhere = base == own and dialect in provider.base_urls
        if bases.is_below(base.path, rest) and not is_elsewhere:
            return base, rest
    if dialect in provider.base_urls:
        base = provider.base(dialect)
        return base, bases.join_v1(base.path, below_v1)
    if not own.path and dialect and below_v1 == rest:
        return own, b"/v1" + rest
    return own, bases.join(own.path, rest)


def _dialect(below_v1: bytes) -> str:
    if below_v1 == b"/messages" or below_v1.startswith(b"/messages/"):
        return "anthropic"
    return "openai" if below_v1.startswith(_OPENAI_PATHS) else ""


def _policy(
    table: RouteTable, provider: UpstreamProvider | None, rule: Rule | None
) -> dict[str, Any]:
    """Timeouts, forward proxy and capture: the route's word, then the provider's."""
    owner = provider or DEMO
    drain = rule.drain if rule is not None else None
    return {
        "connect_timeout_s": owner.connect_timeout_s or table.connect_timeout_s,
        "read_timeout_s": owner.read_timeout_s or table.read_timeout_s,
        "proxy_url": owner.proxy_url or None,
        "capture": (rule.capture if rule is not None else None) or owner.capture,
        "ask_usage": rule.ask_usage if rule is not None else True,
        "drain": owner.drain if drain is None else drain,
    }
