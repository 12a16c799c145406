"""Answers that must come through unchanged, by name, for test_fidelity_answers."""

from __future__ import annotations

import gzip
import json
import os
import zlib

import brotli
import zstandard

from tests import answers as a
from tests.upstream import Step, close, paced, send

TICK = 0.004
SSE = "text/event-stream"
EVENTS = [
    b'data: {"a": 1}\n\n',
    b': keep-alive\n\nevent: x\ndata: {"t": "h\xc3\xa9"}\n\n',
    b"data: [DONE]\n\n",
]
TEXT = json.dumps({"text": [n * 7919 % 10_007 for n in range(400)]}).encode()
BIG = os.urandom(1 << 20) * 10
NDJSON = [b'{"message": {"content": "H"}}\n', b'{"done": true}\n']
GEMINI = [b'[{"candidates": []}', b',\n{"candidates": []}', b"]"]


def _stream(*pieces: bytes, kind: str = SSE, headers: tuple[str, ...] = ()) -> Step:
    return send(a.chunked(kind, *pieces, headers=headers))


def _slow(*pieces: bytes, kind: str = SSE, headers: tuple[str, ...] = ()) -> Step:
    """The same in chunks that arrive apart."""
    chunks = [a.chunk(piece) for piece in pieces]
    return paced([a.chunked_head(kind, *headers), *chunks, a.LAST_CHUNK], TICK)


def _bytewise(body: bytes, encoding: str) -> Step:
    pieces = [body[i : i + 97] for i in range(0, len(body), 97)]
    return _slow(*pieces, headers=(f"Content-Encoding: {encoding}",))


def _deflate(data: bytes) -> bytes:
    squeeze = zlib.compressobj(wbits=-15)
    return squeeze.compress(data) + squeeze.flush()


STATUSES: dict[str, tuple[Step, ...]] = {
    status: (send(a.as_json({"e": 1}, *headers, status=status)),)
    for status, headers in {
        "201 Created": ("Location: /v1/files/1",),
        "202 Accepted": (),
        "299 Odd": (),
        "300 Multiple Choices": (),
        "301 Moved Permanently": ("Location: https://elsewhere.example/v1/x",),
        "302 Found": ("Location: /v1/there?x=1",),
        "303 See Other": ("Location: ../there",),
        "307 Temporary Redirect": ("Location: //elsewhere.example/",),
        "308 Permanent Redirect": ("Location: /v1/there",),
        "400 Bad Request": (),
        "401 Unauthorized": ('WWW-Authenticate: Bearer realm="x"', "x-a: 1"),
        "407 Proxy Authentication Required": ("x-a: 1",),
        "418 I'm a teapot": (),
        "429 Too Many Requests": (
            "Retry-After: 1",
            "retry-after-ms: 250",
            "x-should-retry: true",
            "x-ratelimit-remaining-tokens: 0",
        ),
        "500 Internal Server Error": ("request-id: req_1",),
        "503 Service Unavailable": ("Retry-After: Wed, 21 Oct 2026 07:28:00 GMT",),
        "529 Overloaded": (),
        "599 Whatever": (),
    }.items()
}

HEADERS: dict[str, tuple[Step, ...]] = {
    "repeated Set-Cookie": (
        send(a.as_json({}, "Set-Cookie: a=1; Path=/", "Set-Cookie: b=2", "x-y: 1")),
    ),
    "same name apart": (
        send(a.as_json({}, "Via: 1.1 a", "x-m: 1", "via: 1.0 b", "X-M: 2")),
    ),
    "latin-1 value": (send(a.as_json({}, b"x-name: caf\xe9 \xff")),),
    "UTF-8 value": (send(a.as_json({}, "x-name: naïve — ok".encode())),),
    "empty value": (send(a.as_json({}, "x-empty:", "x-blank:   ")),),
    "inner spaces and tabs": (send(a.as_json({}, "x-v: a  b\tc, d ;e")),),
    "60 KB value": (send(a.as_json({}, "x-long: " + "v" * 60_000)),),
    "150 headers": (send(a.as_json({}, *(f"x-h-{i}: {i}" for i in range(150)))),),
    "odd names": (send(a.as_json({}, "x_under: 1", "x.dot: 2", "X!#$%&'*+^`|~9: 3")),),
    "date and server": (
        send(
            a.as_json(
                {}, "Date: Tue, 15 Nov 1994 08:12:31 GMT", "Server: vendor/1.2 (x)"
            )
        ),
    ),
    "named in Connection": (
        send(a.as_json({}, "Connection: x-hop, keep-alive", "x-hop: 1", "x-end: 2")),
    ),
    "no content type": (send(a.whole(b"plain")),),
    "provider ids": (
        send(
            a.as_json(
                {},
                "openai-processing-ms: 12",
                "anthropic-ratelimit-requests-remaining: 3",
                "cf-ray: 1-FRA",
                'alt-svc: h3=":443"; ma=86400',
                "strict-transport-security: max-age=1",
                "access-control-allow-origin: *",
            )
        ),
    ),
}

