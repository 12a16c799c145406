"""A short summary for a terminal or a CI log. Pure."""

from __future__ import annotations

from observe.remote.report import BROKEN, KEPT, NOT_JUDGED, Report

SIGNS = {KEPT: "ok  ", BROKEN: "FAIL", NOT_JUDGED: "?   "}


def write(report: Report) -> str:
    width = max(len(name) for name, _ in report.figures)
    lines = [f"Run {report.name}: {report.url}"]
    lines += [f"  {name:<{width}}  {value}" for name, value in report.figures]
    lines += [f"  note: {note}" for note in report.notes]
    for check in report.checks:
        lines.append(f"  {SIGNS[check.verdict]}  {check.sentence}")
        lines += [f"          {breach}" for breach in check.breaches]
    if report.checks:
        lines.append(f"Gate: {_ending(report)}.")
    return "\n".join(lines)


def _ending(report: Report) -> str:
    if not report.passed:
        return "broken"
    return f"passed, {count} not judged" if (count := report.not_judged) else "passed"
