"""Where an upstream stands, and how a request to it begins."""

from __future__ import annotations

import httpx
import pytest

from proxy.forward.http1.origin import Origin, origin_of, request_head

HERE = Origin(is_tls=False, host="llm.test", port=80, netloc=b"llm.test")


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("http://llm.test", HERE),
        ("https://llm.test", Origin(True, "llm.test", 443, b"llm.test")),
        ("http://llm.test:81", Origin(False, "llm.test", 81, b"llm.test:81")),
        ("https://[::1]:8443", Origin(True, "::1", 8443, b"[::1]:8443")),
    ],
)
def test_an_origin_is_read_from_its_address(url: str, origin: Origin) -> None:
    assert origin_of(httpx.URL(url)) == origin


def test_headers_leave_as_they_are() -> None:
    headers = [(b"HOST", b"x"), (b"X-Odd", b"caf\xe9"), (b"x-odd", b""), (b"A", b"1")]
    assert request_head(HERE, "GET", b"/a%2Fb?c", headers, 0) == (
        b"GET /a%2Fb?c HTTP/1.1\r\nHOST: x\r\nX-Odd: caf\xe9\r\nx-odd: \r\nA: 1\r\n\r\n"
    )


def test_a_host_is_told_first_where_the_client_told_none() -> None:
    head = request_head(HERE, "GET", b"/", [(b"a", b"1")], 0)
    assert head.startswith(b"GET / HTTP/1.1\r\nhost: llm.test\r\na: 1\r\n")


@pytest.mark.parametrize(
    ("method", "size", "line"),
    [
        ("POST", 3, b"content-length: 3\r\n"),
        ("POST", 0, b"content-length: 0\r\n"),
        ("GET", 3, b"content-length: 3\r\n"),
        ("POST", None, b"transfer-encoding: chunked\r\n"),
    ],
)
def test_a_body_has_one_way_to_tell_its_end(
    method: str, size: int | None, line: bytes
) -> None:
    assert line in request_head(HERE, method, b"/", [], size)
    told = [(b"Content-Length", b"3")]
    assert line not in request_head(HERE, method, b"/", told, size)


def test_a_request_without_a_body_tells_nothing() -> None:
    assert request_head(HERE, "GET", b"/", [(b"host", b"x")], 0) == (
        b"GET / HTTP/1.1\r\nhost: x\r\n\r\n"
    )
