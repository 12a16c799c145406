"""Everything the server said about the run, for programs. Pure."""

from __future__ import annotations

import json

from observe.remote.report import Report


def write(report: Report) -> str:
    value = {
        "run": report.run,
        "url": report.url,
        "command_exit_code": report.exit_code,
        "passed": report.passed,
        "statistics": report.statistics,
        "gate": report.gate,
        "notes": list(report.notes),
    }
    return json.dumps(value, indent=2, ensure_ascii=False)
