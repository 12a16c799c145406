"""CSV: a line a session, for spreadsheets. No cell is taken for a formula."""

from __future__ import annotations

import csv
from io import StringIO

from runs.experiments.findings import ExperimentReport
from runs.experiments.reports.base import ReportFormat

COLUMNS = (
    *("experiment", "variant", "model", "harness", "task", "repeat", "session"),
    *("status", "outage", "passed", "cost_usd", "total_tokens", "duration_ms"),
    *("requests", "errors", "started_at"),
)
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write(report: ExperimentReport) -> str:
    out = StringIO()
    writer = csv.writer(out)
    scores = sorted({n for arm in report.arms for ln in arm.lines for n in ln.scores})
    writer.writerow([*COLUMNS, *map(cell, scores)])
    for arm in report.arms:
        for line in arm.lines:
            row = (
                *(report.name, arm.name, arm.model, arm.harness, line.task),
                *(line.repeat, line.id, line.status, line.is_outage, line.passed),
                *(line.cost_usd, line.total_tokens, line.duration_ms),
                *(line.requests, line.errors, line.started_at),
                *(line.scores.get(name) for name in scores),
            )
            writer.writerow(list(map(cell, row)))
    return out.getvalue()


def cell(value: object) -> object:
    """As a spreadsheet may have it: text, never a formula."""
    if isinstance(value, str) and value.startswith(FORMULA):
        return f"'{value}"
    return value


FORMAT = ReportFormat("csv", "text/csv; charset=utf-8", ".csv", write)
