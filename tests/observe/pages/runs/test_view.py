"""The list of runs: what each came to, narrowed and paged by its address."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from pricing.quote import Quote
from runs import lifecycle
from runs.models import CapturedRequest, Run
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    return Client(headers={"host": "127.0.0.1:8080", "accept": "text/html"})


def text(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def names(html: str) -> list[str]:
    return re.findall(r"data-row>([^<]*)</a>", html)


def run_of(name: str, *costs: str, **fields: object) -> Run:
    run = lifecycle.start(name, is_global=False, **fields)  # type: ignore[arg-type]
    rows = [
        make.stored(
            quote=Quote(status="priced", cost_usd=Decimal(cost)),
            duration_ms=1000.0 * (number + 1),
        )
        for number, cost in enumerate(costs)
    ]
    lifecycle.move(CapturedRequest.objects.filter(pk__in=[r.pk for r in rows]), run)
    return run


def test_a_row_tells_what_a_run_came_to(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    run = run_of("nightly", "0.5", "0.25", tags=["ci", "main"], notes="with <b>")
    failed = make.stored(is_success=False, status=500, duration_ms=9000.0)
    lifecycle.move(CapturedRequest.objects.filter(pk=failed.pk), run)
    lifecycle.end(run_of("other"))
    with django_assert_max_num_queries(8):
        html = text(client, "/runs")
    assert names(html) == ["other", "nightly"]
    row = html[html.index(f'id="r-{run.uid}"') :].split("</tr>")[0]
    for shown in ("active", "$0.750", "2.00 s", "33 %", "with &lt;b&gt;"):
        assert shown in row
    assert 'href="/runs?tag=main"' in row
    told = "3 requests within 1.0 ms; 1 failed, in 1 of 1 bars"
    drawn = re.search(r'role="img" aria-label="([^"]+)".*?</svg>', row, re.S)
    assert drawn
    assert drawn[1] == told
    assert drawn[0].count("<path") == 2  # that some failed isn't told by colour alone
    empty = html[html.index('<td class="g-spark">') :].split("</td>")[0]
    assert "<svg" not in empty  # of the other, to which nothing has come


def test_the_address_narrows_and_pages(client: Client) -> None:
    for number in range(60):
        run_of(f"run {number}", tags=["odd"] if number % 2 else [])
    lifecycle.pause(Run.objects.get(name="run 7"))
    assert names(text(client, "/runs?state=paused")) == ["run 7"]
    assert names(text(client, "/runs?q=run+5&tag=odd"))[:2] == ["run 59", "run 57"]
    assert "No run matches" in text(client, "/runs?q=nothing")
    first = text(client, "/runs")
    older = re.search(r'rel="next" href="([^"]+)"', first)
    assert older
    second = text(client, older[1])
    assert len(names(first)) == 50
    assert len(names(second)) == 10
    newer = re.search(r'rel="prev" href="([^"]+)"', second)
    assert newer
    assert names(text(client, newer[1])) == names(first)
    assert client.get("/runs?cursor=7").status_code == 400


def test_an_empty_list_teaches(client: Client) -> None:
    html = text(client, "/runs")
    assert "curl -X POST http://127.0.0.1:8080/api/runs/start" in html
