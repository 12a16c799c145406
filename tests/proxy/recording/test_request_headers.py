"""What is remembered of headers' names changes nothing of what they tell."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import pytest

from proxy.recording import request_headers
from proxy.recording.client import client_key
from proxy.recording.request_headers import ToldInHeaders, told_in
from proxy.recording.session import told_session
from proxy.wire.purposes import agent_of, told_by_header

NAMES = (
    *("accept", "user-agent", "content-type", "x-request-id", "traceparent"),
    *("authorization", "x-api-key", "x-auth-token", "cookie", "x-goog-api-key"),
    *("session-id", "x-acme-session-id", "x-parent-session-id", "x-chat-id"),
    *("x-openai-subagent", "x-claude-code-agent-id", "x-claude-code-parent-agent-id"),
)
VALUES = ("", " ", "s1", "Bearer key:0123456789", "key:abcdef0123", "AWS4-HMAC key:0")
QUERIES = ("", "alt=sse", "key=key:9876543210")


def one_by_one(headers: Sequence[tuple[str, str]], query: str) -> ToldInHeaders:
    told = told_session(headers)
    agents = [value for name, value in headers if name == "user-agent"]
    return ToldInHeaders(
        agents[0] if agents else "",
        client_key(headers, query),
        told.key if told else "",
        told.rule if told else "",
        told_by_header(headers),
        agent_of(headers),
    )


@pytest.mark.parametrize("seed", range(20))
def test_one_look_tells_what_each_rule_does(seed: int) -> None:
    dice = Random(seed)
    for _ in range(200):
        names = dice.choices(NAMES, k=dice.randrange(8))
        headers = [(name, dice.choice(VALUES)) for name in names]
        query = dice.choice(QUERIES)
        assert told_in(headers, query) == one_by_one(headers, query), headers


def test_other_values_under_the_same_names_are_read_anew() -> None:
    for number in range(3):
        mark = f"key:000000000{number}"
        headers = [("authorization", mark), ("session-id", f"s{number}")]
        told = told_in(headers, "")
        assert (told.client_key, told.session) == (mark, f"s{number}")


def test_names_that_never_come_again_are_let_go(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(request_headers, "MOST", 10)
    for number in range(100):
        told_in([(f"x-{number}", "")], "")
        assert len(request_headers._known) <= 10
    told_in([("x" * 5000, "")], "")
    assert ("x" * 5000,) not in request_headers._known
