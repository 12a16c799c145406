"""What an import format is given, and what it makes of a row. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from runs.detail import Told
from runs.importers.fields import Fields
from runs.record import HeaderPairs, Outcome

JSON = "application/json"


class BadRow(ValueError):
    """A row that is no request, though it should be; str() says why."""


@dataclass(frozen=True, slots=True)
class Unread:
    """A row that could not be imported."""

    where: str
    """`line 12`, `row 7`, a file's name."""
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """One request as another product kept it. What it doesn't tell stays empty."""

    id: str
    """Its id there; the same row imported again has the same."""
    started_at: datetime
    url: str
    """Where it went; a path alone, where the host isn't known."""
    method: str = "POST"
    path: str = ""
    """As the client called it, where that differs from the path of `url`."""
    request_headers: HeaderPairs = ()
    response_headers: HeaderPairs = ()
    request: bytes = b""
    response: bytes = b""
    request_type: str = JSON
    response_type: str = JSON
    request_encoding: str = ""
    response_encoding: str = ""
    """The `Content-Encoding` that a body is still in; most logs keep it without."""
    response_size: int | None = None
    """Its true size, where only its beginning was kept."""
    received: bytes | None = None
    """What the upstream answered, where the client got something else."""
    status: int | None = None
    outcome: Outcome = Outcome.COMPLETED
    error: str = ""
    error_code: str = ""
    duration_ms: float | None = None
    first_byte_ms: float | None = None
    provider: str = ""
    """As it is called there; Weir's own slug where the address tells it."""
    route: str = ""
    upstream_model: str = ""
    client_ip: str = ""
    user_agent: str = ""
    run: str = ""
    """The name of the piece of work that it was part of."""
    uid: UUID | None = None
    """Of a request that Weir itself recorded."""
    is_any_call: bool = True
    """False: only what speaks a dialect of models is wanted of it."""
    told: Told = field(default_factory=Told)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Importer:
    """One format; a module of this folder has one as `IMPORTER`."""

    name: str
    """As in `--format`; kept with each request."""
    about: str
    """One line for people who choose."""
    claims: Callable[[Fields], bool]
    """True for a row of this format."""
    read: Callable[[Fields], Iterable[Imported]]
    """Nothing for a row that is no model call, such as a span; raises `BadRow`."""
    tables: Mapping[str, str] = field(default_factory=dict)
    """In a database: its table, and the query for its rows, the oldest first."""
