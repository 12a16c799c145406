"""The usage chunk that Weir asks for is recorded, and the client never sees it."""

from __future__ import annotations

import json

import pytest

from tests import answers as a
from tests.proxy.conftest import Line
from tests.raw_client import Answer, request
from tests.upstream import Peer, Received, Step, reset, send

PATH = "/v1/chat/completions"
WORDS = ("Hel", "lo")
PLAIN = b"".join(a.chat_stream(*WORDS))


def asks_for_usage(got: Received) -> bool:
    options = json.loads(got.body).get("stream_options") or {}
    return bool(options.get("include_usage"))


def stream(cut: int = 0) -> Step:
    """Answers as OpenAI does: the usage chunk only for those who ask; cut at a byte."""

    def step(peer: Peer) -> None:
        usage = a.CHAT_USAGE if asks_for_usage(peer.request) else None
        body = b"".join(a.chat_stream(*WORDS, usage=usage))
        pieces = [body[:cut], body[cut:]] if cut else [body]
        peer.send(a.chunked_head("text/event-stream"))
        for piece in pieces:
            peer.send(a.chunk(piece))
        peer.send(a.LAST_CHUNK)

    return step


def ask(line: Line, **fields: object) -> Answer:
    body = json.dumps({"model": "m-1", "stream": True, "messages": []} | fields)
    kind = "Content-Type: application/json"
    return line.through(request("POST", PATH, kind, body=body.encode()))


@pytest.mark.parametrize("cut", range(0, len(PLAIN) + 120, 7))
def test_the_client_gets_the_stream_it_asked_for(line: Line, cut: int) -> None:
    line.upstream.on(PATH, stream(cut))
    answer = ask(line)
    assert asks_for_usage(line.upstream.last(PATH))
    assert answer.body == PLAIN
    assert answer.complete


@pytest.mark.parametrize("wanted", [True, False])
def test_a_client_that_says_itself_is_left_alone(line: Line, wanted: bool) -> None:
    line.upstream.on(PATH, stream())
    answer = ask(line, stream_options={"include_usage": wanted})
    usage = a.CHAT_USAGE if wanted else None
    assert asks_for_usage(line.upstream.last(PATH)) is wanted
    assert answer.body == b"".join(a.chat_stream(*WORDS, usage=usage))


@pytest.mark.parametrize("status", ["400 Bad Request", "422 Unprocessable Entity"])
def test_an_upstream_that_refuses_is_asked_again_without(
    line: Line, status: str
) -> None:
    refusal = a.as_json({"error": {"message": "unknown stream_options"}}, status=status)

    def step(peer: Peer) -> None:
        if b"stream_options" in peer.request.body:
            return peer.send(refusal)
        return peer.send(a.sse(*a.chat_stream(*WORDS)))

    path = f"/v1/old-{status[:3]}/chat/completions"
    line.upstream.on(path, step)
    body = b'{"model": "m-1", "stream": true, "messages": []}'
    answer = line.through(request("POST", path, body=body))
    assert (answer.status, answer.body) == (200, PLAIN)
    assert line.upstream.last(path).body == body


FINISH = (
    b'data: {"choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":"stop"}]}'
)
DONE = b"data: [DONE]"
# A model of its own: Weir remembers by now that it was refused m-1's usage.
STREAMED = b'{"model":"m-2","stream":true,"messages":[]}'
USAGE = b'"usage":{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15}'


def plays(path: str, line: Line, *events: bytes, end: bytes, cut: int = 0) -> Answer:
    """The events with this line end, cut at a byte, for a client that asks nothing."""
    body = b"".join(event + b"\n\n" for event in events).replace(b"\n", end)
    pieces = [piece for piece in (body[:cut], body[cut:]) if piece]
    line.upstream.on(path, send(a.sse(*pieces)))
    return line.through(request("POST", path, body=STREAMED))


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize(
    ("name", "frame"),
    [
        ("id", b'id: 2\ndata: {"choices":[],%s}'),
        ("event", b'event: message\ndata: {"choices":[],%s}'),
        ("comment", b': ping\ndata: {"choices":[],%s}'),
        ("null", b'data: {"choices":null,%s}'),
        ("absent", b'data: {"object":"chat.completion.chunk",%s}'),
        ("litellm", b'data: {"choices":[{"index":0,"delta":{}}],%s}'),
    ],
)
def test_the_usage_chunk_is_recorded_and_taken_out_in_any_framing(
    line: Line, name: str, frame: bytes, end: bytes
) -> None:
    path = f"/v1/u/{name}-{end.hex()}/chat/completions"
    answer = plays(path, line, FINISH, frame % USAGE, DONE, end=end)
    assert answer.body == b"\n\n".join([FINISH, DONE, b""]).replace(b"\n", end)
    row = line.weir.finished(path)
    assert (row["input_tokens"], row["output_tokens"]) == (10, 5)
    assert (row["is_success"], line.weir.detail(row).answer_preview) == (1, "Hi")


@pytest.mark.parametrize("cut", range(0, 180, 30))
def test_llama_cpp_keeps_its_timings_where_it_puts_them_unasked(
    line: Line, cut: int
) -> None:
    path = f"/v1/u/timings-{cut}/chat/completions"
    timings = b'"timings":{"prompt_n":10,"predicted_n":5}'
    usage = b'data: {"choices":[],%s,%s}' % (USAGE, timings)
    answer = plays(path, line, FINISH, usage, DONE, end=b"\n", cut=cut)
    unasked = FINISH[:-1] + b"," + timings + b"}"
    assert answer.body == b"\n\n".join([unasked, DONE, b""])


def test_what_was_held_arrives_when_the_stream_breaks(line: Line) -> None:
    path = "/v1/u/broken/chat/completions"
    whole, half = FINISH + b"\n\n", b"data: {"
    head = a.chunked_head("text/event-stream")
    line.upstream.on(path, send(head, a.chunk(whole + half)), reset())
    answer = line.through(request("POST", path, body=STREAMED))
    assert (answer.body, answer.complete) == (whole + half, False)
