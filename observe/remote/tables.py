"""Runs and requests as tables and lines for a terminal.

Fed with the API's rows; printed by the commands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from rich.console import Console, ConsoleOptions, JustifyMethod, RenderResult
from rich.table import Table
from rich.text import Text

from observe import formats
from observe.printable import one_line
from observe.remote.runs import Row
from pricing.usage import summed
from runs.record import Outcome

SHORT_ID = 18
"""Time to the millisecond and a few random digits: enough to tell requests apart."""
COLUMNS: dict[str, JustifyMethod] = {
    **dict.fromkeys(("Started", "Id", "Model", "Endpoint", "Status"), "left"),
    **dict.fromkeys(("Time", "TTFT", "Tokens", "Cost"), "right"),
    "Request": "left",
}
GIVING_WAY = frozenset({"Model", "Endpoint", "Status", "Request"})
LEFT_OUT = frozenset({"Endpoint", "TTFT"})
WIDE = 110
"""Columns of a terminal with room for all of them."""
INWARD = ("input", "cached_input", "cache_write_input")


class RequestTable:
    """A line each, as the terminal's width lets it. What one copies or adds up stays
    whole; words give way, and a narrow terminal has no room for all columns."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = rows

    def __rich_console__(
        self, console: Console, options: ConsoleOptions
    ) -> RenderResult:
        is_narrow = options.max_width < WIDE
        table = plain_table(padding=(0, 1, 0, 0 if is_narrow else 1))
        names = [name for name in COLUMNS if not (is_narrow and name in LEFT_OUT)]
        for name in names:
            table.add_column(
                name, justify=COLUMNS[name], no_wrap=name not in GIVING_WAY
            )
        for row in self.rows:
            cells = _cells(row)
            table.add_row(*(cells[name] for name in names))
        yield table


def _cells(row: Row) -> dict[str, Text]:
    cells: dict[str, str | Text] = {
        "Started": clock(row["started_at"]),
        "Id": short(row["id"]),
        "Model": row["model"] or formats.UNKNOWN,
        "Endpoint": row["endpoint"],
        "Status": status(row),
        "Time": formats.duration(row["duration_ms"]),
        "TTFT": formats.duration(row["ttft_ms"]),
        "Tokens": tokens(row["tokens"]),
        "Cost": cost(row),
        "Request": row["preview"],
    }
    return {name: _one_line(value) for name, value in cells.items()}


def _one_line(value: str | Text) -> Text:
    text = value if isinstance(value, Text) else Text(value)
    text.no_wrap, text.overflow = True, "ellipsis"
    return text


def request_line(row: Row) -> Text:
    """One finished request, as `weir serve` prints them."""
    parts = (
        (clock(row["started_at"]), "dim"),
        (short(row["id"]), "dim"),
        f"{row['method']} {row['path']}",
        row["response_model"] or row["model"],
        status(row),
        formats.duration(row["duration_ms"]),
        f"{tokens(row['tokens'])} tokens" if row["tokens"]["total"] else "",
        cost(row) if row["cost_usd"] is not None or row["unpriced"] else "",
        (row["error"], "red"),
    )
    shown = [part for part in parts if (part[0] if isinstance(part, tuple) else part)]
    return Text(" ").join(_text(part) for part in shown)


def request_facts(row: Row) -> Table:
    """Everything about one request that fits on a screen."""
    facts = {
        "Id": row["id"],
        "Started": row["started_at"],
        "Call": f"{row['method']} {row['path']}",
        "Went to": f"{row['upstream_url']} ({row['reason']})",
        "Model": _arrow(row["model"], row["upstream_model"], row["response_model"]),
        "Outcome": status(row),
        "Error": row["error"],
        "Time": formats.duration(row["duration_ms"]),
        "TTFT": formats.duration(row["ttft_ms"]),
        "Tokens": _token_words(row["tokens"]),
        "Cost": cost(row),
        "Tools called": ", ".join(row["tool_calls"]),
        "Finish": row["finish_reason"],
        "Run": row.get("run_name") or row.get("run") or "",
        "Asked": row["preview"],
        "Answered": row["answer_preview"],
        "Notes": "; ".join(row["notes"]),
    }
    return fact_table(facts)


class PlainTable(Table):
    """The one style of the command line's tables; a cell is a line of clean text."""

    def add_row(self, *cells: Any, **options: Any) -> None:
        shown = (one_line(cell) if isinstance(cell, str) else cell for cell in cells)
        super().add_row(*shown, **options)


def plain_table(*heads: str, **options: Any) -> Table:
    return PlainTable(*map(one_line, heads), box=None, pad_edge=False, **options)


def fact_table(facts: Mapping[str, Any]) -> Table:
    """Names and values; what is empty is left out."""
    table = plain_table(show_header=False)
    table.add_column(style="dim")
    table.add_column(overflow="fold")
    for name, value in facts.items():
        if value not in ("", None, [], {}):
            table.add_row(name, value if isinstance(value, Text) else str(value))
    return table


# --- values -----------------------------------------------------------------------
def clock(stamp: str) -> str:
    """Local time; with the date when it isn't today."""
    at = datetime.fromisoformat(stamp).astimezone()
    today = datetime.now(at.tzinfo).date()
    return f"{at:%H:%M:%S}" if at.date() == today else f"{at:%Y-%m-%d %H:%M}"


def short(identity: str) -> str:
    """The start of an id, which `weir requests show` takes."""
    return identity[:SHORT_ID]


def status(row: Row) -> Text:
    outcome = row["outcome"].replace("_", " ")
    said = "" if row["outcome"] == Outcome.COMPLETED else outcome
    text = " ".join(part for part in (str(row["status"] or ""), said) if part)
    style = {True: "green", False: "red", None: "yellow"}[row["success"]]
    return Text(text, style)


def tokens(counts: Row) -> str:
    """`1.2k+340`: in and out."""
    inward = summed(counts[name] for name in INWARD)
    if inward is None and counts["output"] is None:
        return formats.UNKNOWN
    return f"{formats.count(inward or 0)}+{formats.count(counts['output'] or 0)}"


def cost(row: Row) -> str:
    """`unknown` where something was billed; a dash where nothing was."""
    return "unknown" if row["unpriced"] else usd(row["cost_usd"])


def usd(text: str | None) -> str:
    return formats.usd(None if text is None else Decimal(text))


def _token_words(counts: Row) -> str:
    known = {name: count for name, count in counts.items() if count is not None}
    return ", ".join(
        f"{count:,} {name.replace('_', ' ')}" for name, count in known.items()
    )


def _arrow(*names: str) -> str:
    """Each name once, in the order in which the model was called it."""
    return " → ".join(dict.fromkeys(name for name in names if name))


def _text(part: str | Text | tuple[str, str]) -> Text:
    if isinstance(part, tuple):
        return Text(*part)
    return part if isinstance(part, Text) else Text(part)
