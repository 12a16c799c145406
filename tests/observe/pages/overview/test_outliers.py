"""What stands out in a range of time: dearest, slowest, kinds of errors."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from observe.pages.overview import outliers as part
from runs import lifecycle, store
from runs.measure import outliers
from runs.models import CapturedRequest, Conversation
from tests import make
from tests.runs.make_run import priced

pytestmark = pytest.mark.django_db
ASK = "/requests/outliers"


@pytest.fixture
def client() -> Client:
    return Client(headers={"host": "127.0.0.1:8080", "accept": "text/html"})


@pytest.fixture
def _traffic() -> None:
    """Five plain ones; a dear, a slow and two refused ones; an older, dearest one."""
    now = timezone.now()
    kinds = [
        *({} for _ in range(5)),
        {"model": "dear", "quote": priced("0.25")},
        {"model": "slow", "duration_ms": 90_000.0, "operation": "embeddings"},
        *({"model": "busy", "is_success": False, "status": 529} for _ in range(2)),
        {"model": "old", "quote": priced("9"), "started_at": now - timedelta(days=3)},
    ]
    usual = {"started_at": now, "quote": priced("0.01"), "duration_ms": 1000.0}
    refused = {"error_code": "overloaded_error"}
    records = [
        make.record(**{**usual, **kind, **(refused if "status" in kind else {})})
        for kind in kinds
    ]
    store.write(records, {})


def tables(client: Client, query: str = "last=24h") -> dict[str, str]:
    """Words of each section by its heading."""
    answer = client.get(f"{ASK}?{query}")
    assert answer.status_code == 200
    parts = re.findall(r"<h2>(.*?)</h2>(.*?)</section>", answer.content.decode(), re.S)
    return {
        head: " ".join(re.sub("<[^>]*>", " ", body).split()) for head, body in parts
    }


@pytest.mark.usefixtures("_traffic")
def test_what_is_far_above_the_median_says_how_far(client: Client) -> None:
    found = tables(client)
    dear, slow = found["Dearest requests"], found["Slowest requests"]
    assert re.match(r"\S+ dear \$0.250 25.0 × the median", dear)
    assert re.match(r"\S+ slow 1m 30s 90.0 × the median", slow)
    assert dear.count("the median") == slow.count("the median") == 1
    assert "old" not in dear
    assert found["Kinds of errors"] == "529 overloaded error 2"
    assert "old $9.00" in tables(client, "last=7d")["Dearest requests"]


@pytest.mark.usefixtures("_traffic")
def test_they_are_of_what_the_overview_is_narrowed_to(client: Client) -> None:
    by_operation = tables(client, "last=24h&operation=embeddings")
    assert "slow" in by_operation["Slowest requests"]
    assert "dear" not in by_operation["Dearest requests"]
    refused = tables(client, "last=24h&outcome=error")
    assert "busy" in refused["Slowest requests"]
    assert "slow" not in refused["Slowest requests"]
    assert "None" in tables(client, "last=24h&outcome=success")["Kinds of errors"]
    run = lifecycle.start("nightly", is_global=False)
    lifecycle.move(CapturedRequest.objects.filter(model="dear"), run)
    assert "slow" not in tables(client, "last=24h&run=nightly")["Slowest requests"]
    assert client.get(f"{ASK}?run=nobody").status_code == 204
    page = client.get("/?last=7d&model=dear").content.decode()
    assert "Dearest requests" in page  # few are told at once, without scripts too
    assert ASK not in page
    assert '<input type="hidden" name="model" value="dear">' in page  # of another range


@pytest.mark.usefixtures("_traffic")
def test_conversations_are_summed(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = timezone.now()
    for title, models in (("Cheap", ["busy"]), ("Costly", ["dear", "slow"])):
        talk = Conversation.objects.create(
            key=title, rule="history", title=title, started_at=now
        )
        CapturedRequest.objects.filter(model__in=models).update(conversation=talk)
    found = tables(client)
    assert re.match(r"Costly \$0.260 13.0 × the median Cheap \$0.0200", dearest(found))
    assert re.match("Costly 1m 31s", found["Longest conversations"])
    assert "newest" not in client.get(ASK).content.decode()
    monkeypatch.setattr(part, "FEW", 2)
    page = client.get("/?last=7d&by=run&where=model:*").content.decode()
    assert "Dearest requests" not in page
    assert f'hx-get="{ASK}?last=7d&amp;by=run&amp;where=model%3A%2A"' in page
    monkeypatch.setattr(outliers, "MOST", 2)
    cut = client.get(ASK).content.decode()
    assert "of the newest" in cut
    assert "dear</a>" in cut  # the order's index finds it, however many there are


def dearest(found: dict[str, str]) -> str:
    return found["Dearest conversations"]
