"""Turns a batch of records into rows, inside the transaction of `runs/store/writer.py`.

A request may come twice: when it began (pending) and when it ended. What ended wins,
in one batch or across batches; what is finished in the database stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from pricing.values import dataclass
from runs import sql
from runs.bodies.writer import BodyWriter, Slot
from runs.cleaning import name, text
from runs.grouping.attribution import attribute
from runs.grouping.conversations import Conversations, Placement
from runs.grouping.links import LINK_COLUMNS
from runs.grouping.placing import Placing, starts
from runs.grouping.turn_writer import Seat, Turns
from runs.grouping.turns import Call
from runs.models import (
    Body,
    CapturedRequest,
    Conversation,
    ConversationLink,
    RequestDetail,
)
from runs.record import ExchangeRecord, Outcome, Side
from runs.sql import Adapter
from runs.store import detail_rows, tools
from runs.store.counted import CountedAnswers
from runs.store.endpoints import endpoint
from runs.store.facets import Facets
from runs.store.finding import known
from runs.store.rows import REQUEST_COLUMNS, Belonging, request_row

CONVERSATION_COLUMNS = ("id", "key", "rule", "started_at", "title")
_PENDING = Outcome.PENDING  # an enum looks its members up each time, for 0.1 µs
MIN_OPENING = 4096
"""First bodies of this size share a system prompt and tools with earlier ones."""


@dataclass(frozen=True, slots=True)
class Task:
    """One record that has something to write."""

    record: ExchangeRecord
    pk: int
    is_new: bool
    run: int | None = None
    """Where it was put when it began, or moved to since."""
    conversation: int | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A request's conversation, what it goes on from, and the rule that told it."""

    conversation: int
    previous: int | None
    rule: str
    is_summary: bool = False
    """What stands in the user's place is an earlier answer."""


class Gathered:
    """Collects the rows of one batch and writes them table by table."""

    def __init__(
        self,
        bodies: BodyWriter,
        conversations: Conversations,
        turns: Turns,
        facets: Facets,
        counted: CountedAnswers,
    ) -> None:
        self._bodies = bodies
        self._conversations = conversations
        self._turns = turns
        self._facets = facets
        self._counted = counted
        self._adapt = Adapter()
        self.stored: list[tuple[ExchangeRecord, sql.Row]] = []
        self._rows: dict[type, list[sql.Row]] = {
            model: [] for model in (Conversation, ConversationLink)
        }

    def add(self, records: Sequence[ExchangeRecord]) -> list[int]:
        tasks = self._once(_tasks(records))
        if not tasks:
            return []
        self._facets.add(task.record for task in tasks)
        runs = _runs(tasks)
        placed = self._place(tasks, runs)
        # Before what belongs to them, which is counted on them.
        sql.insert(Conversation, CONVERSATION_COLUMNS, self._rows[Conversation])
        tasks = [_resumed(task, placed) for task in tasks]
        seats = self._turns.place(self._calls(tasks, placed, runs))
        self._write_requests(tasks, _belongings(tasks, placed, runs, seats))
        self._write_bodies(tasks, placed)
        return [task.pk for task in tasks]

    def _once(self, tasks: list[Task]) -> list[Task]:
        """Each answer's usage at one request only."""
        self._counted.load(task.record for task in tasks)
        found = []
        for task in tasks:
            record, links = self._counted.once(task.record, task.pk)
            self._rows[ConversationLink] += links
            same = record is task.record
            found.append(task if same else replace(task, record=record))
        return found

    def _place(
        self, tasks: list[Task], runs: dict[int, int | None]
    ) -> dict[int, Place]:
        """The requests that have a conversation, in order of time."""
        talking = [task for task in tasks if starts(task.record)]
        talking.sort(key=lambda task: task.record.started_at)
        placings = [
            Placing(task.record, task.pk, runs.get(task.pk), task.conversation)
            for task in talking
        ]
        self._conversations.load(placings)
        pks = iter(sql.reserve(Conversation, len(talking)))
        placed: dict[int, Place] = {}
        for task, placing in zip(talking, placings, strict=True):
            placement = self._conversations.place(placing)
            if placement is None:
                continue
            previous = placement.previous
            conversation = placement.conversation
            if conversation is None:
                conversation = next(pks)
                self._start(conversation, placement, task.record)
                previous = previous or self._opening(task)
            summary = self._conversations.is_summary(placing)
            placed[task.pk] = Place(conversation, previous, placement.rule, summary)
            self._rows[ConversationLink] += self._conversations.remember(
                placing, placement, conversation
            )
        return placed

    def _calls(
        self,
        tasks: list[Task],
        placed: dict[int, Place],
        runs: dict[int, int | None],
    ) -> list[Call]:
        """The requests of conversations; others have no turn."""
        begun = {row[0] for row in self._rows[Conversation]}
        return [
            Call(
                request=task.pk,
                record=task.record,
                run=runs.get(task.pk),
                conversation=placed[task.pk].conversation,
                is_opening=placed[task.pk].conversation in begun,
                previous=placed[task.pk].previous,
            )
            for task in tasks
            if task.pk in placed
        ]

    def _start(self, pk: int, placement: Placement, record: ExchangeRecord) -> None:
        started_at = self._adapt.time(record.started_at)
        title = text(record.preview, 160)
        row = (pk, placement.key, name(placement.rule, 64), started_at, title)
        self._rows[Conversation].append(row)

    def _opening(self, task: Task) -> int | None:
        """An earlier conversation's first request from the same kind of client."""
        record = task.record
        for body in record.bodies:
            if body.size >= MIN_OPENING and body.side is Side.REQUEST:
                break
        else:
            return None
        kind = (record.user_agent, endpoint(record.path), record.model)
        return self._conversations.swap_opening(kind, task.pk)

    def _write_requests(self, tasks: list[Task], belongs: dict[int, Belonging]) -> None:
        new, changed = list[sql.Row](), list[sql.Row]()
        for task in tasks:
            row = request_row(task.record, task.pk, belongs[task.pk], self._adapt)
            (new if task.is_new else changed).append(row)
            self.stored.append((task.record, row))
        sql.insert(CapturedRequest, REQUEST_COLUMNS, new)
        sql.update(CapturedRequest, REQUEST_COLUMNS, changed)
        self._write_details(tasks, belongs)
        tools.add((task.pk, task.record) for task in tasks)
        links = {row[0]: row for row in self._rows[ConversationLink]}
        sql.upsert(ConversationLink, LINK_COLUMNS, list(links.values()))

    def _write_details(self, tasks: list[Task], belongs: dict[int, Belonging]) -> None:
        new, changed = list[sql.Row](), list[sql.Row]()
        for task, (record, row) in zip(tasks, self.stored, strict=True):
            detail = detail_rows.detail_row(record, task.pk, belongs[task.pk], row)
            (new if task.is_new else changed).append(detail)
        sql.insert(RequestDetail, detail_rows.COLUMNS, new)
        sql.upsert(RequestDetail, detail_rows.COLUMNS, changed)

    def _write_bodies(self, tasks: list[Task], placed: dict[int, Place]) -> None:
        there = _stored_sides([task.pk for task in tasks if not task.is_new])
        pks = iter(sql.reserve(Body, sum(len(task.record.bodies) for task in tasks)))
        for task in tasks:
            place = placed.get(task.pk)
            previous = place.previous if place else None
            for body in task.record.bodies:
                if there and (task.pk, body.side.value) in there:
                    continue
                keep = place is not None
                self._bodies.add(Slot(next(pks), task.pk, previous, keep), body)
        self._bodies.flush()


