"""Which framing header of an answer counts."""

from __future__ import annotations

import pytest

from proxy.forward.http1.framing import Malformed, interim, settled


def head(*lines: str) -> bytes:
    return "\r\n".join(["HTTP/1.1 200 OK", *lines, "", ""]).encode()


@pytest.mark.parametrize(
    "lines",
    [
        (),
        ("Content-Length: 3",),
        ("Transfer-Encoding: chunked",),
        ("Transfer-Encoding: gzip, chunked",),
        ("X-Content-Length: 3", "X-Content-Length: 4"),
    ],
)
def test_one_way_to_tell_stays_as_it_is(lines: tuple[str, ...]) -> None:
    assert settled(head(*lines)) == head(*lines)


@pytest.mark.parametrize(
    "lines",
    [
        ("Content-Length: 3", "X: y", "content-length:3"),
        ("Content-Length: 3, 3", "X: y"),
    ],
)
def test_equal_lengths_are_one(lines: tuple[str, ...]) -> None:
    assert settled(head(*lines)) == head("content-length: 3", "X: y")


@pytest.mark.parametrize(
    "lines",
    [("Content-Length: 3", "Content-Length: 4"), ("Content-Length: 3, 4",)],
)
def test_different_lengths_are_refused(lines: tuple[str, ...]) -> None:
    with pytest.raises(Malformed, match="two different lengths"):
        settled(head(*lines))


def test_chunks_win_over_a_length() -> None:
    both = head("Content-Length: 3", "Transfer-Encoding: chunked", "X: y")
    assert settled(both) == head("Transfer-Encoding: chunked", "X: y")


@pytest.mark.parametrize(
    ("line", "is_interim"),
    [
        (b"HTTP/1.1 100 Continue\r\n\r\n", True),
        (b"HTTP/1.1 103 Early Hints\r\n\r\n", True),
        (b"HTTP/1.1 100\r\n\r\n", True),
        (b"HTTP/1.1 101 Switching Protocols\r\n\r\n", False),
        (b"HTTP/1.1 200 OK\r\n\r\n", False),
        (b"nonsense\r\n\r\n", False),
    ],
)
def test_an_announcement_is_no_answer(line: bytes, is_interim: bool) -> None:
    assert interim(line) is is_interim
