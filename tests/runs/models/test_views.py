"""The views say what reports say, and come back when a migration took them away."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from pricing.quote import Quote
from runs import apps
from runs.experiments import report, sessions
from runs.experiments.sessions import About
from runs.models import Rollup, views
from tests import make
from tests.own_home import ROOT
from tests.runs.experiments import made

pytestmark = pytest.mark.django_db
UNKNOWN = Quote(status="no_price", cost_usd=None)
DOCS = ROOT / "docs" / "experiments.md"


def rows(view: str, order: str) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {view} ORDER BY {order}")
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def test_they_say_what_the_report_says() -> None:
    made.whole()
    made.session("demo-plain", "plan", fields={"quote": None, "is_success": False})
    made.session("demo-plain", "plan", fields={"quote": UNKNOWN})
    git = {"branch": "main", "commit": "abcdef"}
    sessions.create("demo", "demo-fast", "plan", About(git=git, operator="ana"))
    told = {row["session"]: row for row in rows("weir_sessions", "started_at")}
    lines = [line for arm in report.make("demo").arms for line in arm.lines]
    assert len(told) == len(lines) + 1 == 19
    for line in lines:
        row = told.pop(line.id)
        assert row["task_card"] == line.task
        assert (row["repeat"], row["status"]) == (line.repeat, line.status)
        assert (row["requests"], row["errors"]) == (line.requests, line.errors)
        assert row["passed"] == (None if line.passed is None else int(line.passed))
        assert row["cost_usd"] == pytest.approx(line.cost_usd)
        tokens = [row[f"{name}_tokens"] for name in ("input", "cache_read", "output")]
        assert sum(map(int, tokens)) == line.total_tokens
    [open_one] = told.values()
    assert (open_one["status"], open_one["operator"]) == ("open", "ana")
    assert (open_one["git_branch"], open_one["model"]) == ("main", "weir-demo-fast")
    assert (open_one["requests"], open_one["cost_usd"]) == (0, 0)
    scores = rows("weir_scores", "session")
    assert {row["name"] for row in scores} == {"check"}
    assert sum(row["passed"] for row in scores) == 16
    make.stored(make.record(overhead_ms=1.5))
    requests = rows("weir_requests", "started_at")
    assert len(requests) == 37
    assert {row["experiment"] for row in requests} == {"demo", None}
    assert 1.5 in {row["overhead_ms"] for row in requests}


def test_costs_beyond_an_integer_of_the_database_are_summed() -> None:
    made.loaded()
    session = made.session("demo-fast", "plan")
    hours = Rollup.objects.filter(step_s=3600, run__gt=0)
    hours.update(cost=9 * 10**18)
    [row] = hours
    for _ in range(2):
        row.pk = uuid4()
        row.save(force_insert=True)
    [told] = rows("weir_sessions", "session")
    assert (told["session"], told["cost_usd"]) == (session, 27_000_000)


def test_every_column_is_told() -> None:
    """They are promised to stay: one that is not in the docs is no promise."""
    text = DOCS.read_text()
    told = text[text.index("## Views for SQL") :]
    words = set(re.findall(r"`(\w+)`", told))
    for view in views.VIEWS:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {view} WHERE 1 = 0")
            names = {column[0] for column in cursor.description}
        assert {view, *names} <= words, names - words


def test_they_go_before_a_migration_and_come_back() -> None:
    def there() -> set[str]:
        with connection.cursor() as cursor:
            tables = connection.introspection.get_table_list(cursor)
        return {each.name for each in tables if each.type == "v"}

    assert there() == set(views.VIEWS)
    apps.before_migrate("default", plan=[])
    assert there() == set(views.VIEWS)
    apps.before_migrate("default", plan=["a migration"])
    assert there() == set()
    with connection.cursor() as cursor:
        cursor.execute("CREATE VIEW weir_sessions AS SELECT 1 AS other")
    apps.after_migrate("default")
    assert there() == set(views.VIEWS)
    assert rows("weir_sessions", "session") == []
