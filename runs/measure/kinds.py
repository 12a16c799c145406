"""Billed requests by kinds, which the database adds up: what a what-if prices.

Of one kind are those whose captured lines have the same rates (`runs/detail/rates.py`),
that fill the same buckets, whose input is on the same side of each tier's edge, and
that began in the same of the daily hours: every price takes them alike, so their sums
are all that is read. Requests whose rates aren't told are read by `alike.py`. Asked by
`what_if.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import (
    Case,
    CharField,
    Count,
    F,
    Func,
    IntegerField,
    Min,
    Q,
    Sum,
    TimeField,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce
from django.db.models.lookups import GreaterThanOrEqual

from pricing.used import Many, Used
from pricing.what_if import Edges
from runs.detail import rates
from runs.measure import alike, queries
from runs.measure.alike import AT_ONCE, Tokens, uids_of, usage_of
from runs.models.request_set import CapturedRequestQuerySet
from runs.models.token_columns import INPUT_COLUMNS, TOKEN_COLUMNS

BUCKETS, ASKED = len(TOKEN_COLUMNS), len(INPUT_COLUMNS)
"""So many are input."""

UNTOLD = (None, rates.ALONE)


class _Clock(Func):
    """The time of day, UTC."""

    template = "(%(expressions)s AT TIME ZONE 'UTC')::time"
    output_field = TimeField()

    def as_sqlite(self, compiler: Any, connection: Any, **more: Any) -> Any:
        """There it is text."""
        template = "SUBSTR(%(expressions)s, 12)"
        return super().as_sql(compiler, connection, template=template, **more)


class _Kind(NamedTuple):
    """A row of the grouping query."""

    rates: str | None
    provider: str
    model: str
    operation: str
    is_all_thought: bool
    """Each has as many reasoning tokens as output ones, or says more."""
    requests: int
    priced: int
    first: int
    at: datetime
    whole: Decimal | int | None
    rest: int | None
    tokens: Tokens


def read(requests: CapturedRequestQuerySet, edges: Edges) -> Iterator[Used]:
    """All of them, in no order."""
    are_left = False
    with queries.memory(requests.db):
        kinds = _kinds(requests, edges)
        while step := list(islice(kinds, AT_ONCE)):
            told = [kind for kind in step if kind.rates not in UNTOLD]
            are_left |= len(told) < len(step)
            uids = uids_of([kind.first for kind in told])
            for kind in told:
                yield _used(kind, uids.get(kind.first), is_same=edges.are_fine)
    if are_left:
        left = Q(detail__rates=None) | Q(detail__rates=rates.ALONE)
        yield from alike.read(requests.filter(left), edges)


def _kinds(requests: CapturedRequestQuerySet, edges: Edges) -> Iterator[_Kind]:
    told = _told()
    keys = told | _apart(edges)
    sums = {
        "requests": Count("pk"),
        "priced": Count("cost_usd"),
        "first": Min("pk"),
        "at": Min("started_at"),
        **queries.cost_sums(requests.db),
        **{f"sum_{name}": Sum(name) for name in TOKEN_COLUMNS},
    }
    rows = requests.order_by().annotate(**keys).values(*keys).annotate(**sums)
    for row in rows.values_list(*told, *sums).iterator(AT_ONCE):
        yield _Kind._make((*row[:-BUCKETS], row[-BUCKETS:]))


def _told() -> dict[str, Any]:
    """What makes a kind, as far as it is told of it."""
    served = ("response_model", "upstream_model")
    thought, output = (_count(f"{name}_tokens") for name in ("reasoning", "output"))
    return {
        "kind_rates": F("detail__rates"),
        "kind_provider": F("provider"),
        "kind_model": Case(
            *(When(~Q(**{name: ""}), then=name) for name in served),
            default="model",
            output_field=CharField(),
        ),
        "kind_operation": F("operation"),
        "kind_thought": _one_if(Q(GreaterThanOrEqual(thought, output))),
    }


def _apart(edges: Edges) -> dict[str, Any]:
    """What else makes a kind."""
    asked = sum(map(_count, INPUT_COLUMNS), start=Value(0))
    keys: dict[str, Any] = {
        "kind_priced": _one_if(Q(cost_usd__isnull=False)),
        "kind_buckets": sum(
            (_fill(name) * 3**place for place, name in enumerate(TOKEN_COLUMNS)),
            start=Value(0),
        ),
    }
    if edges.tokens:
        keys["kind_tier"] = _passed(asked, edges.tokens)
    if edges.times:
        keys["kind_hours"] = _passed(_Clock("started_at"), edges.times)
    if edges.are_fine:
        keys |= {f"kind_{name}": F(name) for name in TOKEN_COLUMNS}
    return keys


def _count(column: str) -> Combinable:
    return Coalesce(column, 0)


def _fill(column: str) -> Combinable:
    """0: not told; 1: none; 2: some."""
    return Case(
        When(**{f"{column}__gt": 0}, then=2),
        When(**{f"{column}__isnull": False}, then=1),
        default=0,
        output_field=IntegerField(),
    )


def _passed(value: Combinable, edges: Sequence[object]) -> Combinable:
    """How many edges it is at or behind."""
    passed = (_one_if(Q(GreaterThanOrEqual(value, edge))) for edge in edges)
    return sum(passed, start=Value(0))


def _one_if(condition: Q) -> Combinable:
    return Case(When(condition, then=1), default=0, output_field=IntegerField())


def _used(kind: _Kind, uid: UUID | None, *, is_same: bool) -> Used:
    *sums, output, thought = kind.tokens
    if thought is not None:
        thought = (output or 0) if kind.is_all_thought else thought
    total = (*sums, output, thought)
    many = Many(requests=kind.requests, usage=usage_of(total), are_same=is_same)
    return Used(
        usage=usage_of(_middle(kind)),
        at=kind.at,
        operation=kind.operation,
        many=many if kind.requests > 1 else None,
        cost_usd=queries.dollars(kind.whole, kind.rest) if kind.priced else None,
        parts=_parts(kind.rates or "", total, kind.requests),
        provider=kind.provider,
        model=kind.model,
        id=str(uid) if uid else "",
    )


def _parts(words: str, total: Tokens, requests: int) -> dict[str, Decimal]:
    told = rates.read(words)
    counts = rates.counts_of(total, {rate.kind for rate in told})
    return {
        rate.kind: rate.cost_usd(requests, counts.get(rate.kind, 0)) for rate in told
    }


def _middle(kind: _Kind) -> Tokens:
    """A request as they are on average: it fills the same buckets, is of the same tier,
    and thinks as much of its output."""
    counts = [None if n is None else n // kind.requests for n in kind.tokens]
    asked = [n or 0 for n in kind.tokens[:ASKED]]
    lost = sum(asked) // kind.requests - sum(n or 0 for n in counts[:ASKED])
    if lost:  # by rounding down bucket by bucket; the whole is not below its edge
        largest = asked.index(max(asked))
        counts[largest] = (counts[largest] or 0) + lost
    return tuple(counts)
