"""The filters of every list of requests: `FILTERS`, a row each."""

from __future__ import annotations

from runs.filters.kinds import BadFilter
from runs.filters.table import FILTERS, Filter

__all__ = ["FILTERS", "BadFilter", "Filter"]
