"""A request extends an earlier one when the earlier one's last digest is in it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from proxy.wire import format_for
from proxy.wire.history import DIGEST_SIZE

MARK = {"cache_control": {"type": "ephemeral", "ttl": "1h"}}


def history(body: Any, path: str = "/v1/messages") -> tuple[bytes, ...]:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return format_for("POST", path).read_request(data, path).history


def user(text: str, **more: Any) -> dict[str, Any]:
    return {"role": "user", "content": [{"type": "text", "text": text, **more}]}


def answer(text: str) -> dict[str, Any]:
    return {"role": "assistant", "content": [{"type": "text", "text": text}]}


def test_one_digest_per_message_with_the_system_prompt_first() -> None:
    digests = history({"system": "S", "messages": [user("a"), answer("b")]})
    assert [len(digest) for digest in digests] == [DIGEST_SIZE] * 3


@pytest.mark.parametrize(
    ("path", "first", "second"),
    [
        (
            "/v1/chat/completions",
            {"messages": [user("a")]},
            {"messages": [user("a"), answer("b"), user("c")]},
        ),
        (
            "/v1/responses",
            {"instructions": "S", "input": [user("a")]},
            {"instructions": "S", "input": [user("a"), answer("b"), user("c")]},
        ),
        (
            "/v1beta/models/m:generateContent",
            {"contents": [{"parts": [{"text": "a"}]}]},
            {"contents": [{"parts": [{"text": "a"}]}, {"parts": [{"text": "b"}]}]},
        ),
        (
            "/api/chat",
            {"messages": [user("a")]},
            {"messages": [user("a"), answer("b")]},
        ),
    ],
)
def test_a_longer_history_holds_the_shorter_one(
    path: str, first: Any, second: Any
) -> None:
    shorter, longer = history(first, path), history(second, path)
    assert shorter[-1] in longer
    assert longer[-1] not in shorter


def test_another_beginning_changes_every_later_digest() -> None:
    one = history({"system": "S", "messages": [user("a"), user("b")]})
    other = history({"system": "T", "messages": [user("a"), user("b")]})
    assert not set(one) & set(other)


@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": ")])
def test_cache_marks_that_move_do_not_count(separators: tuple[str, str]) -> None:
    plain = {"system": "S", "messages": [user("a"), answer("b"), user("c")]}
    marked = {
        "system": [{"type": "text", "text": "S", **MARK}],
        "messages": [user("a", **MARK), answer("b"), user("c", **MARK)],
    }
    data = json.dumps(marked, separators=separators).encode()
    expected = json.dumps(plain, separators=separators).encode()
    assert history(data) == history(expected)


def test_a_mark_before_other_members_does_not_count() -> None:
    marked = {"messages": [{"role": "user", "content": [{**MARK, "x": 1}, 2]}]}
    plain = {"messages": [{"role": "user", "content": [{"x": 1}, 2]}]}
    assert history(marked) == history(plain)


def test_a_text_may_become_a_list_of_one_text() -> None:
    as_text = {"messages": [{"role": "user", "content": 'say "hi" \\ [{'}]}
    assert history(as_text) == history({"messages": [user('say "hi" \\ [{')]})


def test_text_about_cache_control_counts() -> None:
    one = {"messages": [user('{"cache_control": {"type": "ephemeral"}, "a": 1}')]}
    other = {"messages": [user('{"a": 1}')]}
    assert history(one) != history(other)


def test_the_checksum_in_claude_codes_system_prompt_does_not_count() -> None:
    def body(checksum: str) -> dict[str, Any]:
        line = f"x-anthropic-billing-header: cc_version=2.1; cch={checksum};"
        blocks = [{"type": "text", "text": line}, {"type": "text", "text": "S"}]
        return {"system": blocks, "messages": [user("a")]}

    assert history(body("1a2b3")) == history(body("9f8e7"))


def test_lone_surrogates_later_on_do_not_change_earlier_digests() -> None:
    first = b'{"messages":[{"role":"user","content":"a"}]}'
    second = first[:-2] + b', {"role":"user","content":"\\ud83d"}]}'
    assert history(first)[-1] == history(second)[0]
    assert len(history(second)) == 2


def test_a_cut_body_keeps_its_model_and_says_so() -> None:
    body = b'{"model":"m","stream":true,"messages":[{"role":"user","content":"a"},{"ro'
    facts = format_for("POST", "/v1/messages").read_request(body, "/v1/messages")
    assert (facts.model, facts.stream) == ("m", True)
    assert facts.notes == ("The request body is not a whole JSON object.",)
