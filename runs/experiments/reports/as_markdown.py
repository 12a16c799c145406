"""Markdown: for pull requests, wikis and terminals."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import starmap

from runs.experiments.beside import ArmCell, Line
from runs.experiments.findings import ExperimentReport
from runs.experiments.reports.base import ReportFormat
from runs.experiments.reports.shown import (
    ArmRow,
    SessionRow,
    ShownReport,
    TraitCell,
    TraitRow,
    shown,
)

ARMS = (
    *("variant", "model", "harness", "sessions", "passed", "cost", "cost of a pass"),
    "cost of failures",
)
SESSIONS = ("variant", "task", "repeat", "status", "cost", "tokens", "busy", "session")
# What would begin emphasis, code, a link, a picture, HTML or another cell; GitHub makes
# links of bare addresses, too.
_MARKS = re.compile(r"[\\`*\[\]~|]|(?<!\w)_|_(?!\w)|:(?=//)|(?<=www)\.")


class _Marked(str):
    """Markdown already: its own text is escaped."""

    __slots__ = ()


def write(report: ExperimentReport) -> str:
    return "\n".join(_lines(report)) + "\n"


def _lines(report: ExperimentReport) -> Iterator[str]:
    found = shown(report)
    yield f"# {_text(report.title)}\n"
    if report.question:
        yield f"{_text(report.question)}\n"
    yield found.standing
    if report.warnings:
        yield ""
        yield from (f"- ⚠ {_text(each)}" for each in report.warnings)
    if found.summary:
        yield "\n## What differs\n"
        yield from (f"- {_text(each)}" for each in found.summary)
    yield "\n## Arms\n"
    yield from _table(ARMS, map(_arm, found.arms))
    yield from _beside(found)
    yield from _passing(found)
    yield "\n## What the variants were\n"
    yield from _table(
        ("", *(arm.title for arm in report.arms)), map(_traits, found.traits)
    )
    yield "\n## Sessions\n"
    yield from _table(SESSIONS, map(_session, found.sessions))
    yield "\n## Method\n"
    yield from (f"- {each}" for each in found.method)


def _arm(row: ArmRow) -> Sequence[str]:
    arm = row.arm
    return (
        *(arm.title, arm.model, arm.harness, str(arm.sessions), row.passes),
        *(row.cost, row.per_pass, row.failures),
    )


def _beside(found: ShownReport) -> Iterator[str]:
    if not found.lines:
        return
    yield f"\n## Beside {_text(found.report.arms[0].title)}\n"
    yield "In brackets: 95 % intervals.\n"
    rows = [(line, cell) for line in found.lines for cell in line.cells]
    yield from _table(
        ("metric", "variant", "mean", "difference", "verdict"), starmap(_cell, rows)
    )


def _cell(line: Line, cell: ArmCell) -> Sequence[str]:
    name: str = ""
    if cell is line.cells[0]:
        name = _bold(line.label, " (primary)") if line.is_primary else line.label
    told = f"{cell.mean} ({cell.interval})" if cell.interval else cell.mean
    gap = cell.gap
    if gap is None:
        return (name, cell.arm, told, "", "")
    difference = f"{gap.text} ({gap.interval})" if gap.interval else gap.text
    return (
        *(name, cell.arm, told, difference),
        _bold(gap.words) if gap.is_shown else gap.words,
    )


def _passing(found: ShownReport) -> Iterator[str]:
    if found.passing:
        yield "\n## How often k tries pass\n"
        head = ("variant", "", *(f"k = {k}" for k in found.tries))
        rows = [
            (row.arm, words, *told)
            for row in found.passing
            for words, told in (("pass@k", row.any), ("pass^k", row.all))
        ]
        yield from _table(head, rows)


def _traits(row: TraitRow) -> Sequence[str]:
    return (row.name, *map(_trait, row.cells))


def _session(row: SessionRow) -> Sequence[str]:
    line = row.line
    return (
        *(row.arm, line.task, str(line.repeat), row.status),
        *(row.cost, row.tokens, row.busy, line.id[:8]),
    )


def _table(head: Iterable[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    names = list(head)
    yield f"| {' | '.join(map(_text, names))} |"
    yield f"|{'---|' * len(names)}"
    for row in rows:
        yield f"| {' | '.join(map(_text, row))} |"


def _text(text: str) -> str:
    if isinstance(text, _Marked):
        return text
    plain = " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;")
    return _MARKS.sub(r"\\\g<0>", plain)


def _bold(text: str, more: str = "") -> _Marked:
    return _Marked(f"**{_text(text)}**{more}")


def _trait(cell: TraitCell) -> str:
    return _Marked(f"{_text(cell.text)} **changed**") if cell.is_changed else cell.text


FORMAT = ReportFormat("markdown", "text/markdown; charset=utf-8", ".md", write)
