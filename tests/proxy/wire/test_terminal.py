"""The last event of every format is known to who passes it on, and no earlier one."""

from __future__ import annotations

import pytest

from proxy.wire import FORMATS
from proxy.wire.amazon_stream import AmazonStreamSplitter
from proxy.wire.json_array import JSONArraySplitter
from proxy.wire.ndjson import NDJSONSplitter
from proxy.wire.sse import SSESplitter
from proxy.wire.stream_events import Splitter
from proxy.wire.terminal import may_be_last
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
    assert may_be_last(last) is (case_id(case) not in WITHOUT_END)
    ends = [event for event in earlier if may_be_last(event)]
    assert len(ends) == (case_id(case) in ENDS_TWICE)


def test_what_a_model_says_is_no_mark() -> None:
    said = rb'"text":"say [done], \"message_stop\" and {\"done\":true,\"error\":{}}"'
    assert not may_be_last(b'data: {"type":"text_delta",' + said + b"}")
