"""Oddly spelled answers are passed on; what can't be read is told and not shown."""

from __future__ import annotations

import json
import time

import pytest

from tests import answers as a
from tests.proxy.conftest import Line
from tests.raw_client import request
from tests.upstream import Step, close, pause, send

BODY = json.dumps(a.CHAT).encode()
JSON = b"Content-Type: application/json\r\n"
SIZE = b"Content-Length: %d\r\n" % len(BODY)
CHUNKS = a.chunk(BODY) + a.LAST_CHUNK
OK = b"HTTP/1.1 200 OK\r\n"
CODING = b"Transfer-Encoding: chunked\r\n"

READABLE: dict[str, tuple[Step, ...]] = {
    "length twice": (send(OK + JSON + SIZE + SIZE + b"\r\n" + BODY),),
    "length in a list": (
        send(OK + JSON + b"Content-Length: %d, %d\r\n\r\n" % ((len(BODY),) * 2) + BODY),
    ),
    "length beside chunks": (send(OK + JSON + SIZE + CODING + b"\r\n" + CHUNKS),),
    "a wrong length beside chunks": (
        send(OK + JSON + CODING + b"Content-Length: 3\r\n\r\n" + CHUNKS),
    ),
    "identity beside a length": (
        send(OK + JSON + b"Transfer-Encoding: identity\r\n" + SIZE + b"\r\n" + BODY),
    ),
    "a twofold head, cut": (
        send(OK + JSON + SIZE[:9], SIZE[9:] + SIZE),
        pause(0.05),
        send(b"\r"),
        pause(0.05),
        send(b"\n" + BODY[:4]),
        pause(0.05),
        send(BODY[4:]),
    ),
    "LF alone": (send((OK + JSON + SIZE + SIZE + b"\r\n").replace(b"\r", b"") + BODY),),
    "103, then a length twice": (
        send(b"HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n" + OK + JSON),
        send(SIZE + SIZE + b"\r\n" + BODY),
    ),
    "more behind its length": (
        send(OK + JSON + SIZE + b"\r\n" + BODY + b"and more"),
        close(),
    ),
    "more behind its length, later": (
        send(OK + JSON + SIZE + b"\r\n" + BODY),
        pause(0.05),
        send(b"and more"),
        close(),
    ),
    "more behind its length, in pieces": (
        send(OK + JSON + SIZE + b"\r\n" + BODY[:9]),
        pause(0.05),
        send(BODY[9:] + b"\r\n\r\nHTTP/1.1 500 No\r\n\r\n"),
        close(),
    ),
    "more behind its last chunk": (
        send(OK + JSON + CODING + b"\r\n" + CHUNKS + b"and more"),
        close(),
    ),
    "closed without a word of its end": (send(OK + JSON + b"\r\n" + BODY), close()),
}


@pytest.mark.parametrize("name", READABLE)
def test_an_answer_that_others_read_is_read(line: Line, name: str) -> None:
    path = f"/v1/odd/{name.replace(' ', '-')}/chat/completions"
    line.upstream.on(path, *READABLE[name])
    for _ in range(2):  # the second finds the connection as the first has left it
        time.sleep(0.1)
        answer = line.through(request("POST", path, body=b'{"model": "m-1"}'))
        assert (answer.status, answer.body, answer.complete) == (200, BODY, True)
    line.weir.wait_recorded(2, path)
    for row in line.weir.requests(path):
        assert (row["outcome"], row["is_success"]) == ("completed", 1)
        assert line.weir.detail(row).answer_preview


def test_a_body_where_none_may_be_is_passed_over(line: Line) -> None:
    path = "/v1/odd/bodyless"
    line.upstream.on(path, send(b"HTTP/1.1 204 No Content\r\n" + SIZE + b"\r\n" + BODY))
    answer = line.through(request("POST", path, body=b"{}"))
    assert (answer.status, answer.body, answer.complete) == (204, b"", True)
    line.upstream.on(path, send(OK + JSON + SIZE + b"\r\n" + BODY))
    answer = line.through(request("HEAD", path))
    assert (answer.status, answer.header("content-length")) == (200, SIZE[16:-2])


