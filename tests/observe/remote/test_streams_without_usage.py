"""Twenty streams whose upstream tells no usage: nowhere is their cost a number."""

from __future__ import annotations

import csv
import io
import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import answers
from tests.observe.remote.weir_command import weir, weir_json
from tests.raw_client import ask, request
from tests.server import WeirServer
from tests.upstream import Upstream, send

COUNT = 20
RUN = "untold"
PATH = "/v1/chat/completions"
ASKED = json.dumps({"model": "m", "stream": True, "messages": []}).encode()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WeirServer]:
    with Upstream() as upstream:
        upstream.on(PATH, send(answers.sse(*answers.chat_stream("Hel", "lo"))))
        home = tmp_path_factory.mktemp("untold")
        with WeirServer(home, f"{upstream.url}/v1") as running:
            key = weir_json(home, "runs", "start", RUN, "--server", running.url)
            assert key
            for _ in range(COUNT):
                ask(running.address, request("POST", PATH, body=ASKED))
            running.wait_recorded(COUNT, PATH)
            weir(home, "runs", "end", RUN, "--server", running.url)
            yield running


def get(server: WeirServer, path: str) -> str:
    with urllib.request.urlopen(server.url + path, timeout=30) as answer:
        return str(answer.read().decode())


def test_the_api_sums_nothing(server: WeirServer) -> None:
    cost = json.loads(get(server, f"/api/runs/{RUN}/stats"))["cost"]
    assert (cost["usd"], cost["unpriced_requests"]) == (None, COUNT)
    [row, *_] = json.loads(get(server, f"/api/requests?run={RUN}"))["items"]
    assert (row["cost_usd"], row["unpriced"], row["success"]) == (None, True, True)


def test_the_gate_fails_and_says_why(server: WeirServer, tmp_path: Path) -> None:
    limit = ("--max-cost", "0", "--server", server.url)
    ended = weir(tmp_path, "gate", RUN, *limit)
    assert ended.returncode != 0
    assert f"{COUNT} requests" in ended.stdout + ended.stderr
    assert "no known cost" in ended.stdout + ended.stderr


def test_the_page_shows_no_sum(server: WeirServer) -> None:
    page = get(server, f"/requests?run={RUN}")
    assert "$" not in page


def test_exports_leave_the_cost_empty(server: WeirServer) -> None:
    table = get(server, f"/api/runs/{RUN}/export?format=csv")
    rows = list(csv.DictReader(io.StringIO(table)))
    assert len(rows) == COUNT
    assert {row["cost_usd"] for row in rows} == {""}
    lines = get(server, f"/api/runs/{RUN}/export?format=jsonl").splitlines()
    assert '"cost_usd":"0' not in "".join(lines)
