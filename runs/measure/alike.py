"""Billed requests read one by one, and put together where every price takes them alike.

Those of older versions, whose rates nobody has told yet, and those that their columns
don't tell all of: what is billed by the piece, or is audio or images, stays alone. All
others are added up by the database. Asked by `kinds.py`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from pricing.usage import Unit, Usage, summed
from pricing.used import Many, Used
from pricing.what_if import Edges
from runs.detail import Billed, billed
from runs.models import CapturedRequest
from runs.models.request_set import CapturedRequestQuerySet
from runs.models.token_columns import TOKEN_COLUMNS

AT_ONCE = 2_000
BUCKETS = (
    *("input", "cache_read", "cache_write_5m", "cache_write_1h"),
    *("output", "reasoning"),
)
COLUMNS = (
    *("pk", "provider", "model", "upstream_model", "response_model", "operation"),
    *("started_at", "cost_usd", "detail__data"),
    *TOKEN_COLUMNS,
)
TOLD = len(BUCKETS)
Tokens = tuple[int | None, ...]
"""Of BUCKETS."""
NOTHING: Tokens = (None,) * len(BUCKETS)


class _Row(NamedTuple):
    pk: int
    provider: str
    model: str
    upstream_model: str
    response_model: str
    operation: str
    started_at: datetime
    cost_usd: Decimal | None
    data: bytes | None
    tokens: Tokens


@dataclass(slots=True)
class _Alike:
    """Requests of one kind of usage."""

    first: _Row
    requests: int = 0
    tokens: Tokens = NOTHING
    """All together; reasoning only as far as it is within its request's output."""
    cost_usd: Decimal | None = None
    parts: dict[str, Decimal] = field(default_factory=dict)
    detail: Billed = field(default_factory=Billed)

    def add(self, row: _Row, detail: Billed) -> None:
        self.requests += 1
        *counts, _ = row.tokens
        both = zip(self.tokens, (*counts, _within(row.tokens)), strict=True)
        self.tokens = tuple(map(summed, both))
        if row.cost_usd is not None:
            self.cost_usd = (self.cost_usd or Decimal(0)) + row.cost_usd
        for line in detail.lines:
            self.parts[line.kind] = self.parts.get(line.kind, 0) + line.cost_usd

    def used(self, uid: UUID | None, *, is_same: bool) -> Used:
        """`uid`: None where it was deleted meanwhile."""
        row, usage = self.first, usage_of(self.tokens)
        many = Many(requests=self.requests, usage=usage, are_same=is_same)
        return Used(
            usage=_with_pieces(usage_of(row.tokens), self.detail),
            at=row.started_at,
            operation=row.operation,
            many=many if self.requests > 1 else None,
            cost_usd=self.cost_usd,
            parts=self.parts,
            provider=row.provider,
            model=row.response_model or row.upstream_model or row.model,
            id=str(uid) if uid else "",
        )


def read(requests: CapturedRequestQuerySet, edges: Edges) -> Iterator[Used]:
    """All of them, the kind that came first before the others."""
    found: dict[object, _Alike] = {}
    for row in _rows(requests):
        detail = billed(row.data)
        key = row.pk if detail.is_special else _kind(row, edges, bool(detail.lines))
        if (group := found.get(key)) is None:
            group = found[key] = _Alike(row._replace(data=None), detail=detail)
        group.add(row, detail)
    groups = list(found.values())
    uids = uids_of([each.first.pk for each in groups])
    for each in groups:
        yield each.used(uids.get(each.first.pk), is_same=edges.are_fine)


def uids_of(keys: Sequence[int]) -> dict[int, UUID]:
    """Of those that are there."""
    found: dict[int, UUID] = {}
    for start in range(0, len(keys), AT_ONCE):
        rows = CapturedRequest.objects.filter(pk__in=keys[start : start + AT_ONCE])
        found |= dict(rows.values_list("pk", "uid"))
    return found


def _rows(requests: CapturedRequestQuerySet) -> Iterator[_Row]:
    rows = requests.order_by("pk").values_list(*COLUMNS)
    for row in rows.iterator(chunk_size=AT_ONCE):
        yield _Row._make((*row[:-TOLD], row[-TOLD:]))


def _kind(row: _Row, edges: Edges, is_split: bool) -> tuple[Any, ...]:
    *asked, output, thought = row.tokens
    times = edges.times and row.started_at.astimezone(UTC).time()
    return (
        row.provider,
        row.response_model or row.upstream_model or row.model,
        row.operation,
        row.cost_usd is None,
        is_split,
        # Not told, none, or some.
        *[count and True for count in row.tokens],
        (thought or 0) >= (output or 0),
        bisect_right(edges.tokens, sum(filter(None, asked))),
        bisect_right(edges.times, times) if times else 0,
        row.tokens if edges.are_fine else None,
    )


def usage_of(tokens: Tokens) -> Usage:
    return Usage().with_parts(dict(zip(BUCKETS, tokens, strict=True)))


def _within(tokens: Tokens) -> int | None:
    *_, output, thought = tokens
    return None if thought is None else min(thought, output or 0)


def _with_pieces(usage: Usage, detail: Billed) -> Usage:
    """With what has no column of its own: audio, images, searches."""
    pieces = (Unit(kind, count) for kind, count in detail.pieces.items())
    return usage.with_parts(detail.token_parts).with_units(*pieces)
