"""Who may talk to Weir's pages and API, as plain questions about strings.

`observe/access.py` asks them for HTTP, `observe/consumers.py` for websockets. Pure.
"""

from __future__ import annotations

import hmac
from collections.abc import Collection

from proxy.guard import is_loopback

__all__ = [
    "SAFE_METHODS",
    "bearer_is",
    "host_is_expected",
    "hostname",
    "is_loopback",
    "origin_is_own",
]

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
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


def origin_is_own(origin: str | None, fetch_site: str | None, host: str) -> bool:
    """False when a browser says that another site's page sent this.

    Programs (curl, SDKs) send neither header and pass. `same-site` isn't enough:
    another port of localhost is the same site.
    """
    if fetch_site is not None and fetch_site not in ("same-origin", "none"):
        return False
    if origin is None:
        return True
    scheme, _, authority = origin.partition("://")
    if scheme not in ("http", "https"):
        return False
    return _without_default_port(authority, scheme) == _without_default_port(
        host, scheme
    )


def bearer_is(authorization: str, token: str) -> bool:
    """Compares in constant time; an empty token never matches."""
    kind, _, given = authorization.partition(" ")
    if not token or kind.lower() != "bearer":
        return False
    return hmac.compare_digest(given.strip().encode(), token.encode())


def _without_default_port(authority: str, scheme: str) -> str:
    return authority.lower().removesuffix(":443" if scheme == "https" else ":80")
