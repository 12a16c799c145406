"""Scores in files of other programs. Adding a format is a file and a place in
`READERS`, `reading.py`. Pure.
"""

from __future__ import annotations

from runs.experiments.results.base import BadFile, Reader, Result, Unusable
from runs.experiments.results.reading import READERS, results

__all__ = ["READERS", "BadFile", "Reader", "Result", "Unusable", "results"]
