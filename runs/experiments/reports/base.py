"""What a format of a report is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from runs.experiments.findings import ExperimentReport


@dataclass(frozen=True, slots=True)
class ReportFormat:
    name: str
    media_type: str
    suffix: str
    """Of a file that holds it."""
    write: Callable[[ExperimentReport], str]
