"""`runs/grouping/attribution.py`: each request in exactly the right run, no other."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from runs import lifecycle, store
from runs.models import CapturedRequest, Run, RunSpan
from runs.record import ExchangeRecord, Outcome
from tests import make

pytestmark = pytest.mark.django_db

NOW = timezone.now() - timedelta(hours=1)
"""Long enough ago that no clock of a test is behind it."""


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def run_with(
    *spans: tuple[float, float | None], name: str = "run", is_global: bool = False
) -> Run:
    """An open run with these spans, in seconds after NOW."""
    first = after(spans[0][0])
    run = Run.objects.create(name=name, is_global=is_global, started_at=first)
    if spans[-1][1] is not None:
        run.state = "paused"
        run.save()
    for began, ended in spans:
        over = None if ended is None else after(ended)
        RunSpan.objects.create(run=run, began_at=after(began), ended_at=over)
    return run


def ended(run: Run, seconds: float) -> Run:
    lifecycle.end(run)
    Run.objects.filter(pk=run.pk).update(ended_at=after(seconds))
    run.keys.update(revoked_at=after(seconds))
    return run


def recorded(*records: ExchangeRecord) -> list[str | None]:
    """The names of the runs that they are put in."""
    store.write(records, {})
    rows = CapturedRequest.objects.in_bulk([r.uid for r in records], field_name="uid")
    runs = [rows[each.uid].run for each in records]
    return [run.name if run else None for run in runs]


def at(seconds: float, **fields: Any) -> ExchangeRecord:
    return make.record(started_at=after(seconds), **fields)


def key_of(run: Run, **fields: Any) -> str:
    return lifecycle.issue_key(run, **fields).key.digest


def test_without_a_run_a_request_has_none() -> None:
    assert recorded(at(0)) == [None]


def test_the_global_run_takes_what_starts_while_it_is_active() -> None:
    run_with((0, 10), (20, 30), name="g", is_global=True)
    starts = (-1, 0, 9.9, 10, 15, 20, 29.9, 30)
    told = recorded(*(at(start) for start in starts))
    assert told == [None, "g", "g", None, None, "g", "g", None]


def test_a_request_that_began_before_the_end_belongs_however_long_it_took() -> None:
    ended(run_with((0, 10), name="g", is_global=True), 10)
    run_with((10, None), name="next", is_global=True)
    assert recorded(at(9, duration_ms=60_000.0), at(10)) == ["g", "next"]


def test_a_run_that_is_not_global_takes_nothing_unasked() -> None:
    run_with((0, None), name="own")
    assert recorded(at(1)) == [None]


def test_a_key_beats_a_header_and_a_header_the_global_run() -> None:
    run_with((0, None), name="g", is_global=True)
    keyed = run_with((0, None), name="keyed")
    run_with((0, None), name="named")
    key = key_of(keyed)
    told = recorded(
        at(1, run_key=key, run_name="named"), at(1, run_name="named"), at(1)
    )
    assert told == ["keyed", "named", "g"]


def test_what_names_a_paused_or_ended_run_goes_nowhere_else() -> None:
    run_with((0, None), name="g", is_global=True)
    paused = run_with((0, 10), name="paused")
    over = run_with((0, 10), name="over")
    keys = key_of(paused), key_of(over)
    ended(over, 10)
    told = recorded(
        *(at(20, run_key=key) for key in keys),
        at(20, run_name="paused"),
        at(20, run_name=str(paused.uid)),
        at(20, run_name=str(over.uid)),
    )
    assert told == [None] * 5
    assert Run.objects.count() == 3


def test_what_began_before_the_pause_or_end_of_its_run_belongs_to_it() -> None:
    paused = run_with((0, 10), name="paused")
    over = run_with((0, 10), name="over")
    keys = key_of(paused), key_of(over)
    ended(over, 10)
    told = recorded(
        *(at(9, run_key=key) for key in keys), at(9, run_name="over"), at(9)
    )
    assert told == ["paused", "over", "over", None]
    assert Run.objects.count() == 2


def test_unknown_expired_and_revoked_keys_belong_to_no_run() -> None:
    run_with((0, None), name="g", is_global=True)
    run = run_with((0, None), name="keyed")
    expired = key_of(run, expires_at=after(5))
    issued = lifecycle.issue_key(run)
    lifecycle.revoke_key(issued.key)
    # The key is revoked at this moment, which may be minutes after NOW.
    later = make.record(started_at=timezone.now(), run_key=issued.key.digest)
    told = recorded(at(4, run_key=expired), at(6, run_key=expired), later)
    assert told == ["keyed", None, None]
    assert recorded(at(1, run_key="f" * 64)) == [None]


def test_whoever_names_a_run_may_have_a_clock_that_is_behind() -> None:
    run = run_with((0, None), name="keyed")
    told = recorded(at(-2, run_key=key_of(run)), at(-2, run_name="keyed"))
    assert told == ["keyed", "keyed"]


@pytest.mark.parametrize("spelling", [str, lambda uid: uid.hex.upper()])
def test_a_header_names_a_run_by_its_id(spelling: Any) -> None:
    run = run_with((0, None), name="by id")
    assert recorded(at(1, run_name=spelling(run.uid))) == ["by id"]


def test_the_id_of_a_run_that_was_deleted_names_none_and_any_other_is_a_name() -> None:
    run = run_with((0, None), name="gone")
    lifecycle.delete(run, with_requests=False)
    told = str(run.uid)
    assert recorded(*(at(9, run_name=name) for name in (told, told.upper()))) == [
        None,
        None,
    ]
    other = "0f8fad5b-d9cb-469f-a165-70867728950e"  # as a script's `uuidgen` gives
    assert recorded(at(9, run_name=other), at(9, run_name=told)) == [other, None]
    page = Client(headers={"host": "127.0.0.1:8080"}).get(f"/runs/{other}?tab=turns")
    started = Run.objects.get()
    assert page.headers["location"] == f"/runs/{started.uid}?tab=turns"


def test_a_new_name_starts_one_run_that_begins_with_its_first_request() -> None:
    names = ("new", " new ", "other")
    records = [at(3 - n, run_name=name) for n, name in enumerate(names)]
    assert recorded(*records) == ["new", "new", "other"]
    run = Run.objects.get(name="new")
    assert (run.source, run.is_global, run.state) == ("header", False, "active")
    assert run.started_at == after(2)
    assert recorded(at(9, run_name="new")) == ["new"]
    assert Run.objects.count() == 2


def test_a_name_whose_runs_have_ended_starts_a_new_one() -> None:
    old = ended(run_with((0, 10), name="job"), 10)
    assert recorded(at(20, run_name="job")) == ["job"]
    new = Run.objects.exclude(pk=old.pk).get()
    assert recorded(at(9, run_name="job"), at(30, run_name="job")) == ["job", "job"]
    assert old.requests.count() == 1
    assert new.requests.count() == 2


def test_of_two_active_runs_of_a_name_the_newer_one_takes_it() -> None:
    run_with((0, None), name="job")
    newer = run_with((5, None), name="job")
    recorded(at(6, run_name="job"))
    assert newer.requests.count() == 1


@pytest.mark.parametrize("name", ["", "  ", "\0"])
def test_a_blank_header_names_nothing(name: str) -> None:
    assert recorded(at(1, run_name=name)) == [None]
    assert not Run.objects.exists()


def test_a_name_of_any_length_and_alphabet_is_taken() -> None:
    names = ["é" * 500, "\udcff", "'; DROP TABLE runs_run; --", "a" * 32]
    told = recorded(*(at(1, run_name=name) for name in names))
    assert [name[:5] if name else "" for name in told][2:] == ["'; DR", "aaaaa"]
    assert len(told[0] or "") == 200


def test_the_run_is_decided_when_a_request_begins_and_stays() -> None:
    run_with((0, None), name="g", is_global=True)
    begun = at(1, outcome=Outcome.PENDING)
    assert recorded(begun) == ["g"]
    elsewhere = lifecycle.start("elsewhere", is_global=False)
    lifecycle.move(CapturedRequest.objects.all(), elsewhere)
    assert recorded(make.record(uid=begun.uid, started_at=after(1))) == ["elsewhere"]
    lifecycle.delete(elsewhere, with_requests=False)
    assert CapturedRequest.objects.get().run is None


def test_a_pending_request_of_a_deleted_run_does_not_start_it_again() -> None:
    begun = at(1, run_name="job", outcome=Outcome.PENDING)
    assert recorded(begun) == ["job"]
    lifecycle.delete(Run.objects.get(), with_requests=True)
    over = make.record(uid=begun.uid, started_at=after(1), run_name="job")
    assert recorded(over) == [None]
    assert not Run.objects.exists()


HOUR = 3600.0


@pytest.mark.parametrize(
    ("spans", "name"),
    [
        ([(HOUR + 6000, None)], "run"),
        ([(-900, -600), (HOUR + 6000, None)], "run"),
        ([(HOUR + 6000, HOUR + 9000)], None),
    ],
    ids=["going on", "resumed", "over"],
)
def test_a_clock_that_was_set_back_loses_no_request(
    spans: list[tuple[float, float | None]], name: str | None
) -> None:
    """By the clock as it is now, the run is to begin in a while."""
    run_with(*spans, is_global=True)
    assert recorded(at(HOUR - 60)) == [name]


def test_nor_does_it_lose_one_that_names_its_run() -> None:
    run = run_with((-900, -600), (HOUR + 6000, None))
    by_id = at(HOUR - 60, run_name=str(run.uid))
    by_name = at(HOUR - 60, run_name="run")
    by_key = at(HOUR - 60, run_key=key_of(run))
    assert recorded(by_id, by_name, by_key) == ["run"] * 3
    assert Run.objects.count() == 1
