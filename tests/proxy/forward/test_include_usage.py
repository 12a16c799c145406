"""The usage chunk that Weir asked for never reaches the client."""

from __future__ import annotations

import re
import time
from random import Random

import pytest

from proxy.forward.include_usage import UsageChunkStripper
from proxy.wire.terminal import last_pieces
from tests.proxy.wire.golden import all_cases

EVENT = re.compile(rb"data:.*?\n\n", re.DOTALL)
TEXT = b'data: {"choices":[{"delta":{"content":"a"}}],"usage":null}\n\n'
TEXT_FOR_CLIENT = b'data: {"choices":[{"delta":{"content":"a"}}]}\n\n'
USAGE = b'data: {"choices":[],"usage":{"prompt_tokens":1}}\n\n'
FINISH = b'data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\n'
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


@pytest.mark.parametrize(
    "chunk",
    [
        b'"choices":null',
        b'"object":"chat.completion.chunk"',
        b'"choices":[{"index":0,"delta":{}}]',
        b'"choices":[{"index":1,"delta":{"content":""},"finish_reason":null}]',
    ],
)
@pytest.mark.parametrize(
    "frame",
    [
        b"id: 7\ndata: %s\n\n",
        b"event: message\ndata:%s\nretry: 5\n\n",
        b": note\ndata: %s\n\n",
        b"data: %s \n\n",
    ],
)
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_it_goes_in_any_shape_and_framing(
    chunk: bytes, frame: bytes, end: bytes
) -> None:
    usage = frame % (b"{%s,%s}" % (chunk, b'"usage":{"prompt_tokens":1}'))
    body = (TEXT + FINISH + usage + DONE).replace(b"\n", end)
    expected = (TEXT_FOR_CLIENT + FINISH + DONE).replace(b"\n", end)
    for size in (*range(1, 12), 10_000):
        assert stripped(body, size) == expected
    for cut in range(len(body)):
        stripper = UsageChunkStripper()
        passed = stripper.feed(body[:cut]) + stripper.feed(body[cut:])
        assert passed + stripper.finish() == expected


@pytest.mark.parametrize(
    "event",
    [
        b'data: {"choices":[{"delta":{"role":"assistant"}}],"usage":{"n":1}}\n\n',
        b'data: {"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a"}]}}],'
        b'"usage":{"n":1}}\n\n',
        b'data: {"error":{"message":"no"},"choices":[],"usage":{"n":1}}\n\n',
        b'data: {"choices":[],"x":{"usage":null}}\n\n',
        b'data: {"choices":[],"usage":\n\n',
        b'data: "usage"\n\n',
    ],
)
def test_content_and_failures_stay(event: bytes) -> None:
    assert stripped(event + DONE, 3) == event + DONE


def test_a_null_goes_wherever_it_stands() -> None:
    first = b'data: {"usage": null, "id":"1","choices":[{"usage":null}]}\n\n'
    assert stripped(first, 5) == b'data: {"id":"1","choices":[{"usage":null}]}\n\n'
    only = b'data: {"usage" : null }\n\n'
    assert stripped(only, 5) == b"data: {}\n\n"


@pytest.mark.parametrize("size", [1, 3, 10_000])
def test_other_members_go_to_the_chunk_that_ends_the_text(size: int) -> None:
    usage = (
        b'data: {"choices":[],"id":"1","sla":2,"none":null,'
        b'"timings":{"prompt_n": 1},"usage":{"prompt_tokens":1}}\n\n'
    )
    finish = b'id: 1\ndata: {"choices":[{"finish_reason":"stop"}],"sla":1%s}\nid: 2\n\n'
    body = TEXT + finish % b"" + usage + DONE
    moved = finish % b',"timings":{"prompt_n":1}'
    assert stripped(body, size) == TEXT_FOR_CLIENT + moved + DONE


def test_members_that_no_chunk_can_take_pass_without_the_usage() -> None:
    usage = b'data: {"choices":[],"usage":{"n":1},"timings":{"prompt_n":1}}\n\n'
    passed = b'data: {"choices":[],"timings":{"prompt_n":1}}\n\n'
    assert stripped(TEXT + usage + DONE, 4) == TEXT_FOR_CLIENT + passed + DONE


def test_the_end_of_the_text_leaves_with_the_next_event() -> None:
    stripper = UsageChunkStripper()
    assert stripper.feed(TEXT + FINISH) == TEXT_FOR_CLIENT
    assert stripper.feed(b": ping\n\n") == FINISH + b": ping\n\n"
    assert stripper.feed(FINISH) + stripper.finish() == FINISH


@pytest.mark.parametrize("size", [999, 10_000, 3_000_000])
def test_an_event_too_large_for_a_usage_chunk_passes_as_it_is(size: int) -> None:
    large = b'data: {"x":"' + b"y" * 2_000_000 + b'","usage":null}\n\n'
    assert stripped(large + USAGE + DONE, size) == large + DONE


def test_small_pieces_of_a_large_event_cost_no_more_each() -> None:
    def seconds(kilobytes: int) -> float:
        body = b'data: {"x":"' + b"y" * kilobytes * 1024 + b'"}\n\n'
        start = time.process_time()
        assert stripped(body, 1) == body
        return time.process_time() - start

    assert seconds(320) < 16 * seconds(40)  # 64 times, were each byte looked at again


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


EVENTS = [
    event
    for case in all_cases()
    if case.wire_format.name == "openai-chat" and b"data:" in case.response
    for event in EVENT.findall(case.response)
]


@pytest.mark.parametrize("seed", range(40))
def test_what_was_learned_of_a_stream_changes_no_byte_of_it(seed: int) -> None:
    random = Random(seed)
    learns, looks = UsageChunkStripper(), UsageChunkStripper()
    learns._looks, looks._looks = 1_000, 0  # this one reads every event
    at = random.randrange(len(EVENTS))
    for event in EVENTS[at : at + 120]:
        piece = event
        if random.random() < 0.2:
            cut = random.randrange(len(event) + 1)
            word = random.choice((b'"usage"', b'"usage":null,', b'"finish_reason":"a"'))
            piece = event[:cut] + word + event[cut:]
        for each in (piece, TEXT) if random.random() < 0.8 else (piece[:7], piece[7:]):
            is_plain = learns.is_plain(each)
            assert (each if is_plain else learns.feed(each)) == looks.feed(each)
            assert not (is_plain and last_pieces().is_in(each))
    assert learns.finish() == looks.finish()
