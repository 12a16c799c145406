"""Stored requests read again with today's readers, so that a better one mends old data.

`weir reread` goes through them in steps. Each is read by the recorder's own path
(`assemble.read`, then the look for keys); `runs/store/rewriting.py` says what differs
and writes it. A step is a transaction of its own, which leaves a recorder room.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from pricing.book import PriceBook
from proxy.journal.masking import Masker
from proxy.recording import secrets, stored
from proxy.recording.assemble import read
from runs.bodies import DamagedBody
from runs.bodies.reader import BodyReader
from runs.models import CapturedRequest
from runs.record import Outcome
from runs.store.rewriting import Reread, Rewriter

STEP = 100
LARGE = 16 * 1024 * 1024
"""Bytes of bodies in a step: a request with more makes one of its own."""


@dataclass(frozen=True, slots=True)
class Step:
    """A stretch of requests that has been read."""

    last: int
    """The id up to which all is done."""
    seen: int
    unread: int
    """Whose bodies are not there any more, or damaged."""
    changes: dict[int, dict[str, tuple[object, object]]]
    """Request → field → before and after."""


def reread(
    requests: QuerySet[CapturedRequest],
    masker: Masker,
    *,
    after: int = 0,
    upto: int,
    writes: bool = True,
    rewriter: Rewriter | None = None,
) -> Iterator[Step]:
    """Reads them in the order of recording, a step at a time. `rewriter` says what is
    compared and written, if not all that was read."""
    reader, rewriter = BodyReader(), rewriter or Rewriter(writes=writes)
    rows = requests.exclude(outcome=Outcome.PENDING).filter(pk__lte=upto)
    rows = rows.select_related("detail").order_by("pk")
    while found := _step(rows.filter(pk__gt=after)):
        read_again, unread = _read(found, reader, masker)
        changes = rewriter.write(read_again)
        after = found[-1].pk
        yield Step(after, len(found), unread, changes)


def _step(rows: QuerySet[CapturedRequest]) -> list[CapturedRequest]:
    found: list[CapturedRequest] = []
    room = LARGE
    for row in rows[:STEP]:
        room -= row.request_bytes + row.response_bytes
        if found and room < 0:
            break
        found.append(row)
    return found


def _read(
    rows: Sequence[CapturedRequest], reader: BodyReader, masker: Masker
) -> tuple[list[Reread], int]:
    book = PriceBook.current()
    found = reader.find([row.pk for row in rows])
    whole = [row for row in rows if stored.is_whole(row, found.get(row.pk, {}))]
    done: list[Reread] = []
    for row in whole:
        detail = row.detail.facts
        try:
            record = read(
                stored.head_of(row, detail),
                stored.tail_of(row, detail),
                stored.bodies_of(found.get(row.pk, {}), reader),
                stored.capture_notes(detail),
                book,
                detail.imported,
            )
        except DamagedBody:
            continue
        record = secrets.without_keys_in_error(record, masker)
        done.append(Reread(row, detail, secrets.told(record)))
    return done, len(rows) - len(done)
