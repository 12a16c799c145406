"""A raw HTTP message of a log, whole or broken off, with chunks or without."""

from __future__ import annotations

import pytest

from runs.importers.http_message import parsed

HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nX-Note: a\xe2\x80\xa8b\r\n"
)
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
ONE, TWO = b'data: {"a":1}\r\n\r\n', b"data: [DONE]\n\n"
CHUNKS = b"%x;ext=1\r\n%b\r\n%X \r\n%b\r\n" % (len(ONE), ONE, len(TWO), TWO)


def test_first_line_headers_and_body_are_taken_apart() -> None:
    message = parsed(HEAD.replace(b"\r\n", b"\n") + b"\nHi\r\n\r\nthere")
    assert message.start == ["HTTP/1.1", "200", "OK"]
    assert message.header("content-type") == "text/event-stream"
    assert message.header("x-note") == "a\u2028b"  # the end of no line
    assert message.header("x-other") == ""
    assert message.body == b"Hi\r\n\r\nthere"


@pytest.mark.parametrize(
    ("kept", "body"),
    [
        (CHUNKS + b"0\r\nTrailer: x\r\n\r\n", ONE + TWO),
        (CHUNKS, ONE + TWO),
        # Logs break off anywhere: in a chunk, behind it, in the next one's size.
        (CHUNKS[: 20 + len(ONE)], ONE + TWO[:4]),
        (CHUNKS[:-1], ONE + TWO),
        (CHUNKS + b"1f", ONE + TWO),
        (CHUNKS + b"1f\r", ONE + TWO),
        # Many keep the body behind the chunks, whose header stays.
        (ONE + TWO, ONE + TWO),
        (b'{"id":"chatcmpl-1"}', b'{"id":"chatcmpl-1"}'),
        (b"5\r\nHello, this is no chunk", b"5\r\nHello, this is no chunk"),
        (CHUNKS + b"and more", CHUNKS + b"and more"),
        (b"", b""),
    ],
)
def test_a_body_comes_without_its_chunks_where_they_were_kept(
    kept: bytes, body: bytes
) -> None:
    assert parsed(CHUNKED + kept).body == body


@pytest.mark.parametrize("data", [b"", b"\r\n\r\n", b"\x16\x03\x01\xff", b"GET"])
def test_what_is_no_message_has_no_first_line(data: bytes) -> None:
    message = parsed(data)
    assert len(message.start) < 2
    assert message.body == b""
