"""One filter of requests: how it is called and read, and the condition that it is.

The rows are in `table.py` and `fields.py`. Pure: conditions are made
beside the tables, which are only asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from runs.filters.kinds import FLAG, MARK, FilterKind

if TYPE_CHECKING:
    from runs.models.conditions import Alternatives, Conditions

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Filter(Generic[T]):
    """One way to narrow a list of requests."""

    name: str
    """As in addresses and in `where`: of pages, of the API, and as an option of
    commands."""
    kind: FilterKind[T]
    condition: Callable[[Conditions, T], Alternatives]
    """What is true of the requests that pass: one of these conditions."""
    help: str
    """A sentence for the API's description and for `--help`."""
    indexes: Mapping[str, str]
    """A value as it may stand in an address → the index that it is read from, newest
    first. Held to it by `tests/runs/models/test_query_plans.py`."""
    label: str = ""
    """What a chip says, where the name does not say it."""
    column: str = ""
    """What `*`, `<` and `>` are about."""
    is_ordered: bool = False
    """`<` and `>` compare it, too."""
    has_facets: bool = False
    """Its values are among the facets: they complete it, and `*` stands for a part."""
    bounds_time: bool = False
    """A list that it narrows is in order of start."""
    values: tuple[str, ...] = ()
    """What is offered while somebody writes it."""
    example: str = ""
    """As it stands in `where`; without one, the first of `indexes`."""

    @property
    def words(self) -> str:
        return self.label or self.name

    @property
    def plain_help(self) -> str:
        """For a terminal, which draws no backticks."""
        return self.help.replace("`", "")

    @property
    def shown(self) -> str:
        """An example in the language."""
        value = "yes" if self.is_flag else next(iter(self.indexes), "")
        return self.example or f"{self.name}:{value}"

    @property
    def is_flag(self) -> bool:
        return self.kind in (FLAG, MARK)

    def read(self, text: str) -> Any:
        """Raises `BadFilter`."""
        return self.kind.read(self.name, text)
