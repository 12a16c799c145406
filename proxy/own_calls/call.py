"""A call that Weir makes itself, as a client would send it. Pure.

Made by `again.py`, `elsewhere.py` and `tries.py`; sent by `door.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from proxy.exchange import HeaderList


class CannotSend(Exception):
    """It can't be sent as asked; str() is one sentence for users."""

    status = 422
    """What the API answers."""


class NotKept(CannotSend):
    """Not all of the captured request is there."""

    status = 409


class NotServing(CannotSend):
    """This process forwards nothing."""

    status = 503


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnCall:
    """Method, address, headers and body, as on the request line."""

    method: str
    path: bytes
    query: bytes = b""
    headers: HeaderList
    """Lower-cased names; no credentials."""
    body: bytes = b""
    resend_of: UUID | None = None
    """The captured request that is sent again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnAnswer:
    """What came of it; the exchange is being recorded."""

    id: UUID
    """The new request's public id."""
    status: int | None
    """None: the answer broke off before it began."""
    duration_ms: float
    size: int
    begin: bytes
    """The first of its bytes, as they came."""
    is_complete: bool
    content_type: str = ""
    content_encoding: str = ""
