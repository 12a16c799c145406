"""The usage chunk that Weir asks for is recorded, and the client never sees it."""

from __future__ import annotations

import json

import pytest

from tests import answers as a
from tests.proxy.conftest import Line
from tests.raw_client import Answer, request
from tests.upstream import Peer, Received, Step

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
