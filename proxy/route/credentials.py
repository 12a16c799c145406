"""Whose key an upstream gets: the client's, or one named in the environment. Pure.

Asked by `proxy/route/target.py`. A client's own key is never dropped without one to put
in its place, and a provider's key only ever goes to that provider's own origin.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from proxy.exchange import AuthStyle, Dialect, HeaderList, Inbound
from proxy.headers import API_KEYS
from proxy.route.bases import is_below
from proxy.route.dialects import KEY_PARAMETER
from proxy.route.rules import KeyUse, Rule, UpstreamProvider

_NATIVE_ONLY = (AuthStyle.X_API_KEY, AuthStyle.X_GOOG_API_KEY)
"""The OpenAI-compatible APIs of Anthropic and Google take a bearer token."""


@dataclass(frozen=True, slots=True)
class KeyChoice:
    """Which key goes upstream and why."""

    key: str | None = field(repr=False)
    """None: the client's own credentials pass."""
    note: str
    """Part of a sentence, "" when there is nothing to say."""


CLIENTS_OWN = KeyChoice(None, "")


def choose(
    *,
    origin: str,
    rule: Rule | None,
    provider: UpstreamProvider | None,
    inbound: Inbound,
    environ: Mapping[str, str],
) -> KeyChoice:
    """The route's own key, else the provider's, else the client's."""
    if rule is not None and rule.api_key:
        return KeyChoice(rule.api_key, "with the key from the startup file")
    if rule is not None and rule.api_key_env:
        return _from_environment(rule.api_key_env, environ, inbound)
    if (
        provider is None
        or not provider.api_key_env
        or provider.auth_style == AuthStyle.NONE
    ):
        return CLIENTS_OWN
    if not provider.owns(origin):
        return KeyChoice(
            None, f"without {provider.slug}'s key, since this isn't its own host"
        )
    if provider.key_use == KeyUse.MISSING and has_credentials(inbound):
        return KeyChoice(None, "with the client's own key")
    return _from_environment(provider.api_key_env, environ, inbound)


def key_variable(
    origin: str, rule: Rule | None, provider: UpstreamProvider | None
) -> str:
    """The variable that `choose` looks for a key for `origin` in, "" for none."""
    if rule is not None and rule.api_key_env:
        return rule.api_key_env
    if provider is None or provider.auth_style == AuthStyle.NONE:
        return ""
    return provider.api_key_env if provider.owns(origin) else ""


def _from_environment(
    name: str, environ: Mapping[str, str], inbound: Inbound
) -> KeyChoice:
    value = environ.get(name, "").strip()
    if value:
        return KeyChoice(value, f"with the key from {name}")
    if inbound.run_key and not has_credentials(inbound):
        note = f"without a key, since {name} is empty and a run key goes no further"
        return KeyChoice(None, note)
    return KeyChoice(None, f"with the client's own credentials, since {name} is empty")


def has_credentials(inbound: Inbound) -> bool:
    """True when the client sent a key of its own."""
    return _sent_in_header(inbound.headers) or (
        KEY_PARAMETER.search(inbound.query) is not None
    )


def _sent_in_header(headers: HeaderList) -> bool:
    return any(name in API_KEYS and value.strip() for name, value in headers)


def without_key(query: bytes) -> bytes:
    """The query without Gemini's `key=…`: two keys in one call is none."""
    return KEY_PARAMETER.sub(b"", query).removeprefix(b"&")


def auth_style(
    provider: UpstreamProvider | None, dialect: Dialect, path: bytes
) -> AuthStyle:
    """How this upstream wants its key on this dialect, at this path of its own."""
    if provider is None:
        return AuthStyle.BEARER
    own = provider.auth_style
    if own in _NATIVE_ONLY and _is_compatible_api(provider, dialect, path):
        return AuthStyle.BEARER
    return own


def _is_compatible_api(
    provider: UpstreamProvider, dialect: Dialect, path: bytes
) -> bool:
    """Where it has a base of its own, all else (`/v1/files`) is the native API."""
    if dialect is not Dialect.OPENAI or Dialect.OPENAI not in provider.base_urls:
        return dialect is Dialect.OPENAI
    return is_below(provider.base(Dialect.OPENAI).path, path)
