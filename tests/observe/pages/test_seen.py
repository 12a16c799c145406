"""Pages of figures greet with what was there before they were read: none misses any."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC
from html import unescape
from typing import Any
from urllib.parse import parse_qsl

import pytest
from django.db import connection
from django.test import Client

from observe.live.rows import LiveRows
from runs import lifecycle, store
from runs.filters.request_filter import RequestFilter
from runs.models import CapturedRequest, Conversation
from runs.record import ExchangeRecord
from tests import make

pytestmark = pytest.mark.django_db
LIVE = re.compile(
    r'data-live data-query="(.*?)"\s+data-newest="(\d+)" data-pending="(.*?)"'
)


@pytest.fixture
def begun() -> ExchangeRecord:
    """A call under way, in a run and a conversation."""
    record = make.record()
    store.write([make.pending(record)], {})
    run = lifecycle.start("nightly", is_global=False)
    talk = Conversation.objects.create(started_at=make.START)
    CapturedRequest.objects.update(run=run, conversation=talk)
    return record


class Meanwhile:
    """Does something before the query of that number, counted from 1."""

    def __init__(self, number: int, does: Callable[[], Any]) -> None:
        self.asked = 0
        self._number = number
        self._does = does

    def __call__(self, execute: Any, *query: Any) -> Any:
        self.asked += 1
        if self.asked == self._number:
            self._does()
        return execute(*query)


def opened(path: str, number: int, does: Callable[[], Any]) -> tuple[str, int]:
    """The page, in whose making something happens, and how many queries it took."""
    meanwhile = Meanwhile(number, does)
    with connection.execute_wrapper(meanwhile):
        answer = Client(headers={"host": "127.0.0.1:8080"}).get(path)
    assert answer.status_code == 200
    return answer.content.decode(), meanwhile.asked


def hears(html: str) -> bool:
    """What the page's greeting is answered with."""
    found = LIVE.search(html)
    assert found
    query = RequestFilter.from_query(dict(parse_qsl(unescape(found[1]))))
    rows = LiveRows(query, None, UTC, is_quiet=True)
    return rows.missed(int(found[2]), found[3].split()) == {"type": "changed"}


PAGES = ("/", "/runs", "/runs/{run}", "/conversations", "/conversations/{talk}")


@pytest.mark.parametrize("page", [*PAGES, "/settings/alerts"])
@pytest.mark.parametrize("what", ["an end", "a new one"])
def test_what_happens_while_a_page_is_made_is_told_to_it(
    begun: ExchangeRecord, page: str, what: str
) -> None:
    row = CapturedRequest.objects.select_related("run").get()
    assert row.run
    path = page.format(run=row.run.uid, talk=row.conversation_id)
    html, queries = opened(path, 0, str)
    assert not hears(html)

    def happen() -> None:
        store.write([begun if what == "an end" else make.record()], {})
        CapturedRequest.objects.update(run=row.run, conversation=row.conversation)

    html, _ = opened(path, queries, happen)
    assert hears(html)
