"""Formats of an experiment's report, a file each: a name, a media type, a writer.

To add one, write its file with its `FORMAT` and list it in `FORMATS`.
"""

from __future__ import annotations

from runs.experiments.reports import as_csv, as_html, as_json, as_markdown
from runs.experiments.reports.base import ReportFormat

FORMATS: tuple[ReportFormat, ...] = (
    as_json.FORMAT,
    as_markdown.FORMAT,
    as_html.FORMAT,
    as_csv.FORMAT,
)
BY_NAME = {each.name: each for each in FORMATS}

__all__ = ["BY_NAME", "FORMATS", "ReportFormat"]
