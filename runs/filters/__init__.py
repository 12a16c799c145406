"""The filters of every list of requests: `FILTERS`, a row each; `FIELDS` has those of
`?where=` as well, whose language `grammar.py` reads."""

from __future__ import annotations

from runs.filters.field import Filter
from runs.filters.fields import FIELDS
from runs.filters.kinds import BadFilter
from runs.filters.table import FILTERS

__all__ = ["FIELDS", "FILTERS", "BadFilter", "Filter"]
