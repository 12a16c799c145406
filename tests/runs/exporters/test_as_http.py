"""`runs/exporters/as_http.py`: messages for any HTTP parser, named as promised."""

from __future__ import annotations

import gzip
import io
import json
import re
import socket
import zipfile
from http.client import HTTPResponse

import pytest

from tests.runs.exporters.exported import BINARY, EVENTS, ODD, export, records

pytestmark = pytest.mark.django_db

NAME = re.compile(r"(\d{8}T\d{6}\.\d{6}Z)_([0-9a-f-]{36})_(request|response)\.bin")


def files(*, content: bool = True) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(export("http", content=content))) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def named(found: dict[str, bytes], uid: object, kind: str) -> bytes:
    return next(data for name, data in found.items() if f"{uid}_{kind}" in name)


def test_names_and_what_is_there() -> None:
    given = records()
    found = files()
    bins = [name for name in found if name.endswith(".bin")]
    assert all(NAME.fullmatch(name) for name in bins)
    assert len([name for name in bins if "_request" in name]) == len(given)
    assert len([name for name in bins if "_response" in name]) == 4
    metadata = json.loads(named(found, given[0].uid, "metadata.json"))
    assert metadata["model"] == "gpt-5-mini"


def test_a_response_is_parsed_with_its_body_as_captured() -> None:
    given = records()
    ours, theirs = socket.socketpair()
    with ours, theirs, HTTPResponse(theirs) as response:
        ours.sendall(named(files(), given[1].uid, "response"))
        response.begin()
        assert response.status == 200
        assert gzip.decompress(response.read()).decode() == EVENTS


def test_a_request_has_its_line_its_headers_and_where_it_came_to() -> None:
    given = records()
    found = files()
    head, _, body = named(found, given[0].uid, "request").partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /v1/chat/completions?a=1&b=%20x HTTP/1.1"
    assert "X-Proxy-Path: /v1/chat/completions?a=1&b=%20x" in lines
    assert "authorization: Bearer masked sha256:0f5a3c77" in lines
    assert f"Content-Length: {len(ODD.encode())}" in lines
    assert body.decode() == ODD
    assert named(found, given[2].uid, "request").endswith(BINARY)


def test_bodies_can_be_left_out() -> None:
    given = records()
    assert named(files(content=False), given[0].uid, "request").endswith(b"\r\n\r\n")
