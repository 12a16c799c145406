"""The last event of every format is known to who passes it on, and no earlier one."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from re._constants import (  # type: ignore[import-not-found]
    BRANCH,
    CATEGORY,
    CATEGORY_SPACE,
    CATEGORY_WORD,
    IN,
    LITERAL,
    MAX_REPEAT,
    SUBPATTERN,
)
from re._parser import parse  # type: ignore[import-not-found]
from typing import Any

import pytest

from proxy.wire import FORMATS
from proxy.wire.amazon_stream import AmazonStreamSplitter
from proxy.wire.faults import FAULT_MARKS
from proxy.wire.json_array import JSONArraySplitter
from proxy.wire.ndjson import NDJSONSplitter
from proxy.wire.sse import SSESplitter
from proxy.wire.stream_events import Splitter
from proxy.wire.terminal import crossing, last_pieces
from tests.proxy.wire.golden import Case, all_cases, case_id

SPLITTERS: dict[bytes, type[Splitter]] = {
    b"\0": AmazonStreamSplitter,
    b"[": JSONArraySplitter,
    b"{": NDJSONSplitter,
}
DO_NOT_STREAM = {
    "anthropic-batch-results",
    "anthropic-batches",
    "anthropic-count-tokens",
    "bedrock-count-tokens",
    "bedrock-embed",
    "bedrock-rerank",
    "cohere-embed",
    "dashscope-embed",
    "gemini-batches",
    "gemini-count-tokens",
    "gemini-embed",
    "gemini-file-content",
    "mistral-ocr",
    "models",
    "ollama-embed",
    "ollama-models",
    "openai-batches",
    "openai-chat-deferred",
    "openai-chat-fetched",
    "openai-chat-stored",
    "openai-embeddings",
    "openai-file-content",
    "openai-files",
    "openai-responses-input-tokens",
    "rerank",
    "vertex-predict",
    "raw",  # it may; how it ends nobody knows
}
WITHOUT_END = {
    # Case → why nothing in its last event says that it is the last.
    "openai-chat/gemini-compat-same-index-no-done": "the [DONE] is left out",
    "openai-chat/watsonx-stream": "it has no [DONE]",
    "lm-studio-chat/stream-cut": "it is cut",
    "anthropic-messages/stream-cut-after-start": "it is cut",
    "openai-chat/cut-with-usage-so-far": "it is cut",
    "openai-chat/error-event-of-text": "its error is no JSON",
    "openai-chat/openai-stream-cut": "it is cut",
    "openai-chat/sse-raw-json-error": "its error is in no event",
    "openai-chat/stray-page": "its error is in no event",
    "openai-chat/stray-pretty-json": "its error is in no event",
}
ENDS_TWICE = {
    # Case → why a client may hang up before the last event as well.
    "gemini-interactions/stream-steps": "a [DONE] stands behind what ends it",
    "openai-responses/responses-done-event": "a [DONE] stands behind what ends it",
}
STREAMS = [
    case
    for case in all_cases()
    if case.expected.get("response", {}).get("is_stream")
    and case.wire_format.name not in DO_NOT_STREAM
]


def events(case: Case) -> list[bytes]:
    splitter = SPLITTERS.get(case.response[:1], SSESplitter)()
    found = splitter.feed(case.response) + splitter.finish()
    return [event.data for event in found]


def test_every_format_that_streams_has_a_mark_and_a_case() -> None:
    marked = {each.name for each in FORMATS if each.terminal_marks}
    assert marked == {each.name for each in FORMATS} - DO_NOT_STREAM
    assert marked == {case.wire_format.name for case in STREAMS}


@pytest.mark.parametrize("case", STREAMS, ids=case_id)
def test_the_last_event_is_known_and_none_before(case: Case) -> None:
    *earlier, last = events(case)
    assert last_pieces().is_in(last) is (case_id(case) not in WITHOUT_END)
    ends = [event for event in earlier if last_pieces().is_in(event)]
    assert len(ends) == (case_id(case) in ENDS_TWICE)


def test_what_a_model_says_is_no_mark() -> None:
    said = rb'"text":"say [done], \"message_stop\" and {\"done\":true,\"error\":{}}"'
    assert not last_pieces().is_in(b'data: {"type":"text_delta",' + said + b"}")


MARKS = [*dict.fromkeys(mark for each in FORMATS for mark in each.terminal_marks)]
MARKS += FAULT_MARKS


@pytest.mark.parametrize("mark", MARKS)
def test_a_mark_goes_on_behind_a_member_only_where_it_is_known_to(mark: bytes) -> None:
    if not crossing([mark]):
        *before, last = parse(mark.decode())
        assert not any(_may_be_an_end(each) for each in before)
        assert last[0] in (IN, LITERAL) or not _may_be_an_end(last)


def _may_be_an_end(part: Any) -> bool:
    """Whether this part of a pattern may be the `{` or the `,` of an object."""
    kind, what = part
    if kind is LITERAL:
        return chr(what) in "{,"
    if kind is CATEGORY:
        return what not in (CATEGORY_SPACE, CATEGORY_WORD)
    if kind is BRANCH:
        return any(_may_be_an_end(each) for way in what[1] for each in way)
    if kind in (SUBPATTERN, MAX_REPEAT):
        return any(_may_be_an_end(each) for each in what[-1])
    return kind is not IN or any(_may_be_an_end(each) for each in what)


@pytest.mark.parametrize("seed", range(30))
def test_pieces_of_a_stream_are_seen_as_each_alone(seed: int) -> None:
    """What was learned of the pieces before changes no answer."""
    random = Random(seed)
    for case in random.sample(STREAMS, 12):
        ends = last_pieces()
        pieces = [b"data: " + event + b"\n\n" for event in events(case)[:60]]
        for piece in pieces * 2:
            for each in (piece, *_mutated(piece, pieces, random)):
                assert ends.is_in(each) is last_pieces().is_in(each), each


def _mutated(piece: bytes, pieces: list[bytes], random: Random) -> Iterator[bytes]:
    """The same with a mark, a word of one, or a part of another piece in it."""
    at = random.randrange(len(piece) + 1)
    plain = random.choice(WORDS)
    part = piece[:at] + plain[: random.randrange(len(plain))]
    yield part + b"1" + piece[at:]
    yield part + b"2" + piece[at:]
    yield piece[:at] + plain + piece[at:]
    yield piece[:at] + random.choice(pieces)[at:]
    comma = piece.rfind(b",", 0, at) + 1
    yield piece[:comma] + plain + b"," + piece[comma:]


WORDS = (
    b"[DONE]",
    b'"error":{"message":"no"}',
    b'"error" : "no"',
    b'"type": "error"',
    b'"code":"Throttled.User","message":"wait"',
    b'"finish_reason":"stop","usage":{},"request_id":"1"',
    b'"finish_reason":"',
    b'"request_id":"2"',
    b'"message_stop"',
    b'"response.completed"',
    b'"done":true',
    b'"finishReason":"STOP"',
    b'"bytes":"xxW1hem9uLWJlZHJvY2staW52b2NhdGlvbk1ldHJpY3xx"',
)
