"""Puts the words of requests into the index; `index.py` calls it in its transaction.

The words of a request may come in parts: what went with an earlier request of its
conversation, and stands in this one too, is added later. FTS5 takes nothing more into a
row, so each further part is a row of its own there.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence

from django.db import DatabaseError, DataError, connection, transaction

from runs.text import tables
from runs.text.coding import BETWEEN, coded
from runs.text.wording import Wording

log = logging.getLogger(__name__)

OF_TEXT = 8
"""Bytes of a text's digest."""
FULL = 1_000_000
"""Bytes of a request's words in PostgreSQL, all parts together; one that would go above
is left out. Behind 1,048,576 a `tsvector` made of an array has other words than it was
given, without an error."""
REFUSALS = ("22", "54")
"""PostgreSQL's classes of errors that come again however often it is tried: data that
can't be, and limits."""
_FITS = (
    "octet_length(kept.said) + octet_length(kept.rest)"
    f" + octet_length(excluded.said) + octet_length(excluded.rest) < {FULL}"
)
_INTO_POSTGRES = (
    f"INSERT INTO {tables.ROWS} AS kept (request_id, texts, said, rest)"
    " VALUES (%s, %s, %s, %s)"
    " ON CONFLICT (request_id) DO UPDATE SET texts = kept.texts || excluded.texts,"
    f" rest = CASE WHEN {_FITS} THEN kept.rest || excluded.rest ELSE kept.rest END,"
    f" said = CASE WHEN {_FITS} THEN kept.said || E'\\n' || excluded.said"
    " ELSE kept.said END"
)


def insert(wordings: Sequence[Wording]) -> None:
    """What the database refuses is left out: it would refuse it again, and no request
    behind it would ever get its words."""
    try:
        with transaction.atomic():
            _insert(wordings)
    except DatabaseError as error:
        if not _is_refusal(error):
            raise
        if len(wordings) > 1:
            for each in wordings:
                insert([each])
        else:
            kind = type(error.__cause__).__name__
            log.warning("request %s is not indexed: %s", wordings[0].request, kind)


def _is_refusal(error: DatabaseError) -> bool:
    state = getattr(error.__cause__, "sqlstate", None) or ""
    return isinstance(error, DataError) or state.startswith(REFUSALS)


def _insert(wordings: Sequence[Wording]) -> None:
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
    return BETWEEN.join(coded(text.split()) for text in of.said)


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
    return f" {tables.BETWEEN} ".join(of.said)


def _packed(of: Wording) -> bytes:
    return b"".join(each.to_bytes(OF_TEXT, "big") for each in of.digests)
