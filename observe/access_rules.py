"""Who may talk to Weir's pages and API, as plain questions about strings.

`observe/access.py` asks them for HTTP, `observe/live/consumers.py` for websockets.
Pure.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Collection

from proxy.forward.browsers import origin_is_own
from proxy.route.hosts import is_loopback

__all__ = [
    "SAFE_METHODS",
    "bearer",
    "bearer_is",
    "host_is_expected",
    "hostname",
    "is_api",
    "is_loopback",
    "only_reads",
    "origin_is_own",
]

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
API_ROOTS = ("/api/", "/benchmark/")
READING_POSTS = re.compile(r"/api/(routes/simulate|runs/compare|runs/[^/]+/gate)")
"""Calls that change nothing, but have too much to say for a query string."""
LOCAL_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})


def hostname(host_header: str) -> str:
    """`[::1]:8080` → `::1`, `LocalHost:8080` → `localhost`."""
    host = host_header.strip().lower()
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0].rstrip(".")


def host_is_expected(host_header: str, allowed: Collection[str]) -> bool:
    """A page elsewhere may point its own name at 127.0.0.1: only ours count."""
    name = hostname(host_header)
    return name in LOCAL_HOSTS or name in {hostname(host) for host in allowed}


def bearer_is(authorization: str, token: str) -> bool:
    """Compares in constant time; an empty token never matches."""
    given = bearer(authorization).encode(errors="replace")
    return bool(token) and hmac.compare_digest(given, token.encode())


def bearer(authorization: str) -> str:
    """The token in an Authorization header, or nothing."""
    kind, _, given = authorization.partition(" ")
    return given.strip() if kind.lower() == "bearer" else ""


def is_api(path: str) -> bool:
    return path.startswith(API_ROOTS)


def only_reads(method: str, path: str) -> bool:
    """A token for reading is enough."""
    return method in SAFE_METHODS or (
        method == "POST" and READING_POSTS.fullmatch(path) is not None
    )
