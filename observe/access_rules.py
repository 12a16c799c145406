"""The one door of pages, API calls and websockets: is this caller let in, and as whom?

`observe/access.py` asks it for HTTP, `observe/live/consumers.py` for websockets; how a
refusal looks is theirs. Pure.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from proxy.forward.browsers import origin_is_own
from proxy.headers import TOKEN_PLACES, bare
from proxy.route.hosts import is_loopback, names_this_weir

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
API_ROOTS = ("/api/", "/benchmark/")
METRICS = "/metrics"
"""Read by programs, with a token as the API is."""
OF_ONE_ORIGIN = (None, "same-origin", "none")
READING_POSTS = re.compile(
    r"/api/(alerts/preview|routes/simulate|runs/compare|runs/[^/]+/gate)"
)
"""Calls that change nothing, but have too much to say for a query string."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """What a request, or the opening of a websocket, says of its sender."""

    host: str
    origin: str | None
    fetch_site: str | None
    credentials: tuple[str, ...]
    """What its headers bring where a key may be (`credentials_in`)."""
    only_follows: bool
    """A link followed, which pages elsewhere may hold: its answer stays with us."""
    is_logged_in: Callable[[], bool]
    """Asked last, because it reads the session."""


class Standing(Enum):
    """As whom a caller is let in."""

    OPERATOR = "operator"
    """Local, or with WEIR_TOKEN: the account behind Weir itself."""
    USER = "user"
    STRANGER = "stranger"
    """Let in only where nobody is asked, or with an API token."""


class Refused(Exception):
    """This caller gets nothing, whatever it asks for."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(why)
        self.code = code
        self.why = why


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """The rules of one bind address."""

    bound_to: str
    token: str
    allowed_hosts: tuple[str, ...]
    trusted_origins: tuple[str, ...] = ()

    @property
    def is_local(self) -> bool:
        return is_loopback(self.bound_to)

    def standing(self, caller: Caller) -> Standing:
        """Raises Refused for a wrong Host and for pages elsewhere."""
        self._check_host(caller.host)
        if not caller.only_follows:
            self._check_origin(caller)
        if self.is_local or any(is_token(c, self.token) for c in caller.credentials):
            return Standing.OPERATOR
        return Standing.USER if caller.is_logged_in() else Standing.STRANGER

    def is_own(self, origin: str | None, fetch_site: str | None, host: str) -> bool:
        """Also where a load balancer has another name for Weir than its visitors."""
        return origin_is_own(origin, fetch_site, host) or (
            origin in self.trusted_origins and fetch_site in OF_ONE_ORIGIN
        )

    def _check_host(self, host: str) -> None:
        """Beyond loopback any name is right until the operator lists some."""
        if not self.is_local and not self.allowed_hosts:
            return
        if not names_this_weir(host, (*self.allowed_hosts, self.bound_to)):
            raise Refused(
                "HOST_NOT_ALLOWED",
                f"The name {host!r} isn't one that Weir answers to. Use 127.0.0.1 or"
                " localhost, or list the name in WEIR_ALLOWED_HOSTS.",
            )

    def _check_origin(self, caller: Caller) -> None:
        if not self.is_own(caller.origin, caller.fetch_site, caller.host):
            raise Refused(
                "CROSS_ORIGIN_REFUSED",
                "A page of another site sent this request; Weir takes changes only from"
                " its own pages and from programs. A load balancer's own address for"
                " Weir goes in WEIR_TRUSTED_ORIGINS.",
            )


def credentials_in(value_of: Callable[[str], str | None]) -> tuple[str, ...]:
    """Without their scheme, from every header that the proxy takes a token in."""
    given = (value_of(name.decode()) for name in sorted(TOKEN_PLACES))
    bared = (bare(value.encode("latin-1", "replace")) for value in given if value)
    return tuple(value.decode("latin-1") for value in bared if value)


def is_token(given: str, token: str) -> bool:
    """Compares in constant time; an empty token never matches."""
    return bool(token) and hmac.compare_digest(given.encode(), token.encode())


def is_api(path: str) -> bool:
    return path.startswith(API_ROOTS) or path == METRICS


def only_reads(method: str, path: str) -> bool:
    """A token for reading is enough."""
    return method in SAFE_METHODS or (
        method == "POST" and READING_POSTS.fullmatch(path) is not None
    )
