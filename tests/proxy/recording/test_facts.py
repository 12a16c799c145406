"""An answer is read from what was kept of it, in the coding and characters it has."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import brotli
import msgspec
import pytest

from proxy.journal.format import Tail
from proxy.recording.bodies import body_of
from proxy.recording.facts import READABLE, SHORT, read_answer, read_request
from proxy.wire import format_for
from proxy.wire.base import Message, RequestFacts, ResponseFacts
from runs.record import CapturedBody, InlineBody, Outcome, Side
from tests.proxy.test_recorder import head, tail

CHAT = format_for("POST", "/v1/chat/completions")
JSON = ("content-type", "application/json")
ANSWER = json.dumps(
    {
        "choices": [{"message": {"content": "Ça va"}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 3, "completion_tokens": 1},
    },
    ensure_ascii=False,
)


def captured(told: Tail, data: bytes) -> CapturedBody:
    return body_of(Side.RESPONSE, InlineBody(data), head(b"0" * 16), told)


def told(*headers: tuple[str, str], **changes: Any) -> Tail:
    plain = tail(b"0" * 16)
    return msgspec.structs.replace(plain, response_headers=list(headers), **changes)


def read(data: bytes, *headers: tuple[str, str], **changes: Any) -> ResponseFacts:
    end = told(*headers, **changes)
    return read_answer(CHAT, end, {Side.RESPONSE: captured(end, data)})


def words(facts: ResponseFacts) -> str:
    return facts.message.parts[0].text if facts.message else ""


@pytest.mark.parametrize("charset", ["utf-8", "utf-16", "utf-8-sig", "utf-32-be"])
def test_any_characters_that_show_themselves(charset: str) -> None:
    assert words(read(ANSWER.encode(charset), JSON)) == "Ça va"


def test_codings_that_are_told_in_two_headers() -> None:
    data = brotli.compress(gzip.compress(ANSWER.encode()))
    coding = "content-encoding"
    facts = read(data, JSON, (coding, "gzip"), (coding, "br"))
    assert (words(facts), facts.notes) == ("Ça va", ())


def test_a_label_without_its_coding() -> None:
    facts = read(ANSWER.encode(), JSON, ("content-encoding", "gzip"))
    assert words(facts) == "Ça va"
    assert facts.error is None


@pytest.mark.parametrize("kind", ["application/octet-stream", "application/x-json-odd"])
def test_an_answer_under_an_odd_type(kind: str) -> None:
    assert words(read(ANSWER.encode(), ("content-type", kind))) == "Ça va"


def test_half_an_answer_is_no_success_and_its_words_are_kept() -> None:
    facts = read(ANSWER.encode()[:60], JSON)
    assert facts.error == "The answer's JSON ends early."
    assert words(facts) == "Ça va"


@pytest.mark.parametrize("outcome", [Outcome.CLIENT_GONE, Outcome.INTERRUPTED])
def test_what_a_client_did_not_wait_for_is_not_missing(outcome: Outcome) -> None:
    for data in (b"", ANSWER.encode()[:60]):
        assert read(data, JSON, outcome=outcome).error is None


def test_what_was_not_kept_is_not_missing() -> None:
    end = told(JSON)
    cut = replace(captured(end, ANSWER.encode()[:60]), size=5_000)
    large = replace(captured(end, b""), source=_Large(b""))
    for body in (cut, large):
        assert read_answer(CHAT, end, {Side.RESPONSE: body}).error is None


class _Large(InlineBody):
    def __len__(self) -> int:
        return READABLE + 1


def test_what_an_agent_is_where_it_asks_for_nothing_else() -> None:
    asked = {"model": "m", "reasoning_effort": "low", "tools": [{"type": "function"}]}
    data = json.dumps({**asked, "messages": [{"role": "system", "content": "Be"}]})
    began = head(b"0" * 16)
    body = body_of(Side.REQUEST, InlineBody(data.encode()), began, told())
    facts = read_request(CHAT, began, body)
    assert facts.effort == "low"
    assert facts.system_hash
    assert facts.tools_hash


def test_the_end_of_a_long_request_is_kept_for_its_words() -> None:
    texts = ["x" * 20_000, "y" * 20_000, "new"]
    messages = [{"role": "user", "content": text} for text in texts]
    began = head(b"0" * 16)
    for size in (1, 3):
        data = json.dumps({"messages": messages[-size:]}).encode()
        body = body_of(Side.REQUEST, InlineBody(data), began, told())
        newest = read_request(CHAT, began, body).newest
        assert (newest is None) == (size == 1)  # a short one is kept as a whole
    assert newest is not None
    said = [each.parts[0].text for each in newest.but(lambda _: False)]
    assert (len(newest.before), said) == (1, texts[1:])
    seen = newest.since(set(newest.marks[:2]))
    assert (seen.marks, len(seen.before)) == (newest.marks, 2)


class _Broken(type(CHAT)):  # type: ignore[misc]
    def read_request(self, data: bytes, path: str) -> RequestFacts:
        raise ValueError(data)


class _Wordless(type(CHAT)):  # type: ignore[misc]
    def read_messages(self, body: bytes) -> Sequence[Message]:
        raise ValueError(body)


def test_messages_that_cannot_be_read_cost_no_facts() -> None:
    began = head(b"0" * 16)
    data = json.dumps({"model": "one", "messages": [{"content": "x" * SHORT}]})
    body = body_of(Side.REQUEST, InlineBody(data.encode()), began, told())
    facts = read_request(_Wordless(), began, body)
    assert (facts.model, facts.newest) == ("one", None)


def test_a_reader_that_fails_is_told_without_what_it_read() -> None:
    began = head(b"0" * 16)
    body = body_of(Side.REQUEST, InlineBody(b'{"prompt": "secret"}'), began, told())
    (note,) = read_request(_Broken(), began, body).notes
    assert note.startswith("Request not understood: ValueError at test_facts.py:")
    assert "secret" not in note
