"""Puts the words of requests into the index; `index.py` calls it in its transaction.

The words of a request may come in parts: what went with an earlier request of its
conversation, and stands in this one too, is added later. FTS5 takes nothing more into a
row, so each further part is a row of its own there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from django.db import connection

from runs.text import tables
from runs.text.coding import BETWEEN, coded
from runs.text.wording import Wording

OF_TEXT = 8
"""Bytes of a text's digest."""
FULL = 700_000
"""Bytes of a request's words; PostgreSQL refuses to index a megabyte."""
_INTO_POSTGRES = (
    f"INSERT INTO {tables.ROWS} AS kept (request_id, texts, said, rest)"
    " VALUES (%s, %s, %s, %s)"
    " ON CONFLICT (request_id) DO UPDATE SET texts = kept.texts || excluded.texts,"
    f" rest = left(kept.rest || excluded.rest, {FULL}),"
    f" said = CASE WHEN octet_length(kept.said) > {FULL} THEN kept.said"
    f" ELSE kept.said || E'\\n' || excluded.said END"
)


def insert(wordings: Sequence[Wording]) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.executemany(
                _INTO_POSTGRES,
                [
                    (each.request, _packed(each), said(each), coded(each.rest))
                    for each in wordings
                ],
            )
    else:
        _insert_in_sqlite(wordings)


def unpacked(packed: bytes | memoryview) -> Iterable[int]:
    data = bytes(packed)
    places = range(0, len(data), OF_TEXT)
    return (int.from_bytes(data[at : at + OF_TEXT], "big") for at in places)


def said(of: Wording) -> str:
    """Its words in order, for PostgreSQL."""
    return BETWEEN.join(map(coded, of.said))


def _insert_in_sqlite(wordings: Sequence[Wording]) -> None:
    there = _packed_of([each.request for each in wordings])
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {tables.ROWS} (request_id, texts) VALUES (%s, %s)"
            " ON CONFLICT (request_id) DO UPDATE SET texts = excluded.texts",
            [
                (each.request, there.get(each.request, b"") + _packed(each))
                for each in wordings
            ],
        )
        cursor.executemany(
            f"INSERT INTO {tables.WORDS} (rowid, said, rest) VALUES (%s, %s, %s)",
            [
                (_rowid(each, there), _said(each), " ".join(each.rest))
                for each in wordings
            ],
        )


def _rowid(of: Wording, there: Mapping[int, bytes]) -> int:
    """Parts are told apart by how many texts were there before."""
    before = len(there.get(of.request, b"")) // OF_TEXT
    return of.request | before << tables.PART_BITS


def _packed_of(requests: Collection[int]) -> dict[int, bytes]:
    """Of those that have words already."""
    if not requests:
        return {}
    marks = ", ".join(["%s"] * len(requests))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT request_id, texts FROM {tables.ROWS}"
            f" WHERE request_id IN ({marks})",
            list(requests),
        )
        return {request: bytes(texts) for request, texts in cursor.fetchall()}


def _said(of: Wording) -> str:
    return f" {tables.BETWEEN} ".join(" ".join(words) for words in of.said)


def _packed(of: Wording) -> bytes:
    return b"".join(each.to_bytes(OF_TEXT, "big") for each in of.digests)
