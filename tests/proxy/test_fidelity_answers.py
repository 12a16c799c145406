"""What the upstream answers is what the client gets: straight against through Weir."""

from __future__ import annotations

import re

import pytest

from tests import answers as a
from tests.proxy.answer_cases import CASES, EVENTS
from tests.proxy.conftest import Line
from tests.proxy.fidelity import assert_same_answer
from tests.raw_client import request
from tests.upstream import close, paced, send


def path_of(name: str) -> str:
    return "/v1/answers/" + re.sub(r"\W+", "-", name)


def compare(line: Line, data: bytes) -> None:
    assert_same_answer(line.through(data), line.straight(data))


@pytest.mark.parametrize("name", CASES)
def test_answer_comes_through_unchanged(line: Line, name: str) -> None:
    line.upstream.on(path_of(name), *CASES[name])
    data = request("POST", path_of(name), body=b'{"model": "m", "stream": true}')
    compare(line, data)


@pytest.mark.parametrize("cut", range(1, len(b"".join(EVENTS))))
def test_stream_split_at_any_byte(line: Line, cut: int) -> None:
    body = b"".join(EVENTS)
    pieces = [a.chunk(body[:cut]), a.chunk(body[cut:]) + a.LAST_CHUNK]
    path = f"/v1/answers/split/{cut}"
    line.upstream.on(path, paced([a.chunked_head("text/event-stream"), *pieces], 0.001))
    compare(line, request("GET", path))


HEAD_ANSWERS = {
    "length": a.head("200 OK", "Content-Length: 1234", "x-a: 1"),
    "no-length": a.head("200 OK", "x-a: 1"),
    "chunked": a.head("200 OK", "Transfer-Encoding: chunked"),
    "404": a.head("404 Not Found", "Content-Length: 9"),
    "gzip": a.head("200 OK", "Content-Encoding: gzip", "Content-Length: 20"),
}


@pytest.mark.parametrize("name", HEAD_ANSWERS)
def test_head_has_headers_and_no_body(line: Line, name: str) -> None:
    path = f"/v1/answers/head/{name}"
    line.upstream.on(path, send(HEAD_ANSWERS[name]), close())
    compare(line, request("HEAD", path))


def test_answer_to_an_http_1_0_client(line: Line) -> None:
    line.upstream.on("/v1/answers/old", send(a.as_json(a.CHAT)))
    compare(line, b"GET /v1/answers/old HTTP/1.0\r\nHost: localhost\r\n\r\n")


def test_no_cookie_is_kept_for_the_next_request(line: Line) -> None:
    line.upstream.on("/v1/answers/jar", send(a.as_json({}, "Set-Cookie: jar=1")))
    for _ in range(2):
        line.through(request("GET", "/v1/answers/jar"))
    assert line.upstream.last("/v1/answers/jar").header("cookie") is None
