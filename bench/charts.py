"""Charts of docs/performance.md, drawn from the CSV beside it and nothing else.

    python -m bench.charts          draws them anew

A bar is the median of the rounds, the thin line on it reaches from lowest to highest.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from pathlib import Path

from bench.results import DIRECT, DOCS, FILE, Results, Spread, read

WIDTH, LEFT, RIGHT, BAR, STEP, TOP = 800, 224, 130, 18, 30, 44
# Read on a light page and on a dark one.
TEXT, OWN, OTHER, EDGE = "#7a7f87", "#2f8f6b", "#9aa5b1", "#5b626b"


@dataclass(frozen=True, slots=True)
class Chart:
    file: str
    title: str
    of: Callable[[Results, str], Spread | None]
    form: Callable[[float], str]
    has_direct: bool = False


CHARTS = (
    Chart(
        "performance-rps.svg",
        "Requests a second, 32 connections (more is better)",
        lambda results, name: results.spread(name, "rps"),
        lambda value: f"{value:,.0f}",
        has_direct=True,
    ),
    Chart(
        "performance-added.svg",
        "Added to the median of one client, ms (less is better)",
        lambda results, name: results.added(name, "1 connections/p50_ms"),
        lambda value: f"{value:.2f}",
    ),
    Chart(
        "performance-cpu.svg",
        "Processor time of a small call, µs, all processes (less is better)",
        lambda results, name: results.spread(name, "small/cpu_us"),
        lambda value: f"{value:,.0f}",
    ),
)


def draw(results: Results, folder: Path) -> list[Path]:
    made = []
    for chart in CHARTS:
        made.append(folder / chart.file)
        made[-1].write_text(_svg(chart, results), "utf-8")
    return made


def _svg(chart: Chart, results: Results) -> str:
    names = [n for n in results.contenders if chart.has_direct or n != DIRECT]
    found = [(name, chart.of(results, name)) for name in names]
    bars = [(name, spread) for name, spread in found if spread is not None]
    most = max((spread.high for _, spread in bars), default=1.0) or 1.0
    height = TOP + STEP * len(bars) + 8
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'font-family="system-ui, sans-serif" font-size="13" fill="{TEXT}">',
        f"<title>{escape(chart.title)}</title>",
        f'<text x="0" y="18" font-weight="600">{escape(chart.title)}</text>',
    ]
    for number, (name, spread) in enumerate(bars):
        lines += _bar(chart, name, spread, TOP + STEP * number, most)
    return "\n".join([*lines, "</svg>", ""])


def _bar(chart: Chart, name: str, spread: Spread, top: int, most: float) -> list[str]:
    room = WIDTH - LEFT - RIGHT

    def at(value: float) -> float:
        return LEFT + room * max(value, 0.0) / most

    colour = OWN if name.startswith("Weir") else OTHER
    middle, words = top + BAR / 2, escape(name)
    return [
        f'<text x="{LEFT - 8}" y="{middle + 4.5}" text-anchor="end">{words}</text>',
        f'<rect x="{LEFT}" y="{top}" width="{at(spread.middle) - LEFT:.1f}" '
        f'height="{BAR}" rx="2" fill="{colour}"/>',
        f'<path d="M{at(spread.low):.1f} {middle}H{at(spread.high):.1f}" '
        f'stroke="{EDGE}" stroke-width="1.5"/>',
        f'<text x="{at(spread.high) + 8:.1f}" y="{middle + 4.5}">'
        f"{chart.form(spread.middle)}</text>",
    ]


if __name__ == "__main__":
    for path in draw(read(FILE), DOCS):
        print(path.name, file=sys.stderr)
