"""Frames come out of a binary stream whole and checked, in any pieces."""

from __future__ import annotations

import json

import pytest

from proxy.wire.amazon_stream import AmazonStreamSplitter
from proxy.wire.sse import Event
from proxy.wire.terminal import last_pieces
from tests.proxy.wire.amazon_frames import chunk, event, exception, frame, header

FIRST = event("messageStart", {"role": "assistant"})
SECOND = event("metadata", {"usage": {"inputTokens": 1}})
# As botocore's own decoder reads it: made by another encoder than the one here.
RECORDED = bytes.fromhex(
    "0000007700000052abb5d36e0b3a6576656e742d7479706507000c6d657373616765537461727"
    "40d3a636f6e74656e742d747970650700106170706c69636174696f6e2f6a736f6e0d3a6d6573"
    "736167652d747970650700056576656e747b22726f6c65223a2022617373697374616e74227d5"
    "be0d2f5"
)


def read(data: bytes, size: int = 10_000) -> list[Event]:
    splitter = AmazonStreamSplitter()
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    return [each for piece in pieces for each in splitter.feed(piece)]


@pytest.mark.parametrize("size", [1, 5, 64, 10_000])
def test_events_do_not_depend_on_the_pieces(size: int) -> None:
    assert read(FIRST + SECOND, size) == [
        (b"messageStart", b'{"role": "assistant"}', len(FIRST)),
        (b"metadata", b'{"usage": {"inputTokens": 1}}', len(FIRST + SECOND)),
    ]


def test_a_frame_of_another_encoder_is_read() -> None:
    assert read(RECORDED) == [(b"messageStart", b'{"role": "assistant"}', 119)]


def test_what_a_chunk_wraps_is_the_event() -> None:
    (found,) = read(chunk({"type": "ping"}))
    assert (found.name, json.loads(found.data)) == (b"chunk", {"type": "ping"})


def test_a_chunk_that_wraps_no_base64_is_left_as_it_is() -> None:
    (found,) = read(event("chunk", {"bytes": "%%"}))
    assert json.loads(found.data) == {"bytes": "%%"}


def test_headers_of_every_type_are_passed_over() -> None:
    odd = header("flag", b"", 0) + header("byte", b"1", 2) + header("n", b"1234", 4)
    odd += header("raw", b"abc", 6) + header("at", b"12345678", 8)
    named = odd + header("id", b"x" * 16, 9) + header(":event-type", b"ping")
    assert read(frame(named, b"{}")) == [(b"ping", b"{}", len(frame(named, b"{}")))]


def test_an_exception_is_an_error_as_in_other_streams() -> None:
    (found,) = read(exception("throttlingException", {"message": "Slow down."}))
    told = {"type": "throttlingException", "message": "Slow down."}
    assert (found.name, json.loads(found.data)) == (b"error", {"error": told})


def test_an_error_frame_tells_its_code_in_headers() -> None:
    named = header(":message-type", b"error") + header(":error-code", b"Internal")
    (found,) = read(frame(named + header(":error-message", b"Sorry."), b""))
    told = {"type": "Internal", "message": "Sorry."}
    assert json.loads(found.data) == {"error": told}


@pytest.mark.parametrize("place", [-1, -6, 20])
def test_a_damaged_frame_is_left_out_alone(place: int) -> None:
    damaged = bytearray(FIRST)
    damaged[place] ^= 1
    splitter = AmazonStreamSplitter()
    found = splitter.feed(bytes(damaged) + SECOND)
    assert [each.name for each in found] == [b"metadata"]
    assert splitter.dropped == 1


@pytest.mark.parametrize("place", [0, 3, 9])
def test_behind_a_damaged_length_nothing_is_guessed(place: int) -> None:
    damaged = bytearray(SECOND)
    damaged[place] ^= 1
    splitter = AmazonStreamSplitter()
    found = splitter.feed(FIRST + bytes(damaged)) + splitter.feed(FIRST * 3)
    assert [each.name for each in found] == [b"messageStart"]
    assert splitter.dropped == 1


def test_an_oversized_frame_holds_no_memory() -> None:
    splitter = AmazonStreamSplitter(max_event=100)
    assert splitter.feed(event("x", {"a": "b" * 200})) == []
    assert splitter.dropped == 1


def test_a_cut_frame_is_no_event() -> None:
    splitter = AmazonStreamSplitter()
    assert splitter.feed(FIRST[:-1]) == []
    assert splitter.finish() == []


@pytest.mark.parametrize("shift", range(3))
def test_the_last_chunk_is_known_while_it_is_wrapped(shift: int) -> None:
    metrics = {"inputTokenCount": 1, "outputTokenCount": 1}
    last = {"x": "y" * shift, "amazon-bedrock-invocationMetrics": metrics}
    assert last_pieces().is_in(chunk(last))
    assert not last_pieces().is_in(chunk({"x": "amazon-bedrock"}))
