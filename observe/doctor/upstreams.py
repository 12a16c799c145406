"""Can the upstreams, their keys and Redis be had? Bounded: 3 seconds each."""

from __future__ import annotations

import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import httpx
from django.conf import settings

from observe.doctor.database import has_tables
from observe.doctor.finding import Finding, State
from proxy.models import Provider
from proxy.route import bases
from proxy.route.hosts import is_loopback

PATIENCE_S = 3.0
AT_ONCE = 16


def keys() -> Iterable[Finding]:
    """Which providers can use a key of Weir's own."""
    for provider in _active():
        if not provider.api_key_env:
            continue
        name = f"key of {provider.slug}"
        if os.environ.get(provider.api_key_env):
            yield Finding(name, State.OK, f"{provider.api_key_env} is set.")
        else:
            message = f"{provider.api_key_env} is not set; clients send their own key."
            yield Finding(name, State.OK, message)


def reachability() -> Iterable[Finding]:
    """Does each upstream that is in use answer at all? Any status will do."""
    places = _places()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield from pool.map(_reach, places.keys(), places.values())


def redis() -> Iterable[Finding]:
    if not settings.REDIS_URL:
        return
    # Slow to import, and only wanted here.
    from redis import Redis, RedisError

    client = Redis.from_url(
        settings.REDIS_URL, socket_timeout=PATIENCE_S, socket_connect_timeout=PATIENCE_S
    )
    try:
        client.ping()
    except (RedisError, OSError) as error:
        todo = "Start Redis or correct REDIS_URL; unset it to do without."
        yield Finding("redis", State.FAIL, str(error), todo)
    else:
        yield Finding("redis", State.OK, "Redis answers.")
    finally:
        client.close()


def _places() -> dict[str, str]:
    """Name → base URL of every upstream that a request could go to from here."""
    places = {
        provider.slug: provider.base_url
        for provider in _active()
        if _is_in_use(provider) and provider.base_url != bases.DEMO_URL
    }
    if settings.WEIR_UPSTREAM_URL:
        places["fallback (WEIR_UPSTREAM_URL)"] = settings.WEIR_UPSTREAM_URL
    return places


def _active() -> list[Provider]:
    if not has_tables():
        return []
    return list(Provider.objects.filter(active=True).order_by("slug"))


def _is_in_use(provider: Provider) -> bool:
    """Its key is set, or it runs here; the catalogue has far more than anyone uses."""
    has_key = bool(provider.api_key_env and os.environ.get(provider.api_key_env))
    return has_key or _is_local(provider.base_url)


def _is_local(url: str) -> bool:
    return is_loopback(urlsplit(url).hostname or "")


def _reach(name: str, url: str) -> Finding:
    local = _is_local(url)
    try:
        status = httpx.get(url, timeout=PATIENCE_S, trust_env=not local).status_code
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        reason = str(error) or type(error).__name__
        todo = "Start it, if you use it."
        if not local:
            todo = "Check the URL, the network and HTTPS_PROXY."
        return Finding(f"upstream {name}", State.WARN, f"{url}: {reason}", todo)
    return Finding(f"upstream {name}", State.OK, f"{url} answers (HTTP {status}).")
