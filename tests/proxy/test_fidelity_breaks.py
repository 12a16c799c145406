"""A broken upstream looks broken to the client too; Weir's own errors say so."""

from __future__ import annotations

import json
import threading
import time

import pytest

from tests import answers as a
from tests.proxy.answer_cases import EVENTS
from tests.proxy.conftest import READ_TIMEOUT, Line
from tests.raw_client import Answer, RawClient, request
from tests.upstream import Peer, Step, await_gone, close, pause, reset, send

STREAM = a.chunked_head("text/event-stream") + a.chunk(EVENTS[0])
BREAKS: dict[str, tuple[Step, ...]] = {
    "closed between chunks": (send(STREAM), close()),
    "closed inside a chunk": (send(STREAM, b"ff\r\ndata: half"), close()),
    "reset between chunks": (send(STREAM), reset()),
    "reset inside a chunk": (send(STREAM, b"ff\r\ndata: half"), reset()),
    "bad chunk size": (send(STREAM), pause(0.05), send(b"zz\r\n"), close()),
    "length cut short": (send(a.head("200 OK", "Content-Length: 9"), b"four"), close()),
    "length reset": (send(a.head("200 OK", "Content-Length: 9"), b"four"), reset()),
    "nothing of the length": (send(a.head("200 OK", "Content-Length: 9")), close()),
    "reset of a body without length": (
        send(a.head("200 OK", "Connection: close"), b"data: 1\n\n"),
        reset(),
    ),
}


@pytest.mark.parametrize("name", BREAKS)
def test_a_break_reaches_the_client(line: Line, name: str) -> None:
    path = f"/v1/breaks/{name.replace(' ', '-')}"
    line.upstream.on(path, *BREAKS[name])
    straight, through = (
        way(request("GET", path)) for way in (line.straight, line.through)
    )
    assert not straight.complete
    assert not through.complete
    assert through.status == 200
    assert straight.body.startswith(through.body)
    # Whole chunks that came before the break reached the client.
    assert through.body.startswith(EVENTS[0]) or "chunk" not in name


def test_what_came_before_the_break_reaches_a_slow_client(line: Line) -> None:
    path, body = "/v1/breaks/slow", bytes(range(256)) * 16_000
    head = a.head("200 OK", f"Content-Length: {len(body) * 2}")
    line.upstream.on(path, send(head, body), close())
    with RawClient(line.weir.address) as client:
        client.send(request("GET", path))
        time.sleep(0.3)
        answer = client.read_answer()
    assert not answer.complete
    assert len(answer.body) == len(body)
    assert answer.body == body


def assert_made_by_weir(answer: Answer, status: int, code: str) -> None:
    assert (answer.status, answer.complete) == (status, True)
    assert answer.header("content-type") == b"application/json"
    assert json.loads(answer.body)["error"]["code"] == code
    assert any(name.lower().startswith(b"x-weir") for name, _ in answer.headers)


NO_ANSWERS: dict[str, tuple[Step, ...]] = {
    "closed": (close(),),
    "reset": (reset(),),
    "half a head": (send(b"HTTP/1.1 200 OK\r\nContent-Ty"), close()),
    "not HTTP": (send(b"SSH-2.0-OpenSSH_9.6\r\n\r\n"), close()),
    "only a 100": (send(b"HTTP/1.1 100 Continue\r\n\r\n"), close()),
}


@pytest.mark.parametrize("name", NO_ANSWERS)
def test_an_upstream_without_an_answer_is_a_502(line: Line, name: str) -> None:
    path = f"/v1/silent/{name.replace(' ', '-')}"
    line.upstream.on(path, *NO_ANSWERS[name])
    answer = line.through(request("POST", path, body=b"{}"))
    assert_made_by_weir(answer, 502, "UPSTREAM_CONNECTION_FAILED")


def test_a_refused_connection_is_a_502(line: Line) -> None:
    body = b'{"model": "refused", "messages": []}'
    kind = "Content-Type: application/json"
    answer = line.through(request("POST", "/v1/chat/completions", kind, body=body))
    assert_made_by_weir(answer, 502, "UPSTREAM_CONNECTION_FAILED")


def test_a_silent_upstream_is_a_504(line: Line) -> None:
    line.upstream.on("/v1/breaks/never", await_gone(READ_TIMEOUT * 5))
    answer = line.through(request("GET", "/v1/breaks/never"))
    assert_made_by_weir(answer, 504, "UPSTREAM_TIMEOUT")


def test_a_post_is_sent_once_even_when_its_connection_dies(line: Line) -> None:
    """A kept-alive connection that is dead must not make a model call run twice."""
    line.upstream.on("/v1/breaks/once", close())
    before = len(line.upstream.received)
    line.through(request("POST", "/v1/breaks/once", body=b"{}"))
    assert len(line.upstream.received) - before == 1


def test_a_connection_closed_while_idle_is_not_used_again(line: Line) -> None:
    """Upstreams close idle connections; the next request must not suffer."""
    line.upstream.on("/v1/breaks/idle", send(a.as_json({})), pause(0.05), close())
    for _ in range(5):
        answer = line.through(request("POST", "/v1/breaks/idle", body=b"{}"))
        assert answer.status == 200, answer.body
        time.sleep(0.15)


def test_a_hundred_clients_at_once(line: Line) -> None:
    """All hundred are inside the upstream at the same time before one is answered."""
    everyone = threading.Barrier(100, timeout=20)

    def meet(peer: Peer) -> None:
        everyone.wait()

    line.upstream.on("/v1/breaks/crowd/*", meet, send(a.sse(*EVENTS)))
    clients = [RawClient(line.weir.address, timeout=30) for _ in range(100)]
    for number, client in enumerate(clients):
        client.send(request("GET", f"/v1/breaks/crowd/{number}"))
    answers = [client.read_answer() for client in clients]
    for client in clients:
        client.leave()
    assert {(answer.status, answer.body) for answer in answers} == {
        (200, b"".join(EVENTS))
    }
