"""Which conversations have lost words that a later request may still say.

A text is indexed at the request that brought it. When that one's body goes, the text
stands in what repeats it: the conversation is noted here in the transaction that takes
the words, and `proxy/recording/indexing.py` looks through what is left of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from runs.text import tables


@dataclass(frozen=True, slots=True)
class Lost:
    """A conversation to look through."""

    conversation: int
    reached: int
    """The request up to which that is done."""


def first() -> Lost | None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT conversation_id, reached FROM {tables.LOST}"
            " ORDER BY conversation_id LIMIT 1"
        )
        row = cursor.fetchone()
    return Lost(*row) if row else None


def note(requests: Sequence[int]) -> None:
    """These requests' words are about to go. What repeats them came after them."""
    marks = ", ".join(["%s"] * len(requests))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {tables.LOST} (conversation_id, reached)"
            " SELECT request.conversation_id, min(kept.request_id)"
            f" FROM {tables.ROWS} AS kept JOIN runs_capturedrequest AS request"
            f" ON request.id = kept.request_id WHERE kept.request_id IN ({marks})"
            " AND request.conversation_id IS NOT NULL GROUP BY 1"
            " ON CONFLICT (conversation_id) DO UPDATE SET reached = CASE WHEN"
            f" excluded.reached < {tables.LOST}.reached THEN excluded.reached"
            f" ELSE {tables.LOST}.reached END",
            list(requests),
        )


def went_on(lost: Lost, reached: int) -> None:
    """In a transaction that would fail, had any words gone meanwhile (`index.add`)."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {tables.LOST} SET reached = %s WHERE conversation_id = %s",
            [reached, lost.conversation],
        )


def is_done(lost: Lost) -> None:
    """All of it was looked through, unless words went meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {tables.LOST} WHERE conversation_id = %s AND reached = %s",
            [lost.conversation, lost.reached],
        )
