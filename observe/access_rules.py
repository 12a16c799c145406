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
from proxy.route.hosts import is_loopback, names_this_weir

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
API_ROOTS = ("/api/", "/benchmark/")
READING_POSTS = re.compile(r"/api/(routes/simulate|runs/compare|runs/[^/]+/gate)")
"""Calls that change nothing, but have too much to say for a query string."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """What a request, or the opening of a websocket, says of its sender."""

    host: str
    origin: str | None
    fetch_site: str | None
    authorization: str
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

    @property
    def is_local(self) -> bool:
        return is_loopback(self.bound_to)

    def standing(self, caller: Caller) -> Standing:
        """Raises Refused for a wrong Host and for pages elsewhere."""
        self._check_host(caller.host)
        if not caller.only_follows:
            _check_origin(caller)
        if self.is_local or bearer_is(caller.authorization, self.token):
            return Standing.OPERATOR
        return Standing.USER if caller.is_logged_in() else Standing.STRANGER

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


def _check_origin(caller: Caller) -> None:
    if not origin_is_own(caller.origin, caller.fetch_site, caller.host):
        raise Refused(
            "CROSS_ORIGIN_REFUSED",
            "A page of another site sent this request; Weir takes changes only from its"
            " own pages and from programs.",
        )


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
