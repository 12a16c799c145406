"""Keeps the figures over time: adds what came, takes back what went.

Called inside the transaction that changes requests: by `runs/store/`, by
`runs/lifecycle/` for what moves, by `runs/keeping/` for what is deleted. `steps.py`
tells which steps there are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from runs import sql
from runs.cleaning import INT64_MAX
from runs.models import CapturedRequest, Rollup
from runs.record import Outcome
from runs.rollups import days, histogram
from runs.rollups.figures import (
    HISTOGRAMS,
    ROW,
    STORED,
    SUMS,
    Counted,
    Figures,
    Name,
    as_stored,
    name_of,
)
from runs.rollups.steps import (
    EVER_S,
    HOUR_S,
    MINUTE_S,
    MINUTES_KEPT,
    WIDE_S,
    RollupKey,
    at,
)

_WRITERS = 0x7765_6972
"""PostgreSQL's advisory lock: figures are read, added to and written by one at a time.
It is taken last in a transaction, so nobody waits for another's rows behind it."""
COLUMNS = (
    *("id", "step_s", "start", "provider", "model", "operation", "outcome", "run"),
    *STORED,
)

Change = tuple[Counted, int]
"""A request, and 1 for one that came or -1 for one that went."""


def apply(changes: Iterable[Change]) -> None:
    """Adds what came and takes back what went, in the caller's transaction."""
    steps = gathered(changes, timezone.now() - MINUTES_KEPT)
    if steps:
        write(steps)


def record(rows: Iterable[Counted]) -> None:
    """The same of requests that were recorded just now; counters count them."""
    steps = gathered(((row, 1) for row in rows), timezone.now() - MINUTES_KEPT)
    if steps:
        write(steps | counters(steps))


def counters(steps: Mapping[RollupKey, Figures]) -> dict[RollupKey, Figures]:
    """What the hours among them add to the counters, runs together."""
    found: dict[RollupKey, Figures] = {}
    for key, figures in steps.items():
        if key.step_s == HOUR_S:
            ever = RollupKey(EVER_S, at(0), key.name._replace(run=0))
            found.setdefault(ever, Figures()).add(figures)
    return found


def told(requests: Collection[int]) -> dict[int, Counted]:
    """These requests as figures count them; pending ones are in none. They are the
    caller's until its transaction ends: nobody changes what was told here."""
    rows = CapturedRequest.objects.filter(pk__in=requests).order_by("pk")
    held = rows.select_for_update(no_key=True).values_list("pk", *ROW)
    found = {pk: Counted(*row) for pk, *row in held}
    return {pk: row for pk, row in found.items() if row.outcome != Outcome.PENDING}


def replace(before: Mapping[int, Counted], after: Mapping[int, Counted]) -> None:
    """Requests as they were told before a change, and as they are told behind it."""
    went = [(row, -1) for pk, row in before.items() if after.get(pk) != row]
    came = [(row, 1) for pk, row in after.items() if before.get(pk) != row]
    apply(went + came)


def leave_run(run: int) -> None:
    """The run is deleted and its requests stay: their figures belong to none."""
    lock()  # what is added meanwhile would be deleted unread
    moved = Rollup.objects.filter(run=run)
    steps: dict[RollupKey, Figures] = {}
    told = moved.exclude(step_s__in=WIDE_S)  # these follow their hours
    for row in told.values_list(*COLUMNS[1:]):
        step_s, start, provider, model, operation, outcome, _, *figures = row
        step = RollupKey(step_s, start, Name(provider, model, operation, outcome, 0))
        steps.setdefault(step, Figures()).add(as_stored(figures))
    sql.delete(moved)
    if steps:
        write(steps)


def forget_minutes() -> None:
    """Minutes that are older than two days; their hours tell the same."""
    before = int((timezone.now() - MINUTES_KEPT).timestamp())
    first = at(before - before % MINUTE_S)
    sql.delete(Rollup.objects.filter(step_s=MINUTE_S, start__lt=first))


