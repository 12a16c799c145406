"""Keeps the distinct values of the list's filters; `batch.py` tells new ones."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable

from runs.cleaning import name
from runs.models import Facet
from runs.record import ExchangeRecord
from runs.store import tools
from runs.store.endpoints import endpoint

MAX_VALUES = 2000
"""Of one kind: a client that makes up model names must not fill the filter menus."""
REMEMBERED_S = 60.0
"""Retention removes values that no request has any more."""
MOST_TOLD = 10_000


class Facets:
    """The values already in the database, as far as this process knows."""

    def __init__(self) -> None:
        self._known: dict[str, set[str]] = {}
        self._told = set[int]()
        """Hashes of what requests had, all of it together, that was looked at."""
        self._read_at = -math.inf

    def add(self, records: Iterable[ExchangeRecord]) -> None:
        self._refresh()
        fresh = [
            Facet(kind=kind, value=value)
            for record in records
            if not self._is_told(record)
            for kind, value in _values(record)
            if self._is_new(kind, value)
        ]
        if fresh:
            Facet.objects.bulk_create(fresh, ignore_conflicts=True)

    def forget(self) -> None:
        self._read_at = -math.inf

    def _refresh(self) -> None:
        now = time.monotonic()
        if now - self._read_at > REMEMBERED_S:
            self._known, self._read_at = _stored(), now
            self._told.clear()

    def _is_told(self, record: ExchangeRecord) -> bool:
        """All of its values have been looked at before."""
        where = (record.provider, record.model, record.route, record.path)
        told = hash((*where, record.agent, record.tool_calls))
        if told in self._told:
            return True
        if len(self._told) < MOST_TOLD:
            self._told.add(told)
        return False

    def _is_new(self, kind: str, value: str) -> bool:
        values = self._known.setdefault(kind, set())
        if not value or value in values or len(values) >= MAX_VALUES:
            return False
        values.add(value)
        return True


def _stored() -> dict[str, set[str]]:
    known: dict[str, set[str]] = {}
    for kind, value in Facet.objects.values_list("kind", "value"):
        known.setdefault(kind, set()).add(value)
    return known


def _values(record: ExchangeRecord) -> tuple[tuple[str, str], ...]:
    return (
        ("provider", name(record.provider, 255)),
        ("model", name(record.model, 255)),
        ("route", name(record.route, 255)),
        ("endpoint", name(endpoint(record.path), 255)),
        ("agent", name(record.agent, 64)),
        *(("tool", tool) for tool in tools.names(record)),
    )
