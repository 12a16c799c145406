"""The overview: figures of a range, narrowed and grouped by its address."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from pricing.quote import Quote
from pricing.usage import Usage
from runs import lifecycle, store
from runs.models import CapturedRequest
from tests import make
from tests.runs.make_run import priced

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    return Client(headers={"host": "127.0.0.1:8080", "accept": "text/html"})


@pytest.fixture
def _traffic() -> None:
    now = timezone.now()
    fine = make.record(
        started_at=now,
        quote=priced("0.5"),
        usage=Usage(input=10, cache_read=30, output=5),
    )
    failed = make.record(
        started_at=now,
        model="claude-x",
        is_success=False,
        status=529,
        error_code="busy",
    )
    unknown = make.record(
        started_at=now - timedelta(days=2),
        quote=Quote(status="no_price", cost_usd=None),
    )
    store.write([fine, failed, unknown], {})


def text(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def test_an_empty_installation_teaches(client: Client) -> None:
    html = text(client, "/")
    assert "weir demo" in html
    assert "/connect" in html


@pytest.mark.usefixtures("_traffic")
def test_a_day_in_tiles_charts_and_groups(client: Client) -> None:
    html = text(client, "/")
    for shown in ("$0.500", "50 %", "gpt-5-mini", "claude-x", "1 failed", "busy"):
        assert shown in html
    assert len(re.findall('<figure class="chart', html)) == 5
    assert html.count("<script") == html.count("<script src")  # the CSP allows no other
    week = text(client, "/?last=7d&by=provider")
    assert "1 unknown" in week
    assert ">openai</a>" in week


def test_a_young_installation_shows_its_hour(client: Client) -> None:
    now = timezone.now()
    store.write([make.record(started_at=now - timedelta(minutes=50))], {})
    asked = ("/", "/?last=24h", "/?last=nothing")
    assert [shown_last(client, url) for url in asked] == ["1h", "24h", "24h"]
    store.write([make.record(started_at=now - timedelta(minutes=70))], {})
    assert shown_last(client, "/") == "24h"


def shown_last(client: Client, url: str) -> str:
    found = re.search(r'aria-current="true">(\d+[hd])<', text(client, url))
    assert found is not None
    return found[1]


@pytest.mark.usefixtures("_traffic")
def test_the_address_narrows_everything(client: Client) -> None:
    html = text(client, "/?model=claude-x")
    assert "$0.500" not in html
    assert 'aria-label="Without model claude-x"' in html
    assert "model=claude-x" in re.findall(r'href="(/requests\?[^"]*)"', html)[0]
    run = lifecycle.start("nightly", is_global=False)
    lifecycle.move(CapturedRequest.objects.filter(model="claude-x"), run)
    by_run = text(client, "/?by=run")
    assert f"run={run.uid}" in by_run
    assert "no run" in by_run
    assert "$0.500" not in text(client, f"/?run={run.uid}")
    assert client.get("/?run=nobody").status_code == 404
    assert "model=claude-x" in text(client, "/?model=claude-x%00")


@pytest.mark.usefixtures("_traffic")
def test_the_language_of_filters_narrows_everything(client: Client) -> None:
    html = text(client, "/?last=7d&where=model:claude* or outcome:timed_out")
    assert "$0.500" not in html
    assert "claude-x" in html
    both = text(client, "/?last=24h&where=-model:gpt* error:yes")
    assert 'aria-label="Without -model:gpt*"' in both
    assert 'href="/?last=24h&amp;where=error%3Ayes"' in both
    assert (
        "where=-model%3Agpt%2A+error%3Ayes"
        in re.findall(r'href="(/requests\?[^"]*)"', both)[0]
    )  # the list is narrowed alike
    outliers = text(client, "/requests/outliers?where=model:claude-x")
    assert "claude-x" in outliers
    assert "gpt-5-mini" not in outliers
    # What figures over time don't know, or nobody can read, finds nothing and says why.
    for wrong, why in (("cost>1", "don&#x27;t tell"), ("model:", "needs a value")):
        html = text(client, f"/?where={wrong}")
        assert why in html
        assert 'id="tiles"' not in html


@pytest.mark.usefixtures("_traffic")
def test_each_column_leads_to_its_own_time(client: Client) -> None:
    html = text(client, "/?last=1h")
    (first, *_) = re.findall(r'<a href="(/\?start=[^"]*)"', html)
    step = text(client, first.replace("&amp;", "&"))
    assert "Back to the last 24 hours" in step
    old = text(client, "/?start=2026-01-01T00:00Z&end=2026-01-02T00:00Z")
    assert "Nothing in this time." in old
    for wrong in (
        "start=yesterday",
        "start=2026-02-01&end=2026-01-01",
        "end=0001-01-01",
        "start=0001-01-01T00:00%2B14:00",
    ):
        assert client.get(f"/?{wrong}").status_code == 400
