"""What stands behind a body is no header, however the packets come."""

from __future__ import annotations

from pathlib import Path

from tests import answers as a
from tests.raw_client import RawClient, request
from tests.server import WeirServer
from tests.upstream import Upstream, send

BODY = b"2\r\n{}\r\n0\r\nAuthorization: Bearer late\r\nX-Late: 1\r\n\r\n"


def test_a_trailer_is_not_taken_for_a_header(tmp_path: Path) -> None:
    head = request("POST", "/v1/x", "X-Early: 1", "Transfer-Encoding: chunked")
    with Upstream() as upstream, WeirServer(tmp_path, f"{upstream.url}/v1") as weir:
        upstream.on("/v1/x", send(a.as_json({"ok": True})))
        with RawClient(weir.address) as client:
            for _ in range(2):  # the connection goes on as if there were none
                client.send(head + BODY)
                assert client.read_answer("POST").status == 200
                got = upstream.last("/v1/x")
                assert (got.body, got.header("x-early")) == (b"{}", b"1")
                assert got.header("x-late") is got.header("authorization") is None
        assert len(upstream.received) == 2
