"""The strip above the request list: what the filter came to."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client

from pricing.quote import Quote
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    return Client(headers={"host": "127.0.0.1:8080", "accept": "text/html"})


def text(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def test_figures_of_the_filter_load_behind_the_list(client: Client) -> None:
    for cost, duration in ((1, 100.0), (2, 3000.0)):
        quote = Quote(status="priced", cost_usd=Decimal(cost))
        make.stored(model="gpt-5", quote=quote, duration_ms=duration)
    make.stored(model="other", is_success=False)
    html = text(client, "/requests?where=model:gpt-5")
    assert 'hx-get="/requests/figures?where=model:gpt-5"' in html
    strip = text(client, "/requests/figures?where=model:gpt-5")
    for shown in ("2</dd>", "$3.00", "100 ms / 3.00 s"):
        assert shown in strip
    assert "33.3 %" in text(client, "/requests/figures")
    assert client.get("/requests/figures?where=cost>much").status_code == 204
    told = client.get("/api/requests/figures?where=model:gpt-5").json()
    assert (told["requests"], told["of"], told["cost_usd"]) == (2, "all", "3")
