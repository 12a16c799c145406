"""Sessions of two people through a real server: told apart as they are by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.answers import as_json
from tests.raw_client import ask, request
from tests.server import Row, WeirServer, wait_until
from tests.sessions import Call, sessions
from tests.upstream import Upstream, send

PATH = "/v1/chat/completions"
STATUSES = {200: "200 OK", 429: "429 Too Many Requests", 500: "500 No", 503: "503 No"}


def say(weir: WeirServer, upstream: Upstream, call: Call, key: str) -> None:
    status = STATUSES.get(call.told.get("status", 200), "529 No")
    upstream.default = send(as_json(call.told["answer"], status=status))
    body = json.dumps(call.told["request"]).encode()
    headers = ["Content-Type: application/json", f"Authorization: Bearer {key}"]
    ask(weir.address, request("POST", PATH, *headers, body=body))


@pytest.mark.parametrize("name", ["langgraph", "clock", "retry", "handoff"])
def test_two_people_with_the_same_session_are_two(name: str, tmp_path: Path) -> None:
    calls = sessions()[name]
    with Upstream() as upstream, WeirServer(tmp_path, f"{upstream.url}/v1") as weir:
        for call in calls:
            for key in ("kit-of-ann-1234", "kit-of-bob-5678"):
                say(weir, upstream, call, key)

        def stored() -> list[Row]:
            rows = [row for row in weir.requests(PATH) if row["outcome"] != "pending"]
            return rows if len(rows) == 2 * len(calls) else []

        rows = wait_until(stored, "all are recorded", 20)
    rows.sort(key=lambda row: str(row["started_at"]))
    ann, bob = rows[::2], rows[1::2]
    for own in (ann, bob):
        assert len({row["conversation_id"] for row in own}) == 1
        turns = list(dict.fromkeys(call.told["turn"] for call in calls))
        found = list(dict.fromkeys(row["turn_id"] for row in own))
        assert [found.index(row["turn_id"]) for row in own] == [
            turns.index(call.told["turn"]) for call in calls
        ]
    assert ann[0]["conversation_id"] != bob[0]["conversation_id"]
