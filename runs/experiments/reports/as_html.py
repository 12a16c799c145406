"""HTML: one page that loads nothing, for people who have no Weir.

`templates/experiment/_report.html` draws it, as on Weir's own page, and with the same
style sheets.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import ClassVar

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from runs.experiments.findings import ExperimentReport
from runs.experiments.reports.base import ReportFormat
from runs.experiments.reports.shown import ShownReport, shown

SHEETS = ("observe/tokens.css", "observe/report.css")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFile:
    """What the page that is handed on may name."""

    template: ClassVar[str] = "export/experiment.html"

    shown: ShownReport
    style: SafeString


@cache
def _style() -> SafeString:
    found = [finders.find(sheet) for sheet in SHEETS]
    # Files of ours: nothing of them came from a request.
    return mark_safe("\n".join(Path(str(each)).read_text("utf-8") for each in found))


def write(report: ExperimentReport) -> str:
    file = ReportFile(shown=shown(report), style=_style())
    names = {each.name: getattr(file, each.name) for each in fields(file)}
    return render_to_string(ReportFile.template, names)


FORMAT = ReportFormat("html", "text/html; charset=utf-8", ".html", write)
