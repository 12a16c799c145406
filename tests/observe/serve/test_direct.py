"""Both ways to a client give it the same: straight (uvicorn), and by ASGI (daphne)."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from observe.serve import direct
from observe.serve.direct import CycleAnswer
from tests import answers as a
from tests.proxy.conftest import Line
from tests.raw_client import RawClient, request
from tests.server import WeirServer
from tests.upstream import Step, Upstream, await_gone, close, pause, send, wait_for

EVENTS = [b"data: 1\n\n", b"data: 2\n\n", b"data: [DONE]\n\n"]
BIG = bytes(range(256)) * 32_000
ANSWERS: dict[str, tuple[str, tuple[Step, ...]]] = {
    "whole": ("GET", (send(a.as_json({"a": 1}, "X-Odd: a\tb", "Set-Cookie: c=1")),)),
    "empty": ("POST", (send(a.whole(b"")),)),
    "chunked": ("POST", (send(a.sse(*EVENTS)),)),
    "in pieces": ("POST", (send(a.whole(BIG)[:3000]), pause(0.05), send(BIG[2900:]))),
    "no body": ("DELETE", (send(a.head("204 No Content")),)),
    "not modified": ("GET", (send(a.head("304 Not Modified", "Content-Length: 9")),)),
    "head alone": ("HEAD", (send(a.head("200 OK", "Content-Length: 9")),)),
    "chunks to HEAD": ("HEAD", (send(a.chunked_head("text/plain")),)),
    "error": ("POST", (send(a.whole(b"no", status="599 Odd")),)),
    "until closed": ("GET", (send(a.head("200 OK"), b"to the end"), close())),
}


@pytest.fixture(scope="module", params=["uvicorn", "daphne"])
def line(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Line]:
    data_dir = tmp_path_factory.mktemp(request.param)
    with Upstream() as upstream:
        flags = ("--server", request.param)
        with WeirServer(data_dir, f"{upstream.url}/v1", *flags) as weir:
            yield Line(upstream, weir)


def test_the_client_gets_the_upstreams_answer_on_one_connection(line: Line) -> None:
    with RawClient(line.weir.address) as client:
        for number, (name, (method, steps)) in enumerate(ANSWERS.items()):
            path = f"/v1/both/{number}"
            line.upstream.on(path, *steps)
            data = request(method, path, body=b"{}" if method == "POST" else b"")
            with RawClient(line.upstream.address) as straight:
                straight.send(data)
                wanted = straight.read_answer(method)
            client.send(data)
            got = client.read_answer(method)
            assert (got.status, got.complete) == (wanted.status, True), name
            assert got.body == wanted.body, name
            for field in ("content-type", "x-odd", "set-cookie"):
                assert got.all(field) == wanted.all(field), name


def test_the_head_leaves_before_the_body_is_there(line: Line) -> None:
    go_on = threading.Event()
    if line.weir.data_dir.name.startswith("daphne"):
        go_on.set()  # its head never leaves alone
    path = "/v1/both/head"
    line.upstream.on(
        path,
        send(a.chunked_head("text/event-stream")),
        wait_for(go_on),
        send(b"".join(map(a.chunk, EVENTS)), a.LAST_CHUNK),
    )
    with RawClient(line.weir.address) as client:
        client.send(request("POST", path, "Connection: close", body=b"{}"))
        head = client.read_head()
        assert (head.status, head.header("transfer-encoding")) == (200, b"chunked")
        go_on.set()
        rest = b""
        while piece := client.read(65536):
            rest += piece
    assert rest.endswith(b"0\r\n\r\n"), "and the connection is closed, as was asked"
    assert b"".join(rest.split(b"\r\n")[1::2]) == b"".join(EVENTS)


def test_a_slow_client_gets_all_of_it(line: Line) -> None:
    line.upstream.on("/v1/both/slow", send(a.chunked("text/plain", *[BIG] * 3)))
    with RawClient(line.weir.address) as client:
        client.send(request("GET", "/v1/both/slow"))
        time.sleep(0.3)
        answer = client.read_answer()
        assert (answer.complete, answer.body == BIG * 3) == (True, True)
        client.send(request("GET", "/healthz"))
        assert client.read_answer().status == 200


@pytest.mark.parametrize("late", [b"no request\r\n\r\n", request("GET", "/healthz")])
def test_what_comes_behind_the_last_request_does_not_break_its_answer(
    line: Line, late: bytes
) -> None:
    go_on = threading.Event()
    path = f"/v1/both/late{len(late)}"
    line.upstream.on(
        path,
        send(a.chunked_head("text/event-stream"), a.chunk(EVENTS[0])),
        wait_for(go_on),
        send(b"".join(map(a.chunk, EVENTS[1:])), a.LAST_CHUNK),
    )
    with RawClient(line.weir.address) as client:
        client.send(request("POST", path, "Connection: close", body=b"{}"))
        assert client.read_head().status == 200
        client.send(late)
        time.sleep(0.1)  # nothing shall come of it
        go_on.set()
        rest = b""
        while piece := client.read(65536):
            rest += piece
    assert b"".join(rest.split(b"\r\n")[1::2]) == b"".join(EVENTS)
    assert rest.endswith(b"0\r\n\r\n")


@pytest.mark.parametrize("size", [20, 300_000])
@pytest.mark.parametrize("when", ["before the answer", "in the answer"])
def test_a_client_that_hangs_up_ends_the_call(line: Line, size: int, when: str) -> None:
    path = f"/v1/both/gone{size}/{when[0]}/chat/completions"
    begun = () if when.startswith("b") else (send(a.sse(*EVENTS)[:-20]),)
    line.upstream.on(path, *begun, await_gone())
    with RawClient(line.weir.address) as client:
        client.send(request("POST", path, body=b'{"x": "%s"}' % (b"x" * size)))
        if begun:
            client.read_head()
        else:
            line.upstream.last(path)
    row = line.weir.finished(path)
    assert (row["outcome"], row["status"]) == ("client_gone", 200 if begun else None)


class Connection:
    """Of uvicorn's, as far as an answer looks at it."""

    def __init__(self) -> None:
        self.sent = b""
        self.pieces = 0

    def write(self, data: bytes) -> None:
        self.sent += data

    def goes_on(self) -> None:
        self.pieces += 1

    def rest(self) -> None:
        pass


