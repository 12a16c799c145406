"""The conditions that filters of requests are made of.

Their tables say which filter is which condition; a list is narrowed by them in
`request_set.py`. What an answer needs of other tables (facets, runs, tools) is looked
up here, so that requests themselves are read by one index each.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.lookups import (
    GreaterThan,
    GreaterThanOrEqual,
    LessThan,
    LessThanOrEqual,
)

from runs.models.called_tool import CalledTool
from runs.models.combination import Combination
from runs.models.facet import Facet
from runs.models.run import Run

if TYPE_CHECKING:
    from runs.filters import Filter
    from runs.models.request_set import CapturedRequestQuerySet

MAX_ALTERNATIVES = 30
"""How many endpoints or models a text search looks into, most."""
MAX_UID_MATCHES = 500
FEW = 20_000
"""So many are found by an index, put in order and read; of more, the newest stand near
the top of the list."""
UID_START = re.compile(r"[0-9a-f]{6,32}")
"""Shorter starts would match too many."""
Alternatives = tuple[Q, ...]
"""A request passes that meets one; of none, no request does."""
NOTHING = Q(pk__in=[])


@dataclass(frozen=True, slots=True)
class Conditions:
    """Asked by the rows of the tables of filters."""

    everything: CapturedRequestQuerySet

    @staticmethod
    def are(**values: Any) -> Alternatives:
        return (Q(**values),)

    @staticmethod
    def may_meet(condition: Q) -> bool:
        """False: of no request, as far as what has ever met tells."""
        return Combination.objects.may_meet(condition)

    @staticmethod
    def any(alternatives: Alternatives) -> Q:
        """The same as one condition."""
        return reduce(or_, alternatives) if alternatives else NOTHING

    def compared(self, column: str, lookup: str, value: Any) -> Alternatives:
        """`duration_ms`, `gt`, 2000: by its index where it leaves few requests, and
        row by row in the order of the list where it leaves many."""
        found = self.everything.filter(**{f"{column}__{lookup}": value})
        if _are_few(found):
            return (Q(pk__in=found.order_by().values("pk")),)
        test = {"gt": GreaterThan, "gte": GreaterThanOrEqual, "lt": LessThan}
        # A sum is in no index.
        column_alone = F(column) + Value(0)
        compared = Q(test.get(lookup, LessThanOrEqual)(column_alone, value))
        # Known, too, so that the opposite is true of what has no value.
        return (compared & Q(**{f"{column}__isnull": False}),)

    def status(self, value: int | str) -> Alternatives:
        """`404`, or `4xx`: every status from 400 to 499."""
        if isinstance(value, str):
            return self.are(status_class=int(value[0]))
        return self.are(status=value)

    def run(self, reference: str) -> Alternatives:
        """A run by its id, the start of one, or its name; nothing of an unknown one."""
        found = Run.objects.called(reference)
        return self.are(run=found[0].pk) if len(found) == 1 else ()

    def endpoint(self, part: str) -> Alternatives:
        """Endpoints with `part` in them, whatever the case."""
        return tuple(Q(endpoint=value) for value in _facets("endpoint", part))

    def tool(self, name: str) -> Alternatives:
        return (_called(name=name),)

    def original(self) -> Alternatives:
        """Sent again: what newer requests name."""
        again = self.everything.filter(resend_of__isnull=False).order_by()
        named = self.everything.filter(uid__in=again.values("resend_of")).order_by()
        return (Q(pk__in=named.values("pk")),)

    def like(self, filter: Filter[Any], pattern: str) -> Alternatives:
        """Values with `*` for any part, whatever the case, among those there are."""
        test = _as_regex(pattern)
        known = Facet.objects.filter(kind=filter.name).order_by("value")
        values = known.values_list("value", flat=True)
        found = [value for value in values if test.fullmatch(value)]
        if not filter.column:
            return (_called(name__in=found),)
        if len(found) > MAX_ALTERNATIVES:
            return (Q(**{f"{filter.column}__in": found}),)
        return tuple(Q(**{filter.column: value}) for value in found)

    def search(self, text: str) -> Alternatives:
        """The start of a request id, or a part of a model or endpoint."""
        found = [Q(model=value) for value in _facets("model", text)]
        found += [Q(endpoint=value) for value in _facets("endpoint", text)]
        if bounds := _uid_bounds(text):
            matches = self.everything.filter(uid__range=bounds)
            ids = matches.values_list("pk", flat=True)[:MAX_UID_MATCHES]
            found.append(Q(pk__in=list(ids)))
        return tuple(found)


def _as_regex(pattern: str) -> re.Pattern[str]:
    """Each part where it first stands: no name, however long, is gone through twice."""
    first, *parts, last = map(re.escape, pattern.split("*"))
    middle = "".join(f"(?>.*?{part})" for part in parts if part)
    return re.compile(f"{first}{middle}.*{last}", re.I | re.S)


def _called(**names: Any) -> Q:
    found = CalledTool.objects.filter(**names)
    if _are_few(found):
        return Q(pk__in=found.values("request"))
    return Q(Exists(found.filter(request=OuterRef("pk"))))


def _are_few(rows: QuerySet[Any]) -> bool:
    return rows.order_by()[:FEW].count() < FEW


def _facets(kind: str, part: str) -> Iterable[str]:
    matching = Facet.objects.filter(kind=kind, value__icontains=part)
    return matching.values_list("value", flat=True).order_by("value")[:MAX_ALTERNATIVES]


def _uid_bounds(text: str) -> tuple[UUID, UUID] | None:
    """The first and last id that start with `text`; None when none can."""
    digits = text.lower().replace("-", "")
    if not UID_START.fullmatch(digits):
        return None
    return UUID(digits.ljust(32, "0")), UUID(digits.ljust(32, "f"))
