"""What an answer holds in memory is bounded, and what is left out is said."""

from __future__ import annotations

import json

from proxy.wire import format_for
from proxy.wire.draft import MAX_TEXT, Draft


def test_long_text_is_cut_with_a_note() -> None:
    reader = format_for("POST", "/chat/completions").reader(200, "text/event-stream")
    delta = {"choices": [{"index": 0, "delta": {"content": "x" * 500_000}}]}
    for _ in range(6):
        reader.feed(b"data: " + json.dumps(delta).encode() + b"\n\n")
    facts = reader.finish()
    assert facts.message is not None
    assert len(facts.message.parts[0].text) == MAX_TEXT
    assert facts.notes == ("The answer is long; its assembled text is cut.",)


def test_finish_may_be_called_again() -> None:
    reader = format_for("POST", "/chat/completions").reader(200, "text/event-stream")
    reader.feed(b'data: {"model":"m"}')
    assert reader.finish() is reader.finish()


def test_blocks_come_out_in_the_order_of_their_slots() -> None:
    draft = Draft()
    draft.add((1, 0), "text", "second")
    draft.add((0, 0), "reasoning", "first")
    message = draft.facts().message
    assert message is not None
    assert [part.text for part in message.parts] == ["first", "second"]


def test_a_stream_under_a_json_content_type_is_a_stream() -> None:
    reader = format_for("POST", "/chat/completions").reader(200, "application/json")
    reader.feed(b'data: {"choices":[]}\n\ndata: [DONE]\n\n')
    facts = reader.finish()
    assert (facts.is_stream, facts.terminal_seen) == (True, True)


def test_a_json_error_under_a_stream_content_type_is_no_stream() -> None:
    reader = format_for("POST", "/chat/completions").reader(400, "text/event-stream")
    reader.feed(b'{"error": {"message": "no", "type": "bad"}}')
    facts = reader.finish()
    assert (facts.is_stream, facts.error, facts.error_type) == (False, "no", "bad")


def test_lines_of_json_under_a_json_content_type_are_a_stream() -> None:
    reader = format_for("POST", "/api/chat").reader(200, "application/json")
    reader.feed(
        b'{"message":{"content":"a"}}\n{"message":{"content":"b"},"done":true}\n'
    )
    facts = reader.finish()
    assert (facts.is_stream, facts.terminal_seen) == (True, True)
    assert facts.message is not None
    assert facts.message.parts[0].text == "ab"


def test_an_empty_stream_has_not_ended() -> None:
    facts = format_for("POST", "/v1/messages").reader(200, "text/event-stream").finish()
    assert (facts.is_stream, facts.terminal_seen) == (True, False)


def test_usage_of_a_very_large_answer_is_read_from_its_ends() -> None:
    reader = format_for("POST", "/v1/embeddings").reader(200, "application/json")
    reader.feed(b'{"model": "m", "data": [')
    for _ in range(40):
        reader.feed(b"0.125," * 50_000)
    reader.feed(b'0], "usage": {"prompt_tokens": 7, "total_tokens": 7}}')
    facts = reader.finish()
    assert (facts.model, facts.usage.input) == ("m", 7)
    assert facts.notes == ("The answer is large: only its ends were read.",)


def test_a_cost_that_grows_with_the_chunks_counts_in_full() -> None:
    reader = format_for("POST", "/chat/completions").reader(200, "text/event-stream")
    for cost in (0.001, 0.002, 0.003, 0):
        chunk = {"choices": [{"index": 0, "delta": {"content": "x"}}]}
        chunk["_hidden_params"] = {"response_cost": cost}  # type: ignore[assignment]
        reader.feed(b"data: " + json.dumps(chunk).encode() + b"\n\n")
    assert str(reader.finish().reported_cost_usd) == "0.003"


def test_a_cost_in_the_usage_goes_before_one_beside_it() -> None:
    reader = format_for("POST", "/chat/completions").reader(200, "text/event-stream")
    usage = {"prompt_tokens": 1, "completion_tokens": 1, "cost": 0.002}
    for body in (
        {"choices": [], "usage": usage},
        {"choices": [], "_hidden_params": {"response_cost": 0.009}},
    ):
        reader.feed(b"data: " + json.dumps(body).encode() + b"\n\n")
    assert str(reader.finish().reported_cost_usd) == "0.002"
