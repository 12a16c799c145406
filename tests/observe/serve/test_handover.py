"""`handover.py`, `pages.py`: pages have their own process, and calls don't wait."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from observe.serve.handover import LARGEST, Handover, is_page
from tests.server import PATIENCE_S, WeirServer, wait_until

CALL = json.dumps(
    {"model": "weir-demo-fast", "messages": [{"role": "user", "content": "Hi"}]}
)
PATH = "/v1/chat/completions"
SENT = {"content-type": "application/json"}


@pytest.fixture(scope="module")
def weir(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WeirServer]:
    with WeirServer(tmp_path_factory.mktemp("pages"), "", "--quiet") as server:
        yield server


def pages(weir: WeirServer) -> int:
    [pid] = weir.called("pages")
    return pid


def begun(weir: WeirServer, path: str) -> socket.socket:
    connection = socket.create_connection(weir.address, timeout=PATIENCE_S)
    connection.sendall(f"GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n".encode())
    return connection


def status(connection: socket.socket) -> int:
    with connection:
        return int(connection.recv(13).split()[1])


def called(connection: http.client.HTTPConnection) -> int:
    connection.request("POST", PATH, CALL, SENT)
    answer = connection.getresponse()
    answer.read()
    return answer.status


def test_a_page_that_takes_long_holds_up_no_call(weir: WeirServer) -> None:
    os.kill(pages(weir), signal.SIGSTOP)
    try:
        waiting = begun(weir, "/requests")
        for _ in range(3):
            assert called(http.client.HTTPConnection(*weir.address, timeout=10)) == 200
        waiting.setblocking(False)
        with pytest.raises(BlockingIOError):
            waiting.recv(1)
        waiting.settimeout(PATIENCE_S)
    finally:
        os.kill(pages(weir), signal.SIGCONT)
    assert status(waiting) == 200


def test_connections_that_wait_outlive_the_process_of_the_pages(
    weir: WeirServer,
) -> None:
    before = pages(weir)
    os.kill(before, signal.SIGSTOP)
    waiting = [begun(weir, path) for path in ("/", "/api/requests")]
    os.kill(before, signal.SIGKILL)
    assert [status(each) for each in waiting] == [200, 200]
    assert pages(weir) != before


def test_where_too_many_wait_the_worker_answers_itself(weir: WeirServer) -> None:
    os.kill(pages(weir), signal.SIGSTOP)
    try:
        waiting = [begun(weir, "/requests") for _ in range(400)]
        assert status(waiting.pop()) == 200
    finally:
        os.kill(pages(weir), signal.SIGCONT)
    for each in waiting:
        each.close()


def test_a_call_on_a_page_s_connection_is_recorded_too(weir: WeirServer) -> None:
    def stored() -> int:
        return len([r for r in weir.requests(PATH) if r["outcome"] == "completed"])

    wait_until(lambda: stored() >= 3, "the calls before are recorded")
    before = stored()
    connection = http.client.HTTPConnection(*weir.address, timeout=PATIENCE_S)
    connection.request("GET", "/requests")
    assert b"</html>" in connection.getresponse().read()
    assert called(connection) == 200
    connection.request("GET", "/runs")
    assert b"</html>" in connection.getresponse().read()
    wait_until(lambda: stored() == before + 1, "the call is recorded")


def test_a_head_in_pieces_and_a_large_one_are_answered(weir: WeirServer) -> None:
    for pieces in (
        (b"GET /requ", b"ests HTTP/1.1\r\nhost: localhost\r\n\r\n"),
        (b"GET /requests HTTP/1.1\r\nhost: local", b"host\r\n\r\n"),
        (b"GET /runs HTTP/1.1\r\nhost: localhost\r\nx: ", b"x" * LARGEST, b"\r\n\r\n"),
    ):
        connection = socket.create_connection(weir.address, timeout=PATIENCE_S)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for piece in pieces:
            connection.sendall(piece)
            time.sleep(0.05)
        assert status(connection) == 200


def test_what_is_no_connection_is_let_go() -> None:
    handover, (reading, writing) = Handover(), os.pipe()
    os.set_blocking(reading, False)
    socket.send_fds(handover._giving, [b"first"], [writing])
    os.close(writing)
    with pytest.raises(OSError):
        handover.take()
    with os.fdopen(reading, "rb") as end:
        assert end.read() == b"", "nobody holds the other end"


@pytest.mark.parametrize(
    ("first", "goes"),
    [
        (b"GET / HTTP/1.1\r\n", True),
        (b"GET /requests?where=a%20b HTTP/1.1\r\nhost: x\r\n\r\n", True),
        (b"POST /api/runs HTTP/1.1\r\n", True),
        (b"GET /ws/requests HTTP/1.1\r\n", True),
        (b"GET /healthz HTTP/1.1\r\n", False),
        (b"GET /readyz HTTP/1.1\r\n", False),
        (b"POST /v1/messages HTTP/1.1\r\n", False),
        (b"POST /api/chat HTTP/1.1\r\n", False),
        (b"POST /api/v1/chat/completions HTTP/1.1\r\n", False),
        (b"POST /openai/v1/responses HTTP/1.1\r\n", False),
        (b"GET http://elsewhere/requests HTTP/1.1\r\n", False),
        (b"GET /requ", False),
        (b"\x16\x03\x01\x02", False),
        (b"", False),
    ],
)
def test_what_is_taken_for_a_page(first: bytes, *, goes: bool) -> None:
    assert is_page(first) is goes


def test_it_ends_with_the_others(tmp_path: Path) -> None:
    with WeirServer(tmp_path, "", "--quiet") as server:
        idle = begun(server, "/requests")
        idle.recv(1)
        assert server.stop() == 0
        while idle.recv(65536):
            pass
        idle.close()
