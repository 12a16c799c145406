"""Answers read in any pieces, held against h11, which was written by others."""

from __future__ import annotations

import random
from collections.abc import Iterator

import h11
import pytest

from proxy.forward.http1.answer import (
    MAX_BARREN,
    MAX_HEAD,
    MAX_HEADERS,
    MAX_INTERIM,
    AnswerReader,
)
from proxy.forward.http1.errors import CUT_LENGTH, Malformed
from proxy.forward.http1.head import whole

ROUNDS = 4_000
OK = b"HTTP/1.1 200 OK\r\n"
Told = tuple[int, bytes, bool] | None
"""Status, body and whether it is whole; None: refused."""


def reader(*pieces: bytes, to_head: bool = False) -> AnswerReader:
    answer = AnswerReader(to_head=to_head)
    for piece in pieces:
        answer.feed(piece)
    return answer


def test_a_body_comes_as_it_was_read() -> None:
    answer = reader(OK + b"Content-Length: 5\r\n\r\nab", b"cd", b"e")
    assert answer.pieces == [b"ab", b"cd", b"e"]
    assert answer.waiting == 5
    assert (answer.is_complete, answer.keep_alive) == (True, True)
    assert answer.taken() == b"abcde"
    assert (answer.pieces, answer.waiting) == ([], 0)


def test_headers_keep_their_bytes() -> None:
    answer = reader(OK + b"X-Odd: caf\xe9\r\nx-odd: 2\r\n\r\n")
    assert answer.headers == [(b"X-Odd", b"caf\xe9"), (b"x-odd", b"2")]


@pytest.mark.parametrize("size", [1, 999])
def test_a_head_with_a_nul_is_refused(size: int) -> None:
    wire = OK + b"X-Odd: a\0b\r\nContent-Length: 2\r\n\r\nhi"
    with pytest.raises(Malformed, match="a field of its head can't be read"):
        reader(*(wire[at : at + size] for at in range(0, len(wire), size)))
    kept = reader(OK + b"Content-Length: 2\r\n\r\na\0")
    assert kept.taken() == b"a\0"


def test_a_trailer_is_no_header() -> None:
    chunked = OK + b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX-T: 1\r\n\r\n"
    answer = reader(chunked)
    assert answer.headers == [(b"Transfer-Encoding", b"chunked")]
    assert (answer.taken(), answer.is_complete) == (b"a", True)


def test_announcements_are_passed_over() -> None:
    early = b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
    for pieces in ([early * 2 + OK + b"\r\n"], [early[:9], early[9:] + OK, b"\r\n"]):
        answer = reader(*pieces)
        assert (answer.status, answer.headers) == (200, [])


def test_an_answer_to_head_has_no_body() -> None:
    answer = reader(OK + b"Content-Length: 5\r\n\r\n", to_head=True)
    assert (answer.is_complete, answer.keep_alive) == (True, True)


@pytest.mark.parametrize("code", [b"000", b"001", b"099"])
def test_a_status_below_100_is_refused(code: bytes) -> None:
    with pytest.raises(Malformed, match="its status line can't be read"):
        reader(b"HTTP/1.1 " + code + b" X\r\nContent-Length: 2\r\n\r\nok")


@pytest.mark.parametrize("end", [b"\n\n", b"\r\n\n", b"\n\r\n"])
def test_lines_may_end_without_a_carriage_return(end: bytes) -> None:
    answer = reader(b"HTTP/1.1 200 OK\nContent-Length: 2" + end + b"ok")
    assert (answer.status, answer.taken()) == (200, b"ok")


def test_without_a_length_the_connection_s_end_is_the_body_s() -> None:
    answer = reader(OK + b"\r\nab")
    assert not answer.is_complete
    assert answer.end() == ""
    assert (answer.is_complete, answer.taken()) == (True, b"ab")


def test_a_length_that_is_not_reached_is_no_end() -> None:
    answer = reader(OK + b"Content-Length: 5\r\n\r\nab")
    assert answer.end() == CUT_LENGTH


@pytest.mark.parametrize(
    "beyond", [b"Content-Length: 2\r\n\r\nokmore", b"Content-Length: 2\r\n\r\nok" + OK]
)
def test_what_comes_behind_an_answer_ends_the_connection(beyond: bytes) -> None:
    answer = reader(OK + beyond)
    assert (answer.taken(), answer.is_complete) == (b"ok", True)
    assert not answer.keep_alive


def test_the_server_says_how_long_it_keeps_the_connection() -> None:
    answer = reader(OK + b"Keep-Alive: timeout=20, max=5\r\nContent-Length: 0\r\n\r\n")
    assert answer.keep_s == 19


