"""Sessions as a table: a line each, with the columns of the view `weir_sessions`.

Called by the API. The view's columns are promised to stay there, so
who reads the file goes on reading it; a score adds a column.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from io import StringIO
from typing import Any

from django.db import connection

from runs.experiments.reports.as_csv import cell

Row = Mapping[str, Any]


def as_csv(experiment: str) -> str:
    """A column a score, `score:NAME`: its value, else 1 for passed and 0 for failed."""
    rows, scores = _sessions(experiment), _scores(experiment)
    names = sorted({name for told in scores.values() for name in told})
    out = StringIO()
    writer = csv.writer(out)
    columns, values = rows
    writer.writerow([*columns, *(cell(f"score:{name}") for name in names)])
    for row in values:
        told = scores.get(row[0], {})
        line = (*row, *(_one(told.get(name)) for name in names))
        writer.writerow([cell(value) for value in line])
    return out.getvalue()


def as_json(experiment: str) -> str:
    (columns, values), scores = _sessions(experiment), _scores(experiment)
    told = [
        dict(zip(columns, row, strict=True))
        | {"scores": list(scores.get(row[0], {}).values())}
        for row in values
    ]
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"


def _sessions(experiment: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    """The columns' names, `session` first, and the rows, oldest first."""
    found = list(_rows("weir_sessions", experiment, "started_at, session"))
    return list(found[0]), found[1:]


def _scores(experiment: str) -> dict[str, dict[str, Row]]:
    """Session → the scores by name."""
    columns, *values = _rows("weir_scores", experiment, "session, name")
    found: dict[str, dict[str, Row]] = {}
    for row in values:
        told = dict(zip(columns, row, strict=True))
        found.setdefault(told.pop("session"), {})[told["name"]] = told
    return found


def _rows(view: str, experiment: str, order: str) -> Iterator[tuple[Any, ...]]:
    """First the columns' names."""
    wanted, values = "", list[str]()
    if experiment:
        of = "SELECT session FROM weir_sessions WHERE experiment = %s"
        wanted, values = f" WHERE session IN ({of})", [experiment]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {view}{wanted} ORDER BY {order}", values)
        yield tuple(column[0] for column in cursor.description)
        for row in cursor.fetchall():
            yield tuple(map(_plain, row))


def _one(score: Row | None) -> object:
    if score is None:
        return None
    return score["passed"] if score["value"] is None else score["value"]


def _plain(value: Any) -> Any:
    """PostgreSQL sums to decimals and tells times as such; SQLite does neither."""
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if hasattr(value, "as_integer_ratio") and not isinstance(value, int | float):
        return int(value)
    return value
