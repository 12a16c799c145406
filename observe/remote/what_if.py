"""What other models would have cost, asked from a server and shown as tables.

Called by `observe/cli/commands/what_if.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from rich.console import Group
from rich.table import Table

from observe import formats
from observe.remote.client import Query, Weir
from observe.remote.runs import Row
from observe.remote.tables import plain_table


def asked(weir: Weir, query: Query, models: Sequence[str]) -> Row:
    return dict(weir.get("/api/what-if", {**query, "key": list(models)}))


def tables(told: Row) -> Group:
    """The models, then what each is made of, then what could not be priced."""
    baseline = told["baseline"]
    parts: list[Any] = [_captured(baseline), "", _models(told["scenarios"])]
    for scenario in told["scenarios"]:
        if notes := list(_notes(scenario)):
            parts += ["", *notes]
    return Group(*parts)


def _captured(baseline: Row) -> str:
    left = baseline["unpriced_requests"]
    unpriced = f", {left} without a known cost" if left else ""
    return (
        f"Captured: {_usd(baseline['cost_usd'])} for {baseline['requests']} billed"
        f" requests{unpriced} ({', '.join(baseline['models']) or 'no model'})."
    )


def _models(scenarios: Sequence[Row]) -> Table:
    table = plain_table("Model")
    for name in ("Requests", "Cost", "Captured", "Difference", "Input", "Cached"):
        table.add_column(name, justify="right")
    for name in ("Output", "Tiers"):
        table.add_column(name, justify="right" if name == "Output" else "left")
    for each in scenarios:
        table.add_row(*_cells(each))
    return table


def _cells(scenario: Row) -> Iterator[str]:
    kinds = scenario["buckets"]
    yield scenario["key"]
    yield str(scenario["requests"])
    yield _usd(scenario["cost_usd"])
    yield _usd(scenario["captured_usd"])
    yield _difference(scenario)
    yield _part(kinds, "input")
    yield _part(kinds, "cache")
    yield _part(kinds, "output", "reasoning")
    tiers = [tier["tier"] for tier in scenario["tiers"]]
    yield f"mixed: {', '.join(tiers)}" if len(tiers) > 1 else ", ".join(tiers)


def _difference(scenario: Row) -> str:
    told = scenario["difference_usd"]
    gap = formats.gap(None if told is None else Decimal(told))
    percent = formats.percent(scenario["change_percent"])
    return f"{gap} ({percent})" if percent else gap


def _part(buckets: Sequence[Row], *starts: str) -> str:
    told = [Decimal(b["cost_usd"]) for b in buckets if b["kind"].startswith(starts)]
    return formats.usd(sum(told, Decimal(0))) if told else formats.UNKNOWN


def _notes(scenario: Row) -> Iterator[str]:
    for reason in scenario["reasons"]:
        count = reason["requests"]
        yield f"{scenario['key']}: {count} not priced. {reason['why']}"
    for note in scenario["notes"]:
        yield f"{scenario['key']}: {note}"


def _usd(text: str | None) -> str:
    return formats.usd(None if text is None else Decimal(text))
