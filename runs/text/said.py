"""A request says some words, as a condition of SQLite's, where many requests do.

Three ways to the same answer: all that say them are put together first; only what lies
above a request (`above`), for lists that begin with the newest (`depth`); or each
request that is looked at is held against the index (`one_by_one`).
Made by `search.py`; `runs/models/paged_set.py` says how it reads.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
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
_way: ContextVar[tuple[str, tuple[int, ...]]] = ContextVar("way", default=(_ALL, ()))


class OftenSaid(Q):
    """A condition of one `Saying`."""

    @property
    def match(self) -> str:
        """What it looks for; "": it is denied, or joined with another."""
        one: Any = self.children[0] if len(self.children) == 1 else None
        return one.match if isinstance(one, Saying) and not self.negated else ""


class Saying(Func):
    """True of a row whose words match, in the language of FTS5."""

    output_field = BooleanField()

    def __init__(self, match: str) -> None:
        super().__init__(F("pk"))
        self.match = match

    def as_sql(  # type: ignore[override]
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, list[Any]]:
        row, _ = compiler.compile(self.source_expressions[0])
        way, bounds = _way.get()
        matches = [self.match] * way.count("MATCH %s")
        return way.format(row=row), [*matches, *bounds]


def depth(match: str, edge: int | None, hits: int) -> int:
    """The request above which, and below an edge, so many say them; 0: fewer do."""
    # Above all requests stand further parts of their words.
    below = f" AND rowid < {tables.REQUESTS if edge is None else int(edge)}"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT rowid FROM {tables.WORDS} WHERE {tables.WORDS} MATCH %s{below}"
            f" ORDER BY rowid DESC LIMIT 1 OFFSET {int(hits)}",
            [match],
        )
        found = cursor.fetchone()
    return int(found[0]) if found else 0


@contextmanager
def one_by_one() -> Iterator[None]:
    with _read(_ONE):
        yield


@contextmanager
def above(request: int) -> Iterator[None]:
    """For what is narrowed to later requests than this."""
    with _read(_ABOVE, request):
        yield


@contextmanager
def _read(way: str, *bounds: int) -> Iterator[None]:
    before = _way.set((way, bounds))
    try:
        yield
    finally:
        _way.reset(before)
