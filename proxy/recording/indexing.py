"""Gives the words of stored requests to the index, in the recorder's own time.

`proxy/recorder.py` calls `work` between its batches, `weir text rebuild` step by step.
What comes goes first, then what words that went with an earlier request stand in as
well; older requests, which were there before the index, follow while nothing else is to
be done. A step reads bodies first and writes last, in one short
transaction with its position (`runs/text/index.py`).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from django.db import DatabaseError, connection

from proxy.recording.just_read import JustRead, Memory
from proxy.recording.settled import (
    PENDING,
    Row,
    Settled,
    between,
    bounded,
    deleted,
    ended,
    every,
    indexed,
)
from proxy.recording.texts import Had, SaidBefore, Text, answer_of, request_of, wording
from proxy.wire.raw_messages import Newest
from runs.bodies.reader import BodyReader
from runs.keeping.prune_lock import AlreadyPruning, alone
from runs.models import Body
from runs.record import CapturedBody, ExchangeRecord, Outcome, Side
from runs.text import index, lost, search
from runs.text.index import Position
from runs.text.wording import Wording

log = logging.getLogger(__name__)

STEP = 200
"""Requests, most."""
LOCK = "text"
"""Who reads older requests: one at a time, or both would read the same."""
BEHIND = 2_000
"""Requests that nobody waits for any more: what comes next goes before them."""
MOST_WAITING = 5_000
SLICE_S = 0.1
"""The recorder looks at the journal again after that long."""
BUSY_EVERY_S = 1.5
"""While the journal is never empty, words get a slice as often as that."""
BEHIND_FACTOR = 25.0
"""While the recorder is behind, it goes on for so much longer than a slice took."""
LOOK_EVERY_S = 2.0
HELD = 8 * 1024 * 1024
"""Decoded bodies in memory."""


@dataclass(frozen=True, slots=True)
class Took:
    """A step: how many requests it went through, and where it came to."""

    requests: int
    position: Position


class TextIndexer:
    """Indexes what is there, until nothing is left or the time is up."""

    def __init__(self, *, has_lock: bool = False) -> None:
        """`has_lock`: nobody else reads older requests meanwhile."""
        self._has_lock = has_lock
        self._said = SaidBefore()
        self._just_read = Memory()
        self._reader = BodyReader(held=HELD)
        self._is_due = True
        """Something may have come since nothing was left."""
        self._worked_at = time.monotonic()
        self._took_s = SLICE_S
        self._position: Position | None = None
        self._forgotten = 0
        """What is in memory was said before so much was forgotten."""
        self._settled = Settled()

    def work(self, *, is_busy: bool, is_behind: bool = False) -> None:
        """A slice. While the recorder `is_busy`, a small share of the time; while it
        `is_behind` as well, never more, though a step may take longer than a slice."""
        self._is_due |= is_busy
        began = time.monotonic()
        rested_s = began - self._worked_at
        if is_busy and is_behind and rested_s < BEHIND_FACTOR * self._took_s:
            return
        # Another process may have stored some: an import does.
        self._is_due |= rested_s > LOOK_EVERY_S
        if not self._is_due or (is_busy and rested_s < BUSY_EVERY_S):
            return
        try:
            self._is_due = search.is_on() and self._slice()
        except DatabaseError as error:  # the words wait, as the journal does
            log.warning("words could not be indexed: %s", error)
            connection.close()
            self.forget()
            self._is_due = False  # until the next batch
        self._worked_at = time.monotonic()
        self._took_s = self._worked_at - began

    def stored(self, records: Iterable[ExchangeRecord]) -> None:
        """Records that are stored now: what was read of them is not read again."""
        if not search.is_on():
            return
        for record in records:
            self._just_read.add(record)

    def forget(self) -> None:
        """What is only in memory: the database may say otherwise."""
        self._said.forget()
        self._position = None

    def step(self) -> Took | None:
        """New requests or, where there are none, older ones; None: nothing is left."""
        self._settled.look()
        now = self._position or self._current()
        if (took := self._step_new(now) or self._step_lost(now)) or not now.is_behind:
            return took
        if self._has_lock:
            return self._step_older(now)
        try:
            with alone(LOCK):
                return self._step_older(now)
        except AlreadyPruning:  # `weir text rebuild` does it
            return None

    def _slice(self) -> bool:
        """False when nothing was left to do."""
        until = time.monotonic() + SLICE_S
        self._position = None  # looked up anew: how far behind, and who else is at it
        while time.monotonic() < until:
            if self.step() is None:
                return False
        return True

    def _current(self) -> Position:
        last = self._settled.upto
        found = index.position() or index.begin(last)
        if last - found.reached > BEHIND:
            found = index.skip(found, last)
        if found.forgotten != self._forgotten:
            self._said.forget()
        self._position, self._forgotten = found, found.forgotten
        return found

    def _step_new(self, now: Position) -> Took | None:
        upto = self._settled.upto
        rows = between(now.reached, upto, STEP) if now.reached < upto else []
        done_since = ended(now.waiting, STEP)
        gone = deleted(now.waiting) if not rows and not done_since else ()
        if not rows and not done_since and not gone:
            return None
        pending = {row.pk for row in rows if row.outcome == Outcome.PENDING}
        left = set(now.waiting) - {row.pk for row in done_since} - set(gone)
        waiting = tuple(sorted(left | pending))[-MOST_WAITING:]
        reached = rows[-1].pk if rows else now.reached
        done = [row for row in rows if row.pk not in pending]
        then = replace(now, reached=reached, waiting=waiting)
        return self._write(done + done_since, now, then)

    def _step_lost(self, now: Position) -> Took | None:
        """A few requests of a conversation whose words went in part."""
        if (of := lost.first()) is None:
            return None
        left = indexed(now).filter(conversation=of.conversation, pk__gt=of.reached)
        rows = bounded(left, STEP)
        if not rows:
            lost.is_done(of)
        elif not index.add(self._said_again(rows), of, rows[-1].pk, now):
            self.forget()
        return Took(len(rows), now)

    def _said_again(self, rows: Sequence[Row]) -> list[Wording]:
        """What they say and nothing that is left has said."""
        found = self._reader.find([row.pk for row in rows])
        self._said.forget()  # it may hold what went
        told = [self._wording(row, None, found.get(row.pk, {})) for row in rows]
        return [each for each in told if each.digests]

    def _step_older(self, now: Position) -> Took | None:
        upto = min(now.older_upto, self._settled.upto)
        rows = every().filter(pk__gt=now.older, pk__lte=upto)
        found = bounded(rows.exclude(**PENDING), STEP)
        older = found[-1].pk if found else upto
        if older <= now.older:  # somebody still writes what is there
            return None
        return self._write(found, now, replace(now, older=older))

    def _write(self, rows: Sequence[Row], before: Position, then: Position) -> Took:
        if index.store(self._wordings(rows), before, then):
            self._position = then
        else:  # somebody else is at it
            self.forget()
        return Took(len(rows), then)

    def _wordings(self, rows: Sequence[Row]) -> list[Wording]:
        there = index.known([row.pk for row in rows])
        wanted = {
            row: self._just_read.take(row.uid) for row in rows if row.pk not in there
        }
        self._said.load(row.conversation_id for row in wanted if row.conversation_id)
        unread = self._unread(wanted)
        # Where all answers are in memory, nothing else is looked for.
        has_answers = all(each is not None for each in wanted.values())
        side = Side.REQUEST if has_answers else None
        found = self._reader.find(unread, side) if unread else {}
        told = [
            self._wording(row, read, found.get(row.pk, {}))
            for row, read in wanted.items()
        ]
        return [each for each in told if each.digests]

    def _unread(self, wanted: Mapping[Row, JustRead | None]) -> list[int]:
        """Requests whose bodies have to be read: nothing is in memory, or there is more
        that may be new than was kept."""
        unread, coming = list[int](), dict[int, set[int]]()
        for row, read in wanted.items():
            asked = read.asked if read else None
            if isinstance(asked, Newest):
                of = row.conversation_id or -row.pk
                marks = coming.setdefault(of, self._said.messages_of(of))
                if marks.issuperset(asked.before):
                    marks.update(asked.marks)
                    continue
                marks.update(asked.marks)
            elif asked:
                continue
            unread.append(row.pk)
        return unread

    def _wording(
        self, row: Row, read: JustRead | None, found: Mapping[str, Body]
    ) -> Wording:
        stored = found.get(Side.REQUEST)
        had = self._said.of(row.conversation_id)
        body = stored or self._asked(row, read, had)
        asked = request_of(row, body, self._reader, had)
        answer: Iterable[Text] = read.answer if read else ()
        if read is None:
            answer = answer_of(row, found.get(Side.RESPONSE), self._reader)
        told = wording(row.pk, asked, answer, had)
        self._said.went_on(row.conversation_id, had)
        return told

    def _asked(
        self, row: Row, read: JustRead | None, had: Had
    ) -> CapturedBody | Newest | Body | None:
        asked = read.asked if read else None
        if isinstance(asked, Newest) and not had.goes_on_to(asked):
            # What stands before it was to come with an earlier one, which failed.
            return self._reader.find([row.pk]).get(row.pk, {}).get(Side.REQUEST)
        return asked
