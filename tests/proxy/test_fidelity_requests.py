"""What the client sends is what the upstream gets: straight against through Weir."""

from __future__ import annotations

import os

import pytest
import zstandard

from tests import answers as a
from tests.proxy.conftest import Line
from tests.proxy.fidelity import assert_same_request
from tests.raw_client import RawClient, request
from tests.upstream import Received, await_gone, send

OK = send(a.as_json({"ok": True}))
BIG = os.urandom(1 << 20) * 10


def compare(line: Line, data: bytes, path: str) -> Received:
    """Send `data` both ways; what arrived through Weir, after the comparison."""
    line.upstream.on(path, OK)
    before = len(line.upstream.received)
    assert line.straight(data).status == 200
    answer = line.through(data)
    assert answer.status == 200, answer.body
    straight, through = line.upstream.received[before:]
    assert_same_request(through, straight)
    return through


METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PURGE", "PROPFIND"]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("body", [b"", b'{"x": 1}'], ids=["empty", "body"])
def test_method(line: Line, method: str, body: bytes) -> None:
    path = "/v1/requests/method"
    compare(line, request(method, path, body=body), path)


QUERIES = [
    "a=b&a=b&x=%2F&y=+&z=",
    "?",
    "alt=sse&key2=%00%ff",
    "a;b=c&&=&%zz",
    "q=1?2/3:4@5",
    "x[]=1&x[0]={}|^`",
    "u=%C3%A9&v=%c3%a9",
    "long=" + "v" * 7000,
]


@pytest.mark.parametrize("query", QUERIES, ids=range(len(QUERIES)))
def test_query_string(line: Line, query: str) -> None:
    path = "/v1/requests/query"
    compare(line, request("GET", f"{path}?{query}"), path)


PATHS = [
    "a%2Fb",
    "a%20b",
    "~tilde",
    "%7Etilde",
    "caf%C3%A9",
    "caf%c3%a9",
    "a;v=1/b",
    "slash/",
    "double//slash",
    "models/org%2Fmodel:free",
    "a:b@c,d'e(f)!*$&=+",
    "dots...in..name",
    "%25percent%3F",
    "files/file-1/content",
]


@pytest.mark.parametrize("rest", PATHS)
def test_path(line: Line, rest: str) -> None:
    path = f"/v1/paths/{rest}"
    compare(line, request("GET", path), path)


