"""Runs as tables for a terminal; fed with the API's rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from rich.table import Table
from rich.text import Text

from observe import formats
from observe.remote import summary
from observe.remote.runs import Row
from observe.remote.tables import clock, fact_table, plain_table, usd

SHORT_ID = 8
"""Enough for `weir runs show`; these ids are random from their start."""
STATE_STYLE = {"active": "green", "paused": "yellow"}


def run_table(rows: Sequence[Row]) -> Table:
    table = plain_table("Started", "Id", "Name", "State", "Open")
    for head in ("Requests", "Errors", "Tokens", "Cost"):
        table.add_column(head, justify="right", no_wrap=True)
    table.add_column("Tags")
    table.add_column("Notes", no_wrap=True, overflow="ellipsis")
    for row in rows:
        table.add_row(
            clock(row["started_at"]),
            row["id"][:SHORT_ID],
            row["name"],
            state(row),
            formats.duration(open_ms(row)),
            *_totals(row["totals"]),
            ", ".join(row["tags"]),
            " ".join(row["notes"].split()),
        )
    return table


def _totals(totals: Row) -> tuple[str, str, str, str]:
    """Requests, of them errors, tokens, and a cost that says what isn't in it."""
    requests = formats.exact(totals["requests"])
    if pending := totals["pending"]:
        requests += f" ({pending:,} open)"
    cost = usd(totals["cost_usd"])
    if totals["unpriced_requests"]:
        cost = "unknown" if totals["cost_usd"] is None else f"over {cost}"
    tokens = formats.count(totals["total_tokens"])
    return requests, str(totals["errors"] or ""), tokens, cost


def run_facts(run: Row, statistics: Row) -> Table:
    facts: dict[str, Any] = {
        "Name": run["name"],
        "Id": run["id"],
        "State": state(run),
        "Started": run["started_at"],
        "Ended": run["ended_at"],
        "Tags": ", ".join(run["tags"]),
        "Notes": run["notes"],
        **{name: str(value) for name, value in run["metadata"].items()},
    }
    for name, value in summary.figures(statistics):
        facts[name.capitalize()] = value
    for share in statistics["models"]:
        name = share["label"] or "no model"
        facts[f"  {name}"] = f"{share['requests']} requests, {_tokens(share)}"
    return fact_table(facts)


def state(run: Row) -> Text:
    told = f"{run['state']}, global" if run["is_global"] else run["state"]
    return Text(told, STATE_STYLE.get(run["state"], ""))


def open_ms(run: Row) -> float:
    """From its start to its end, or until now."""
    started = datetime.fromisoformat(run["started_at"])
    ended = run["ended_at"]
    until = datetime.fromisoformat(ended) if ended else datetime.now(UTC)
    return (until - started).total_seconds() * 1000


def _tokens(share: Row) -> str:
    return f"{formats.count(share['total_tokens'])} tokens"
