"""Captured requests as `weir requests` reads them: find, body, follow."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit

from observe.problem import Problem
from observe.remote.client import Query, Weir, step
from observe.remote.runs import Row, pages, take

FULL_ID = 36
PAUSE_S = 0.5
PAGE = 200


def find(weir: Weir, reference: str) -> Row:
    """By id, or by the start or the end of one."""
    return dict(weir.get(f"/api/requests/{_id(weir, reference)}"))


@contextmanager
def body(weir: Weir, reference: str, side: str) -> Iterator[Iterator[bytes]]:
    """The bytes as they were on the wire."""
    path = f"/api/requests/{_id(weir, reference)}/{side}"
    with weir.stream(path) as response:
        yield response.iter_raw()


def _id(weir: Weir, reference: str) -> str:
    if len(reference) >= FULL_ID:
        return step(reference)
    found = take(pages(weir, "/api/requests", {"q": reference, "limit": 20}), 20)
    ids = [row["id"] for row in found if row["id"].startswith(reference.lower())]
    if not ids:
        raise Problem(f"No request has an id that starts with {reference!r}.")
    if len(ids) > 1:
        raise Problem(f"Several requests have an id that starts with {reference!r}.")
    return str(ids[0])


def as_line(row: Row) -> str:
    return json.dumps(row, ensure_ascii=False)


def follow(weir: Weir, narrowed: Query, last: int) -> Iterator[Row]:
    """The `last` requests, then each one when it ends; without an end."""
    cursor, told = _start(weir, narrowed, last)
    pending: set[str] = set()
    while True:
        asked = {**narrowed, "limit": PAGE, "cursor": cursor}
        page = weir.get("/api/requests", asked)
        rows = [row for row in reversed(page["items"]) if row["id"] not in told]
        pending |= {row["id"] for row in rows if _is_pending(row)}
        rows += _behind(weir, pending - {row["id"] for row in rows})
        for row in rows:
            if not _is_pending(row):
                told.add(row["id"])
                pending.discard(row["id"])
                yield row
        if page["previous"]:
            cursor = _cursor(page["previous"])
            told.clear()
        else:
            time.sleep(PAUSE_S)


def _start(weir: Weir, narrowed: Query, last: int) -> tuple[str, set[str]]:
    """Where to begin, and what there is not to be told."""
    page = weir.get("/api/requests", {**narrowed, "limit": min(last + 1, PAGE)})
    if page["next"]:
        return _cursor(page["next"]).replace("older-", "newer-"), set()
    return "newer-0", {row["id"] for row in page["items"][last:]}


def _cursor(link: str) -> str:
    return parse_qs(urlsplit(link).query)["cursor"][0]


def _behind(weir: Weir, pending: set[str]) -> list[Row]:
    """Those that went on for so long that newer ones pushed them off the page."""
    return [weir.get(f"/api/requests/{identity}") for identity in sorted(pending)]


def _is_pending(row: Row) -> bool:
    return bool(row["outcome"] == "pending")
