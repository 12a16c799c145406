"""The usage chunk that Weir asked for never reaches the client."""

from __future__ import annotations

import pytest

from proxy.forward.include_usage import UsageChunkStripper

TEXT = b'data: {"choices":[{"delta":{"content":"a"}}],"usage":null}\n\n'
TEXT_FOR_CLIENT = b'data: {"choices":[{"delta":{"content":"a"}}]}\n\n'
USAGE = b'data: {"choices":[],"usage":{"prompt_tokens":1}}\n\n'
DONE = b"data: [DONE]\n\n"
AZURE = b'data: {"choices":[],"prompt_filter_results":[],"usage":null}\n\n'
SHARED = b'data: {"choices":[{"finish_reason":"stop"}],"usage":{"prompt_tokens":1}}\n\n'


def stripped(body: bytes, size: int) -> bytes:
    stripper = UsageChunkStripper()
    passed = [stripper.feed(body[at : at + size]) for at in range(0, len(body), size)]
    return b"".join([*passed, stripper.finish()])


@pytest.mark.parametrize("size", [1, 2, 5, 17, 10_000])
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_usage_goes_and_all_else_stays(size: int, end: bytes) -> None:
    body = (TEXT + b": comment\n\n" + USAGE + DONE).replace(b"\n", end)
    expected = (TEXT_FOR_CLIENT + b": comment\n\n" + DONE).replace(b"\n", end)
    assert stripped(body, size) == expected


def test_empty_choices_alone_are_no_usage_chunk() -> None:
    assert stripped(AZURE, 9) == AZURE.replace(b',"usage":null', b"")


def test_usage_beside_a_finish_reason_stays() -> None:
    assert stripped(SHARED, 9) == SHARED


def test_a_missing_last_newline_is_not_invented() -> None:
    assert stripped(TEXT_FOR_CLIENT + b"data: [DONE]", 4) == (
        TEXT_FOR_CLIENT + b"data: [DONE]"
    )


def test_text_that_speaks_of_usage_stays() -> None:
    body = b'data: {"choices":[{"delta":{"content":"\\"usage\\":null"}}]}\n\n'
    assert stripped(body, 7) == body


def test_a_cut_crlf_does_not_hold_its_event_back() -> None:
    stripper = UsageChunkStripper()
    assert stripper.feed(b"data: 1\r\n\r") == b"data: 1\r\n\r"
    assert stripper.feed(b"\ndata: 2") == b"\n"


def test_whole_events_leave_at_once() -> None:
    stripper = UsageChunkStripper()
    assert stripper.feed(TEXT_FOR_CLIENT + b"data: {") == TEXT_FOR_CLIENT