HEADERS: dict[str, tuple[str | bytes, ...]] = {
    "none": (),
    "order and case": ("X-B: 1", "x-a: 2", "X-C: 3", "Accept: */*"),
    "duplicates": ("X-A: 1", "X-B: 2", "x-a: 3", "Accept: a/b", "Accept: c/d"),
    "empty": ("X-Empty:", "X-Last: 1"),
    "latin-1": (b"X-Name: caf\xe9", b"X-Other: \xff\xfe"),
    "UTF-8": ("X-Title: naïve — ok".encode(),),
    "60 KB": ("X-Long: " + "v" * 60_000,),
    "hop-by-hop": (
        "Connection: keep-alive, x-hop",
        "Keep-Alive: 5",
        "X-Hop: 1",
        "TE: trailers",
        "X-End: 1",
    ),
    "Anthropic's": (
        "authorization: Bearer sk-test-1",
        "anthropic-version: 2026-10-21",
        "anthropic-beta: a-1,b-2",
        "anthropic-beta: c-3",
        "X-Stainless-Retry-Count: 0",
    ),
    "keys of three kinds": ("x-api-key: a", "Authorization: Bearer b", "api-key: c"),
    "cookies": ("Cookie: a=1; b=2", "Cookie: c=3"),
    "encodings": ("Accept-Encoding: gzip, deflate, br, zstd", "User-Agent: x/1 (y)"),
    "identity": ("Accept-Encoding: identity",),
    "conditional": ('If-None-Match: "x"', "Range: bytes=0-9"),
    "forwarded": ("X-Forwarded-For: 10.0.0.1", "Forwarded: for=x", "Via: 1.1 a"),
    "node": ("Sec-Fetch-Mode: cors", "User-Agent: node", "Referer: http://localhost/x"),
    "tracing": (
        "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    ),
}


@pytest.mark.parametrize("name", HEADERS)
def test_headers(line: Line, name: str) -> None:
    path = "/v1/embeddings"  # where no key tells whose call it is
    # A model with a route: Anthropic's headers alone would choose that provider.
    body = b'{"model": "claude-test"}'
    compare(line, request("POST", path, *HEADERS[name], body=body), path)


def test_host_names_the_upstream(line: Line) -> None:
    got = compare(line, request("GET", "/v1/requests/host"), "/v1/requests/host")
    hosts = [v for k, v in got.headers if k.lower() == b"host"]
    assert hosts == ["{}:{}".format(*line.upstream.address).encode()]


PART = b'--XX\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\n'
BODIES: dict[str, tuple[str, bytes]] = {
    "JSON": ("application/json", b'{"model": "m", "x": 1.0, "x": 2}'),
    "JSON with a lone surrogate": ("application/json", b'{"a": "\\ud83d"}'),
    "not the JSON it says": ("application/json", b'{"model": '),
    "deep JSON": ("application/json", b"[" * 5000 + b"]" * 5000),
    "a NUL": ("text/plain", b"\x00"),
    "not UTF-8": ("text/plain", bytes(range(256))),
    "form": ("application/x-www-form-urlencoded", b"a=1&b=%20"),
    "multipart": (
        "multipart/form-data; boundary=XX",
        PART + os.urandom(70_000) + b"\r\n--XX--\r\n",
    ),
    "10 MB": ("application/octet-stream", BIG),
    "10 MB JSON": ("application/json", b'{"a": "' + b"v" * (10 << 20) + b'"}'),
}


@pytest.mark.parametrize("name", BODIES)
def test_body(line: Line, name: str) -> None:
    path, (kind, body) = "/v1/requests/body", BODIES[name]
    got = compare(line, request("POST", path, f"Content-Type: {kind}", body=body), path)
    assert got.header("content-length") == b"%d" % len(body)


def test_zstd_body(line: Line) -> None:
    path = "/v1/requests/zstd"
    body = zstandard.compress(b'{"model": "m", "input": "hi"}' * 50)
    compare(line, request("POST", path, "Content-Encoding: zstd", body=body), path)


def test_chunked_body(line: Line) -> None:
    path = "/v1/requests/chunked"
    chunks = a.chunk(b'{"model"') + a.chunk(b': "m"}') + a.LAST_CHUNK
    data = request("POST", path, "Transfer-Encoding: chunked") + chunks
    assert compare(line, data, path).body == b'{"model": "m"}'


def test_empty_body_with_a_length(line: Line) -> None:
    path = "/v1/requests/empty"
    got = compare(line, request("POST", path, "Content-Length: 0"), path)
    assert got.header("content-length") == b"0"
    assert got.header("transfer-encoding") is None


def test_get_gets_no_framing_headers(line: Line) -> None:
    got = compare(line, request("GET", "/v1/requests/get"), "/v1/requests/get")
    assert got.header("content-length") is None
    assert got.header("transfer-encoding") is None


def test_expect_continue_is_answered_and_the_body_follows(line: Line) -> None:
    path, body = "/v1/requests/expect", b"x" * 1000
    line.upstream.on(path, OK)
    with RawClient(line.weir.address) as client:
        headers = ("Expect: 100-continue", f"Content-Length: {len(body)}")
        client.send(request("POST", path, *headers))
        client.sock.settimeout(5)
        assert client.read(4096).startswith(b"HTTP/1.1 100 ")
        client.send(body)
        assert client.read_answer("POST").status == 200
    assert line.upstream.last(path).body == body


def test_an_answer_before_the_body_is_sent_comes_at_once(line: Line) -> None:
    """Upstreams refuse what is too large without reading it."""
    path = "/v1/requests/early"
    refusal = a.as_json({"error": "too large"}, status="413 Payload Too Large")
    line.upstream.on(path, send(refusal), await_gone(), reads_body=False)
    with RawClient(line.weir.address, timeout=5) as client:
        headers = ("Content-Type: audio/wav", "Content-Length: 50000000")
        client.send(request("POST", path, *headers) + b"x" * 100_000)
        answer = client.read_answer("POST")
    assert (answer.status, answer.complete) == (413, True)


def test_requests_on_one_connection(line: Line) -> None:
    line.upstream.on("/v1/requests/again", OK)
    with RawClient(line.weir.address) as client:
        for number in range(20):
            data = request("POST", "/v1/requests/again", body=b"%d" % number)
            client.send(data)
            assert client.read_answer("POST").status == 200
            assert line.upstream.last("/v1/requests/again").body == b"%d" % number


def test_pipelined_requests_are_answered_in_order(line: Line) -> None:
    for number in range(3):
        answer = send(a.whole(b"answer %d" % number))
        line.upstream.on(f"/v1/requests/pipe/{number}", answer)
    with RawClient(line.weir.address) as client:
        client.send(
            b"".join(request("GET", f"/v1/requests/pipe/{n}") for n in range(3))
        )
        bodies = [client.read_answer().body for _ in range(3)]
    assert bodies == [b"answer 0", b"answer 1", b"answer 2"]


OUTSIDE = [
    "/v1/../secret",
    "/v1/%2e%2e/secret",
    "/v1/a/..%2f../../secret",
    "/v1/.%2E/%2e./secret",
]


@pytest.mark.parametrize("path", OUTSIDE)
def test_a_path_never_leaves_the_upstreams_base(line: Line, path: str) -> None:
    line.upstream.on("/*", OK)
    before = len(line.upstream.received)
    line.through(request("GET", path))
    for got in line.upstream.received[before:]:
        assert got.target.startswith(b"/v1/")
        assert b".." not in got.target.replace(b"%2e", b".").replace(b"%2E", b".")
