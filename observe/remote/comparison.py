"""Runs side by side as tables for a terminal; fed with the API's answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from observe import formats
from observe.remote.runs import Row


def tables(compared: Row) -> Group:
    """The metrics, then the turns that aren't the same."""
    titles = [_title(side) for side in compared["sides"]]
    turns = _turn_table(compared["turns"], titles)
    parts: list[Any] = [_metric_table(compared["metrics"], titles)]
    if turns.row_count:
        parts += ["", turns]
    return Group(*parts)


def _title(side: Sequence[Row]) -> str:
    first = f"{side[0]['name']} ({side[0]['id'][:8]})"
    return first if len(side) == 1 else f"{first} and {len(side) - 1} more"


def _metric_table(metrics: Sequence[Row], titles: Sequence[str]) -> Table:
    table = Table("", box=None, pad_edge=False)
    table.add_column(titles[0], justify="right")
    for title in titles[1:]:
        table.add_column(title, justify="right")
        table.add_column("difference")
    for metric in metrics:
        show = UNITS[metric["unit"]]
        first, *others = metric["sides"]
        if all(side["median"] in (None, 0) for side in metric["sides"]):
            continue
        cells: list[Any] = [_spread(first, show)]
        for side, difference in zip(others, metric["differences"], strict=True):
            cells += [_spread(side, show), _difference(difference, show)]
        table.add_row(metric["metric"].replace("_", " "), *cells)
    return table


def _spread(side: Row, show: Callable[[float | None], str]) -> str:
    """`1.2 s`, or with several runs `1.2 s (1.1 s–1.4 s)`."""
    told = show(side["median"])
    if side["low"] is None or side["low"] == side["high"]:
        return told
    return f"{told} ({show(side['low'])}–{show(side['high'])})"


def _difference(difference: Row, show: Callable[[float | None], str]) -> Text:
    absolute, percent = difference["absolute"], difference["percent"]
    if absolute is None:
        return Text(formats.UNKNOWN)
    if absolute == 0:
        return Text("same", "dim")
    sign = "+" if absolute > 0 else "-"
    told = f"{sign}{show(abs(absolute))}"
    if percent is not None:
        told += f" ({percent:+.0f} %)"
    if difference["is_more_than_noise"] is False:
        return Text(f"{told}, noise", "dim")
    style = {True: "green", False: "red", None: ""}[difference["is_better"]]
    return Text(told, style)


def _turn_table(turns: Sequence[Row], titles: Sequence[str]) -> Table:
    table = Table("Turn", "Message", "Run", "What changed", box=None, pad_edge=False)
    for number, pair in enumerate(turns, 1):
        known = next(side for side in pair["sides"] if side is not None)
        for title, side, changes in zip(
            titles[1:], pair["sides"][1:], pair["changes"], strict=True
        ):
            said = "; ".join(map(_change, changes))
            if side is None:
                said = "not there"
            elif pair["sides"][0] is None:
                said = "only here"
            if said:
                table.add_row(str(number), known["message"], title, said)
    return table


def _change(change: Row) -> str:
    aspect = change["aspect"].replace("_", " ")
    return f"{aspect} {_told(change['before'])} → {_told(change['after'])}"


def _told(value: Any) -> str:
    if value is None:
        return formats.UNKNOWN
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    if isinstance(value, float):
        return formats.rate(value)
    return str(value)


UNITS: dict[str, Callable[[float | None], str]] = {
    "usd": formats.usd,
    "count": formats.count,
    "tokens": formats.count,
    "share": lambda value: formats.UNKNOWN if value is None else f"{value * 100:.1f} %",
    "ms": formats.duration,
    "tokens_per_s": lambda value: (
        formats.UNKNOWN if value is None else f"{formats.rate(value)}/s"
    ),
}
