"""Can the upstreams, their keys and Redis be had? Bounded: 3 seconds each."""

from __future__ import annotations

import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

from django.conf import settings
from django.db import DatabaseError

from observe.doctor.database import has_tables
from observe.doctor.finding import Finding, State
from proxy.models import Provider
from proxy.route import bases
from proxy.route.hosts import is_loopback
from proxy.route.startup import BadStartupRoutes
from proxy.table import snapshot

PATIENCE_S = 3.0
AT_ONCE = 16


def keys() -> Iterable[Finding]:
    """Which providers can use a key of Weir's own."""
    named = [each for each in _active() if each.api_key_env]
    if not named:
        return
    having = [each.api_key_env for each in named if _has_key(each)]
    lacking = len(named) - len(having)
    told = f"Set: {', '.join(having)}." if having else "No provider's key is set here."
    others = f" Of {lacking} providers clients send their own." if lacking else ""
    yield Finding("keys", State.OK, told + others)


def reachability() -> Iterable[Finding]:
    """Does each upstream that is in use answer at all? Any status will do."""
    used, offered = _places()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield from pool.map(_reach, used.keys(), used.values())
        # A fresh Weir knows the local servers that there are; few have them all.
        found = list(pool.map(_reach, offered.keys(), offered.values()))
    yield from (each for each in found if each.state is State.OK)
    absent = [
        slug
        for slug, each in zip(offered, found, strict=True)
        if each.state is not State.OK
    ]
    if absent:
        message = f"Not running here, nor used: {', '.join(absent)}."
        yield Finding("local servers", State.OK, message)


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


def _places() -> tuple[dict[str, str], dict[str, str]]:
    """Name → base URL of every upstream in use, and of local ones that could be."""
    used: dict[str, str] = {}
    offered: dict[str, str] = {}
    wanted = _wanted()
    for provider in _active():
        if provider.base_url == bases.DEMO_URL:
            continue
        if _has_key(provider) or provider.slug in wanted:
            used[provider.slug] = provider.base_url
        elif _is_local(provider.base_url):
            offered[provider.slug] = provider.base_url
    if settings.WEIR_UPSTREAM_URL:
        used["fallback (WEIR_UPSTREAM_URL)"] = settings.WEIR_UPSTREAM_URL
    return used, offered


def _wanted() -> set[str]:
    """Slugs that a route, or the fallback, sends to."""
    if not has_tables():
        return set()
    try:
        known = snapshot.load()
    except (DatabaseError, BadStartupRoutes):
        return set()  # other checks tell why
    routed = {rule.provider for rule in known.rules if not rule.upstream_url}
    return routed | ({known.fallback.provider} if known.fallback.enabled else set())


def _active() -> list[Provider]:
    if not has_tables():
        return []
    return list(Provider.objects.filter(active=True).order_by("slug"))


def _has_key(provider: Provider) -> bool:
    return bool(provider.api_key_env and os.environ.get(provider.api_key_env))


def _is_local(url: str) -> bool:
    return is_loopback(urlsplit(url).hostname or "")


def _reach(name: str, url: str) -> Finding:
    local = _is_local(url)
    # Slow to import: `weir prepare` only asks for Redis here.
    import httpx

    try:
        status = httpx.get(url, timeout=PATIENCE_S, trust_env=not local).status_code
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        reason = str(error) or type(error).__name__
        todo = "Start it, if you use it."
        if not local:
            todo = "Check the URL, the network and HTTPS_PROXY."
        return Finding(f"upstream {name}", State.WARN, f"{url}: {reason}", todo)
    return Finding(f"upstream {name}", State.OK, f"{url} answers (HTTP {status}).")
