"""The result as one table, and the same table in docs/performance.md. Pure but for
that file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "performance.md"
_SECTION = re.compile(r"(<!-- bench -->\n).*?(<!-- /bench -->)", re.DOTALL)


@dataclass(slots=True)
class Column:
    """The figures of one server, a value per round."""

    name: str
    throughput: list[float] = field(default_factory=list)
    latency: list[float] = field(default_factory=list)
    chunk_lag: list[float] = field(default_factory=list)
    streams: str = "–"
    memory: int = 0

    def cells(self, straight: Column) -> list[str]:
        is_straight = self is straight
        return [
            f"{median(self.throughput):,.0f}",
            "0" if is_straight else f"{self._added(straight):.2f} ms",
            f"{median(self.chunk_lag):.2f} ms",
            self.streams,
            "–" if is_straight else f"{self.memory / 1024**2:,.0f} MiB",
        ]

    def _added(self, straight: Column) -> float:
        """Of each round by itself: the machine's mood is the same within one."""
        pairs = zip(self.latency, straight.latency, strict=True)
        return median(own - direct for own, direct in pairs)


ROWS = (
    "requests/s, 32 connections",
    "added p50, 1 connection",
    "chunk lag p50, 100 paced streams",
    "1,000 streams at once",
    "peak RSS, all processes",
)


def markdown(columns: list[Column]) -> str:
    lines = ["| | " + " | ".join(column.name for column in columns) + " |"]
    lines.append("|---|" + "---:|" * len(columns))
    cells = [column.cells(columns[0]) for column in columns]
    for index, row in enumerate(ROWS):
        values = " | ".join(column[index] for column in cells)
        lines.append(f"| {row} | {values} |")
    return "\n".join(lines)


def write(text: str) -> None:
    """Put the result between the marks of docs/performance.md."""
    old = DOCUMENT.read_text("utf-8")
    DOCUMENT.write_text(
        _SECTION.sub(lambda found: f"{found[1]}{text}\n{found[2]}", old), "utf-8"
    )
