"""Sending again from a request's page, and the two answers side by side."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from runs.models import CapturedRequest
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    return Client(headers={"host": "127.0.0.1:8080", "accept": "text/html"})


def answer(text: str) -> bytes:
    message = {"role": "assistant", "content": text}
    return json.dumps({"choices": [{"message": message}]}).encode()


def test_both_answers_are_compared_on_both_pages(client: Client) -> None:
    first = make.record(response=answer("one\ntwo"))
    again = make.record(response=answer("one\nthree"), resend_of=first.uid)
    make.stored(first, again)
    for record, other in ((first, again), (again, first)):
        page = client.get(f"/requests/{record.uid}?tab=again").content.decode()
        assert f'href="/requests/{other.uid}?tab=again"' in page
        assert '<span class="removed">-two' in page
        assert '<span class="added">+three' in page
    CapturedRequest.objects.filter(uid=first.uid).delete()
    left = client.get(f"/requests/{again.uid}?tab=again")
    assert b"isn't stored" in left.content or b"isn&#x27;t stored" in left.content


def test_what_cant_be_sent_is_a_page_that_says_why(client: Client) -> None:
    row = make.stored()
    assert b"Send again" in client.get(row.get_absolute_url()).content
    assert b'id="tab-again"' not in client.get(row.get_absolute_url()).content
    said = client.post(f"{row.get_absolute_url()}/resend", {"to": "nowhere"})
    assert said.status_code == 422
    assert b"is no provider" in said.content
    # Nothing forwards in a process without a worker.
    assert client.post(f"{row.get_absolute_url()}/resend").status_code == 503
    gone = client.post(f"/requests/{make.uid()}/resend")
    assert gone.status_code == 404
