"""Every figure of every round, as a CSV; tables and charts are made of nothing else.

Written by `run.py`. A row is a round, a contender, a figure and its value; round 0 says
where and with what it was measured.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

DOCS = Path(__file__).resolve().parent.parent / "docs"
FILE = DOCS / "performance.csv"
FIELDS = ("round", "contender", "figure", "value")
DIRECT = "straight"


@dataclass(frozen=True, slots=True)
class Spread:
    middle: float
    low: float
    high: float


@dataclass(slots=True)
class Results:
    about: dict[str, str] = field(default_factory=dict)
    """Of the sitting: date, machine, versions, who is missing and why."""
    rows: list[tuple[int, str, str, float]] = field(default_factory=list)

    def add(self, number: int, contender: str, figure: str, value: float) -> None:
        self.rows.append((number, contender, figure, value))

    @property
    def contenders(self) -> list[str]:
        return list(dict.fromkeys(row[1] for row in self.rows))

    def by_round(self, contender: str, figure: str) -> dict[int, float]:
        return {
            number: value
            for number, who, what, value in self.rows
            if (who, what) == (contender, figure)
        }

    def spread(self, contender: str, figure: str) -> Spread | None:
        return _spread(list(self.by_round(contender, figure).values()))

    def added(self, contender: str, figure: str) -> Spread | None:
        """To the direct connection, in the same round: its mood is the same there."""
        direct = self.by_round(DIRECT, figure)
        own = self.by_round(contender, figure)
        both = own.keys() & direct.keys()
        return _spread([own[number] - direct[number] for number in both])

    def write(self, file: Path) -> None:
        with file.open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out, lineterminator="\n")
            writer.writerow(FIELDS)
            writer.writerows((0, "", name, told) for name, told in self.about.items())
            writer.writerows(
                (number, who, what, f"{value:.6g}")
                for number, who, what, value in self.rows
            )


def read(file: Path) -> Results:
    found = Results()
    with file.open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            if row["round"] == "0":
                found.about[row["figure"]] = row["value"]
            else:
                number, value = int(row["round"]), float(row["value"])
                found.add(number, row["contender"], row["figure"], value)
    return found


def _spread(values: list[float]) -> Spread | None:
    return Spread(median(values), min(values), max(values)) if values else None
