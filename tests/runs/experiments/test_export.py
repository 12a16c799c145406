"""Sessions as CSV and JSON: the view's columns, and a score each."""

from __future__ import annotations

import csv
from io import StringIO

import pytest
from django.test import Client

from tests.runs.experiments import made

pytestmark = pytest.mark.django_db


def test_sessions_are_saved_as_a_table(client: Client) -> None:
    made.whole()
    saved = client.get("/api/sessions/export?experiment=demo")
    assert saved["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(StringIO(saved.content.decode())))
    assert len(rows) == 16
    assert {row["variant"] for row in rows} == set(made.VARIANTS)
    assert sum(float(row["cost_usd"]) for row in rows) == pytest.approx(0.2472)
    assert sorted(row["score:check"] for row in rows) == ["0"] * 2 + ["1"] * 14
    told = client.get("/api/sessions/export?format=json").json()
    assert [row["session"] for row in told] == [row["session"] for row in rows]
    assert told[0]["scores"][0]["name"] == "check"
    assert (told[0]["input_tokens"], told[0]["started_at"][:2]) == (300, "20")
    score = f"/api/sessions/{rows[0]['session']}/scores/check"
    assert client.delete(score).status_code == 204
    [again] = [
        row
        for row in client.get("/api/sessions/export?format=json").json()
        if row["session"] == rows[0]["session"]
    ]
    assert (again["scores"], again["passed"]) == ([], None)
    assert client.get("/api/sessions/export?experiment=none").content.count(b"\n") == 1
