"""Triggers of a run's stamp and sums: light for what is added, the same in the end."""

from __future__ import annotations

import random
import re
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection

from runs import lifecycle, store
from runs.models import CapturedRequest, Run, RunStamp, RunSum, run_sum
from runs.models.run_stamp import stamp_of
from tests import make
from tests.runs.make_run import run_with

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite's triggers"),
]
OF_REQUESTS = (
    "SELECT name, sql FROM sqlite_master"
    " WHERE type = 'trigger' AND tbl_name = 'runs_capturedrequest'"
)
MAY_FAIL = re.compile(r"(?!coalesce)\b[a-z]+\(|ON CONFLICT", re.ASCII)


def triggers() -> dict[str, str]:
    with connection.cursor() as cursor:
        return dict(cursor.execute(OF_REQUESTS).fetchall())


def test_what_a_request_sets_off_calls_no_function() -> None:
    assert len(triggers()) == 9
    for statement in triggers().values():
        does = statement.partition(" BEGIN ")[2]
        told = re.sub(r"runs_\w+ \([\w, ]+\)", "", does)  # columns, not arguments
        assert not MAY_FAIL.search(told), statement
    assert MAY_FAIL.search("SET stamp = random()")


def test_sums_are_rounded_as_sqlite_does() -> None:
    edges = [None, 0, 1, -1, 0.5, -0.5, 1e12, -1e12, 1e300, -1e300, 0.0005, 7, 2.5e-13]
    made = [random.uniform(-1e3, 1e3) * 10 ** random.randint(-9, 9) for _ in range(900)]
    ours = [run_sum._OF_SQLITE[name] for name in ("cost_rest", "duration_us")]
    slow = (
        "coalesce(CAST(ROUND((v.cost_usd - CAST(v.cost_usd AS INTEGER)) * 1e12)"
        " AS INTEGER), 0)",
        "CAST(ROUND(min(max(coalesce(v.duration_ms, 0), -1e12), 1e12) * 1000)"
        " AS INTEGER)",
    )
    columns = ", ".join((*(each.format(row="v") for each in ours), *slow))
    query = f"SELECT {columns} FROM (SELECT %s AS cost_usd, %s AS duration_ms) AS v"
    with connection.cursor() as cursor:
        for value in [*edges, *made]:
            rest, took, *expected = cursor.execute(query, [value, value]).fetchone()
            assert [rest, took] == expected, value


def _first(run: Run) -> int:
    return run.requests.order_by("pk")[0].pk


def test_a_run_has_another_stamp_whatever_becomes_of_its_requests() -> None:
    run = run_with(make.record(), name="one")
    seen = [stamp_of(run.pk)]
    acts = (
        lambda: store.write([make.record(run_name=str(run.uid))], {}),
        lambda: CapturedRequest.objects.filter(run=run).update(duration_ms=1.0),
        lambda: lifecycle.move(run.requests.filter(pk=_first(run)), None),
        lambda: run.requests.all().delete(),
    )
    for act in acts:
        act()
        seen.append(stamp_of(run.pk))
    assert None not in seen[:-1]
    assert len(set(seen)) == len(seen)


def test_an_upgrade_takes_the_former_triggers_away() -> None:
    run = run_with(make.record(), name="one")
    with connection.cursor() as cursor:
        for number in range(4):
            cursor.execute(
                f"CREATE TRIGGER runs_capturedrequest_run_stamp_{number} AFTER INSERT"
                " ON runs_capturedrequest BEGIN INSERT INTO runs_runstamp"
                " VALUES (NEW.run_id, random()) ON CONFLICT (run_id)"
                " DO UPDATE SET stamp = excluded.stamp; END"
            )
    before, stamp = triggers(), RunStamp.objects.get(pk=run.pk).stamp
    module = import_module("runs.migrations.0033_lighter_triggers")
    module.renew(apps, SimpleNamespace(connection=connection))
    gone = before.keys() - triggers().keys()
    assert gone == {f"runs_capturedrequest_run_stamp_{number}" for number in range(4)}
    store.write([make.record(run_name=str(run.uid))], {})
    assert RunStamp.objects.get(pk=run.pk).stamp == stamp
    assert RunSum.objects.get(run_id=run.pk).requests == 2
