"""Figures over time are as true as the rows, whatever happens to these."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.db.models import F, QuerySet, Sum
from django.utils import timezone

from observe.metrics.exposition import exposition
from pricing.quote import Quote
from pricing.usage import Usage
from runs import lifecycle, store
from runs.keeping import retention
from runs.keeping.retention import Rule
from runs.models import CapturedRequest, Rollup, Run
from runs.models.rollup import COST_SUMS, cost_of
from runs.record import ExchangeRecord, Outcome
from runs.rollups import days, rebuilding
from runs.rollups.covering import covering
from runs.rollups.figures import (
    COST_MAX,
    ROW,
    SUMS,
    Counted,
    Figures,
    Name,
    as_stored,
    name_of,
)
from runs.rollups.ledger import COLUMNS, forget_minutes, gathered
from runs.rollups.steps import (
    DAY_S,
    EVER_S,
    HOUR_S,
    MINUTE_S,
    MINUTES_KEPT,
    WIDE_S,
    RollupKey,
    beginning_of,
)
from tests import make
from tests.runs.measure.slow_totals import slow_totals, told_totals

pytestmark = pytest.mark.django_db(transaction=True)

MIXES = 20
ENDS = (Outcome.COMPLETED, Outcome.CLIENT_GONE, Outcome.TIMED_OUT, Outcome.PENDING)
MODELS = ("gpt-5", "claude-sonnet-4-5", "")


def slow_count() -> dict[RollupKey, Figures]:
    """Every request that is there, counted one by one."""
    return gathered(((row, 1) for row in told()), timezone.now() - MINUTES_KEPT)


def slow_count_of_days() -> dict[RollupKey, Figures]:
    """The same in wide steps, as far as there are such."""
    found: dict[RollupKey, Figures] = {}
    before = days.kept_before()
    for row in told():
        for width in WIDE_S if before and row.started_at < before else ():
            key = RollupKey(width, beginning_of(row.started_at, width), name_of(row))
            found.setdefault(key, Figures()).count(row)
    return found


def told() -> list[Counted]:
    rows = CapturedRequest.objects.exclude(outcome=Outcome.PENDING)
    return [Counted(*row) for row in rows.values_list(*ROW)]


def kept(*, is_wide: bool = False) -> dict[RollupKey, Figures]:
    """What the table says, through the reader of the writer."""

    found = {}
    widths = WIDE_S if is_wide else (MINUTE_S, HOUR_S)
    rows = Rollup.objects.filter(step_s__in=widths)
    for row in rows.values_list(*COLUMNS[1:]):
        step_s, start, *name = row[:7]
        found[RollupKey(step_s, start, Name(*name))] = as_stored(row[7:])
    return found


def mixed(source: random.Random, count: int) -> list[ExchangeRecord]:
    now = timezone.now()
    return [one(source, now) for _ in range(count)]


def one(source: random.Random, now: datetime) -> ExchangeRecord:
    cost = source.choice([None, Decimal("0.000000000001"), Decimal("1.25")])
    quote = source.choice([None, Quote(status="priced", cost_usd=cost)])
    outcome = source.choice(ENDS)
    return make.record(
        started_at=now - timedelta(hours=source.choice([0, 1, 47, 49, 500])),
        outcome=outcome,
        is_success=outcome is Outcome.COMPLETED and source.random() < 0.7,
        model=source.choice(MODELS),
        provider=source.choice(["openai", ""]),
        usage=Usage(
            input=source.choice([None, 0, 10]), output=source.choice([None, 7])
        ),
        quote=quote,
        duration_ms=source.choice([None, 0.0, 12.5, 99_000.0]),
        ttft_ms=source.choice([None, 3.25]),
    )


def act(source: random.Random, runs: list[Run]) -> None:
    """Something that may happen between two batches."""
    rows = list(CapturedRequest.objects.values_list("pk", flat=True))
    some = source.sample(rows, k=min(len(rows), source.randint(0, 20)))
    chosen = CapturedRequest.objects.filter(pk__in=some)
    acts = ("move", "delete run", "drop run", "broken", "rebuild", "widen")
    match source.choice(acts):
        case "move":
            lifecycle.move(chosen, source.choice([*runs, None]))
        case "delete run" if runs:
            lifecycle.delete(runs.pop(), with_requests=True)
        case "drop run" if runs:
            lifecycle.delete(runs.pop(), with_requests=False)
        case "broken":
            with pytest.raises(ZeroDivisionError):
                _break_off(chosen, mixed(source, 3))
            store.restart()
        case "rebuild":
            rebuilding.rebuild()
        case "widen":
            rebuilding.widen()


def _break_off(chosen: QuerySet[CapturedRequest], batch: list[ExchangeRecord]) -> None:
    """As a kill does, before the transaction is committed."""
    with transaction.atomic():
        lifecycle.move(chosen, None)
        store.write(batch, {})
        _ = 1 / 0


@pytest.mark.parametrize("seed", range(MIXES))
def test_figures_equal_a_slow_count_of_random_traffic(seed: int) -> None:
    source = random.Random(seed)
    runs = [lifecycle.start(f"run {n}", is_global=False) for n in range(3)]
    begun: list[ExchangeRecord] = []
    for _ in range(6):
        batch = mixed(source, source.randint(0, 25))
        ended = [replace(each, outcome=Outcome.INTERRUPTED) for each in begun]
        begun = [each for each in batch if each.outcome is Outcome.PENDING]
        store.write([*ended, *batch, *batch[:2]], {})
        act(source, runs)
        assert kept() == slow_count()
        assert kept(is_wide=True) == slow_count_of_days()
        assert told_totals() == slow_totals()


def test_retention_takes_requests_and_leaves_their_figures() -> None:
    now = timezone.now()
    old = [make.record(started_at=now - timedelta(days=40)) for _ in range(5)]
    store.write([*old, make.record(started_at=now)], {})
    before = kept()
    assert sum(retention.prune(Rule(now - timedelta(days=30)), rest=0)) == 5
    assert kept() == before
    rebuilding.rebuild()  # only the figures know of those that went
    assert kept() == before
    wide = kept(is_wide=True)
    told = {key.step_s: each.requests for key, each in wide.items()}
    assert told == dict.fromkeys(WIDE_S, 5)
    rebuilding.rebuild()
    assert kept(is_wide=True) == wide
    assert sum(figures.requests for step, figures in before.items()) == 7


def test_any_time_is_covered_once_by_whatever_widths() -> None:
    """Of random traffic, with wide steps made of some days: as by its hours alone."""
    source = random.Random(7)
    store.write(mixed(source, 120), {})
    now = timezone.now()
    for _ in range(3):
        rebuilding.widen()
        for _ in range(20):
            start = now - timedelta(hours=source.randint(2, 600))
            end = start + timedelta(hours=source.randint(1, 600))
            edges = beginning_of(start, HOUR_S), beginning_of(end, HOUR_S)
            told = [
                Rollup.objects.filter(covering(*edges, widths)).aggregate(
                    n=Sum("requests"), us=Sum("duration_us")
                )
                for widths in ((HOUR_S,), (HOUR_S, *WIDE_S), (HOUR_S, WIDE_S[0]))
            ]
            assert told[0] == told[1] == told[2]
    assert days.kept_before()


def test_minutes_are_kept_for_two_days_and_hours_for_ever() -> None:
    now = timezone.now()
    store.write([make.record(started_at=now)], {})
    Rollup.objects.filter(step_s=MINUTE_S).update(start=now - timedelta(hours=49))
    Rollup.objects.filter(step_s=HOUR_S).update(start=now - timedelta(days=400))
    forget_minutes()
    steps = Rollup.objects.order_by("step_s").values_list("step_s", flat=True)
    assert list(steps) == [EVER_S, HOUR_S]


def test_counters_count_what_was_recorded_and_never_shrink() -> None:
    run = lifecycle.start("a run", is_global=False)
    store.write([make.record(usage=Usage(input=5)) for _ in range(3)], {})
    counters = Rollup.objects.filter(step_s=EVER_S)
    told = counters.values_list("requests", "input", "run")
    assert list(told) == [(3, 15, 0)]
    lifecycle.move(CapturedRequest.objects.all(), run)
    lifecycle.delete(run, with_requests=True)
    rebuilding.rebuild()
    assert not CapturedRequest.objects.exists()
    assert list(told.all()) == [(3, 15, 0)]


def test_sums_that_are_full_cost_no_request() -> None:
    """Answers of two hours that claim 10^12 dear tokens each, and an honest one."""
    dear = Quote(status="priced", cost_usd=Decimal(10) ** 8)
    first = make.record().started_at
    for count, at in (60, first), (60, first + timedelta(hours=1)):
        lies = [make.record(started_at=at, quote=dear) for _ in range(count)]
        store.write(lies, {})
    store.write([make.record()], {})
    assert CapturedRequest.objects.count() == 121
    hours = Rollup.objects.filter(step_s=HOUR_S)
    told = hours.aggregate(**COST_SUMS, n=Sum("requests"))
    assert (cost_of(told), told["n"]) == (120 * COST_MAX, 121)
    # A counter goes on: what scrapes it would take a stop for idleness.
    store.write([make.record(started_at=first, quote=dear) for _ in range(70)], {})
    counters = list(Rollup.objects.filter(step_s=EVER_S).order_by("start"))
    assert sum(each.cost for each in counters) == 190 * COST_MAX
    assert sum(each.requests for each in counters) == 191
    assert len(counters) == 3
    said = re.findall(r"^weir_cost_usd_total\S* (\S+)", exposition().decode(), re.M)
    assert said == ["1.9e+07"]


def test_a_database_without_figures_is_counted_once() -> None:
    assert not rebuilding.is_needed()
    store.write([make.record() for _ in range(3)], {})
    before = kept()
    Rollup.objects.all().delete()
    assert rebuilding.is_needed()
    heard: list[int] = []
    assert rebuilding.rebuild(heard.append) == sum(heard) == 3
    assert kept() == before
    assert not rebuilding.is_needed()


def test_a_recount_that_is_broken_off_leaves_each_day_old_or_new() -> None:
    source = random.Random(3)
    store.write(mixed(source, 60), {})
    rebuilding.rebuild()
    true, wide = kept(), kept(is_wide=True)
    assert len({beginning_of(key.start, DAY_S) for key in true}) > 2
    Rollup.objects.exclude(step_s=EVER_S).update(requests=F("requests") + 1000)
    wrong = kept()
    heard: list[int] = []

    def tells(count: int) -> None:
        heard.append(count)
        if len(heard) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rebuilding.rebuild(tells)
    first = min(beginning_of(key.start, DAY_S) for key in true)
    assert kept() == {
        key: (true if beginning_of(key.start, DAY_S) == first else wrong)[key]
        for key in true
    }
    rebuilding.rebuild()
    assert (kept(), kept(is_wide=True)) == (true, wide)
    counters = Rollup.objects.filter(step_s=EVER_S).aggregate(n=Sum("requests"))
    assert counters["n"] == len(told())


def test_every_sum_is_a_column() -> None:
    assert set(SUMS) <= {field.name for field in Rollup._meta.fields}
