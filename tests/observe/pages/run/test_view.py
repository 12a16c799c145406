"""One run's page: tabs from the address, and forms that change the run."""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client

from pricing.quote import Quote
from runs import lifecycle
from runs.measure import statistics
from runs.measure.figures import Statistics
from runs.models import CapturedRequest, Run, RunKey, Turn
from runs.models.request_set import CapturedRequestQuerySet
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    return Client(headers={"host": "127.0.0.1:8080", "accept": "text/html"})


@pytest.fixture
def run() -> Run:
    run = lifecycle.start("nightly", is_global=False, notes="first", tags=["ci"])
    made = [
        make.record(quote=Quote(status="priced", cost_usd=Decimal("0.5"))),
        make.record(
            started_at=make.START + timedelta(seconds=30),
            is_success=False,
            status=529,
            error_code="overloaded",
        ),
    ]
    make.stored(*made)
    lifecycle.move(CapturedRequest.objects.all(), run)
    turn = Turn.objects.create(
        run=run, number=1, digest=1, started_at=make.START, preview="Fix the test"
    )
    CapturedRequest.objects.update(turn=turn)
    return run


def text(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_page_tells_what_it_came_to(client: Client, run: Run) -> None:
    html = text(client, run.get_absolute_url())
    for shown in ("nightly", "first", "$0.500", "50 %", "http 529", "overloaded"):
        assert shown in html
    assert "data-live" in html
    turns = text(client, f"{run.get_absolute_url()}?tab=turns")
    assert "Fix the test" in turns
    assert 'class="failed" x="0.0%" y="15"' in turns
    traffic = text(client, f"{run.get_absolute_url()}?tab=traffic")
    assert len(re.findall(r'<tr id="r-', traffic)) == 2
    assert 'class="requests no-calls no-spent"' in traffic  # nobody asks for them here
    lifecycle.end(run)
    assert "data-live" not in text(client, run.get_absolute_url())


def test_a_longer_run_is_drawn_over_its_time(client: Client) -> None:
    run = lifecycle.start("long", is_global=False)
    make.stored(
        *(
            make.record(
                started_at=make.START + timedelta(minutes=minute),
                quote=Quote(status="priced", cost_usd=Decimal(cost)),
                is_success=minute != 600,
            )
            for minute, cost in ((0, 2), (1, 2), (600, 1), (1200, 2))
        )
    )
    lifecycle.move(CapturedRequest.objects.all(), run)
    html = text(client, run.get_absolute_url())
    # Hours, since the minutes are long gone: two requests of the first for $4.
    bars = re.findall(r'class="spent" x="([\d.]+)%".*?height="([\d.]+)"', html)
    assert [float(height) for _, height in bars] == [36, 9, 18]
    assert "2 requests\n$4.00" in html
    assert "1 requests, 1 failed" in html
    assert "a bar is 1h 0m" in html


def test_a_name_leads_to_the_one_address(client: Client, run: Run) -> None:
    page = run.get_absolute_url()
    assert client.get("/runs/nightly")["location"] == page
    assert client.get("/runs/nightly?tab=gate")["location"] == f"{page}?tab=gate"
    assert client.get("/runs/nobody").status_code == 404
    gone = f"/runs/{make.uid()}"
    assert client.get(gone).status_code == 404
    assert client.post(f"{gone}/pause").status_code == 404
    assert client.post(f"{run.get_absolute_url()}/explode").status_code == 404
    assert client.get(f"{run.get_absolute_url()}/end").status_code == 405


def test_limits_are_tried_out_by_the_address(client: Client, run: Run) -> None:
    page = f"{run.get_absolute_url()}?tab=gate"
    html = text(client, f"{page}&max_cost_usd=0.4&max_requests=2")
    assert "It breaks a limit" in html
    assert "The cost is $0.5, over the limit of $0.4." in html
    assert "weir gate" in html
    assert "--max-cost 0.4 --max-requests 2" in html
    assert "It keeps every limit" in text(client, f"{page}&max_requests=2")
    assert "max_requests: " in text(client, f"{page}&max_requests=many")
    assert "There is no run" in text(client, f"{page}&baseline=nobody")
    beside = text(client, f"{page}&baseline=nightly&tolerance=0")
    assert "baseline_cost_usd" in beside
    some = text(client, f"{page}&max_requests=0&where=-model:gpt-5-mini")
    assert "It keeps every limit" in some
    assert "--where -model:gpt-5-mini" in some
    assert 'value="-model:gpt-5-mini"' in some
    assert "gpt-5-mini" in text(client, f"{page}&where=model:gpt-5-mini")
    wrong = text(client, f"{page}&max_requests=1&where=nonsense:1")
    assert "nonsense" in wrong.split('role="alert"')[1]
    assert "It keeps" not in wrong


def test_a_gate_reads_the_figures_of_its_run_once(
    client: Client, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    of, read = statistics.of, list[CapturedRequestQuerySet]()

    def counted(requests: CapturedRequestQuerySet) -> Statistics:
        read.append(requests)
        return of(requests)

    monkeypatch.setattr(statistics, "of", counted)
    text(client, f"{run.get_absolute_url()}?tab=gate&max_requests=2")
    assert len(read) == 1


def test_a_cost_that_is_not_known_is_told_as_that(client: Client, run: Run) -> None:
    assert 'title="$0.5"' in text(client, run.get_absolute_url())
    CapturedRequest.objects.update(cost_usd=None, is_unpriced=True)
    html = text(client, run.get_absolute_url())
    assert "$None" not in html
    assert 'title="Cost unknown: ' in html


def test_a_new_key_is_shown_once_and_kept_nowhere(client: Client, run: Run) -> None:
    page = run.get_absolute_url()
    answer = client.post(f"{page}/key")
    found = re.search(r'id="new-key">(sk-weir-[\w-]+)<', answer.content.decode())
    assert found
    assert answer["Cache-Control"] == "no-store"
    key = RunKey.objects.get()
    assert key.digest == hashlib.sha256(found[1].encode()).hexdigest()
    listed = text(client, f"{page}?tab=keys")
    assert found[1] not in listed
    assert key.prefix in listed
    client.post(f"{page}/revoke", {"key": str(key.pk)})
    key.refresh_from_db()
    assert key.revoked_at
    lifecycle.end(run)
    assert client.post(f"{page}/key").status_code == 400
