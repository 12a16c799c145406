"""Keeps which values of the filters have met, for `writer.py` and `rewriting.py`.

See `runs/models/combination.py` for what it is good for.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable
from operator import itemgetter
from typing import Any

from runs import sql
from runs.models import Combination
from runs.models.combination import COLUMNS, MOST
from runs.store.rows import REQUEST_COLUMNS

REMEMBERED_S = 60.0
"""Another process may have added some, and filled the table."""
of_row = itemgetter(*map(REQUEST_COLUMNS.index, COLUMNS))
"""From values of REQUEST_COLUMNS."""


class Combinations:
    """Those already in the database, as far as this process knows."""

    def __init__(self) -> None:
        self._known = set[tuple[Any, ...]]()
        self._read_at = -math.inf

    def add(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """Of values of COLUMNS, as they are stored."""
        self._refresh()
        fresh = set(rows) - self._known
        room = MOST - len(self._known)
        if fresh and room > 0:
            added = list(fresh)[:room]
            sql.insert(Combination, COLUMNS, added)
            self._known.update(added)

    def forget(self) -> None:
        self._read_at = -math.inf

    def _refresh(self) -> None:
        now = time.monotonic()
        if now - self._read_at > REMEMBERED_S:
            self._known = set(Combination.objects.values_list(*COLUMNS)[:MOST])
            self._read_at = now
