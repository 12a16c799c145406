"""The API's run operations as a command calls them.

`reference` is an id, the start of one, or a name (then the newest run of that name).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from observe.problem import BadUsage, Problem
from observe.remote.client import Query, Weir, step
from runs.filters.request_filter import WHERE

Row = dict[str, Any]
SOURCE = "cli"


def create(
    weir: Weir,
    name: str,
    *,
    notes: str = "",
    tags: Sequence[str] = (),
    metadata: Mapping[str, str] | None = None,
    is_global: bool = False,
) -> Row:
    body = {
        "name": name,
        "notes": notes,
        "tags": list(tags),
        "metadata": dict(metadata or {}),
        "is_global": is_global,
        "source": SOURCE,
    }
    return dict(weir.post("/api/runs", body))


def issue_key(weir: Weir, run: Row) -> str:
    return str(weir.post(f"{_path(run['id'])}/keys")["key"])


def find(weir: Weir, reference: str) -> Row:
    if "/" not in reference:
        return dict(weir.get(_path(reference)))
    # A slash can't be told from the path's own: look through the list.
    rows = pages(weir, "/api/runs", {"q": reference, "limit": 200})
    found = next((row for row in rows if row["name"] == reference), None)
    if found is None:
        raise Problem(f"No run has the name {reference!r}.", code="RUN_NOT_FOUND")
    return found


def change(weir: Weir, reference: str, verb: str) -> Row:
    """`pause`, `resume` or `end`."""
    return dict(weir.post(f"{_path(find(weir, reference)['id'])}/{verb}"))


def active(weir: Weir) -> Row:
    """The run that takes what names none."""
    query = {"state": "active", "is_global": "true", "limit": 1}
    rows = listed(weir, query, 1)
    if not rows:
        raise Problem("No global run is active; name one.")
    return rows[0]


def delete(weir: Weir, run: Row, *, with_requests: bool) -> None:
    query = {"with_requests": "true" if with_requests else "false"}
    weir.delete(_path(run["id"]), query)


def statistics(weir: Weir, run: Row, where: str = "") -> Row:
    asked = {WHERE: where} if where else {}
    return dict(weir.get(f"{_path(run['id'])}/stats", asked))


def gate(weir: Weir, run: Row, limits: Mapping[str, Any]) -> Row:
    return dict(weir.post(f"{_path(run['id'])}/gate", dict(limits)))


def compare(weir: Weir, sides: Sequence[Sequence[str]], primary: str = "") -> Row:
    asked = {"sides": [list(side) for side in sides], "primary": primary}
    return dict(weir.post("/api/runs/compare", asked))


def listed(weir: Weir, query: Query, count: int) -> list[Row]:
    """The newest runs, at most `count`."""
    return take(pages(weir, "/api/runs", query), count)


def pages(weir: Weir, path: str, query: Query) -> Iterator[Row]:
    """Every row of a list, page by page, as long as somebody wants more."""
    page = weir.get(path, query)
    while True:
        yield from page["items"]
        if not page["next"]:
            return
        parts = urlsplit(page["next"])
        page = weir.get(f"{parts.path}?{parts.query}")


def take(rows: Iterator[Row], count: int) -> list[Row]:
    taken: list[Row] = []
    while len(taken) < count and (row := next(rows, None)) is not None:
        taken.append(row)
    return taken


def _path(reference: str) -> str:
    if not reference.strip():
        raise BadUsage("Name a run: its id, the start of it, or its name.")
    return f"/api/runs/{step(reference)}"
