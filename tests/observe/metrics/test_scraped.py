"""A real Prometheus scrapes a real Weir under load: what it has is what is stored.

Debian's package `prometheus` has both programs (`apt-get install prometheus`).
`TESTS_SCRAPE_S=300` goes on for five minutes instead of some seconds.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

from tests.server import WeirServer, wait_until
from tests.test_deploy import RULES, expressions

pytestmark = pytest.mark.skipif(
    not (shutil.which("prometheus") and shutil.which("promtool")),
    reason="Prometheus is not installed: apt-get install prometheus",
)
LOAD_S = float(os.environ.get("TESTS_SCRAPE_S", "8"))
MODELS = ("weir-demo-fast", "weir-demo-error-503", "weir-demo-fast", "unheard-of")
GRAFANA = {
    "$provider": ".*",
    "$model": ".*",
    "$__rate_interval": "1m",
    "$__range": "1m",
}
MAY_BE_EMPTY = "weir_journal_incidents_total"
"""It has a series from its first incident on."""
CONFIG = """
global: {{scrape_interval: 1s, evaluation_interval: 1s}}
rule_files: ["{rules}"]
scrape_configs: [{{job_name: weir, static_configs: [{{targets: ["{target}"]}}]}}]
"""


class Prometheus:
    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"

    def ask(self, path: str, **query: str) -> Any:
        address = f"{self.url}/api/v1/{path}?{urlencode(query)}"
        with urlopen(address, timeout=30) as answer:
            return json.load(answer)["data"]

    def is_ready(self) -> bool:
        try:
            return bool(self.ask("query", query="up")["result"])
        except OSError:
            return False

    def sums(self, query: str, *labels: str) -> dict[tuple[str, ...], float]:
        return {
            tuple(each["metric"].get(name, "") for name in labels): float(
                each["value"][1]
            )
            for each in self.ask("query", query=query)["result"]
        }


@contextmanager
def prometheus(folder: Path, weir: WeirServer) -> Iterator[Prometheus]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder.mkdir()
    config = folder / "prometheus.yml"
    target = weir.url.removeprefix("http://")
    config.write_text(CONFIG.format(rules=RULES, target=target))
    command = ["prometheus", f"--config.file={config}", f"--storage.tsdb.path={folder}"]
    command += [f"--web.listen-address=127.0.0.1:{port}", "--log.level=error"]
    process = subprocess.Popen(command)
    try:
        scraper = Prometheus(port)
        wait_until(scraper.is_ready, "Prometheus scrapes")
        yield scraper
    finally:
        process.terminate()
        process.wait()


def load(weir: WeirServer) -> int:
    """Calls of several clients that succeed, fail and have no price."""
    until, sent = time.monotonic() + LOAD_S, [0, 0, 0]

    def client(place: int) -> None:
        while time.monotonic() < until:
            number = sent[place]
            body = {"model": MODELS[number % len(MODELS)], "stream": number % 3 > 0}
            body["messages"] = [{"role": "user", "content": f"Say {number}."}]
            ask = Request(f"{weir.url}/v1/chat/completions", json.dumps(body).encode())
            ask.add_header("content-type", "application/json")
            try:
                with urlopen(ask, timeout=30) as answer:
                    answer.read()
            except HTTPError as error:
                error.close()
            sent[place] += 1
            time.sleep(0.05)

    threads = [threading.Thread(target=client, args=(n,)) for n in range(len(sent))]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return sum(sent)


@pytest.mark.timeout(LOAD_S + 300)
def test_prometheus_counts_what_the_database_holds(tmp_path: Path) -> None:
    with (
        WeirServer(tmp_path / "weir", "", "--workers", "2") as weir,
        prometheus(tmp_path / "prometheus", weir) as scraper,
    ):
        sent = load(weir)
        weir.wait_recorded(sent)
        _is_what_promtool_takes(weir)
        wait_until(
            lambda: scraper.sums("sum(weir_requests_total)") == {(): sent},
            f"Prometheus counts {sent} requests",
        )
        _equals_the_database(scraper, weir)
        # Not one scrape failed, whichever worker answered.
        assert scraper.sums("min_over_time(up[1h])") == {(): 1}
        assert scraper.sums("count_over_time(up[1h])")[()] > LOAD_S / 2
        _boards_have_data(scraper)


def _is_what_promtool_takes(weir: WeirServer) -> None:
    with urlopen(f"{weir.url}/metrics", timeout=30) as answer:
        text = answer.read()
    checked = subprocess.run(
        ["promtool", "check", "metrics"], input=text, capture_output=True
    )
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, b"", b"")


def _equals_the_database(scraper: Prometheus, weir: WeirServer) -> None:
    rows = weir.query(
        "SELECT model, CASE WHEN is_success THEN 'success' ELSE 'error' END AS outcome,"
        " count(*) AS requests, sum(input_tokens) AS input, sum(cost_usd) AS cost,"
        " sum(output_tokens) AS output, sum(duration_ms) AS ms, count(ttft_ms) AS ttft,"
        " sum(is_unpriced) AS unpriced FROM runs_capturedrequest GROUP BY 1, 2"
    )
    labels = ("model", "outcome")
    assert len(rows) > 2
    for column, metric in (
        ("requests", "weir_requests_total"),
        ("input", 'weir_tokens_total{bucket="input"}'),
        ("output", 'weir_tokens_total{bucket="output"}'),
        ("cost", "weir_cost_usd_total"),
        ("unpriced", "weir_unpriced_requests_total"),
        ("requests", "weir_request_duration_seconds_count"),
        ("requests", 'weir_request_duration_seconds_bucket{le="+Inf"}'),
        ("ttft", "weir_time_to_first_token_seconds_count"),
    ):
        told = scraper.sums(f"sum by (model, outcome) ({metric})", *labels)
        stored = {(r["model"], r["outcome"]): float(r[column] or 0) for r in rows}
        assert _not_0(told) == pytest.approx(_not_0(stored), abs=1e-9), metric
    told = scraper.sums("sum(weir_request_duration_seconds_sum)")
    assert told[()] == pytest.approx(sum(row["ms"] for row in rows) / 1000, rel=1e-4)


def _not_0(told: Mapping[Any, float]) -> dict[Any, float]:
    return {labels: value for labels, value in told.items() if value}


def _boards_have_data(scraper: Prometheus) -> None:
    for each in expressions():
        asked = each
        for name, value in GRAFANA.items():
            asked = asked.replace(name, value)
        assert "$" not in asked
        found = scraper.ask("query", query=asked)["result"]
        is_a_limit = re.search(r" [<>=]=? ", each)
        assert found or is_a_limit or MAY_BE_EMPTY in each, each
    [group] = scraper.ask("rules")["groups"]
    assert {rule["health"] for rule in group["rules"]} == {"ok"}
    assert "weir-demo-fast" in scraper.ask("label/model/values")
