"""One page of the list of runs: which rows, what each came to, where others are.

Called by `observe/pages/runs/view.py`. Pages go by cursor; what the shown runs came to
is kept (`runs/measure/totals.py`): no request is read for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import urlencode

from django.db.models import QuerySet

from observe.pages.rows import Status
from observe.pages.run.state import state_of
from observe.pages.runs.sparkline import Sparkline, sparkline
from observe.pages.seen import Seen, seen
from runs.api.paging import page_by_id
from runs.measure import shapes
from runs.measure.totals import RunTotals, of_runs, p95_of_runs
from runs.models import Run, RunState

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRow:
    """What `templates/runs/_row.html` draws."""

    run: Run
    totals: RunTotals
    p95_ms: float | None
    line: Sparkline | None

    @property
    def status(self) -> Status:
        return state_of(self.run)

    @property
    def length_ms(self) -> float | None:
        """Start to end, of a run that has ended."""
        if self.run.ended_at is None:
            return None
        return (self.run.ended_at - self.run.started_at).total_seconds() * 1000

    @property
    def error_share(self) -> float | None:
        finished = self.totals.requests - self.totals.pending
        return self.totals.errors / finished if finished else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What the list is narrowed to, as its address says."""

    state: str = ""
    q: str = ""
    tag: str = ""
    states: ClassVar[tuple[str, ...]] = tuple(RunState.values)

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Chosen:
        """A state that there isn't narrows nothing."""
        state = query.get("state", "")
        return cls(
            state=state if state in RunState.values else "",
            q=_word(query.get("q", "")),
            tag=_word(query.get("tag", "")),
        )

    @property
    def query(self) -> str:
        told = {"state": self.state, "q": self.q, "tag": self.tag}
        return urlencode({name: value for name, value in told.items() if value})

    @property
    def is_empty(self) -> bool:
        return not self.query

    def apply(self) -> QuerySet[Run]:
        rows = Run.objects.all()
        if self.state:
            rows = rows.filter(state=self.state)
        if self.q:
            rows = rows.filter(name__icontains=self.q)
        return rows.tagged(self.tag) if self.tag else rows


@dataclass(frozen=True, slots=True, kw_only=True)
class RunListing:
    """What `templates/runs/_results.html` draws."""

    rows: list[RunRow]
    chosen: Chosen
    seen: Seen
    older: str = ""
    newer: str = ""


def read_listing(query: Mapping[str, str]) -> RunListing:
    before, chosen = seen(), Chosen.read(query)
    page = page_by_id(chosen.apply(), query.get("cursor", ""), PAGE_SIZE)
    keys = [run.pk for run in page.rows]
    totals, p95 = of_runs(keys), p95_of_runs(keys)
    shaped = shapes.of_runs({run: told.requests for run, told in totals.items()})
    rows = [
        RunRow(
            run=run,
            totals=totals.get(run.pk, RunTotals()),
            p95_ms=p95.get(run.pk),
            line=sparkline(shaped.get(run.pk)),
        )
        for run in page.rows
    ]
    return RunListing(
        rows=rows,
        chosen=chosen,
        seen=before,
        older=_address(chosen, f"older-{page.rows[-1].pk}") if page.has_older else "",
        newer=_address(chosen, f"newer-{page.rows[0].pk}")
        if page.has_newer and page.rows
        else "",
    )


def _address(chosen: Chosen, cursor: str) -> str:
    return "/runs?" + "&".join(filter(None, (chosen.query, f"cursor={cursor}")))


def _word(text: str) -> str:
    return text.replace("\0", "").strip()[:100]
