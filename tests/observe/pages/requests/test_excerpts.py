"""Requests found by their words: list, request, conversation and API say where."""

from __future__ import annotations

import json
import re
from urllib.parse import quote

import pytest
from django.test import Client

from proxy.recording.indexing import TextIndexer
from runs import store
from runs.models import CapturedRequest
from tests import make

pytestmark = pytest.mark.django_db
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def client() -> Client:
    return Client(headers={"host": "127.0.0.1:8080", "accept": "text/html"})


def said(content: str, answer: str) -> dict[str, str]:
    messages = [{"role": "user", "content": content}]
    told = {"choices": [{"message": {"role": "assistant", "content": answer}}]}
    return {
        "request": json.dumps({"messages": messages}),
        "response": json.dumps(told),
        "session": "s",
    }


def test_hits_are_shown_wherever_a_request_is(client: Client) -> None:
    one = make.record(
        **said(f"{HOSTILE} why <b> connection refused", "Nobody listens.")
    )
    store.write([one, make.record(**said("hello", "connection, then refused"))], {})
    indexer = TextIndexer()
    while indexer.step():
        pass
    where = "?where=" + quote('text:"connection refused"')

    html = client.get(f"/requests{where}").content.decode()

    assert html.count('<tr id="r-') == 1
    assert "why &lt;b&gt; <mark>connection refused</mark>" in html
    page = f"/requests/{one.uid}{where}"
    assert f"/requests/{one.uid}?where=text:%22connection%20refused%22" in html
    for address in (page, page + "&tab=request", page + "&tab=request&as=raw"):
        html = client.get(address).content.decode()
        assert "<mark>connection refused</mark>" in html, address
        assert HOSTILE not in html
    assert "<mark>" not in client.get(page + "&tab=headers").content.decode()
    talk = CapturedRequest.objects.latest("pk").conversation_id
    assert f"/conversations/{talk}?where=" in html
    html = client.get(f"/conversations/{talk}{where}").content.decode()
    assert html.count("<mark>") == 1
    found = client.get(f"/api/requests{where}").json()["items"]
    assert [each["id"] for each in found] == [str(one.uid)]


@pytest.mark.parametrize("asked", ['text:"*:"', "text:a*", 'text:"!"'])
def test_a_question_without_a_word_is_told(client: Client, asked: str) -> None:
    answer = client.get(f"/api/requests?where={quote(asked)}")
    assert answer.status_code in (400, 422)
    assert re.search("no word in|at least 2 letters", answer.content.decode())
