"""Base URLs of upstreams: checked, split, and joined with a client's path. Pure.

The rules are told in docs/routing.md; `proxy/route/resolution.py` is their user. Paths
are raw bytes: percent-encoding is never touched.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from proxy.route.hosts import refuse_address

DEMO_URL = "demo:"
"""Base URL of the built-in model."""
_VERSION = re.compile(rb"v[0-9][a-z0-9]*")
_HOST = re.compile(r"[a-z0-9_.-]+|[0-9a-f:.]+")


@dataclass(frozen=True, slots=True)
class Base:
    """A base URL, taken apart once."""

    origin: str
    """`https://host[:port]`, or `demo:`."""
    path: bytes
    """b"" for a bare origin, b"/" when the URL ends its origin with a slash, else the
    path without a trailing slash."""
    refused: str | None
    """Why this host is never called."""


@lru_cache(maxsize=4096)
def split(url: str) -> Base:
    """Take a checked base URL apart (see `problem`)."""
    if url == DEMO_URL:
        return Base(DEMO_URL, b"", None)
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    shown = f"[{host}]" if ":" in host else host
    port = f":{parts.port}" if parts.port else ""
    path = parts.path.rstrip("/") or parts.path[:1]
    return Base(
        f"{parts.scheme.lower()}://{shown}{port}",
        path.encode("utf-8"),
        refuse_address(host),
    )


def problem(url: str) -> str | None:
    """Why `url` can't be a base URL, as a sentence; None when it can."""
    if not re.match(r"https?://", url, re.IGNORECASE):
        return f"“{url}” must start with http:// or https://."
    if re.search(r"[\s\\\x00-\x1f]", url):
        return f"“{url}” contains a space, a backslash or a control character."
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        return f"“{url}” isn't a URL: {error}."
    host = (parts.hostname or "").lower()
    if not host or not _HOST.fullmatch(host) or port == 0:
        return f"“{url}” has no valid host."
    if parts.username is not None or parts.password is not None:
        return "A base URL can't contain a user name or password; name a key variable."
    if parts.query or parts.fragment or "?" in url or "#" in url:
        return "A base URL can't contain a query or fragment."
    if any(segment in (".", "..") for segment in parts.path.split("/")):
        return "A base URL can't contain “.” or “..” segments."
    return refuse_address(host)


def join(base: bytes, rest: bytes) -> bytes:
    """`base` followed by `rest`: what both say at the seam is said once.

    `/openai/v1` and `/v1/chat` give `/openai/v1/chat`; a version that the client names
    takes the place of the base's: `/v1` and `/v2/x` give `/v2/x`.
    """
    own = [segment for segment in base.split(b"/") if segment]
    asked = rest.split(b"/")[1:]
    for size in range(min(len(own), len(asked)), 0, -1):
        if own[-size:] == asked[:size]:
            own = own[:-size]
            break
    else:
        if own and asked and _is_version(own[-1]) and _is_version(asked[0]):
            own = own[:-1]
    return b"/" + b"/".join([*own, *asked])


def join_v1(base: bytes, rest: bytes) -> bytes:
    """Where `/v1{rest}` goes: the base's path takes the place of `/v1`.

    A bare origin keeps the client's `/v1`; one that ends in a slash drops it.
    """
    if not base:
        return b"/v1" + rest
    return base.rstrip(b"/") + rest or b"/"


def is_below(base: bytes, rest: bytes) -> bool:
    """True when `rest` begins with the whole of `base`'s path."""
    return len(base) > 1 and (rest == base or rest.startswith(base + b"/"))


def _is_version(segment: bytes) -> bool:
    return _VERSION.fullmatch(segment) is not None
