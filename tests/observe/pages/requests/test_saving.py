"""Views of the list: saved, opened and deleted from its menus; columns left out."""

from __future__ import annotations

import re
from decimal import Decimal
from html import unescape

import pytest
from django.test import Client

from pricing.quote import Quote
from runs.measure.totals import LONGEST
from runs.models import Conversation, SavedView
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    return Client(headers={"host": "127.0.0.1:8080", "accept": "text/html"})


def shown(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def test_a_view_is_saved_opened_and_deleted(client: Client) -> None:
    make.stored(model="gpt-5")
    where = "model:gpt* after:2026-01-01"
    view = {"name": "mine", "where": where, "hide": "cost,!calls,bar"}
    answer = client.post("/requests/views", view)
    filtered = "/requests?where=model:gpt*%20after:2026-01-01"
    address = f"{filtered}&hide=cost%2C%21calls%2Cbar"
    assert (answer.status_code, answer["Location"]) == (302, address)
    assert f'<a href="{address}">mine</a>' in shown(client, "/requests")
    opened = shown(client, address)
    assert f'<a href="{address}" aria-current="true">mine</a>' in opened
    assert '<table class="requests no-cost no-spent no-bar">' in opened
    assert f'href="{filtered}&hide=%21calls%2Cbar"' in opened
    assert 'name="hide" value="cost,!calls,bar"' in opened
    client.post("/requests/views/delete", {"name": "mine"})
    assert not SavedView.objects.exists()


def test_a_view_keeps_its_order(client: Client) -> None:
    make.stored()
    view = {"name": "dear", "where": "", "hide": "", "order": "cost-desc"}
    assert client.post("/requests/views", view)["Location"] == (
        "/requests?order=cost-desc"
    )
    opened = shown(client, "/requests?order=cost-desc")
    assert '<a href="/requests?order=cost-desc" aria-current="true">dear</a>' in opened


def test_columns_stay_away_on_every_page_of_the_list(client: Client) -> None:
    make.stored(*[make.record() for _ in range(60)])
    html = shown(client, "/requests?hide=ttft,time,nonsense")
    assert '<table class="requests no-calls no-spent no-ttft">' in html
    older = re.search(r'rel="next" href="([^"]+)"', html)
    assert older
    assert "hide=ttft" in older[1]
    assert "no-ttft" in shown(client, older[1])


def test_a_view_that_can_not_be_saved_is_explained(client: Client) -> None:
    answer = client.post("/requests/views", {"name": "x", "where": "status:green"})
    assert answer.status_code == 422
    assert "status must be" in answer.content.decode()
    assert client.post("/requests/views", {"name": " "}).status_code == 422
    assert not SavedView.objects.exists()


def test_columns_tell_what_the_conversation_came_to(client: Client) -> None:
    priced = Quote(status="priced", cost_usd=Decimal("0.25"))
    unknown = Quote(status="no_price", cost_usd=None)
    make.stored(
        *(make.record(session="a", quote=each) for each in (priced, priced, unknown)),
        make.record(session="b", quote=unknown),
        make.record(quote=priced),  # of no conversation
    )
    usual = shown(client, "/requests")
    assert 'class="requests no-calls no-spent"' in usual
    assert 'href="/requests?hide=%21calls"' in usual
    html = shown(client, "/requests?hide=!calls,!spent,!cost")
    assert 'class="requests"' in html
    assert 'data-query="together=1"' in html
    cells = re.findall(r'c-(?:calls|spent)">(.*?)</td>', html, re.DOTALL)
    said = [" ".join(re.sub("<[^>]*>", " ", each).split()) for each in cells]
    assert said == ["", "", "1", "unknown", *["3", "$0.500 +?"] * 3]
    assert 'title="$0.5"' in html
    Conversation.objects.update(request_count=LONGEST + 1)
    assert html.count("Too long to be summed") == 0
    assert shown(client, "/requests?hide=!spent").count("Too long to be summed") == 4