STREAMS: dict[str, tuple[Step, ...]] = {
    "SSE in one write": (_stream(*EVENTS),),
    "SSE chunks apart": (_slow(*EVENTS),),
    "SSE byte by byte": (_slow(*(bytes([byte]) for byte in b"".join(EVENTS)[:40])),),
    "SSE with CRLF": (_slow(b"data: 1\r", b"\n\r", b"\ndata: 2\r\n\r\n"),),
    "SSE with CR": (_slow(b"data: 1\r\r", b"data: 2\r\r"),),
    "SSE comments and retry": (
        _slow(b":\n\n", b": OPENROUTER PROCESSING\n\n", b"retry: 10\nid: 7\n\n"),
    ),
    "SSE multi-line data": (_slow(b"data: {\ndata: }\n\n", b"data\n\n"),),
    "U+2028, U+2029, U+0085": (
        _slow("data: a\u2028b\u2029c\u0085d\x0be\n\n".encode()),
    ),
    "byte order mark": (_slow(b"\xef\xbb\xbfdata: 1\n\n"),),
    "UTF-8 cut in a character": (_slow(b"data: \xf0\x9f", b"\x98\x80\n\n"),),
    "invalid UTF-8": (_slow(b"data: \xff\xfe\x00\n\n"),),
    "NUL bytes": (_slow(b"data: \x00\x00\n\n"),),
    "no final newline": (_slow(b"data: 1\n\n", b"data: [DONE]"),),
    "no [DONE]": (_slow(*EVENTS[:2]),),
    "bytes after [DONE]": (_slow(*EVENTS, b": bye\n\n", b"data: more\n\n"),),
    "error event in a 200": (_slow(b'event: error\ndata: {"error": {}}\n\n'),),
    "NDJSON": (_slow(*NDJSON, kind="application/x-ndjson"),),
    "Gemini's JSON array": (_slow(*GEMINI, kind="application/json"),),
    "chunk extensions": (
        send(a.chunked_head(SSE) + b"3;x=y\r\nabc\r\n0;last\r\n\r\n"),
    ),
    "trailers": (
        send(
            a.chunked_head(SSE, "Trailer: x-sum") + a.chunk(b"abc"),
            b"0\r\nx-sum: 1\r\n\r\n",
        ),
    ),
    "SSE to the end of the connection": (
        send(a.head("200 OK", f"Content-Type: {SSE}", "Connection: close"), *EVENTS),
        close(),
    ),
    "SSE with a length": (send(a.whole(b"".join(EVENTS), f"Content-Type: {SSE}")),),
}

BODIES: dict[str, tuple[Step, ...]] = {
    "JSON": (send(a.as_json(a.CHAT)),),
    "JSON not as Python writes it": (
        send(a.whole(b'{ "a":1.0,"a":2, "u":"\\u00e9\\/" }\r\n')),
    ),
    "HTTP/1.0": (
        send(b"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nhello"),
        close(),
    ),
    "length and close": (send(a.whole(b"bye", "Connection: close")), close()),
    "length in pieces": (
        paced([a.head("200 OK", "Content-Length: 6"), b"ab", b"cd", b"ef"], TICK),
    ),
    "head cut in pieces": (
        paced(
            [b"HTTP/1.1 200", b" OK\r\nx-a", b": 1\r\nContent-Le", b"ngth: 0\r\n\r\n"],
            TICK,
        ),
    ),
    "empty with length": (send(a.whole(b"")),),
    "empty chunked": (_stream(),),
    "empty to the end": (send(a.head("200 OK", "Connection: close")), close()),
    "204": (send(a.head("204 No Content", "x-a: 1")),),
    "304 with ETag": (send(a.head("304 Not Modified", 'ETag: "1"', "Age: 3")),),
    "10 MB": (send(a.whole(BIG, "Content-Type: audio/mpeg")),),
    "10 MB in chunks": (
        send(a.chunked("application/octet-stream", *(BIG[:65_000],) * 160)),
    ),
    "range": (
        send(
            a.whole(b"cd", "Content-Range: bytes 2-3/9", status="206 Partial Content")
        ),
    ),
    "100 before the answer": (
        send(b"HTTP/1.1 100 Continue\r\n\r\n", a.as_json(a.CHAT)),
    ),
    "103 before the answer": (
        send(
            b"HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n",
            a.as_json(a.CHAT),
        ),
    ),
}

ENCODED: dict[str, tuple[Step, ...]] = {
    "gzip": (send(a.whole(gzip.compress(TEXT), "Content-Encoding: gzip")),),
    "gzip in pieces": (_bytewise(gzip.compress(TEXT), "gzip"),),
    "two gzip members": (_bytewise(gzip.compress(b"a") + gzip.compress(b"b"), "gzip"),),
    "deflate": (_bytewise(zlib.compress(TEXT), "deflate"),),
    "raw deflate": (_bytewise(_deflate(TEXT), "deflate"),),
    "brotli": (_bytewise(brotli.compress(TEXT), "br"),),
    "zstd": (_bytewise(zstandard.compress(TEXT), "zstd"),),
    "two encodings": (_bytewise(brotli.compress(gzip.compress(TEXT)), "gzip, br"),),
    "unknown encoding": (_bytewise(b"\x01\x02\x03", "snappy"),),
    "not really gzip": (_bytewise(b"not gzip at all", "gzip"),),
    "cut gzip": (_bytewise(gzip.compress(TEXT)[:-9], "gzip"),),
    "gzip SSE": (
        _slow(gzip.compress(b"".join(EVENTS)), headers=("Content-Encoding: gzip",)),
    ),
}

GROUPS = {
    "status": STATUSES,
    "headers": HEADERS,
    "stream": STREAMS,
    "body": BODIES,
    "encoding": ENCODED,
}
CASES = {
    f"{group}: {name}": steps
    for group, cases in GROUPS.items()
    for name, steps in cases.items()
}
