"""`/experiments` and a report's page."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.runs.experiments import made

pytestmark = pytest.mark.django_db
HOST = {"host": "127.0.0.1:8080"}


def test_experiments_are_listed_and_reported() -> None:
    client = Client(headers=HOST)
    assert "weir experiments init" in client.get("/experiments").content.decode()
    made.whole()
    listed = client.get("/experiments").content.decode()
    assert '<a href="/experiments/demo">demo</a>' in listed
    assert "16 of 20" in listed
    page = client.get("/experiments/demo")
    text = page.content.decode()
    assert "more than noise, better" in text
    assert 'aria-label="Mean of 8 sessions: 0.0206 USD, 95 % interval ' in text
    assert text.count('<circle cx="') >= 2 + 3 * 16
    assert text.count('?tab=session">') >= 16
    assert client.get("/experiments/none").status_code == 404
    assert client.get("/experiments/none/sessions").status_code == 404
    html = client.get("/api/experiments/demo/report?format=html")
    assert html["content-type"] == "text/html; charset=utf-8"
    assert html["content-disposition"] == 'attachment; filename="weir-demo.html"'
    plan = client.get("/api/experiments/demo/plan?effect=0.1").json()
    assert (plan["metric"], plan["spread_from"]) == ("cost_usd", 16)
    assert plan["sessions"] == plan["repeats"] * 4
    told = client.get("/api/experiments/demo/report").json()
    assert told["arms"][0]["passing"][0] == {"k": 1, "any": 0.75, "all": 0.75}
