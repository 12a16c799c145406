"""What a list of requests is narrowed to: one value for pages, API and exports.

`RequestFilter.from_query` reads a query string by the table of `runs/filters/table.py`,
`apply` narrows a `CapturedRequestQuerySet`, `as_query` gives the query string back for
links. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from runs.filters import FILTERS, Filter
from runs.filters.kinds import as_text

if TYPE_CHECKING:
    from runs.models.request_set import CapturedRequestQuerySet


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
class RequestFilter:
    """The filters that are set, in the order of the table; none leaves everything."""

    chosen: tuple[Chosen, ...] = ()

    @classmethod
    def from_query(
        cls, query: Mapping[str, str], table: Sequence[Filter[Any]] = FILTERS
    ) -> RequestFilter:
        """Reads a query string's values; other keys are not looked at."""
        texts = ((each, str(query.get(each.name) or "").strip()) for each in table)
        return cls(
            tuple(
                Chosen(each, each.kind.read(each.name, text))
                for each, text in texts
                if text
            )
        )

    def as_query(self) -> dict[str, str]:
        """The same filter as query-string values."""
        return {each.filter.name: each.text for each in self.chosen}

    @property
    def is_empty(self) -> bool:
        return not self.chosen

    def apply(self, requests: CapturedRequestQuerySet) -> CapturedRequestQuerySet:
        """The requests that pass every set filter."""
        for each in self.chosen:
            requests = each.filter.narrow(requests, each.value)
        return requests


EVERYTHING = RequestFilter()
