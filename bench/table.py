"""The tables of docs/performance.md, made of the CSV. Pure but for that file."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from bench.results import DIRECT, DOCS, Results, Spread
from bench.scenarios import CONNECTIONS, SIZES

DOCUMENT = DOCS / "performance.md"
_SECTION = re.compile(r"(<!-- bench -->\n).*?(<!-- /bench -->)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Line:
    words: str
    figure: str
    form: Callable[[float], str]
    is_added: bool = False
    """Compared with the direct connection."""


def _ms(value: float) -> str:
    return f"{value:.2f}"


def _whole(value: float) -> str:
    return f"{value:,.0f}"


def _share(value: float) -> str:
    return f"{value:.1%}"


LATENCY = [
    Line(f"{count} connections, {name}", f"{count} connections/{name}_ms", _ms, True)
    for count in CONNECTIONS
    for name in ("p50", "p95", "p99")
]
BODIES = [
    *(Line(f"{size}: added p50, ms", f"{size}/p50_ms", _ms, True) for size in SIZES),
    *(Line(f"{size}: CPU a request, µs", f"{size}/cpu_us", _whole) for size in SIZES),
]
LOAD = [
    Line("requests/s, 32 connections", "rps", _whole),
    Line("CPU a request, µs", "small/cpu_us", _whole),
    Line("memory of all processes, MiB", "memory_mib", _whole),
]
STREAMS = [
    Line(f"{words}: {told}", f"{key}/{name}", form)
    for key, words in (("streams", "streams"), ("busy streams", "beside 2 MB, a page"))
    for told, name, form in (
        ("chunks as they were sent", "alone_share", _share),
        ("added gap p99, ms", "added_gap_p99_ms", _ms),
        ("failed", "failed", _whole),
    )
]
TABLES = (
    ("Small calls, as many as will go", LOAD),
    ("Added latency in ms, the upstream takes 20 ms", LATENCY),
    ("Sizes of the request, 4 connections", BODIES),
    ("256 streams, a chunk each 20 ms", STREAMS),
)


def markdown(results: Results) -> str:
    parts = []
    for title, lines in TABLES:
        parts += [f"**{title}**", "", *_table(results, lines), ""]
    parts += [f"- {name}: {told}." for name, told in results.about.items()]
    return "\n".join(parts)


def _table(results: Results, lines: list[Line]) -> list[str]:
    names = results.contenders
    rows = ["| | " + " | ".join(names) + " |", "|---|" + "---:|" * len(names)]
    for line in lines:
        cells = [_cell(results, name, line) for name in names]
        rows.append(f"| {line.words} | " + " | ".join(cells) + " |")
    return rows


def _cell(results: Results, name: str, line: Line) -> str:
    if line.is_added and name != DIRECT:
        return _told(results.added(name, line.figure), line.form)
    return _told(results.spread(name, line.figure), line.form)


def _told(spread: Spread | None, form: Callable[[float], str]) -> str:
    if spread is None:
        return "–"
    low, high = form(spread.low), form(spread.high)
    around = "" if low == high else f" ({low} to {high})"
    return form(spread.middle) + around


def write(text: str) -> None:
    """Put the result between the marks of docs/performance.md."""
    old = DOCUMENT.read_text("utf-8")
    DOCUMENT.write_text(
        _SECTION.sub(lambda found: f"{found[1]}{text}\n{found[2]}", old), "utf-8"
    )
