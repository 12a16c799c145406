"""An answer in the pieces in which it came."""

from __future__ import annotations

import json
import struct
from typing import Any

import pytest
from django.test import Client

from observe.pages.request.replay import TimedPiece, pieces_of
from observe.rendering import Subject
from proxy.wire import format_named
from runs.record import Side
from tests import make

SSE = "text/event-stream"


def delta(**fields: Any) -> bytes:
    return f"data: {json.dumps({'choices': [{'delta': fields}]})}\n\n".encode()


def call(**function: str) -> bytes:
    return delta(tool_calls=[{"index": 0, "function": function}])


def streamed(*chunks: tuple[int, bytes]) -> tuple[bytes, bytes]:
    """The body and its packed times, from milliseconds and bytes."""
    times = (struct.pack("<II", ms * 1000, len(data)) for ms, data in chunks)
    return b"".join(data for _, data in chunks), b"".join(times)


def came(*chunks: tuple[int, bytes], **fields: Any) -> list[TimedPiece]:
    data, times = streamed(*chunks)
    wire = format_named("openai-chat")
    return pieces_of(Subject(data, SSE, wire=wire, chunk_times=times, **fields))


def test_each_piece_has_the_time_at_which_its_event_was_whole() -> None:
    text = delta(content="Hello")
    assert came((100, text[:9]), (300, text[9:]), (900, delta(content=" you"))) == [
        TimedPiece(300.0, "text", "Hello"),
        TimedPiece(900.0, "text", " you"),
    ]


def test_parts_stand_apart_and_a_call_has_its_name() -> None:
    found = came(
        (100, delta(reasoning_content="Let me")),
        (110, delta(reasoning_content=" see.")),  # seen at once
        (400, delta(content="Yes.")),
        (800, call(name="read_file", arguments="")),
        (900, call(arguments='{"path"')),
    )
    assert [(each.at_ms, each.kind, each.text) for each in found] == [
        (100.0, "reasoning", "Let me see."),
        (400.0, "text", "\n\nYes."),
        (800.0, "tool_call", "\n\nread_file "),
        (900.0, "tool_call", '{"path"'),
    ]


def test_what_was_counted_in_other_bytes_is_not_guessed() -> None:
    assert came((100, delta(content="Hello")), is_encoded=True) == []
    assert pieces_of(Subject(b"{}", "application/json")) == []


@pytest.mark.django_db
def test_the_timing_tab_plays_it_and_tells_of_a_stall() -> None:
    steps = [*range(100, 1000, 100), 4_000, 4_100]
    data, times = streamed(*((ms, delta(content=f"<{ms}> ")) for ms in steps))
    body = make.body(data, Side.RESPONSE, content_type=SSE)
    row = make.stored(
        bodies=(make.body(b"{}"), body),
        is_stream=True,
        chunk_times=times,
        duration_ms=4_200.0,
    )
    client = Client(headers={"host": "127.0.0.1:8080", "accept": "text/html"})
    html = client.get(f"{row.get_absolute_url()}?tab=timing").content.decode()
    assert 'data-replay="4200"' in html
    assert 'data-at="4000">&lt;4000&gt; </span>' in html
    assert "nothing came for <b>3.10 s</b>" in " ".join(html.split())
    assert html.count('class="stall"') == 1
