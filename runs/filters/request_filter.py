"""What a list of requests is narrowed to: one value for pages, API and exports.

`RequestFilter.from_query` reads a query string by the table of `runs/filters/table.py`
and, in `where`, by the language (`grammar.py`); `apply` narrows a
`CapturedRequestQuerySet`, `as_query` gives the query string back for links. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_
from typing import TYPE_CHECKING, Any, NamedTuple

from runs.filters import FILTERS, Filter, full_text
from runs.filters.grammar import parse
from runs.filters.kinds import as_text
from runs.filters.tree import Node, Term, terms, together

if TYPE_CHECKING:
    from runs.models.conditions import Alternatives, Conditions
    from runs.models.request_set import CapturedRequestQuerySet

WHERE = "where"


@dataclass(frozen=True, slots=True)
class Chosen:
    """A filter that is set, and what to."""

    filter: Filter[Any]
    value: object

    @property
    def text(self) -> str:
        """The value as it stands in a query string."""
        return as_text(self.value)


@dataclass(frozen=True, slots=True)
class Where:
    """A text of the language, and what it means; empty, it narrows nothing."""

    text: str = ""
    tree: Node | None = None

    @classmethod
    def read(cls, text: str) -> Where:
        """Raises `BadWhere`."""
        return cls(text.strip(), parse(text.strip()))


@dataclass(frozen=True, slots=True)
class RequestFilter:
    """The filters that are set, in the order of the table; none leaves everything.

    All of them must be true, and what `where` says as well.
    """

    chosen: tuple[Chosen, ...] = ()
    where: Where = Where()

    @classmethod
    def from_query(
        cls, query: Mapping[str, str], table: Sequence[Filter[Any]] = FILTERS
    ) -> RequestFilter:
        """Reads a query string's values; other keys are not looked at."""
        texts = ((each, str(query.get(each.name) or "").strip()) for each in table)
        chosen = (Chosen(each, each.read(text)) for each, text in texts if text)
        return cls(tuple(chosen), Where.read(str(query.get(WHERE) or "")))

    def as_query(self) -> dict[str, str]:
        """The same filter as query-string values."""
        values = {each.filter.name: each.text for each in self.chosen}
        return values | ({WHERE: self.where.text} if self.where.tree else {})

    @property
    def is_empty(self) -> bool:
        return not self.chosen and self.where.tree is None

    @property
    def asks_for_words(self) -> bool:
        """Of prompts or answers, which are read behind the request itself."""
        told = terms(self.where.tree) if self.where.tree else ()
        return any(term.filter.kind is full_text.WORDS for term in told)

    def apply(self, requests: CapturedRequestQuerySet) -> CapturedRequestQuerySet:
        """The requests that pass every set filter."""
        asked = requests.conditions
        parts = list(self._parts(asked))
        if len(parts) > 1 and not asked.may_meet(
            reduce(and_, (asked.any(part.alternatives) for part in parts))
        ):
            return requests.none()
        for part in parts:
            bounds = part.bounds_time and len(part.alternatives) == 1
            narrow = requests.within if bounds else requests.meeting
            requests = narrow(*part.alternatives)
        return requests

    def _parts(self, asked: Conditions) -> Iterator[Part]:
        """What must all be true."""
        for each in self.chosen:
            field = each.filter
            yield Part(field.condition(asked, each.value), field.bounds_time)
        for node in together(self.where.tree) if self.where.tree else ():
            bounds = isinstance(node, Term) and node.filter.bounds_time
            yield Part(node.alternatives(asked), bounds)


class Part(NamedTuple):
    """A request passes that meets one of the alternatives."""

    alternatives: Alternatives
    bounds_time: bool


EVERYTHING = RequestFilter()
