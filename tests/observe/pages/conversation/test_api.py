"""`/api/conversations/{conversation}/tree`: the page's tree, as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest
from django.test import Client

from observe.pages.conversation import api
from observe.pages.conversation.calls import Call
from observe.pages.conversation.threads import Thread, Threads
from runs.models import CapturedRequest, Conversation
from runs.record import Purpose
from tests import make
from tests.observe.pages.conversation.test_view import (
    SYSTEM,
    TASK,
    called,
    exchange,
    found,
    said,
    told,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    return Client(headers={"host": "127.0.0.1:8080"})


def get(client: Client, path: str) -> dict[str, Any]:
    answer = client.get(path)
    assert answer.status_code == 200, answer.content
    read: dict[str, Any] = answer.json()
    return read


def test_what_began_at_a_call_stands_below_it(client: Client) -> None:
    long = "x" * 600
    talk = [SYSTEM, {"role": "user", "content": f"Mend the gate {long}"}]
    errand = [{"role": "user", "content": f"Look around {long}"}]
    agent = {"purpose": Purpose.SUB_AGENT, "preview": "Look around", "agent": "a1"}
    make.stored(
        told(0, talk, called(1), 800),
        told(0.2, [TASK], said("Mending gates"), 30, purpose=Purpose.TITLE),
        told(2, errand, called(7), 200, **agent),
        told(4, [*errand, called(7), found(7)], said("No."), 300, **agent),
        told(6, [*talk, called(1), found(1)], said("Half."), 900),
        told(8, [*talk, called(1), found(1)], said("All."), 900),
        told(10, talk, said("Summary."), 900, purpose=Purpose.COMPACTION),
        told(12, [SYSTEM, TASK], said("Done."), 300),
    )
    page = f"/api/conversations/{Conversation.objects.get().pk}/tree"
    CapturedRequest.objects.filter(preview="Look around").update(is_unpriced=True)
    tree = get(client, page)
    assert (tree["total"], tree["next"], tree["previous"]) == (8, None, None)
    first, again, last = tree["items"]
    assert [each["number"] for each in (first, again, last)] == [1, 6, 8]
    assert (first["input_tokens"], first["cost_usd"]) == (800, "0.5")
    title, helper, branch = first["below"]
    assert (title["number"], title["purpose"]) == (2, "title")
    assert (helper["type"], helper["name"], helper["told"]) == (
        "sub-agent",
        "a1",
        "time",
    )
    assert (helper["calls"], helper["total_tokens"]) == (2, 540)
    assert (helper["cost_usd"], helper["unpriced_requests"]) == ("1", 2)
    assert helper["duration_ms"] == 3000
    assert [each["number"] for each in helper["items"]] == [3, 4]
    assert (branch["type"], branch["told"]) == ("branch", "again")
    assert [each["number"] for each in branch["items"]] == [5]
    assert again["goes_on_from"] == {"kind": "again", "call": 5}
    shrunk = {"is_compaction": True, "before_tokens": 900, "after_tokens": 300}
    assert last["shrunk"] == shrunk
    assert [each["purpose"] for each in again["below"]] == ["compaction"]


def test_a_long_conversation_has_pages(client: Client) -> None:
    make.stored(*[exchange(n, [TASK], said("Yes"), 30 + n) for n in range(7)])
    page = f"/api/conversations/{Conversation.objects.get().pk}/tree"
    seen, ways = list[int](), list[str]()
    url: str | None = f"{page}?limit=3"
    while url:
        tree = get(client, url)
        seen += [each["number"] for each in _all(tree["items"])]
        ways += [tree["previous"]] if tree["previous"] else []
        url = tree["next"]
    assert sorted(seen) == [1, 2, 3, 4, 5, 6, 7]
    assert [each["number"] for each in _all(get(client, ways[-1])["items"])] == [
        4,
        5,
        6,
    ]
    assert get(client, f"{page}?cursor=older-999999999999999999")["items"] == []
    assert client.get("/api/conversations/999/tree").status_code == 404
    assert client.get(f"{page}?limit=201").status_code == 422
    assert client.get(f"{page}?page=2").status_code in (400, 422)


def test_what_is_nested_deep_stands_side_by_side(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where each of many sub-agents says that the one before started it."""

    def nested(calls: Sequence[Call]) -> Threads:
        under: dict[int, list[Thread | Call]] = {
            before.request.pk: [Thread("agent", [call], "header")]
            for before, call in pairwise(calls)
        }
        return Threads(Thread("main", [calls[0]]), under)

    monkeypatch.setattr(api, "threads", nested)
    make.stored(*[exchange(n, [TASK], said("Yes"), 30 + n) for n in range(200)])
    page = f"/api/conversations/{Conversation.objects.get().pk}/tree?limit=200"
    items = get(client, page)["items"]
    assert [each["number"] for each in _all(items)] == [*range(1, 201)]
    for _ in range(api.DEEPEST):
        items = items[0]["below"][0]["items"]
    assert len(items) == 200 - api.DEEPEST


def _all(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The calls, wherever they stand."""
    found = list[dict[str, Any]]()
    for each in items:
        found += [each] if each["type"] == "call" else []
        found += _all(each.get("below") or each.get("items") or [])
    return found
