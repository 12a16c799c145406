"""`/api/conversations` and `/api/turns`."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from runs import lifecycle, store
from runs.models import CapturedRequest, Conversation
from tests import make

pytestmark = pytest.mark.django_db


def get(client: Client, path: str, status: int = 200) -> Any:
    answer = client.get(path)
    assert answer.status_code == status, answer.content
    return answer.json()


@pytest.fixture
def talks() -> None:
    store.write(make.agent_session(3, session="first", seed=1), {})
    store.write(make.agent_session(2, session="", seed=2), {})
    store.write([make.record(operation="models", path="/v1/models")], {})
    run = lifecycle.start("ci", is_global=False)
    first = Conversation.objects.get(key="header:x-session-id:first")
    requests = CapturedRequest.objects.in_conversation(first.pk)
    assert lifecycle.move(requests, run) == 3


@pytest.mark.usefixtures("talks")
def test_conversations_say_which_rule_decided(client: Client) -> None:
    second, first = get(client, "/api/conversations")["items"]
    assert (first["rule"], second["rule"]) == ("header:x-session-id", "history")
    assert (first["request_count"], second["request_count"]) == (3, 2)
    assert first["turn_count"] >= 1
    assert get(client, f"/api/conversations/{first['id']}") == first


@pytest.mark.usefixtures("talks")
def test_conversations_of_a_run_and_by_title(client: Client) -> None:
    [found] = get(client, "/api/conversations?run=ci")["items"]
    assert found["rule"] == "header:x-session-id"
    title = found["title"][:12]
    listed = client.get("/api/conversations", {"q": title.upper()}).json()["items"]
    assert found in listed
    assert get(client, "/api/conversations?q=no%20such%20words")["items"] == []
    assert get(client, "/api/conversations?run=none", 404)["error"]["code"]


@pytest.mark.usefixtures("talks")
def test_turns_of_a_conversation_and_their_requests(client: Client) -> None:
    second, first = get(client, "/api/conversations")["items"]
    turns = get(client, f"/api/turns?conversation={second['id']}")["items"]
    assert sum(turn["request_count"] for turn in turns) == 2
    assert turns[-1]["number"] == 1
    [turn] = [turn for turn in turns if turn["number"] == 1]
    assert turn["run"] is None
    assert get(client, f"/api/turns/{turn['id']}") == turn
    rows = get(client, f"/api/requests?turn={turn['id']}")["items"]
    assert len(rows) == turn["request_count"]
    assert {row["turn"] for row in rows} == {turn["id"]}
    in_run = get(client, "/api/turns?run=ci")["items"]
    assert {turn["conversation"] for turn in in_run} == {first["id"]}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/conversations/12", 404),
        ("/api/turns/12", 404),
        ("/api/turns/0", 422),
        ("/api/turns/9223372036854775808", 422),
        ("/api/conversations/99999999999999999999999", 422),
        ("/api/turns?conversation=9223372036854775808", 422),
        ("/api/turns?cursor=older-99999999999999999999", 422),
        ("/api/requests?turn=99999999999999999999", 422),
    ],
)
def test_ids_that_are_none(client: Client, path: str, status: int) -> None:
    assert get(client, path, status)["error"]["code"]
