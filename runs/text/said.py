"""A request says some words, as a condition, where many requests do.

Three ways to the same answer: all that say them are put together first (`together`);
only what lies above a request (`above`), for lists that begin with the newest
(`depth`); or each request that is looked at is held against its words (`one_by_one`).
Made by `search.py` and `in_postgres.py`; `runs/models/paged_set.py` says how it reads.
"""

from __future__ import annotations

from collections.abc import Iterator
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
_way: ContextVar[tuple[str, tuple[int, ...]]] = ContextVar("way", default=("any", ()))


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
    are_too_many: bool = False
    """To be put together: each request is held against its words, or none is."""


def in_sqlite(match: str) -> Ways:
    together, above, one = (
        Way(sql, (match,) * sql.count("MATCH %s")) for sql in (_ALL, _ABOVE, _ONE)
    )
    return Ways(together, together, above, one, match)


class OftenSaid(Q):
    """A condition of one `Saying`."""

    @property
    def saying(self) -> Saying | None:
        """None: it is denied, or joined with another."""
        one: Any = self.children[0] if len(self.children) == 1 else None
        return one if isinstance(one, Saying) and not self.negated else None


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
        name, bounds = _way.get()
        way: Way = getattr(self.ways, name)
        return way.sql.format(row=row), [*way.given, *bounds]


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
    with _read("one_by_one"):
        yield


@contextmanager
def together() -> Iterator[None]:
    with _read("together"):
        yield


@contextmanager
def above(request: int) -> Iterator[None]:
    """For what is narrowed to later requests than this."""
    with _read("above", request):
        yield


@contextmanager
def _read(way: str, *bounds: int) -> Iterator[None]:
    before = _way.set((way, bounds))
    try:
        yield
    finally:
        _way.reset(before)
