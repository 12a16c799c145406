"""What a head says of its body, said once or several times."""

from __future__ import annotations

import pytest

from proxy.forward.http1 import head as module
from proxy.forward.http1.head import read


def head(
    *fields: bytes, status: bytes = b"HTTP/1.1 200 OK", end: bytes = b"\r\n"
) -> bytes:
    return end.join([status, *fields, b"", b""])


@pytest.mark.parametrize("end", [b"\r\n", b"\n"])
@pytest.mark.parametrize(
    ("fields", "length"),
    [
        ([b"Content-Length: 5"], 5),
        ([b"content-length:5 ", b"x-a: 1"], 5),
        ([b"x-content-length: 7"], None),
        ([b"x-a: content-length", b"content-length: 3"], 3),
        ([b"Transfer-Encoding: chunked"], None),
        ([b"x-a: 1"], None),
        ([], None),
    ],
)
def test_an_ordinary_head_stays_as_it_is(
    fields: list[bytes], length: int | None, end: bytes
) -> None:
    data = head(*fields, end=end)
    found = read(data)
    assert (found.data, found.status, found.length) == (data, 200, length)


@pytest.mark.parametrize(
    "fields",
    [
        [b"content-length: 5", b"x-a: 1", b"Content-Length: 5"],
        [b"content-length: 5, 5", b"x-a: 1"],
        [b"content-length: 5", b"x-a: 1", b"content-length: 5,5"],
        [b"transfer-encoding: identity", b"content-length: 5", b"x-a: 1"],
    ],
)
def test_a_length_said_twice_is_said_once(fields: list[bytes]) -> None:
    found = read(head(*fields))
    assert found.data == head(b"content-length: 5", b"x-a: 1")
    assert found.length == 5


def test_chunks_win_over_a_length() -> None:
    found = read(head(b"content-length: 5", b"TE: x", b"Transfer-Encoding: chunked"))
    assert found.data == head(b"TE: x", b"Transfer-Encoding: chunked")
    assert found.length is None


@pytest.mark.parametrize(
    "fields",
    [
        [b"content-length: 5", b"content-length: 6"],
        [b"content-length: 5, 6"],
        [b"content-length: -1", b"content-length: -1"],
        [b"content-length: five"],
    ],
)
def test_lengths_that_do_not_agree_are_left_to_the_parser(fields: list[bytes]) -> None:
    found = read(head(*fields))
    assert (found.data, found.length) == (head(*fields), None)


@pytest.mark.parametrize("status", [204, 304])
def test_some_answers_have_no_body_whatever_they_say(status: int) -> None:
    line = b"HTTP/1.1 %d X" % status
    assert read(head(b"content-length: 5", status=line)).length == 0


@pytest.mark.parametrize(
    ("line", "interim"),
    [
        (b"HTTP/1.1 100 Continue", True),
        (b"HTTP/1.1 103 Early Hints", True),
        (b"HTTP/1.1 101 Switching Protocols", False),
        (b"HTTP/1.1 200 OK", False),
        (b"HTTP/1.1", False),
    ],
)
def test_another_head_follows_an_interim_one(line: bytes, interim: bool) -> None:
    assert read(head(status=line)).is_interim is interim


def test_a_field_that_goes_on_below_stays_one() -> None:
    data = head(b"x-a: 1", b" 2", b"content-length: 5", b"content-length: 5", b"x: 3")
    assert read(data).data == head(b"x-a: 1", b" 2", b"content-length: 5", b"x: 3")


def test_what_a_field_means_is_remembered_but_not_of_long_names() -> None:
    """An upstream may make up others without end; the parser reads those."""
    before = module._meaning.cache_info().currsize
    for size, known in ((400, 0), (20, 1)):
        name = b"X-%s" % (b"Made-Up" * size)[:size]
        whole = module.whole(head(b"%s: 1" % name, b"Content-Length: 2") + b"ok")
        assert (whole is not None) is bool(known)
        assert module._meaning.cache_info().currsize <= before + 2 * known
