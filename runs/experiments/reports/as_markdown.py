"""Markdown: for pull requests, wikis and terminals."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from runs.experiments import words
from runs.experiments.findings import Arm, ExperimentReport, Trait
from runs.experiments.reports.base import ReportFormat
from runs.experiments.words import Line

# What would begin emphasis, code, a link, a picture, HTML or another cell; GitHub makes
# links of bare addresses, too.
_MARKS = re.compile(r"[\\`*\[\]~|]|(?<!\w)_|_(?!\w)|:(?=//)|(?<=www)\.")


class _Marked(str):
    """Markdown already: its own text is escaped."""

    __slots__ = ()


def write(report: ExperimentReport) -> str:
    return "\n".join(_lines(report)) + "\n"


def _lines(report: ExperimentReport) -> Iterator[str]:
    yield f"# {_text(report.title)}\n"
    if report.question:
        yield f"{_text(report.question)}\n"
    yield f"{words.standing(report)}\n"
    yield from (f"- ⚠ {_text(each)}" for each in report.warnings)
    yield "\n## Arms\n"
    head = ("arm", "model", "harness", "sessions", "passed", "cost", "cost per pass")
    yield from _table((*head, "cost of failures"), map(_arm, report.arms))
    yield from _differences(report)
    yield from _passing(report)
    yield "\n## What the arms were\n"
    yield from _table(
        ("arm", *("trait", "value")),
        (
            (arm.name, trait.name, _values(trait))
            for arm in report.arms
            for trait in arm.identity
        ),
    )
    yield "\n## Sessions\n"
    yield from _table(
        ("arm", "task", "repeat", "status", "passed", "cost", "tokens", "session"),
        (
            (
                arm.name,
                line.task,
                str(line.repeat),
                "outage" if line.is_outage else line.status,
                {True: "yes", False: "no", None: "–"}[line.passed],
                words.usd(line.cost_usd),
                words.value("count", line.total_tokens),
                line.id[:8],
            )
            for arm in report.arms
            for line in arm.lines
        ),
    )
    yield "\n## Method\n"
    yield from (f"- {each}" for each in words.method(report))


def _arm(arm: Arm) -> Sequence[str]:
    return (
        *(arm.title, arm.model, arm.harness, str(arm.sessions), words.passes(arm)),
        *(words.usd(arm.cost_usd), words.usd(arm.cost_per_pass_usd)),
        words.usd(arm.cost_of_failures_usd),
    )


def _differences(report: ExperimentReport) -> Iterator[str]:
    found = words.lines(report)
    if not found:
        return
    base, *others = report.arms
    yield f"\n## Beside {_text(base.title)}\n"
    head = ["metric", base.title]
    for arm in others:
        head += [arm.title, "difference", "verdict"]
    yield from _table(head, (_row(line) for line in found))


def _row(line: Line) -> list[str]:
    name = _bold(line.name, " (primary)") if line.is_primary else line.name
    cells = [name, line.cells[0]]
    for cell, gap in zip(line.cells[1:], line.differences, strict=True):
        verdict = _bold(f"{gap.verdict}, {gap.mark}") if gap.mark else gap.verdict
        cells += [cell, gap.text, verdict]
    return cells


def _passing(report: ExperimentReport) -> Iterator[str]:
    rows = [
        (arm.name, str(each.k), f"{each.any:.0%}", f"{each.all:.0%}")
        for arm in report.arms
        for each in arm.passing
    ]
    if rows:
        yield "\n## How often k tries pass\n"
        yield from _table(("arm", "k", "pass@k", "pass^k"), rows)


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


def _values(trait: Trait) -> str:
    told = ", ".join(trait.values)
    return _Marked(f"{_text(told)} **changed**") if trait.changed else told


FORMAT = ReportFormat("markdown", "text/markdown; charset=utf-8", ".md", write)