def gathered(
    changes: Iterable[Change], minutes_from: datetime
) -> dict[RollupKey, Figures]:
    """The changes of each row; minutes only from a time on."""
    first = int(minutes_from.timestamp()) // MINUTE_S
    minutes: dict[tuple[int, Name], Figures] = {}
    for row, sign in changes:
        minute = int(row.started_at.timestamp()) // MINUTE_S
        if minute < first:  # all of an hour together
            minute -= minute % 60
        key = minute, name_of(row)
        figures = minutes.get(key)
        if figures is None:
            figures = minutes[key] = Figures()
        figures.count(row, sign)
    hours: dict[RollupKey, Figures] = {}
    steps: dict[RollupKey, Figures] = {}
    for (minute, name), figures in minutes.items():
        hour = RollupKey(HOUR_S, at(minute // 60 * HOUR_S), name)
        hours.setdefault(hour, Figures()).add(figures)
        if minute >= first:
            steps[RollupKey(MINUTE_S, at(minute * MINUTE_S), name)] = figures
    return steps | hours


def write(steps: dict[RollupKey, Figures]) -> None:
    """Adds to what is there, and what hours add to the wide steps made of them."""
    lock()
    add(steps | days.widened(steps))


def add(steps: dict[RollupKey, Figures]) -> None:
    """Adds to rows, which are the caller's; a row of nothing goes."""
    adapt = sql.Adapter()
    ids = {step: adapt.uuid(step.id) for step in steps}
    columns = ", ".join(f'"{name}"' for name in ("id", *STORED))
    table = Rollup._meta.db_table
    query = f"SELECT {columns} FROM {table} WHERE id IN ({{}})"
    known = {str(row[0]): row[1:] for row in sql.select(query, ids.values())}
    kept, empty = list[sql.Row](), list[Any]()
    for step, figures in steps.items():
        if (before := known.get(str(ids[step]))) is not None:
            stored = as_stored(before)
            if step.step_s == EVER_S and stored.cost + figures.cost > INT64_MAX:
                kept.append(_laid_aside(step, stored, adapt))
            else:
                figures.add(stored)
        if figures.requests:
            kept.append(_row(step, ids[step], figures, adapt))
        else:
            empty.append(step.id)
    sql.upsert(Rollup, COLUMNS, kept)
    if empty:
        sql.delete(Rollup.objects.filter(pk__in=empty))


def insert(steps: Mapping[RollupKey, Figures]) -> None:
    """Rows that are not there yet; the lock is the caller's."""
    adapt = sql.Adapter()
    rows = [_row(key, adapt.uuid(key.id), each, adapt) for key, each in steps.items()]
    sql.insert(Rollup, COLUMNS, rows)


def lock(*, wait: bool = True) -> bool:
    """Until the transaction ends; SQLite has one writer anyway. False: another has it,
    and nobody waits."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        if wait:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_WRITERS])
            return True
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_WRITERS])
        return bool(cursor.fetchone()[0])


def _row(step: RollupKey, key: Any, figures: Figures, adapt: sql.Adapter) -> sql.Row:
    sums = [_held(getattr(figures, name)) for name in SUMS]
    times = [histogram.pack(getattr(figures, name)) for name in HISTOGRAMS]
    return (key, step.step_s, adapt.time(step.start), *step.name, *sums, *times)


def _laid_aside(step: RollupKey, full: Figures, adapt: sql.Adapter) -> sql.Row:
    """A counter whose cost is full goes on in a row of its own: all are read together,
    so that their sum grows on."""
    before = Rollup.objects.filter(step_s=EVER_S, **step.name._asdict()).count()
    other = step._replace(start=at(before))
    return _row(other, adapt.uuid(other.id), full, adapt)


def _held(total: int) -> int:
    """A sum as the column takes it. Upstreams that lie of their tokens may fill it up;
    what comes behind them is recorded all the same."""
    return min(max(total, -INT64_MAX), INT64_MAX)
