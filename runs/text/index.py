"""Writes the words of requests, and lets them go; how far the recorder has come.

A step's words and its position are one transaction, so that a kill at any moment
neither loses nor doubles any; nothing is written, either, when words went meanwhile
that it took for indexed. Two positions: what is recorded now is indexed at once, what
was there before the index is caught up with behind it.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from django.db import connection, transaction

from runs.text import lost, tables, writing
from runs.text.lost import Lost
from runs.text.wording import Wording


@dataclass(frozen=True, slots=True)
class Position:
    """Requests up to which all is indexed."""

    reached: int = 0
    """Of what comes."""
    waiting: tuple[int, ...] = ()
    """Before it, and still going on when it passed them."""
    older: int = 0
    """Of what was there before."""
    older_upto: int = 0
    forgotten: int = 0
    """How often words went: what a conversation has had may be less from then on."""

    @property
    def is_behind(self) -> bool:
        """There is older text that isn't indexed."""
        return self.older < self.older_upto

    def has(self, request: int) -> bool:
        """The words of one that came since can be looked for."""
        return request <= self.reached and request not in self.waiting


def position() -> Position | None:
    """None before anything was indexed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT reached, waiting, older, older_upto, forgotten"
            " FROM runs_textposition WHERE id = 1"
        )
        row = cursor.fetchone()
    return Position(row[0], tuple(json.loads(row[1])), *row[2:]) if row else None


def begin(newest: int) -> Position:
    """All that is there now is older; who comes second takes the first's position."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO runs_textposition"
            " (id, reached, waiting, older, older_upto, forgotten)"
            " VALUES (1, %s, '[]', 0, %s, 0) ON CONFLICT (id) DO NOTHING",
            [newest, newest],
        )
    return position() or Position(newest, (), 0, newest)


def skip(before: Position, newest: int) -> Position:
    """Far behind: what comes next goes first, and the gap is caught up with."""
    older = before.older if before.is_behind else before.reached
    now = replace(before, reached=newest, older=older, older_upto=newest)
    with transaction.atomic():
        return now if _move(before, now) else (position() or before)


def store(wordings: Sequence[Wording], before: Position, now: Position) -> bool:
    """False, and nothing is written, when somebody else has moved on from `before`, or
    words or bodies went since: then there is less that was said before."""
    with transaction.atomic():
        # In this order: who takes bodies away holds them before the position, too.
        if not _have_bodies(wordings) or not _move(before, now):
            return False
        writing.insert(wordings)
    return True


def add(wordings: Sequence[Wording], of: Lost, reached: int, at: Position) -> bool:
    """What was lost, and is said by these as well. False as in `store`."""
    with transaction.atomic():
        if not _have_bodies(wordings) or not _move(at, at):
            return False
        writing.insert(wordings)
        lost.went_on(of, reached)
    return True


def known(requests: Collection[int]) -> set[int]:
    """Those that are indexed already."""
    if not requests:
        return set()
    marks = ", ".join(["%s"] * len(requests))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT request_id FROM {tables.ROWS} WHERE request_id IN ({marks})",
            list(requests),
        )
        return {row[0] for row in cursor.fetchall()}


def said_in(conversations: Collection[int]) -> dict[int, set[int]]:
    """The digests of the texts that are indexed of each of these conversations."""
    said: dict[int, set[int]] = {each: set() for each in conversations}
    if not said:
        return said
    marks = ", ".join(["%s"] * len(said))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT request.conversation_id, texts FROM {tables.ROWS} AS kept"
            " JOIN runs_capturedrequest AS request ON request.id = kept.request_id"
            f" WHERE request.conversation_id IN ({marks})",
            list(said),
        )
        for conversation, packed in cursor.fetchall():
            said[conversation].update(writing.unpacked(packed))
    return said


def forget(requests: Collection[int]) -> None:
    """Their bodies go, in the caller's transaction. Nothing is found from then on; what
    others of their conversations say as well will be, when it was looked for there."""
    wanted = list(requests)
    went = 0
    with connection.cursor() as cursor:
        for at in range(0, len(wanted), 500):
            step = wanted[at : at + 500]
            lost.note(step)
            marks = ", ".join(["%s"] * len(step))
            cursor.execute(
                f"DELETE FROM {tables.ROWS} WHERE request_id IN ({marks})", step
            )
            went += cursor.rowcount
        if went:
            cursor.execute("UPDATE runs_textposition SET forgotten = forgotten + 1")


def clear(newest: int) -> Position:
    """All words go, and everything is older."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM runs_textposition")
        cursor.execute(f"DELETE FROM {tables.ROWS}")
        cursor.execute(f"DELETE FROM {tables.LOST}")
        if connection.vendor == "sqlite":
            cursor.execute(f"DELETE FROM {tables.FORGOTTEN}")
            cursor.execute(
                f"INSERT INTO {tables.WORDS} ({tables.WORDS}) VALUES ('delete-all')"
            )
        return begin(newest)


def _move(before: Position, now: Position) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE runs_textposition SET reached = %s, waiting = %s, older = %s,"
            " older_upto = %s WHERE id = 1 AND reached = %s AND waiting = %s"
            " AND older = %s AND older_upto = %s AND forgotten = %s",
            [*_values(now), *_values(before), before.forgotten],
        )
        return bool(cursor.rowcount == 1)


def _values(of: Position) -> list[int | str]:
    return [of.reached, json.dumps(of.waiting), of.older, of.older_upto]


def _have_bodies(wordings: Sequence[Wording]) -> bool:
    """No prune has taken one meanwhile, nor will before this is stored."""
    requests = [each.request for each in wordings]
    if not requests:
        return True
    marks = ", ".join(["%s"] * len(requests))
    query = f"SELECT request_id FROM runs_body WHERE request_id IN ({marks})"
    if connection.vendor == "postgresql":
        query += " FOR KEY SHARE"
    with connection.cursor() as cursor:
        cursor.execute(query, requests)
        return {row[0] for row in cursor.fetchall()} == set(requests)
