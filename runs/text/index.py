"""Writes the words of requests, and lets them go; how far the recorder has come.

A step's words and its position are one transaction, so that a kill at any moment
neither loses nor doubles any. Two positions: what is recorded now is indexed at once,
what was there before the index is caught up with behind it.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from django.db import connection, transaction

from runs.text import tables
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

    @property
    def is_behind(self) -> bool:
        """There is older text that isn't indexed."""
        return self.older < self.older_upto


def position() -> Position | None:
    """None before anything was indexed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT reached, waiting, older, older_upto FROM runs_textposition"
            " WHERE id = 1"
        )
        row = cursor.fetchone()
    return Position(row[0], tuple(json.loads(row[1])), row[2], row[3]) if row else None


def begin(newest: int) -> Position:
    """All that is there now is older; who comes second takes the first's position."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO runs_textposition (id, reached, waiting, older, older_upto)"
            " VALUES (1, %s, '[]', 0, %s) ON CONFLICT (id) DO NOTHING",
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
    """False, and nothing is written, when somebody else has moved on from `before`."""
    with transaction.atomic():
        if not _move(before, now):
            return False
        kept = _with_bodies([each.request for each in wordings])
        _insert([each for each in wordings if each.request in kept])
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
            said[conversation].update(_unpacked(packed))
    return said


def forget(requests: Collection[int]) -> None:
    """Their bodies go, in the caller's transaction. Nothing is found from then on."""
    wanted = list(requests)
    with connection.cursor() as cursor:
        for at in range(0, len(wanted), 500):
            step = wanted[at : at + 500]
            marks = ", ".join(["%s"] * len(step))
            cursor.execute(
                f"DELETE FROM {tables.ROWS} WHERE request_id IN ({marks})", step
            )


def clear(newest: int) -> Position:
    """All words go, and everything is older."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM runs_textposition")
        cursor.execute(f"DELETE FROM {tables.ROWS}")
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
            " AND older = %s AND older_upto = %s",
            [*_values(now), *_values(before)],
        )
        return bool(cursor.rowcount == 1)


def _values(of: Position) -> list[int | str]:
    return [of.reached, json.dumps(of.waiting), of.older, of.older_upto]


def _with_bodies(requests: Sequence[int]) -> set[int]:
    """Whose bodies a prune has not taken meanwhile, nor will before this is stored."""
    if not requests:
        return set()
    marks = ", ".join(["%s"] * len(requests))
    query = f"SELECT request_id FROM runs_body WHERE request_id IN ({marks})"
    if connection.vendor == "postgresql":
        query += " FOR KEY SHARE"
    with connection.cursor() as cursor:
        cursor.execute(query, list(requests))
        return {row[0] for row in cursor.fetchall()}


def _insert(wordings: Sequence[Wording]) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.executemany(
                f"INSERT INTO {tables.ROWS} (request_id, texts, document)"
                " VALUES (%s, %s, CAST(%s AS tsvector)) ON CONFLICT DO NOTHING",
                [(each.request, _packed(each), _tsvector(each)) for each in wordings],
            )
            return
        cursor.executemany(
            f"INSERT INTO {tables.ROWS} (request_id, texts) VALUES (%s, %s)",
            [(each.request, _packed(each)) for each in wordings],
        )
        cursor.executemany(
            f"INSERT INTO {tables.WORDS} (rowid, said, rest) VALUES (%s, %s, %s)",
            [(each.request, _said(each), " ".join(each.rest)) for each in wordings],
        )


def _said(of: Wording) -> str:
    return f" {tables.BETWEEN} ".join(" ".join(words) for words in of.said)


def _tsvector(of: Wording) -> str:
    places: dict[str, list[int]] = {word: [] for word in of.rest}
    at = 0
    for text in of.said:
        for word in text:
            at += 1
            places.setdefault(word, []).append(at)
        at += 1  # no phrase goes over the edge
    return " ".join(_lexeme(word, found) for word, found in places.items())


def _lexeme(word: str, places: Iterable[int]) -> str:
    told = ",".join(map(str, places))
    return f"'{word}':{told}" if told else f"'{word}'"


def _packed(of: Wording) -> bytes:
    return b"".join(each.to_bytes(8, "big") for each in of.digests)


def _unpacked(packed: bytes | memoryview) -> Iterable[int]:
    data = bytes(packed)
    return (int.from_bytes(data[at : at + 8], "big") for at in range(0, len(data), 8))
