"""A request beside the list: by the list's address, and alone for inspector.js."""

from __future__ import annotations

import pytest
from django.test import Client

from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    return Client(headers={"host": "127.0.0.1:8080", "accept": "text/html"})


def text(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_address_says_which_request_stands_beside_the_list(client: Client) -> None:
    stored = make.stored(provider="openai", error="It went wrong")
    page = text(client, f"/requests?where=provider:openai&inspect={stored.uid}")
    assert f'data-uid="{stored.uid}"' in page
    part = text(client, f"/requests/{stored.uid}/beside?where=provider:openai")
    assert "It went wrong" in part
    # What it opens goes on within the list's filter.
    assert f'href="/requests/{stored.uid}?where=provider:openai"' in part
    for gone in ("nonsense", "01a2197c-2d1c-76ea-a181-f97cf22963c6"):
        assert "data-uid" not in text(client, f"/requests?inspect={gone}")
    missing = "/requests/01a2197c-2d1c-76ea-a181-f97cf22963c6/beside"
    assert client.get(missing).status_code == 404
