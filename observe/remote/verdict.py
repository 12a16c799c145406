"""Asks the server for a run's figures and whether they keep the limits.

The one place that knows how the API tells them; makes the `Report` that formats write.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from observe.problem import GATE_BROKEN
from observe.remote import runs, summary
from observe.remote.client import Weir
from observe.remote.report import GateCheck, Report
from observe.remote.runs import Row
from runs.filters.request_filter import WHERE

NOTHING = (
    "No request came into the run: is the client pointed at Weir, "
    "and does it send the run's key or header?"
)
NONE_PASSED = "No request of the run passes the filter."


def with_baseline(weir: Weir, limits: Mapping[str, Any]) -> dict[str, Any]:
    """The baseline by its id: a run that starts now may have the same name."""
    if "baseline" not in limits:
        return dict(limits)
    return {**limits, "baseline": runs.find(weir, limits["baseline"])["id"]}


def report(
    weir: Weir,
    reference: str,
    limits: Mapping[str, Any],
    *,
    command_code: int | None = None,
    notes: Sequence[str] = (),
) -> Report:
    run = runs.find(weir, reference)
    where = limits.get(WHERE, "")
    statistics = runs.statistics(weir, run, where)
    gate = runs.gate(weir, run, limits) if limits else None
    empty = () if statistics["requests"] else (NONE_PASSED if where else NOTHING,)
    return Report(
        run=run,
        statistics=statistics,
        gate=gate,
        url=f"{weir.address.url}/requests?{urlencode(_listed(run, where))}",
        figures=summary.figures(statistics),
        checks=checks(gate, weir.address.url) if gate else (),
        exit_code=command_code,
        notes=(*notes, *empty),
        wall_s=statistics["wall_ms"] / 1000,
    )


def _listed(run: Row, where: str) -> dict[str, str]:
    """What the list of the requests is narrowed to."""
    return {"run": str(run["id"])} | ({WHERE: where} if where else {})


def checks(gate: Row, server: str) -> tuple[GateCheck, ...]:
    return tuple(
        GateCheck(
            each["limit"],
            each["verdict"],
            each["message"],
            tuple(_breaches(each, server)),
        )
        for each in gate["checks"]
    )


def exit_code(done: Report) -> int:
    return 0 if done.passed else GATE_BROKEN


def pending(statistics: Row) -> int:
    return int(statistics["pending"])


def _breaches(check: Row, server: str) -> Iterator[str]:
    """The worst requests with their pages, and how many others there are."""
    for request in check["requests"]:
        yield f"{request['message']} {server}/requests/{request['id']}"
    others = check["request_count"] - len(check["requests"])
    if check["requests"] and others > 0:
        yield f"and {others:,} more"
