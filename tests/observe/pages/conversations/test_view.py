"""The list of conversations: what each came to, narrowed and paged by its address."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from pricing.quote import Quote
from pricing.usage import Usage
from runs import lifecycle
from runs.measure import totals
from runs.models import CapturedRequest, Conversation
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    return Client(headers={"host": "127.0.0.1:8080", "accept": "text/html"})


def text(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def talk(session: str, calls: int = 1) -> Conversation:
    make.stored(
        *(
            make.record(
                session=session,
                session_rule="header:x-session-id",
                started_at=make.START + timedelta(seconds=number),
                usage=Usage(input=100, cache_read=300 * number, output=10),
                quote=Quote(status="priced", cost_usd=Decimal("0.5")),
                preview=f"Asked by {session}",
            )
            for number in range(calls)
        )
    )
    found = Conversation.objects.last()
    assert found
    return found


def test_a_row_tells_what_a_conversation_came_to(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    first = talk("one", calls=2)
    talk("two")
    with django_assert_max_num_queries(7):
        html = text(client, "/conversations")
    row = html[html.index(f'id="r-{first.pk}"') :].split("</tr>")[0]
    # The longest exchange has 100 + 300 + 10 tokens; 300 of 500 came from a cache.
    for shown in ("Asked by one", "$1.00", ">410<", ">520<", "60 %", "1.62 s"):
        assert shown in row
    assert html.index("Asked by two") < html.index("Asked by one")


def test_the_address_narrows_and_pages(client: Client) -> None:
    for number in range(55):
        talk(f"session {number}")
    run = lifecycle.start("nightly", is_global=False)
    lifecycle.move(CapturedRequest.objects.filter(preview="Asked by session 7"), run)
    of_run = text(client, "/conversations?run=nightly")
    assert re.findall(r"data-row>([^<]+)<", of_run) == ["Asked by session 7"]
    assert "Asked by session 33" in text(client, "/conversations?q=session+33")
    assert "No conversation matches" in text(client, "/conversations?q=nothing")
    first = text(client, "/conversations")
    older = re.search(r'rel="next" href="([^"]+)"', first)
    assert older
    assert len(re.findall("data-row", first)) == 50
    assert len(re.findall("data-row", text(client, older[1]))) == 5
    assert client.get("/conversations?cursor=x").status_code == 400
    assert client.get("/conversations?run=nobody").status_code == 400


def test_what_is_too_long_for_a_list_says_so(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    short, long = talk("short", calls=2), talk("long", calls=3)
    assert totals.short_enough([long, short]) == [short.pk, long.pk]
    monkeypatch.setattr(totals, "MOST_SUMMED", 4)
    assert totals.short_enough([long, short]) == [short.pk]
    monkeypatch.setattr(totals, "LONGEST", 2)
    monkeypatch.setattr(totals, "MOST_SUMMED", 100)
    html = text(client, "/conversations")
    assert html.count("too long to be summed") == 1
    assert html.count(">410<") == 1


def test_an_empty_list_teaches(client: Client) -> None:
    assert "weir-demo" in text(client, "/conversations")
