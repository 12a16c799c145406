"""What agents really send, played through Weir: sessions, tool calls, usage.

The recordings are made by `tests/clients/agents/record.py`, so that a machine without
the agents' programs tests their traffic too.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import answers as a
from tests.clients.desk import move_provider
from tests.raw_client import ask, request
from tests.server import Row, WeirServer
from tests.upstream import Upstream, send

RECORDED = sorted((Path(__file__).parent / "recorded").glob("*.json"))
RULES = {
    "codex": "header:session-id",
    "codex-built-in": "header:session-id",
    "opencode": "header:x-session-id",
    "opencode-anthropic": "header:x-session-id",
    "gemini": "history",
    "qwen": "history",
}


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Upstream, Any]]:
    with Upstream() as upstream:
        data_dir = tmp_path_factory.mktemp("recorded")
        with WeirServer(data_dir, f"{upstream.url}/v1") as weir:
            move_provider(weir, "anthropic", upstream.url)
            move_provider(weir, "google", upstream.url)
            yield upstream, weir


@pytest.mark.parametrize("recording", RECORDED, ids=lambda path: path.stem)
def test_an_agent_s_session(line: tuple[Upstream, WeirServer], recording: Path) -> None:
    upstream, weir = line
    exchanges = json.loads(recording.read_text("utf-8"))
    before = len(weir.requests())
    for each in exchanges:
        play(upstream, weir, each)
    weir.wait_recorded(before + len(exchanges))
    rows = weir.requests()[before:]
    for row, each in zip(rows, exchanges, strict=True):
        check(row, each)
    loop = [row for row in rows if weir.detail(row).tools_offered]
    assert [row["tool_call_count"] for row in loop] == [1, 1, 0]
    [conversation] = {row["conversation_id"] for row in loop}
    sql = "SELECT rule, title FROM runs_conversation WHERE id = ?"
    [found] = weir.query(sql, conversation)
    assert found["rule"] == RULES[recording.stem]


def play(upstream: Upstream, weir: WeirServer, each: dict[str, Any]) -> None:
    body = "\n".join(each["response"]).encode() + b"\n\n"
    kind = dict(each["response_headers"])["content-type"]
    upstream.on(each["path"], send(a.whole(body, f"Content-Type: {kind}")))
    query = f"?{each['query']}" if each["query"] else ""
    headers = [f"{name}: {value}" for name, value in each["request_headers"]]
    asked = json.dumps(each["request"]).encode()
    got = ask(
        weir.address,
        request(each["method"], each["path"] + query, *headers, body=asked),
    )
    assert (got.status, got.body) == (200, body)


def check(row: Row, each: dict[str, Any]) -> None:
    assert (row["outcome"], row["is_success"], row["is_stream"]) == ("completed", 1, 1)
    assert row["model"] == row["response_model"] == "mock-fast"
    assert row["input_tokens"]
    assert row["output_tokens"]
    assert row["ttft_ms"] is not None
    # What the user wrote, not what the harness put around it.
    assert row["preview"].strip('"').startswith("Use ")
