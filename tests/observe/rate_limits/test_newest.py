"""The newest rate limits of each model and key: in the API, and on the overview."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from observe.rate_limits.api import GaugeOut
from observe.rate_limits.newest import gauges
from runs.detail import Told
from runs.record import Outcome
from tests import make
from tests.observe.rate_limits.test_windows import ANTHROPIC, OPENAI

pytestmark = pytest.mark.django_db
MARKS = ("key:0123456789", "key:abcdefabcd")


def test_the_newest_of_each_key_is_shown_and_an_old_one_as_old() -> None:
    client = Client(headers={"host": "127.0.0.1:8080", "accept": "text/html"})
    now = datetime.now(UTC)
    assert client.get("/api/rate-limits").json() == []
    make.stored(started_at=now, model="plain")
    assert "Rate limits" not in client.get("/").content.decode()
    hour = now - timedelta(hours=1)
    make.stored(
        started_at=hour,
        provider="anthropic",
        model="claude-x",
        response_headers=[*ANTHROPIC.items()],
        sent_headers=[("x-api-key", MARKS[0])],
    )
    for left in ("9", "7"):
        for mark in MARKS:
            told = {**OPENAI, "x-ratelimit-remaining-requests": left}
            make.stored(
                started_at=now,
                first_byte_ms=100.0,
                provider="openai",
                model="gpt-5",
                response_headers=[*told.items()],
                sent_headers=[("authorization", f"Bearer {mark}")],
            )
    found = client.get("/api/rate-limits").json()
    assert [(each["provider"], each["key"], each["is_old"]) for each in found] == [
        ("openai", MARKS[1], False),
        ("openai", MARKS[0], False),
        ("anthropic", MARKS[0], True),
    ]
    assert set(found[0]) == set(GaugeOut.model_fields)
    requests = found[0]["windows"][0]
    assert (requests["remaining"], requests["limit"]) == (7, 5000)
    html = re.sub(r"\s+", " ", client.get("/").content.decode())
    shown = html[html.index("Rate limits") :].split("</table>")[0]
    assert shown.count("<tr") == 4
    assert "7 of 5,000" in shown
    assert 'class="is-old"' in shown
    assert "resets <time" in shown
    # What is told of a time that is over is told so.
    assert "was reset <time" in shown


def test_what_was_imported_since_hides_no_answer_of_this_weir() -> None:
    now = datetime.now(UTC).replace(minute=58)
    told = {"provider": "openai", "response_headers": [*OPENAI.items()]}
    live = make.stored(started_at=now - timedelta(hours=1, minutes=50), **told)
    for minutes in range(10):
        at = now - timedelta(minutes=minutes)
        made = Told(source="litellm")
        make.stored(started_at=at, imported=made, **told)
    assert [each.request for each in gauges(now)] == [live.uid]


def test_what_another_provider_of_the_model_answered_since_is_not_read() -> None:
    now = datetime.now(UTC)
    told = {
        "provider": "azure",
        "model": "gpt-5",
        "response_headers": [*OPENAI.items()],
    }
    make.stored(started_at=now - timedelta(hours=2), **told)
    for minutes in range(12):
        at = now - timedelta(minutes=minutes)
        make.stored(started_at=at, **{**told, "provider": "openai"})
        # That nothing was reached tells nothing of the limits.
        lost = {"outcome": Outcome.UPSTREAM_ERROR, "status": None}
        make.stored(started_at=at, **{**told, **lost, "is_success": False})
    with CaptureQueriesContext(connection) as queries:
        found = gauges(now)
    assert {(each.provider, each.is_old) for each in found} == {
        ("openai", False),
        ("azure", True),
    }
    asked = [q["sql"] for q in queries if "runs_capturedrequest" in q["sql"]]
    assert asked
    if connection.vendor == "sqlite":
        assert all("request_by_time (started_at>? AND" in plan(sql) for sql in asked)


def plan(sql: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
        return "; ".join(row[3] for row in cursor.fetchall())
