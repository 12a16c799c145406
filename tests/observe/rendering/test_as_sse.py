"""Events of a stream and when they came."""

from __future__ import annotations

import struct

from observe.rendering.as_sse import SseRenderer, read_events
from observe.rendering.base import Subject


def events(data: bytes, kind: str = "text/event-stream") -> list[tuple[str, str]]:
    return [(event.name, event.data) for event in read_events(Subject(data, kind))]


def test_names_data_lines_and_comments() -> None:
    data = b": ping\n\nevent: delta\ndata: a\ndata: b\n\ndata: [DONE]\n\n"
    assert events(data) == [("", ": ping"), ("delta", "a\nb"), ("", "[DONE]")]


def test_all_line_ends_split_events() -> None:
    for end in (b"\n", b"\r\n", b"\r"):
        data = b"data: 1" + end * 2 + b"data: 2" + end * 2
        assert events(data) == [("", "1"), ("", "2")]


def test_unusual_separators_inside_data_do_not_split() -> None:
    text = "data: a\u2028b\u0085c\x0bd\n\n"
    assert events(text.encode()) == [("", "a\u2028b\u0085c\x0bd")]


def test_a_cut_last_event_is_shown() -> None:
    assert events(b'data: 1\n\ndata: {"cut') == [("", "1"), ("", '{"cut')]


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
