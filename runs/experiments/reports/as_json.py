"""JSON: everything that the report holds, for programs."""

from __future__ import annotations

import json

from runs.experiments.findings import ExperimentReport
from runs.experiments.reports.base import ReportFormat


def write(report: ExperimentReport) -> str:
    return json.dumps(report.as_dict(), indent=2, ensure_ascii=False) + "\n"


FORMAT = ReportFormat("json", "application/json", ".json", write)
