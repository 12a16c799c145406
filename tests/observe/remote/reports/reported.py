"""The report of a run whose gate kept one limit and broke another."""

from __future__ import annotations

from typing import Any

from observe.remote.report import GateCheck, Report

BROKEN = GateCheck(
    "max_requests",
    "broken",
    "requests: 3, more than 2",
    ("http://w/requests/1 POST /v1/chat/completions gpt|5 <b>",),
)
KEPT = GateCheck("max_cost_usd", "kept", "cost: $0.10, within $0.50")
NOT_JUDGED = GateCheck("max_ttft_p95_ms", "not_judged", "No request tells the TTFT.")


def report(**given: Any) -> Report:
    values: dict[str, Any] = {
        "run": {"name": "ci [nightly] @team", "started_at": "2026-11-21T12:00:00Z"},
        "statistics": {"requests": 3},
        "gate": {"passed": False},
        "url": "http://w/requests?run=01a1",
        "figures": (("requests", "3"), ("cost", "$0.10")),
        "checks": (KEPT, BROKEN),
        "exit_code": 0,
        "wall_s": 1.5,
    }
    return Report(**values | given)
