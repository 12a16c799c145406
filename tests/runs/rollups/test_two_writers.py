"""Two connections at once change what figures are made of; PostgreSQL lets them."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models import Sum
from django.utils import timezone

from runs import lifecycle, store
from runs.models import CapturedRequest, RequestDetail, Rollup, Run
from runs.record import ExchangeRecord, Outcome
from runs.rollups import ledger, rebuilding
from runs.rollups.figures import ROW, Counted
from runs.rollups.steps import EVER_S
from runs.store import detail_rows
from runs.store.finding import known
from tests import make
from tests.runs.rollups.test_ledger import kept, slow_count

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        not os.environ.get("DATABASE_URL"), reason="SQLite's writers are alone"
    ),
]
WAIT_S = 0.4


def beside(change: Callable[[], object]) -> threading.Thread:
    """On a connection of its own; given the time to do it, if it may."""

    def work() -> None:
        change()
        connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(WAIT_S)
    return thread


def stored(record: ExchangeRecord) -> int:
    [pk] = store.write([record], {})
    return pk


def moved(pk: int, run: Run) -> Callable[[], int]:
    return lambda: lifecycle.move(CapturedRequest.objects.filter(pk=pk), run)


def test_what_was_told_stays_so_until_it_is_written() -> None:
    pk, run = stored(make.record()), lifecycle.start("other", is_global=False)
    with transaction.atomic():
        were = ledger.told([pk])
        mover = beside(moved(pk, run))
        CapturedRequest.objects.filter(pk=pk).update(cost_usd=3)
        ledger.replace(were, ledger.told([pk]))
    mover.join()
    assert kept() == slow_count()


def test_rates_are_told_of_no_cost_that_is_being_changed() -> None:
    pk = stored(make.record())
    RequestDetail.objects.update(rates=None)
    with transaction.atomic():
        ledger.told([pk])
        filler = beside(detail_rows.fill)
        assert filler.is_alive()
    filler.join()
    assert RequestDetail.objects.get(pk=pk).rates is not None


def test_a_request_that_is_being_stored_is_moved_behind_it() -> None:
    record = make.record(outcome=Outcome.PENDING)
    pk, run = stored(record), lifecycle.start("other", is_global=False)
    with transaction.atomic():
        known([record.uid])
        mover = beside(moved(pk, run))
        assert mover.is_alive()
        store.write([replace(record, outcome=Outcome.COMPLETED)], {})
    mover.join()
    assert CapturedRequest.objects.get().run == run
    assert kept() == slow_count()


def test_figures_are_counted_anew_while_others_write() -> None:
    now = timezone.now()
    for hours in (0, 30, 60, 90):
        stored(make.record(started_at=now - timedelta(hours=hours)))
    heard: list[str] = []

    def meanwhile(_: int) -> None:
        """Waits for the day to be done, and is counted once."""
        writers.append(beside(lambda: stored(make.record(started_at=now))))

    writers: list[threading.Thread] = []
    rebuilding.rebuild(meanwhile)
    for each in writers:
        each.join()
    assert len(writers) == CapturedRequest.objects.count() - 4 > 3
    assert kept() == slow_count()
    counters = Rollup.objects.filter(step_s=EVER_S).aggregate(n=Sum("requests"))
    assert counters["n"] == CapturedRequest.objects.count()
    with transaction.atomic():
        ledger.lock()
        # A start leaves it to the recorder; a count says what it waits for.
        starting = beside(lambda: rebuilding.widen(wait=False))
        assert not starting.is_alive()
        counting = beside(lambda: rebuilding.rebuild(waits=lambda: heard.append("!")))
        assert counting.is_alive()
        assert heard
    counting.join()


def test_a_run_that_goes_leaves_what_is_just_added() -> None:
    run = lifecycle.start("other", is_global=False)
    pk = stored(make.record())
    lifecycle.move(CapturedRequest.objects.filter(pk=pk), run)
    row = Counted(*CapturedRequest.objects.values_list(*ROW).get())

    def leave() -> None:
        with transaction.atomic():
            ledger.leave_run(run.pk)

    with transaction.atomic():
        ledger.apply([(row, 1)])
        leaving = beside(leave)
    leaving.join()
    steps = Rollup.objects.exclude(step_s=EVER_S)
    told = set(steps.values_list("run", "requests"))
    assert told == {(0, 2)}