SECRET = b"sk-secret-of-the-answer"
UNREADABLE: dict[str, tuple[bytes, str]] = {
    "not HTTP": (SECRET + b"\r\n\r\n", "it isn't HTTP/1.1"),
    "two lengths": (
        OK + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n" + SECRET,
        "its Content-Length isn't one number",
    ),
    "a length that is none": (
        OK + b"Content-Length: " + SECRET + b"\r\n\r\n",
        "its Content-Length isn't one number",
    ),
    "a field that is none": (OK + SECRET + b"\r\n\r\n", "a field of its head"),
    "a space in a name": (OK + b"x " + SECRET + b": 1\r\n\r\n", "a field of its head"),
    "too many fields": (
        OK + b"x-a: 1\r\n" * 1100 + SECRET + b": 1\r\n\r\n",
        "more fields than Weir reads",
    ),
    "too long a field": (
        OK + b"x-a: " + SECRET * 20_000 + b"\r\n\r\n",
        "longer than Weir reads",
    ),
    "another protocol": (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n" + SECRET,
        "101",
    ),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_can_not_be_read_is_told_and_never_quoted(line: Line, name: str) -> None:
    path = f"/v1/odd/bad/{name.replace(' ', '-')}"
    sent, sentence = UNREADABLE[name]
    line.upstream.on(path, send(sent), close())
    answer = line.through(request("POST", path, body=b"{}"))
    assert (answer.status, answer.header("x-weir-error")) == (
        502,
        b"UPSTREAM_CONNECTION_FAILED",
    )
    assert sentence in json.loads(answer.body)["error"]["message"]
    row = line.weir.finished(path)
    assert row["outcome"] == "upstream_error"
    assert sentence in row["error"]
    assert SECRET.decode()[:9] not in answer.body.decode() + row["error"]


@pytest.mark.parametrize("rest", [b"zz" + SECRET + b"\r\n", b"5" + SECRET + b"\r\n"])
def test_a_break_inside_a_body_is_told_and_never_quoted(
    line: Line, rest: bytes
) -> None:
    path = f"/v1/odd/break/{rest[:1].decode()}"
    head = a.chunked_head("text/event-stream") + a.chunk(b"data: 1\n\n")
    line.upstream.on(path, send(head), pause(0.05), send(rest), close())
    answer = line.through(request("GET", path))
    assert not answer.complete
    row = line.weir.finished(path)
    assert row["outcome"] == "interrupted"
    assert "the size of a chunk isn't one" in row["error"]
    assert SECRET.decode() not in row["error"]


@pytest.mark.parametrize("status", ["600 X", "777 Lucky", "999 Denied"])
def test_an_odd_status_is_passed_on(line: Line, status: str) -> None:
    path = f"/v1/odd/status/{status[:3]}"
    line.upstream.on(path, send(a.as_json({"e": 1}, status=status)))
    answer = line.through(request("POST", path, body=b"{}"))
    assert (answer.status, answer.complete) == (int(status[:3]), True)
    assert answer.body == b'{"e": 1}'
    row = line.weir.finished(path)
    assert (row["status"], row["outcome"]) == (int(status[:3]), "completed")


@pytest.mark.parametrize("value", [b"a\x01b", b"a\x7fb", b"\x1b[31mred", b"a\x0bb"])
def test_an_odd_value_of_a_header_is_passed_on(line: Line, value: bytes) -> None:
    path = f"/v1/odd/value/{value.hex()}"
    line.upstream.on(path, send(a.as_json({}, b"x-odd: " + value, "x-next: 1")))
    answer = line.through(request("POST", path, body=b"{}"))
    assert (answer.status, answer.complete) == (200, True)
    assert (answer.header("x-odd"), answer.header("x-next")) == (value, b"1")
    assert line.weir.finished(path)["outcome"] == "completed"