@pytest.mark.parametrize("is_gone", [False, True])
def test_an_answer_in_pieces_is_told_once_and_never_of_a_closed_connection(
    is_gone: bool,
) -> None:
    connection: Any = Connection()
    cycle: Any = SimpleNamespace(
        scope={"method": "GET"},
        transport=connection,
        flow=None,
        keep_alive=True,
        disconnected=is_gone,
    )
    answer = CycleAnswer(cycle, connection)
    answer.begin(200, [(b"content-type", b"text/event-stream")])
    answer.flush()
    answer.write(b"data: 1\n\n")
    answer.write(b"data: 2\n\n")
    assert connection.pieces == (0 if is_gone else 1)
    assert bool(connection.sent) is not is_gone


def test_names_of_fields_are_remembered_but_not_long_ones() -> None:
    """An upstream may make up others without end."""
    before = direct._spelt.cache_info().currsize
    for size, known in ((400, 0), (20, 1)):
        connection: Any = Connection()
        cycle: Any = SimpleNamespace(
            scope={"method": "GET"}, transport=connection, flow=None, keep_alive=True
        )
        cycle.disconnected = False
        answer = CycleAnswer(cycle, connection)
        name = b"X-%s" % (b"Made-Up" * size)[:size]
        answer.begin(200, [(name, b"1")])
        answer.flush()
        assert b"\r\n%s: 1\r\n" % name.lower() in connection.sent
        assert direct._spelt.cache_info().currsize == before + known
