"""A part of a long list, and the addresses of what is before and after it.

For lists that are in memory, or short enough to be counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.http import HttpRequest

from observe.pages.settings.addresses import with_query
from runs.filters.kinds import is_id

PAGE_SIZE = 100
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pager:
    first: int
    last: int
    total: int
    before: str
    after: str


def start_of(request: HttpRequest, total: int) -> int:
    """`?start=`, where it is a place in the list."""
    asked = request.GET.get("start", "")
    start = int(asked) if is_id(asked) else 0
    return start if start < total else 0


def pager(request: HttpRequest, start: int, total: int) -> Pager:
    end = min(start + PAGE_SIZE, total)
    back = str(max(start - PAGE_SIZE, 0) or "")
    return Pager(
        first=start + 1 if total else 0,
        last=end,
        total=total,
        before=with_query(request, start=back, did="") if start else "",
        after=with_query(request, start=str(end), did="") if end < total else "",
    )


def cut(request: HttpRequest, rows: Sequence[T]) -> tuple[list[T], Pager]:
    start = start_of(request, len(rows))
    shown = list(rows[start : start + PAGE_SIZE])
    return shown, pager(request, start, len(rows))
