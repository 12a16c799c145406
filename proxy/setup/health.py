"""Asks a provider for its models: is it there, and does it take our key?

Behind the admin's "Test selected providers", `weir providers test` and the API. A
request of Weir's own, so it is not captured.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import httpx

from proxy.exchange import AuthStyle, Dialect
from proxy.headers import credential
from proxy.models import Provider, ProviderSign
from proxy.route import bases
from proxy.route.rules import UpstreamProvider
from proxy.schemas import HealthState

TIMEOUT_S = 10.0
AT_ONCE = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderHealth:
    """What one look at a provider showed."""

    provider: str
    state: HealthState
    message: str
    """One sentence."""
    status: int | None = None
    """HTTP status, when there was an answer."""
    latency_ms: float | None = None
    url: str = ""


def look_at(row: Provider) -> ProviderHealth:
    """One look at a provider, which is remembered with its time."""
    return _remembered(row, check(row.as_value()))


def look_at_all(rows: Iterable[Provider]) -> list[ProviderHealth]:
    """Several at a time: the slowest one is what it takes."""
    listed = list(rows)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = list(pool.map(check, [row.as_value() for row in listed]))
    return [_remembered(row, each) for row, each in zip(listed, found, strict=True)]


def _remembered(row: Provider, found: ProviderHealth) -> ProviderHealth:
    ProviderSign.objects.update_or_create(
        provider=row,
        defaults={"state": found.state, "message": found.message[:300]},
    )
    return found


def check(
    provider: UpstreamProvider, environ: Mapping[str, str] = os.environ
) -> ProviderHealth:
    """One GET of the provider's model list; never raises."""
    if provider.base_url == bases.DEMO_URL:
        return _health(provider, HealthState.OK, "The built-in model needs no network.")
    if not provider.active:
        return _health(provider, HealthState.NOT_CHECKED, "It is switched off.")
    if reason := bases.problem(provider.base_url):
        return _health(provider, HealthState.UNREACHABLE, reason)
    key = environ.get(provider.api_key_env, "").strip() if provider.api_key_env else ""
    if provider.api_key_env and provider.auth_style != AuthStyle.NONE and not key:
        message = f"The variable {provider.api_key_env} is empty."
        return _health(provider, HealthState.MISSING_KEY, message)
    return _ask(provider, models_url(provider), _auth(provider.auth_style, key))


def models_url(provider: UpstreamProvider) -> str:
    """Where this provider lists its models."""
    if Dialect.GEMINI in provider.wire_formats:
        base = bases.split(provider.base_url)
        path = bases.join(base.path, b"/v1beta/models")
    else:
        dialect = Dialect.OPENAI if Dialect.OPENAI in provider.wire_formats else None
        base = provider.base(dialect)
        path = bases.join_v1(base.path, b"/models")
    return base.origin + path.decode()


def _ask(
    provider: UpstreamProvider, url: str, headers: dict[str, str]
) -> ProviderHealth:
    started = time.perf_counter()
    try:
        with httpx.Client(timeout=TIMEOUT_S, proxy=provider.proxy_url or None) as web:
            status = web.get(url, headers=headers).status_code
    except (httpx.HTTPError, ValueError) as error:
        detail = str(error).strip() or type(error).__name__
        message = f"No answer: {detail}."
        return _health(provider, HealthState.UNREACHABLE, message, url=url)
    latency_ms = (time.perf_counter() - started) * 1000
    state, message = _verdict(status)
    return ProviderHealth(
        provider=provider.slug,
        state=state,
        message=message,
        status=status,
        latency_ms=round(latency_ms, 1),
        url=url,
    )


def _verdict(status: int) -> tuple[HealthState, str]:
    if status in (401, 403):
        return HealthState.UNAUTHORISED, f"It refuses the key (HTTP {status})."
    if status >= 500:
        return (
            HealthState.UNREACHABLE,
            f"It answers with an error (HTTP {status}).",
        )
    if status in (404, 405):
        return HealthState.OK, f"It answers, but lists no models there (HTTP {status})."
    return HealthState.OK, f"It answers (HTTP {status})."


def _auth(style: AuthStyle, key: str) -> dict[str, str]:
    if not key or style == AuthStyle.NONE:
        return {}
    name, value = credential(style, key)
    headers = {name.decode(): value.decode("latin-1")}
    if style == AuthStyle.X_API_KEY:
        headers["anthropic-version"] = "2023-06-01"
    return headers


def _health(
    provider: UpstreamProvider, state: HealthState, message: str, url: str = ""
) -> ProviderHealth:
    return ProviderHealth(provider=provider.slug, state=state, message=message, url=url)
