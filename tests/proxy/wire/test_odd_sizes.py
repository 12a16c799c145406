"""A body of millions of brackets or members costs the recorder little time and room."""

from __future__ import annotations

import json
import resource
import time

import pytest

from proxy.wire import format_for
from proxy.wire.blocks import parts_of
from proxy.wire.members import MOST_ELEMENTS, Members

SIZE = 6_000_000
ODD = {
    "deep": b'{"model":"m","messages":' + b"[" * SIZE,
    "lists": b'{"model":"m","messages":[' + b"[]," * (SIZE // 3) + b"[]]}",
    "objects": b'{"model":"m","messages":[' + b"{}," * (SIZE // 3) + b"{}]}",
    "members": b'{"model":"m",' + b'"a":1,' * (SIZE // 6) + b'"b":2}',
    "tools": b'{"model":"m","tools":[' + b"{}," * (SIZE // 3) + b"{}]}",
}
ROOM_KB = 200 * 1024


@pytest.mark.parametrize("name", ODD)
def test_an_odd_body_is_given_up_early(name: str) -> None:
    body, form = ODD[name], format_for("POST", "/v1/chat/completions")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.thread_time()
    facts = form.read_request(body, "/v1/chat/completions")
    for content_type in ("application/json", "text/event-stream"):
        reader = form.reader(200, content_type)
        reader.feed(body)
        assert reader.finish().message is None
    assert time.thread_time() - start < 3
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < ROOM_KB
    assert facts.model == "m"
    assert facts.notes


def test_the_first_of_very_many_messages_are_read_with_a_note() -> None:
    message = b'{"role":"user","content":"a"}'
    outer = Members(b'{"messages":[' + b",".join([message] * 30_000) + b"]}")
    assert len(outer.elements("messages")) == MOST_ELEMENTS
    assert outer.notes.items == [
        "Only the first 20,000 of the request's messages are read."
    ]


@pytest.mark.parametrize("text", ['"\\ud83d"', '"a'])
def test_blanks_before_a_list_hide_no_message_of_an_odd_body(text: str) -> None:
    """Half a surrogate pair, and a body that was cut."""
    form = format_for("POST", "/v1/chat/completions")
    body = '{"model": "m", "messages": [{"role": "user", "content": "Hi"}], "user": '
    messages = form.read_messages((body + text + "}").encode())
    assert [part.text for each in messages for part in each.parts] == ["Hi"]


def test_a_message_has_a_bounded_number_of_parts() -> None:
    assert len(parts_of([{"type": "text", "text": "a"}] * 20_000)) == 10_000


@pytest.mark.parametrize("odd", [True, 7, "text", {"role": "user"}, [7]])
def test_pictures_that_are_no_list_are_no_fault(odd: object) -> None:
    message = {"role": "user", "content": "Hello", "images": odd}
    body = json.dumps({"messages": [message]}).encode()
    facts = format_for("POST", "/api/chat").read_request(body, "/api/chat")
    assert (facts.preview, facts.notes) == ("Hello", ())


def test_messages_that_are_hardly_json_are_no_fault() -> None:
    path = "/model/openai.gpt-oss-120b-1:0/invoke"
    body = b'{"messages": [{"role": "user"},]}'
    facts = format_for("POST", path).read_request(body, path)
    assert facts.model == "openai.gpt-oss-120b-1:0"