def test_a_head_has_its_bounds() -> None:
    with pytest.raises(Malformed, match="longer than Weir reads"):
        reader(OK + b"X: " + b"x" * MAX_HEAD)
    with pytest.raises(Malformed, match="more fields"):
        reader(OK + b"X: y\r\n" * (MAX_HEADERS + 1) + b"\r\n")
    with pytest.raises(Malformed, match="more heads announce it"):
        reader(b"HTTP/1.1 103 Early Hints\r\n\r\n" * (MAX_INTERIM + 1))


@pytest.mark.parametrize(
    ("begun", "more"),
    [
        (b"0\r\nX: ", b"y" * 8192),
        (b"0\r\n", b"X: y\r\n" * 1024),
        (b"3;x=", b"y" * 8192),
    ],
)
def test_what_stands_around_a_body_has_its_bounds(begun: bytes, more: bytes) -> None:
    answer = reader(OK + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n" + begun)
    for _ in range(MAX_BARREN // len(more) - 1):
        answer.feed(more)
    with pytest.raises(Malformed, match="around its body"):
        answer.feed(more * 2)
    assert answer.taken() == b"abc"


def test_a_long_body_in_single_bytes_is_none_of_that() -> None:
    answer = reader(OK + b"Transfer-Encoding: chunked\r\n\r\n")
    for _ in range(MAX_BARREN // 6):
        for piece in (b"00001\r", b"\n", b"a", b"\r\n"):
            answer.feed(piece)
    answer.feed(b"0\r\n\r\n")
    assert (len(answer.taken()), answer.is_complete) == (MAX_BARREN // 6, True)


@pytest.mark.parametrize(
    "secret", [b"sk-secret\r\n\r\n", OK + b"Transfer-Encoding: chunked\r\n\r\nsk-s\r\n"]
)
def test_errors_never_quote_what_came(secret: bytes) -> None:
    with pytest.raises(Malformed) as refused:
        reader(secret)
    assert "sk-" not in str(refused.value)


def test_the_same_as_h11_says() -> None:
    source = random.Random(11)
    kinds: set[Told | str] = set()
    for _ in range(ROUNDS):
        wire, is_closed = _answer(source)
        told = _ours(_pieces(wire, source), is_closed)
        assert told == _theirs(wire, is_closed), (wire, is_closed)
        kinds.add("refused" if told is None else str(told[2]))
    assert kinds == {"refused", "True", "False"}


PLAIN_HEADS = [
    OK + b"Content-Type: application/json\r\nX-Id: a b\r\nDate: Fri, 27 Nov 2026\r\n",
    OK + b"Connection: keep-alive\r\nKeep-Alive: timeout=60, max=9\r\n",
    b"HTTP/1.1 429 Too Many Requests\r\nretry-after: 1\r\n",
    b"HTTP/1.1 599 \r\n",
]
BODIES = [b"", b"{}", b'{"a": 1}\r\n', b"x" * 300, b"0\r\n\r\n", b"\r\n0\r\n\r\n"]
FRAMES = [
    b"Content-Length: %d\r\n\r\n%b",
    b"content-length: %d\r\nX-Last: 1\r\n\r\n%b",
    b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n",
    b"transfer-encoding: Chunked\r\nServer: s\r\n\r\n%X\r\n%b\r\n0\r\n\r\n",
]
SPLICES = [
    *(
        b"\r\n",
        b"\n",
        b"\r",
        b" ",
        b":",
        b": ",
        b"\t",
        b"\0",
        b"\xe9",
        b"0",
        b"1",
        b"x",
    ),
    *(b";", b",", b"Content-Length: 2\r\n", b"Transfer-Encoding: chunked\r\n"),
    *(b"Connection: close\r\n", b"Connection: upgrade\r\nUpgrade: h2c\r\n", b"-"),
    *(b"Proxy-Connection: close\r\n", b"X-A:\r\n", b"X-A:1\r\n", b"X-A: 1 \r\n"),
    *(b" folded\r\n", b"X A: 1\r\n", b"\r\n\r\n", b"HTTP/1.1 100 C\r\n\r\n", b"@"),
]


def test_what_came_whole_is_what_the_parser_reads() -> None:
    """One that comes in two pieces is parsed."""
    source = random.Random(1)
    plain = 0
    for head in PLAIN_HEADS:
        for frame in FRAMES:
            for body in BODIES:
                wire = head + frame % (len(body), body)
                plain += _is_read_alike(wire)
                assert _is_read_alike(wire) or not body or b"\r\n0\r\n" in body
                for _ in range(60):
                    plain += _is_read_alike(_mutated(wire, source))
    assert plain > 400


def _mutated(wire: bytes, source: random.Random) -> bytes:
    for _ in range(source.choice([1, 1, 2])):
        at = source.randrange(len(wire))
        cut = source.choice([0, 0, 1, 2, 9])
        splice = source.choice([b"", *SPLICES])
        if source.random() < 0.3:  # a line of its own
            at = wire.find(b"\r\n", at) + 2
        wire = wire[:at] + splice + wire[at + cut :]
    return wire or b"\0"


def _is_read_alike(wire: bytes) -> bool:
    """Whether it needed no parser; asserts that it would have read the same."""
    assert _read(wire) == _read(wire[:1], wire[1:]), wire
    return whole(wire) is not None


def _read(*pieces: bytes) -> object:
    answer = AnswerReader(to_head=False)
    try:
        for piece in pieces:
            if piece:
                answer.feed(piece)
    except Malformed as malformed:
        return str(malformed), answer.taken()
    is_timed = answer.ended_ns > 0
    told = (answer.status, answer.headers, answer.waiting, answer.taken(), is_timed)
    kept = (answer.is_complete, answer.keep_alive, answer.keep_s)
    return told, kept, answer.end()


def _answer(source: random.Random) -> tuple[bytes, bool]:
    """Bytes of an answer, right or wrong, and whether the connection ends behind."""
    body = source.randbytes(source.choice([0, 1, 7, 300]))
    lines = [source.choice([b"HTTP/1.1 200 OK", b"HTTP/1.0 200 OK", b"HTTP/1.1 500 E"])]
    kind = source.choice(["length", "chunks", "close", "both"])
    size = len(body) + source.choice([0, 0, 0, 1, -1])
    told = source.choice([b"%d", b"%d", b"%d", b"%da", b"-%d"]) % max(size, 0)
    if kind == "both":  # RFC 9112, 6.3: then a length is nothing; h11 minds a wrong one
        told = b"7"
    if kind in ("length", "both"):
        lines += [b"Content-Length: " + told] * source.choice([1, 1, 2])
        if kind == "length" and source.random() < 0.1:
            lines.append(b"Content-Length: 99")
    if kind in ("chunks", "both"):
        lines.append(b"Transfer-Encoding: chunked")
        body = _in_chunks(body, source)
    lines += [b"X-Other: 1"] * source.choice([0, 1])
    wire = b"\r\n".join([*lines, b"", b""]) + body
    cut = len(wire) if source.random() < 0.8 else source.randrange(len(wire))
    return wire[:cut], source.random() < 0.5


def _in_chunks(body: bytes, source: random.Random) -> bytes:
    half = len(body) // 2
    parts = [part for part in (body[:half], body[half:]) if part]
    sizes = [b"%x", b"%X", b"00%x", b"%x;note=1", b"g%x"]
    weights = [8, 2, 1, 1, 1]
    framed = [
        source.choices(sizes, weights)[0] % len(part) + b"\r\n" + part + b"\r\n"
        for part in parts
    ]
    return b"".join(framed) + b"0\r\n\r\n"


def _pieces(wire: bytes, source: random.Random) -> Iterator[bytes]:
    while wire:
        size = source.choice([1, 9, 64, len(wire)])
        yield wire[:size]
        wire = wire[size:]


def _ours(pieces: Iterator[bytes], is_closed: bool) -> Told:
    answer, body = AnswerReader(to_head=False), b""
    try:
        for piece in pieces:
            answer.feed(piece)
            body += answer.taken()
    except Malformed:
        return None
    if is_closed and answer.end():
        return None
    return answer.status, body, answer.is_complete


def _theirs(wire: bytes, is_closed: bool) -> Told:
    peer = h11.Connection(h11.CLIENT)
    peer.send(h11.Request(method="GET", target="/", headers=[("Host", "x")]))
    peer.send(h11.EndOfMessage())
    status, body = 0, b""
    try:
        for data in [wire, b""] if is_closed else [wire]:
            if data or is_closed:
                peer.receive_data(data)
            while True:
                event = peer.next_event()
                if isinstance(event, h11.Response):
                    status = event.status_code
                elif isinstance(event, h11.Data):
                    body += event.data
                elif isinstance(event, h11.EndOfMessage):
                    return status, body, True
                elif isinstance(event, h11.ConnectionClosed):
                    return None
                else:
                    break
    except h11.RemoteProtocolError:
        return None
    return status, body, False
