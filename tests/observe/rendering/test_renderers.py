"""Which views fit a body, and what happens when one fails."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.utils.safestring import SafeString

from observe import rendering
from observe.rendering import RENDERERS, Subject
from proxy.wire import format_named
from runs.record import Side

CHAT = format_named("openai-chat")
HOSTILE = '</pre><script>alert(1)</script><img src=x onerror="alert(2)">'


def names(subject: Subject) -> list[str]:
    return [view.name for view in rendering.choices(subject)]


def chat_request(text: str) -> Subject:
    body = {"model": "m", "messages": [{"role": "user", "content": text}]}
    return Subject(json.dumps(body).encode(), "application/json", Side.REQUEST, CHAT)


def stream(*deltas: dict[str, object]) -> Subject:
    events = [{"choices": [{"index": 0, "delta": delta}]} for delta in deltas]
    lines = [f"data: {json.dumps(event)}\n\n" for event in events]
    data = "".join([*lines, "data: [DONE]\n\n"]).encode()
    return Subject(data, "text/event-stream", Side.RESPONSE, CHAT)


def test_every_renderer_file_is_listed() -> None:
    folder = Path(rendering.__file__).parent
    files = {path.stem.removeprefix("as_") for path in folder.glob("as_*.py")}
    assert len(files) == len(RENDERERS)


def test_json_comes_first_for_json_and_events_for_streams() -> None:
    assert names(chat_request("hi"))[0] == "json"
    assert names(stream({"content": "hi"}))[0] == "events"


def test_a_streamed_answer_can_be_read_as_text() -> None:
    subject = stream({"content": "Hello "}, {"content": "world"})
    assert "Hello world" in rendering.render(subject, "text").html


def test_tool_calls_are_offered_where_there_are_some() -> None:
    call = {"index": 0, "id": "c1", "function": {"name": "ls", "arguments": "{}"}}
    assert "tools" in names(stream({"tool_calls": [call]}))
    assert "tools" not in names(stream({"content": "hi"}))


def test_an_unknown_view_gives_the_best_one() -> None:
    assert rendering.render(chat_request("hi"), "nonsense").name == "json"


def test_hostile_text_is_escaped_in_every_view() -> None:
    subjects = [
        chat_request(HOSTILE),
        stream({"content": HOSTILE}),
        Subject(HOSTILE.encode(), "text/plain"),
        Subject(HOSTILE.encode(), "text/html"),
        Subject(f"event: {HOSTILE}\ndata: {HOSTILE}\n\n".encode(), "text/event-stream"),
        Subject(
            json.dumps({HOSTILE: [HOSTILE, {HOSTILE: 1}]}).encode(), "application/json"
        ),
    ]
    for subject in subjects:
        for view in rendering.choices(subject):
            html = rendering.render(subject, view.name).html
            assert "<script" not in html, view.name
            assert "<img" not in html, view.name


class Broken:
    name = "broken"
    label = "Broken"

    def claims(self, subject: Subject) -> bool:
        return True

    def render(self, subject: Subject) -> SafeString:
        raise KeyError("oh")


def test_a_failing_view_falls_back_to_raw_with_a_note(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(rendering, "RENDERERS", (Broken(), *RENDERERS))
    shown = rendering.render(Subject(b"plain words"), "broken")
    assert (shown.name, "plain words" in shown.html) == ("raw", True)
    assert "Broken" in shown.note
    assert "broken view failed" in caplog.text


def test_binary_bodies_are_shown_as_a_hex_dump() -> None:
    html = rendering.render(Subject(b"PNG\0\x01\xff" * 4)).html
    assert "00000000  50 4e 47 00 01 ff" in html


def test_a_long_raw_body_is_cut_and_says_so() -> None:
    html = rendering.render(Subject(b"x" * (300 * 1024)), "raw").html
    assert "45,056 more bytes" in html


def test_json_deeper_or_larger_than_can_be_laid_out_falls_back() -> None:
    deep = b"[" * 5_000 + b"]" * 5_000
    many = json.dumps([{"a": {}}] * 9_000).encode()
    for data in (deep, many):
        shown = rendering.render(Subject(data, "application/json"), "json")
        assert shown.name == "raw"
        assert shown.note


def test_a_cut_json_body_is_shown_raw() -> None:
    shown = rendering.render(Subject(b'{"a": [1, 2', "application/json"))
    assert shown.name == "raw"
