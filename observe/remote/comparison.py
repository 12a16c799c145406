"""Runs side by side as tables for a terminal; fed with the API's answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from observe import formats
from observe.remote.runs import Row
from observe.remote.tables import plain_table

Show = Callable[[float | None], str]
NOT_JUDGED = (
    "Nothing is judged: that takes four runs a side, six tasks or six turns that both"
    " have."
)
NOT_SHOWN = (
    "“not shown” is not “no difference”: one smaller than “seen from” may be there."
)


def tables(compared: Row) -> Group:
    """The metrics, then the turns that aren't the same."""
    titles = [_title(side) for side in compared["sides"]]
    parts: list[Any] = [_metric_table(compared["metrics"], titles)]
    if notes := list(dict.fromkeys(_notes(compared["metrics"]))):
        parts += ["", *notes]
    turns = _turn_table(compared["turns"], titles)
    if turns.row_count:
        parts += ["", turns]
    return Group(*parts)


def _title(side: Sequence[Row]) -> str:
    first = f"{side[0]['name']} ({side[0]['id'][:8]})"
    return first if len(side) == 1 else f"{first} and {len(side) - 1} more, mean"


def _metric_table(metrics: Sequence[Row], titles: Sequence[str]) -> Table:
    table = plain_table("Metric")
    table.add_column(titles[0], justify="right")
    for title in titles[1:]:
        table.add_column(title, justify="right")
        table.add_column("Difference")
        table.add_column("Verdict")
    for metric in metrics:
        if all(side["mean"] in (None, 0) for side in metric["sides"]):
            continue
        table.add_row(*_cells(metric))
        if any(each["by_turn"] for each in metric["differences"]):
            table.add_row(*_turn_cells(metric))
    return table


def _cells(metric: Row) -> Iterator[Any]:
    show = UNITS[metric["unit"]]
    first, *others = metric["sides"]
    yield _label(metric["metric"])
    yield _spread(first, show)
    for side, difference in zip(others, metric["differences"], strict=True):
        yield _spread(side, show)
        yield _gap(difference, show)
        yield _verdict(difference, show)


def _turn_cells(metric: Row) -> Iterator[Any]:
    show = UNITS[metric["unit"]]
    yield "  in a turn of both"
    yield ""
    for difference in metric["differences"]:
        turns = difference["by_turn"]
        yield f"{turns['turns']} turns" if turns else ""
        yield _gap(turns, show) if turns else ""
        yield _verdict(turns, show) if turns else ""


def _label(metric: str) -> str:
    """`duration_p50_ms` → `duration p50`: the unit stands beside each value."""
    name = metric.removesuffix("_ms").removesuffix("_usd")
    return name.replace("_per_s_", "/s, by ").replace("_", " ")


def _spread(side: Row, show: Show) -> str:
    """`1.2 s`, or with several runs `1.2 s (1.1 s–1.4 s)`."""
    told = show(side["mean"])
    if side["low"] is None or side["low"] == side["high"]:
        return told
    return f"{told} ({show(side['low'])}–{show(side['high'])})"


def _gap(difference: Row, show: Show) -> Text:
    absolute, percent = difference["absolute"], difference.get("percent")
    if absolute is None:
        return Text(formats.UNKNOWN)
    if absolute == 0:
        return Text("0", "dim")
    told = f"{'+' if absolute > 0 else '-'}{show(abs(absolute))}"
    if percent is not None:
        told += f" ({percent:+.0f} %)"
    if difference["verdict"] == "not_shown":
        return Text(told, "dim")
    return Text(told, {True: "green", False: "red", None: ""}[difference["is_better"]])


def _verdict(difference: Row, show: Show) -> Text:
    """Never that there is no difference: nobody can see that."""
    if difference["verdict"] == "more_than_noise":
        return Text("more than noise", "bold")
    if difference["verdict"] == "not_judged":
        return Text("not judged", "dim")
    smallest = difference["smallest_seen"]
    seen = f", seen from {show(smallest)}" if smallest is not None else ""
    return Text(f"not shown{seen}", "dim")


def _notes(metrics: Sequence[Row]) -> Iterator[str]:
    """What the tables' words mean, as far as they are in it."""
    told = [each for metric in metrics for each in metric["differences"]]
    told_of_turns = [each["by_turn"] for each in told if each["by_turn"]]
    verdicts = {each["verdict"] for each in (*told, *told_of_turns)}
    if verdicts <= {"not_judged"}:
        yield NOT_JUDGED
    if "not_shown" in verdicts:
        yield NOT_SHOWN
    for each in told:
        if each["caveat"]:
            yield each["caveat"]


def _turn_table(turns: Sequence[Row], titles: Sequence[str]) -> Table:
    table = plain_table("Turn", "Message", "Run", "What changed")
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
    aspect = change["aspect"]
    show = OF_ASPECT.get(aspect, _told)
    before, after = show(change["before"]), show(change["after"])
    return f"{aspect.replace('_', ' ')} {before} → {after}"


def _told(value: Any) -> str:
    if value is None:
        return formats.UNKNOWN
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return str(value)


def _count(value: float | None) -> str:
    """A mean of counts has a fraction."""
    if value is None or value == int(value) or abs(value) >= 1000:
        return formats.count(value)
    return f"{value:.3g}"


def _percent(share: float | None) -> str:
    return formats.UNKNOWN if share is None else f"{share * 100:.1f}"


def _with(unit: str, show: Callable[[Any], str]) -> Callable[[Any], str]:
    """A value and its unit; what isn't known has none."""
    return lambda value: show(value) if value is None else f"{show(value)}{unit}"


UNITS: dict[str, Show] = {
    "usd": formats.usd,
    "count": _count,
    "tokens": _with(" tok", _count),
    "share": _with(" %", _percent),
    "ms": formats.duration,
    "tokens_per_s": _with(" tok/s", formats.rate),
}
OF_ASPECT: dict[str, Callable[[Any], str]] = {
    "prompt": UNITS["tokens"],
    "tokens": UNITS["tokens"],
    "cost": lambda value: formats.usd(None if value is None else Decimal(value)),
    "latency": formats.duration,
}
"""Turns' changes that have a unit."""
