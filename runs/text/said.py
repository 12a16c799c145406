"""A request says some words, as a condition, where many requests do.

Four ways to the same answer: all that say them are put together first (`together`);
only what lies above a request (`above`), for lists that begin with the newest
(`depth`); only the newest, which are known (`among`); or each request that is looked at
is held against its words (`one_by_one`).
Made by `search.py` and `in_postgres.py`; `runs/models/paged_set.py` says how it reads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, F, Func, Q
from django.db.models.sql.compiler import SQLCompiler

from runs.text import tables

_REQUEST = f"rowid & {tables.REQUESTS}"
_MATCHING = f"FROM {tables.WORDS} WHERE {tables.WORDS} MATCH %s"
HITS = (
    f"SELECT {_REQUEST} {_MATCHING}"
    f" AND {_REQUEST} NOT IN (SELECT request_id FROM {tables.FORGOTTEN})"
)
# A sum is in no index, so that SQLite goes by the list's own: see `search.py`.
_ALL = f"({{row}} + 0 IN ({HITS}))"
_ABOVE = f"({{row}} + 0 IN ({HITS} AND rowid > %s))"
_ONE = (
    f"((EXISTS (SELECT 1 {_MATCHING} AND rowid = {{row}})"
    # Further parts of a request's words stand behind all first ones, and are few.
    f" OR {{row}} + 0 IN (SELECT {_REQUEST} {_MATCHING} AND rowid > {tables.REQUESTS}))"
    f" AND NOT EXISTS (SELECT 1 FROM {tables.FORGOTTEN} WHERE request_id = {{row}}))"
)
NEWEST = (
    f"SELECT rowid {_MATCHING}"
    f" AND {_REQUEST} NOT IN (SELECT request_id FROM {tables.FORGOTTEN})"
    " ORDER BY rowid DESC"
)
"""To begin with further parts of a request's words, which stand behind all others."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """Which way is taken."""

    way: str = "any"
    bounds: tuple[int, ...] = ()
    match: str = ""
    """Only requests `among` are asked for, where these words are looked for."""
    among: tuple[int, ...] = ()


_ANY = _Reading()
_reading: ContextVar[_Reading] = ContextVar("reading", default=_ANY)


@dataclass(frozen=True, slots=True)
class Way:
    """A piece of SQL, of a `{row}` perhaps, and what is given to it."""

    sql: str
    given: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Ways:
    """To the same answer."""

    any: Way
    """Where nothing is known of the list."""
    together: Way
    above: Way
    """The request is given last."""
    one_by_one: Way
    match: str = ""
    """What is looked for, in the language of FTS5."""
    newest: Newest | None = None
    """Some that say it, known already."""
    are_many: Callable[[], bool] | None = None
    """So many that they are not put together; asked where it matters. None: the ways
    are told by it already."""
    are_too_many: bool = False
    """To be put together: each request is held against its words, or none is."""


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest requests that say some words."""

    requests: tuple[int, ...]
    """The newest first."""
    low: int
    """All above this one that say them are there; 0: all."""

    @classmethod
    def of(cls, rows: Sequence[int], most: int) -> Newest:
        """Of the rows of words that `NEWEST` tells, at most so many."""
        low = rows[-1] if len(rows) == most else 0
        known = {row & tables.REQUESTS for row in rows}
        return cls(tuple(sorted((r for r in known if r > low), reverse=True)), low)

    def beyond(self, edge: int | None, *, newer: bool) -> tuple[int, ...] | None:
        """The nearest first; None: it isn't known."""
        if edge is None:
            return None if newer else self.requests
        if edge <= self.low:
            return None
        if newer:
            return tuple(each for each in reversed(self.requests) if each > edge)
        return tuple(each for each in self.requests if each < edge)


def in_sqlite(match: str, newest: Newest, are_many: Callable[[], bool]) -> Ways:
    together, above, one = (
        Way(sql, (match,) * sql.count("MATCH %s")) for sql in (_ALL, _ABOVE, _ONE)
    )
    return Ways(together, together, above, one, match, newest, are_many)


class OftenSaid(Q):
    """A condition of one `Saying`."""

    @property
    def saying(self) -> Saying | None:
        """None: it is denied, or joined with another."""
        one: Any = self.children[0] if len(self.children) == 1 else None
        return one if isinstance(one, Saying) and not self.negated else None


Look = tuple[tuple[int, ...], bool]
"""Requests that say it, and whether there are no others beyond an edge."""


class Saying(Func):
    """True of a row whose words match."""

    output_field = BooleanField()

    def __init__(self, ways: Ways) -> None:
        super().__init__(F("pk"))
        self.ways = ways

    def as_sql(  # type: ignore[override]
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, list[Any]]:
        row, _ = compiler.compile(self.source_expressions[0])
        reading = _reading.get()
        if reading.match and reading.match == self.ways.match:
            return f"({row} IN ({', '.join(map(str, reading.among))}))", []
        name = reading.way
        if name == "one_by_one" and self.is_put_together:
            name = "together"
        way: Way = getattr(self.ways, name)
        return way.sql.format(row=row), [*way.given, *reading.bounds]

    @property
    def is_put_together(self) -> bool:
        """However a list is read."""
        return self.ways.are_many is not None and not self.ways.are_many()

    def looks(self, edge: int | None, *counts: int, newer: bool) -> list[Look]:
        """So many of the nearest to an edge; fewer looks, or none, where fewer are
        known."""
        known = self.ways.newest
        near = known.beyond(edge, newer=newer) if known else None
        if known is None or near is None:
            return []
        are_all = newer or not known.low
        sizes = {min(count, len(near)) for count in counts}
        if are_all:
            sizes.add(len(near))
        return [(near[:n], are_all and n == len(near)) for n in sorted(sizes)]


def depth(saying: Saying, edge: int | None, hits: int) -> int | None:
    """The request above which, and below an edge, so many say them; 0: fewer do; None:
    only an index in order tells that, and PostgreSQL's isn't."""
    if not saying.ways.match:
        return None
    # Above all requests stand further parts of their words.
    below = f" AND rowid < {tables.REQUESTS if edge is None else int(edge)}"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT rowid FROM {tables.WORDS} WHERE {tables.WORDS} MATCH %s{below}"
            f" ORDER BY rowid DESC LIMIT 1 OFFSET {int(hits)}",
            [saying.ways.match],
        )
        found = cursor.fetchone()
    return int(found[0]) if found else 0


@contextmanager
def one_by_one() -> Iterator[None]:
    with _read(_Reading("one_by_one")):
        yield


@contextmanager
def together() -> Iterator[None]:
    with _read(_Reading("together")):
        yield


@contextmanager
def above(request: int) -> Iterator[None]:
    """For what is narrowed to later requests than this."""
    with _read(_Reading("above", (request,))):
        yield


@contextmanager
def among(saying: Saying, requests: tuple[int, ...]) -> Iterator[None]:
    """For what is narrowed to these, which say it."""
    low = min(requests, default=0) - 1
    with _read(_Reading("above", (low,), saying.ways.match, requests)):
        yield


@contextmanager
def _read(reading: _Reading) -> Iterator[None]:
    before = _reading.set(reading)
    try:
        yield
    finally:
        _reading.reset(before)
