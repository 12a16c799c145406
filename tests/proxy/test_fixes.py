"""A route with fixes on a running Weir: what the client gets, and what is stored."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from tests import answers as a
from tests.proxy.conftest import FIXES, Line
from tests.proxy.fixes.cases import LOOK, TOOLS, lines, thought
from tests.proxy.fixes.test_streams import read
from tests.raw_client import Answer, request
from tests.server import Row
from tests.upstream import reset, send

ASKED = {"model": "mended", "messages": [], "tools": TOOLS}
KIND = "Content-Type: application/json"


def ask(line: Line, path: str, **fields: Any) -> Answer:
    body = json.dumps(ASKED | fields).encode()
    return line.through(request("POST", path, KIND, "Accept-Encoding: gzip", body=body))


def sides(line: Line, row: Row) -> dict[str, int]:
    sql = "SELECT side, size FROM runs_body WHERE request_id = ?"
    return {each["side"]: each["size"] for each in line.weir.query(sql, row["id"])}


def test_a_stream_is_mended_and_both_answers_are_kept(line: Line) -> None:
    path = "/v1/mended-stream/chat/completions"
    sent = lines(*thought("I look. ", LOOK[:9], LOOK[9:]))
    line.upstream.on(path, send(a.sse(sent[:70], sent[70:])))
    answer = ask(line, path, stream=True)
    assert answer.complete
    assert line.upstream.last(path).header("accept-encoding") == b"identity"
    got = read(answer.body)
    assert (got.calls, got.finish, got.is_done) == ([("look", {})], "tool_calls", True)

    row = line.weir.finished(path)
    assert row["has_tool_calls"]
    assert row["is_success"]
    assert row["finish_reason"] == "tool_calls"
    detail = line.weir.detail(row)
    assert detail.tool_calls == ["look"]
    assert [fix.id for fix in detail.fixes] == FIXES
    assert all(fix.did for fix in detail.fixes)
    assert sides(line, row)["received"] == len(sent)
    assert sides(line, row)["response"] == len(answer.body)
    page = line.through(request("GET", f"/requests/{uid(row)}?tab=response")).body
    assert b"promoted a tagged call of look" in page
    told = json.loads(line.through(request("GET", f"/api/requests/{uid(row)}")).body)
    assert told["fixes"][0]["did"] == ["added the finish reason stop", "added [DONE]"]


def test_what_is_refused_passes_with_a_warning(line: Line) -> None:
    path = "/v1/refused-block/chat/completions"
    message = {"role": "assistant", "reasoning": LOOK.replace("look", "rm")}
    document = {"choices": [{"index": 0, "message": message}]}
    line.upstream.on(path, send(a.as_json(document)))
    answer = ask(line, path)
    assert json.loads(answer.body) == document
    row = line.weir.finished(path)
    (note,) = line.weir.detail(row).notes
    assert "undeclared tool 'rm'" in note
    assert "received" not in sides(line, row)


def test_a_stream_that_breaks_stays_broken(line: Line) -> None:
    path = "/v1/broken-block/chat/completions"
    sent = lines(*thought("a ", LOOK))
    line.upstream.on(
        path,
        send(a.chunked_head("text/event-stream"), a.chunk(sent)),
        reset(),
    )
    answer = ask(line, path, stream=True)
    assert not answer.complete
    assert answer.body == sent
    assert line.weir.finished(path)["outcome"] == "interrupted"


def test_errors_of_the_upstream_pass_as_they_are(line: Line) -> None:
    path = "/v1/mended-error/chat/completions"
    line.upstream.on(path, send(a.as_json({"error": "no"}, status="500 No")))
    assert ask(line, path, stream=True).body == b'{"error": "no"}'
    assert line.weir.detail(line.weir.finished(path)).fixes == []


def uid(row: Row) -> str:
    return str(UUID(row["uid"]))
