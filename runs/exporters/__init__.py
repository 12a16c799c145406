"""Formats that captured requests leave in. Adding one is a file and a place here."""

from __future__ import annotations

from runs.exporters import (
    as_atif,
    as_csv,
    as_har,
    as_html,
    as_http,
    as_jsonl,
    as_parquet,
)
from runs.exporters.base import Export, Exporter, Unavailable

__all__ = ["EXPORTERS", "Export", "Exporter", "Unavailable", "available", "exporter"]

EXPORTERS: tuple[Exporter, ...] = (
    as_jsonl.EXPORTER,
    as_csv.EXPORTER,
    as_har.EXPORTER,
    as_http.EXPORTER,
    as_parquet.EXPORTER,
    as_html.EXPORTER,
    as_atif.EXPORTER,
)


def available() -> list[Exporter]:
    """Those that can be written here; Parquet is an extra."""
    return [each for each in EXPORTERS if each.is_available()]


def exporter(name: str) -> Exporter | None:
    return next((each for each in EXPORTERS if each.name == name), None)
