"""Takes the words of forgotten requests out of SQLite's index for good.

They are not found any more from the moment their bodies went. FTS5 takes a row out when
it is told the row's words, and only the index itself has them: it is read through once
for all that was forgotten. `weir prune` calls this when it has pruned. PostgreSQL's
words went with their row.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from django.db import connection, transaction

from runs.text import tables

AT_ONCE = 100_000
"""Requests that one reading of the index is for."""
STEP, STEP_BYTES = 200, 200_000
"""Requests, and their words, that are taken out before others may write: some tens of
milliseconds."""
MERGED_PAGES = 500
_VOCABULARY = "temp.runs_textvocabulary"


class IndexRow(NamedTuple):
    """A row of the index with all its words: those in order, and those in none."""

    rowid: int
    said: str
    rest: str


def purge(*, rest: float = 1.0) -> Iterator[int]:
    """Gives how many requests' words each step took out."""
    if connection.vendor != "sqlite" or not tables.are_there():
        return
    was_any = False
    while forgotten := _forgotten():
        was_any = True
        words = _words_of(forgotten[-1])
        for step in _steps(forgotten, words):
            began = time.monotonic()
            _take_out(step, words)
            yield len(step)
            time.sleep((time.monotonic() - began) * rest)
    if was_any:
        yield from _merge(rest)


def _forgotten() -> list[int]:
    query = f"SELECT request_id FROM {tables.FORGOTTEN} ORDER BY 1 LIMIT {AT_ONCE}"
    return [row[0] for row in _run(query)]


def _words_of(upto: int) -> dict[int, list[IndexRow]]:
    """All words of what was forgotten, up to a request."""
    _run(
        f"CREATE VIRTUAL TABLE IF NOT EXISTS {_VOCABULARY} USING"
        f" fts5vocab('main', '{tables.WORDS}', 'instance')"
    )
    try:
        found = _run(
            f"SELECT doc, col, group_concat(DISTINCT term) FROM {_VOCABULARY}"
            f" WHERE doc & {tables.REQUESTS} IN"
            f" (SELECT request_id FROM {tables.FORGOTTEN} WHERE request_id <= {upto})"
            " GROUP BY doc, col"
        )
    finally:
        _run(f"DROP TABLE {_VOCABULARY}")
    told: dict[int, dict[str, str]] = {}
    for doc, column, terms in found:
        told.setdefault(doc, {})[column] = terms.replace(",", " ")
    parts: dict[int, list[IndexRow]] = {}
    for doc, at in told.items():
        part = IndexRow(doc, at.get("said", ""), at.get("rest", ""))
        parts.setdefault(doc & tables.REQUESTS, []).append(part)
    return parts


def _steps(
    requests: Sequence[int], words: Mapping[int, Sequence[IndexRow]]
) -> Iterator[list[int]]:
    step, size = list[int](), 0
    for request in requests:
        step.append(request)
        size += sum(len(row.said) + len(row.rest) for row in words.get(request, ()))
        if len(step) == STEP or size >= STEP_BYTES:
            yield step
            step, size = [], 0
    if step:
        yield step


def _take_out(requests: Sequence[int], words: Mapping[int, Sequence[IndexRow]]) -> None:
    """FTS5 counts the words of each column, and takes a count below 0 for damage."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {tables.WORDS} ({tables.WORDS}, rowid, said, rest)"
            " VALUES ('delete', %s, %s, %s)",
            [part for request in requests for part in words.get(request, ())],
        )
        cursor.executemany(
            f"DELETE FROM {tables.FORGOTTEN} WHERE request_id = %s",
            [(request,) for request in requests],
        )


def _merge(rest: float) -> Iterator[int]:
    """What was taken out is only marked until it is merged with what it was."""
    pages = -MERGED_PAGES  # below 0: begin a merge of everything
    while _merged(pages):
        began = time.monotonic()
        yield 0
        pages = MERGED_PAGES
        time.sleep((time.monotonic() - began) * rest)


def _merged(pages: int) -> bool:
    """False when all is merged: https://sqlite.org/fts5.html#the_merge_command."""
    with transaction.atomic():
        before = _changes()
        _run(
            f"INSERT INTO {tables.WORDS} ({tables.WORDS}, rank)"
            f" VALUES ('merge', {pages})"
        )
        return _changes() - before >= 2


def _changes() -> int:
    return int(_run("SELECT total_changes()")[0][0])


def _run(statement: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []
