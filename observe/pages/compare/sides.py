"""Which runs stand on which side, as the address says.

`?run=A&run=B` is a run a side, `?run=A,B&run=C` two beside one; `by=name` takes runs
of the same name as repeats on one side. Called by `observe/pages/compare/view.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import QueryDict

from runs import lifecycle
from runs.lifecycle.errors import RunError
from runs.measure.metrics import METRICS
from runs.models import Run
from runs.schemas.statistics import MOST_RUNS, MOST_SIDES

LETTERS = "ABCDEFGHIJKLMNOPQRST"
Sides = list[list[Run]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SideHead:
    """A side as the page names it."""

    number: int
    runs: list[Run]
    without: str
    """Address of the page without this side."""

    @property
    def letter(self) -> str:
        return LETTERS[self.number]

    @property
    def name(self) -> str:
        """The one name of its runs, or the first and how many more there are."""
        names = list(dict.fromkeys(run.name for run in self.runs))
        return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"

    @property
    def first(self) -> Run:
        """It stands for the side where turns are compared."""
        return self.runs[0]


def read_sides(query: QueryDict) -> Sides:
    """Raises RunError where a run isn't there."""
    sides = [found for text in query.getlist("run") if (found := _side(text))]
    if query.get("by") == "name":
        sides = _by_name([run for side in sides for run in side])
    return [side[:MOST_RUNS] for side in sides[:MOST_SIDES]]


def primary_of(query: QueryDict) -> str:
    """The metric that was chosen beforehand; "" for none, or one that there isn't."""
    asked = query.get("primary", "")
    return asked if asked in {metric.name for metric in METRICS} else ""


def address(sides: Sequence[Sequence[Run]], primary: str = "") -> str:
    """The page of these sides, runs by their ids: a link to share."""
    pairs = [("run", ",".join(str(run.uid) for run in side)) for side in sides]
    if primary:
        pairs.append(("primary", primary))
    return "/runs/compare?" + urlencode(pairs, safe=",")


def heads(sides: Sides, primary: str) -> list[SideHead]:
    return [
        SideHead(
            number=number,
            runs=side,
            without=address([*sides[:number], *sides[number + 1 :]], primary),
        )
        for number, side in enumerate(sides)
    ]


def _side(text: str) -> list[Run]:
    if not text.strip():
        return []
    try:
        return [lifecycle.find(text)]
    except RunError:
        if "," not in text:
            raise
    parts = (part.strip() for part in text.split(","))
    return [lifecycle.find(part) for part in parts if part]


def _by_name(runs: Sequence[Run]) -> Sides:
    """Repeats on one side; runs that all have one name stand each by itself."""
    named: dict[str, list[Run]] = {}
    for run in runs:
        named.setdefault(run.name, []).append(run)
    return list(named.values()) if len(named) > 1 else [[run] for run in runs]
