"""Captured requests sent again: which, at what pace, and what came of each.

Called by `observe/cli/commands/resend.py`. The server sends; this asks it, a few at a
time, and waits until the new requests are recorded.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from rich.table import Table

from observe import formats
from observe.problem import Problem
from observe.remote import raw_file, requests
from observe.remote.client import Query, Weir
from observe.remote.runs import Row, pages, take
from observe.remote.tables import cost, plain_table, short, status

PAUSE_S = 0.1
SLOWEST_S = 1.0
NEVER_SEEN_S = 15.0
"""After it, a request that isn't even pending is one that nobody captures."""


@dataclass(frozen=True, slots=True)
class Item:
    """One request to send again."""

    address: str
    """Of the API."""
    body: Row
    before: Row | None
    """The captured request; None for a file's."""


@dataclass(frozen=True, slots=True)
class Result:
    item: Item
    sent: Row | None
    after: Row | None
    """The new request; None where it wasn't captured, or nothing was sent."""
    error: str = ""


def chosen(weir: Weir, what: str, query: Query, limit: int, wish: Row) -> list[Item]:
    """A file, an id, or all that a filter finds, the oldest first."""
    if what and Path(what).is_file():
        body = raw_file.read(Path(what))
        return [Item("/api/requests/resend", body | wish, None)]
    if what:
        return [_item(requests.find(weir, what), wish)]
    rows = take(pages(weir, "/api/requests", query | {"limit": 200}), limit + 1)
    if len(rows) > limit:
        raise Problem(
            f"More than {limit} requests fit: name a narrower filter, or a higher"
            " --limit.",
        )
    return [_item(row, wish) for row in reversed(rows)]


def _item(row: Row, wish: Row) -> Item:
    return Item(f"/api/requests/{row['id']}/resend", wish, row)


def send(
    weir: Weir,
    items: Sequence[Item],
    *,
    at_once: int,
    speed: float | None,
    told: Callable[[], None],
) -> list[Result]:
    """In their order; `speed` 1 keeps the pauses there were between them."""
    with ThreadPoolExecutor(at_once) as pool:
        futures: list[Future[Result]] = []
        for item, due in zip(items, _due(items, speed), strict=True):
            time.sleep(max(0.0, due - time.monotonic()))
            futures.append(pool.submit(_sent, weir, item))
        for _ in as_completed(futures):
            told()
    return [future.result() for future in futures]


def _due(items: Sequence[Item], speed: float | None) -> Iterator[float]:
    began, first = time.monotonic(), None
    for item in items:
        at = _time(item)
        first = first or at
        is_paced = speed is not None and at is not None and first is not None
        yield began + ((at - first) / speed if is_paced else 0.0)  # type: ignore[operator]


def _time(item: Item) -> float | None:
    if item.before is None:
        return None
    return datetime.fromisoformat(item.before["started_at"]).timestamp()


def _sent(weir: Weir, item: Item) -> Result:
    try:
        sent = dict(weir.post(item.address, item.body))
        after = _recorded(weir, sent["id"]) if sent["id"] else None
    except Problem as problem:
        return Result(item, None, None, str(problem))
    return Result(item, sent, after)


def _recorded(weir: Weir, identity: str) -> Row | None:
    """The new request when it is over."""
    began, pause, row = time.monotonic(), PAUSE_S, None
    while row is None or row["outcome"] == "pending":
        time.sleep(pause)
        pause = min(pause * 1.5, SLOWEST_S)
        try:
            row = dict(weir.get(f"/api/requests/{identity}"))
        except Problem as problem:
            if problem.code != "NOT_FOUND":
                raise
            if time.monotonic() - began > NEVER_SEEN_S:
                return None
    return row


def table(results: Sequence[Result]) -> Table:
    """Each request before and after."""
    shown = plain_table("Request", "Sent again as", "Where to", "Before", "After")
    for name in ("Time", "Cost"):
        shown.add_column(name, justify="right")
    for each in results:
        shown.add_row(*_cells(each))
    return shown


def _cells(each: Result) -> Iterator[Any]:
    before, after, sent = each.item.before, each.after, each.sent
    yield short(before["id"]) if before else "file"
    yield short(sent["id"]) if sent and sent["id"] else formats.UNKNOWN
    yield each.error or (sent["upstream_url"] if sent else "")
    yield status(before) if before else formats.UNKNOWN
    yield status(after) if after else formats.UNKNOWN
    yield _both(before, after, lambda row: formats.duration(row["duration_ms"]))
    yield _both(before, after, cost)


def _both(before: Row | None, after: Row | None, word: Callable[[Row], str]) -> str:
    told = [word(row) for row in (before, after) if row]
    return " → ".join(told)


def known_cost(items: Sequence[Item]) -> Decimal:
    """What they cost when they were captured, as far as that is known."""
    costs = (item.before["cost_usd"] for item in items if item.before)
    return sum((Decimal(each) for each in costs if each), Decimal(0))


def as_json(results: Sequence[Result]) -> list[Row]:
    return [
        {
            "request": each.item.before["id"] if each.item.before else None,
            "sent": each.sent,
            "before": each.item.before,
            "after": each.after,
            "error": each.error,
        }
        for each in results
    ]
