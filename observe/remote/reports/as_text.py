"""A short summary for a terminal or a CI log. Pure."""

from __future__ import annotations

from observe.remote.report import Report


def write(report: Report) -> str:
    width = max(len(name) for name, _ in report.figures)
    lines = [f"Run {report.name}: {report.url}"]
    lines += [f"  {name:<{width}}  {value}" for name, value in report.figures]
    lines += [f"  note: {note}" for note in report.notes]
    for check in report.checks:
        lines.append(f"  {'ok  ' if check.passed else 'FAIL'}  {check.sentence}")
        lines += [f"          {breach}" for breach in check.breaches]
    if report.checks:
        lines.append(f"Gate: {'passed' if report.passed else 'broken'}.")
    return "\n".join(lines)
