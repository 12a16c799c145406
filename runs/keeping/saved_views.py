"""Saves a view of the request list under a name, for the API and the page."""

from __future__ import annotations

import re
from collections.abc import Sequence

from runs.filters import BadFilter
from runs.filters.orders import ORDER, read_order
from runs.filters.request_filter import Where
from runs.models import SavedView
from runs.models.saved_view import LONGEST_NAME

MOST_HIDDEN = 40
_COLUMN = re.compile(r"!?[a-z_]{1,32}")
"""With a mark: one that is shown, though it isn't by itself."""
_UNFIT = re.compile("[\0-\x1f\x7f/?#\\\\\ud800-\udfff]")


def save(name: str, where: str, hidden: Sequence[str], order: str = "") -> SavedView:
    """A new view, or the one of this name as it is now; raises `BadFilter`."""
    name = name.strip()
    if not name or len(name) > LONGEST_NAME or _UNFIT.search(name):
        raise BadFilter(
            f"name must have 1 to {LONGEST_NAME} characters, none of them a slash."
        )
    if len(hidden) > MOST_HIDDEN or not all(map(_COLUMN.fullmatch, hidden)):
        raise BadFilter("hide must be names of columns.")
    told = {
        "where": Where.read(where).text,
        "hidden": list(hidden),
        "order": read_order(order).as_query().get(ORDER, ""),
    }
    return SavedView.objects.update_or_create(name=name, defaults=told)[0]
