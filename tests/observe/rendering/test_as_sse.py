"""Events of a stream and when they came."""

from __future__ import annotations

import struct
from itertools import product

import pytest

from observe.rendering.as_sse import SseRenderer, read_events
from observe.rendering.base import Subject
from proxy.forward.include_usage import UsageChunkStripper
from proxy.wire import format_named
from proxy.wire.sse import SSESplitter
from tests.proxy.wire import amazon_frames


def events(data: bytes, kind: str = "text/event-stream") -> list[tuple[str, str]]:
    return [(event.name, event.data) for event in read_events(Subject(data, kind))]


def test_names_data_lines_and_comments() -> None:
    data = b": ping\n\nevent: delta\ndata: a\ndata: b\n\ndata: [DONE]\n\n"
    assert events(data) == [("", ": ping"), ("delta", "a\nb"), ("", "[DONE]")]


def test_all_line_ends_split_events() -> None:
    for end in (b"\n", b"\r\n", b"\r"):
        data = b"data: 1" + end * 2 + b"data: 2" + end * 2
        assert events(data) == [("", "1"), ("", "2")]


@pytest.mark.parametrize("size", [1, 1000])
def test_all_who_cut_a_stream_agree_where_events_end(size: int) -> None:
    """This page, the reader of facts, and who takes a chunk out of a live stream."""
    usage = b'{"choices":[],"usage":{"prompt_tokens":1}}'
    for ends in product((b"\n", b"\r\n", b"\r"), repeat=6):
        lines = (b"data: 1", b"", b"data: " + usage, b"", b"data: 2", b"")
        body = b"".join(line + end for line, end in zip(lines, ends, strict=True))
        chunks = [body[at : at + size] for at in range(0, len(body), size)]
        cut = read_sse(chunks)
        assert [data for _, data in events(body)] == [data.decode() for data in cut]
        stripper = UsageChunkStripper()
        passed = [*map(stripper.feed, chunks), stripper.finish()]
        assert read_sse(passed) == [data for data in cut if data != usage]


def read_sse(chunks: list[bytes]) -> list[bytes]:
    splitter = SSESplitter()
    found = [event for chunk in chunks for event in splitter.feed(chunk)]
    return [event.data for event in found + splitter.finish()]


def test_blank_lines_between_events_are_no_events() -> None:
    assert events(b"\ndata: 1\n\n\ndata: 2\n\n\n\n") == [("", "1"), ("", "2")]


def test_unusual_separators_inside_data_do_not_split() -> None:
    text = "data: a\u2028b\u0085c\x0bd\n\n"
    assert events(text.encode()) == [("", "a\u2028b\u0085c\x0bd")]


def test_a_cut_last_event_is_shown() -> None:
    assert events(b'data: 1\n\ndata: {"cut') == [("", "1"), ("", '{"cut')]


def test_only_lf_ends_a_line_of_ndjson() -> None:
    lines = b'{"a":\r1}\r\n\n{"a":2}'
    assert events(lines, "application/jsonl; charset=utf-8") == [
        ("", '{"a":\r1}'),
        ("", '{"a":2}'),
    ]


def test_ndjson_lines_are_events() -> None:
    assert events(b'{"a":1}\n{"a":2}\n', "application/x-ndjson") == [
        ("", '{"a":1}'),
        ("", '{"a":2}'),
    ]


def test_each_event_has_the_time_of_its_last_byte() -> None:
    first, second = b"data: 1\n\n", b"data: 2\n\n"
    times = struct.pack("<IIII", 5_000, len(first) + 3, 1_234_000, len(second) - 3)
    subject = Subject(first + second, "text/event-stream", chunk_times=times)
    html = SseRenderer().render(subject)
    assert html.index("5.0 ms") < html.index("1.23 s")


def test_the_column_of_names_is_there_where_events_have_names() -> None:
    named, unnamed = b"event: delta\ndata: 1\n\n", b"data: 1\n\n"
    assert "Event</th>" in SseRenderer().render(Subject(named, "text/event-stream"))
    assert "Event</th>" not in SseRenderer().render(
        Subject(unnamed, "text/event-stream")
    )


def test_times_are_not_guessed_for_encoded_streams() -> None:
    times = struct.pack("<II", 5_000, 100)
    subject = Subject(
        b"data: 1\n\n", "text/event-stream", chunk_times=times, is_encoded=True
    )
    assert "5.0 ms" not in SseRenderer().render(subject)


def test_binary_frames_are_events_by_name() -> None:
    kind = "application/vnd.amazon.eventstream"
    data = amazon_frames.event("messageStart", {"role": "assistant"})
    data += amazon_frames.chunk({"type": "ping"})
    data += amazon_frames.exception("throttlingException", {"message": "Slow."})
    assert events(data, kind) == [
        ("messageStart", '{"role": "assistant"}'),
        ("chunk", '{"type": "ping"}'),
        ("error", '{"error": {"type": "throttlingException", "message": "Slow."}}'),
    ]
    subject = Subject(data, kind)
    assert SseRenderer().claims(subject)
    assert "throttlingException" in SseRenderer().render(subject)


def test_lines_of_json_under_another_type_and_lines_of_no_field_are_events() -> None:
    body = b'{"message":{"content":"a"}}\r\n{"done":true}\r\n'
    subject = Subject(body, "application/json", wire=format_named("ollama-chat"))
    assert SseRenderer().claims(subject)
    shown = [event.data for event in read_events(subject)]
    assert shown == ['{"message":{"content":"a"}}', '{"done":true}']
    assert events(b'error: {"code":400}\n\n') == [("", 'error: {"code":400}')]
