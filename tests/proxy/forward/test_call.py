"""Connections to upstreams that were kept, and die just when they are used again."""

from __future__ import annotations

import hashlib
import json
import os
import threading
import time
from collections.abc import Iterator

import pytest

from tests import answers as a
from tests.proxy.conftest import Line
from tests.raw_client import Answer, request
from tests.server import WeirServer
from tests.upstream import Peer, Step, Upstream, close, pause, reset, send

JSON = "Content-Type: application/json"
BODY = b'{"model": "m-1", "messages": []}'
AGAIN = "Sent again on a new connection"


class OncePerConnection:
    """Answers the first request on each connection; the next one gets `ending`."""

    def __init__(self, *ending: Step, answer: bytes = a.as_json(a.CHAT)) -> None:
        self._ending = ending
        self._answer = answer
        self._known: set[object] = set()

    def __call__(self, peer: Peer) -> None:
        connection = peer.sock
        if connection not in self._known:
            self._known.add(connection)
            peer.send(self._answer)
            return
        for step in self._ending:
            step(peer)


def calls(line: Line, path: str, count: int, body: bytes = BODY) -> list[Answer]:
    return [line.through(request("POST", path, JSON, body=body)) for _ in range(count)]


ENDINGS = {"closed": (close(),), "reset": (reset(),)}


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    """A Weir whose upstream may be silent for longer than a dying connection takes."""
    data_dir = tmp_path_factory.mktemp("kept")
    with Upstream() as upstream, WeirServer(data_dir, f"{upstream.url}/v1") as weir:
        yield Line(upstream, weir)


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_call_that_met_a_dying_connection_is_sent_again(
    line: Line, ending: str
) -> None:
    path = f"/v1/kept/{ending}/chat/completions"
    line.upstream.on(path, OncePerConnection(*ENDINGS[ending]))
    answers = calls(line, path, 4)
    assert [answer.status for answer in answers] == [200] * 4
    line.weir.wait_recorded(4, path)
    rows = line.weir.requests(path)
    assert {row["outcome"] for row in rows} == {"completed"}
    notes = [" ".join(line.weir.detail(row).notes) for row in rows]
    assert any(AGAIN in note for note in notes)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_so_is_every_other_method(line: Line, method: str) -> None:
    path = f"/v1/kept/{method}"
    line.upstream.on(path, OncePerConnection(reset()))
    answers = [line.through(request(method, path)) for _ in range(3)]
    assert [answer.status for answer in answers] == [200] * 3


def test_a_large_body_arrives_whole_the_second_time(line: Line) -> None:
    path = "/v1/kept/large/chat/completions"
    body = b'{"model": "m-1", "messages": ["' + os.urandom(2 << 20).hex().encode()
    body += b'"]}'
    line.upstream.on(path, OncePerConnection(close()))
    assert [answer.status for answer in calls(line, path, 3, body)] == [200] * 3
    got = line.upstream.last(path)
    assert (got.size, got.sha256) == (len(body), hashlib.sha256(body).hexdigest())


def test_what_flowed_through_is_not_sent_again_and_the_error_says_so(
    line: Line,
) -> None:
    path = "/v1/kept/flowing"
    line.upstream.on(path, OncePerConnection(close()))
    data = request(
        "POST", path, "Content-Type: audio/wav", "Transfer-Encoding: chunked"
    )
    data += a.chunk(b"sound") + a.LAST_CHUNK
    answers = [line.through(data) for _ in range(2)]
    assert sorted(answer.status for answer in answers) == [200, 502]
    [error] = [json.loads(x.body)["error"] for x in answers if x.status == 502]
    assert "It wasn't sent again" in error["message"]


def test_a_new_connection_that_dies_is_not_tried_again(line: Line) -> None:
    path = "/v1/kept/new/chat/completions"
    line.upstream.on(
        "/v1/kept/before", send(a.as_json({}, "Connection: close")), close()
    )
    line.through(request("POST", "/v1/kept/before", body=b"{}"))
    time.sleep(4.5)  # whatever else was kept isn't used any more
    line.upstream.on(path, close())
    before = len(line.upstream.received)
    [answer] = calls(line, path, 1)
    assert answer.status == 502
    assert len(line.upstream.received) - before == 1


def test_a_call_that_the_upstream_worked_on_is_not_sent_again(line: Line) -> None:
    """It was closed too late to have been idle: the model may have run."""
    path = "/v1/kept/late/chat/completions"
    line.upstream.on(path, OncePerConnection(pause(2.2), close()))
    answers = calls(line, path, 2)
    assert [answer.status for answer in answers] == [200, 502]
    assert len([g for g in line.upstream.received if g.target == path.encode()]) == 2


def test_half_an_answer_is_not_asked_for_again(line: Line) -> None:
    path = "/v1/kept/half/chat/completions"
    line.upstream.on(path, OncePerConnection(send(b"HTTP/1.1 200 OK\r\nCo"), close()))
    assert [answer.status for answer in calls(line, path, 2)] == [200, 502]


def test_a_server_that_keeps_connections_for_a_second_is_believed(line: Line) -> None:
    path = "/v1/kept/told/chat/completions"
    sockets: list[object] = []
    lock = threading.Lock()

    def told(peer: Peer) -> None:
        with lock:
            sockets.append(peer.sock)
        peer.send(a.as_json(a.CHAT, "Keep-Alive: timeout=1"))

    line.upstream.on(path, told)
    calls(line, path, 2)
    time.sleep(0.7)
    calls(line, path, 1)
    assert sockets[1] is sockets[0]
    assert sockets[2] is not sockets[1]