def _resumed(task: Task, placed: dict[int, Place]) -> Task:
    """Where a summary stands for the user's words, what was said before it counts."""
    place, record = placed.get(task.pk), task.record
    if place is None or not place.is_summary:
        return task
    words = record.words_before or record.preview
    return replace(task, record=replace(record, is_resumed=True, preview=words))


def _tasks(records: Sequence[ExchangeRecord]) -> list[Task]:
    """What there is to write, in the records' order."""
    latest: dict[UUID, ExchangeRecord] = {}
    for record in records:
        seen = latest.get(record.uid)
        if seen is None or seen.outcome is _PENDING:
            latest[record.uid] = record
    there = known(list(latest))
    fresh = sum(1 for uid in latest if uid not in there)
    pks = iter(sql.reserve(CapturedRequest, fresh))
    return list(_sort(latest, there, pks))


def _sort(
    latest: dict[UUID, ExchangeRecord],
    there: dict[UUID, tuple[Any, ...]],
    pks: Iterator[int],
) -> Iterator[Task]:
    for uid, record in latest.items():
        if uid not in there:
            yield Task(record, next(pks), is_new=True)
            continue
        pk, outcome, run, conversation = there[uid]
        if outcome == _PENDING and record.outcome is not _PENDING:
            yield Task(record, pk, is_new=False, run=run, conversation=conversation)


def _belongings(
    tasks: list[Task],
    placed: dict[int, Place],
    runs: dict[int, int | None],
    seats: dict[int, Seat],
) -> dict[int, Belonging]:
    found: dict[int, Belonging] = {}
    for task in tasks:
        record, place = task.record, placed.get(task.pk)
        seat = seats.get(task.pk) or Seat(None, record.purpose, record.purpose_rule)
        found[task.pk] = Belonging(
            conversation=place.conversation if place else None,
            run=runs.get(task.pk),
            turn=seat.turn,
            rule=place.rule if place else "",
            purpose=seat.purpose,
            purpose_rule=seat.rule,
        )
    return found


def _runs(tasks: list[Task]) -> dict[int, int | None]:
    """Request → its run; decided once, what was decided or moved since stays."""
    new = [task for task in tasks if task.is_new]
    found = {task.pk: task.run for task in tasks}
    runs = attribute([task.record for task in new])
    return found | {task.pk: run for task, run in zip(new, runs, strict=True)}


def _stored_sides(requests: list[int]) -> set[tuple[int, str]]:
    if not requests:  # most batches: even a query that is not asked costs to be made
        return set()
    rows = Body.objects.filter(request__in=requests)
    return set(rows.values_list("request_id", "side"))
