"""The query bar of the request list: its text, menus and switches that write it.

Every choice is a link to the list with another text, so that menus work without a
script and say what they do. Made by `view.py`, drawn by `templates/requests/`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from observe.pages.requests.columns import (
    ALWAYS,
    COLUMNS,
    HIDE,
    Column,
    choices_in,
    hidden_by,
)
from observe.pages.requests.listing import address
from runs.filters.grammar import BY_NAME
from runs.filters.orders import FIRST, NEWEST, ORDER, Order
from runs.filters.request_filter import WHERE, RequestFilter
from runs.filters.scanning import BadWhere
from runs.filters.writing import joined, parts_of, quoted, replaced, value_in, without
from runs.models import Facet, SavedView

MENUS = {
    "model": "Model",
    "provider": "Provider",
    "status": "Status",
    "outcome": "Outcome",
    "after": "Since",
}
"""Fields with a menu of their values."""
SWITCHES = {
    "error": ("Errors", ("has:error", "error:yes")),
    "stream": ("Streams", ("stream:yes",)),
    "tools": ("Tools", ("has:tools", "tools:yes")),
    "images": ("Images", ("has:images", "images:yes")),
}
"""Icon → what is said, and the parts that say it in the language."""
MOST_VALUES = 100
"""In a menu; all of them complete what is typed."""


@dataclass(frozen=True, slots=True)
class FilterLink:
    """A link to another filter."""

    label: str
    href: str
    is_on: bool
    icon: str = ""


@dataclass(frozen=True, slots=True)
class Menu:
    """The values of a field."""

    label: str
    value: str
    """What it is narrowed to, or ""."""
    choices: list[FilterLink]


@dataclass(frozen=True, slots=True)
class Head:
    """What stands above a column."""

    column: Column
    sorted: str
    """`ascending`, `descending`, or "": the list is in another order."""
    href: str
    """The list in its order, or the other way round; "": it has none."""
    says: str
    """What the link does."""


@dataclass(frozen=True, slots=True)
class Chip:
    """A part of the filter, and the list without it."""

    text: str
    without: str


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong with a filter, and where in its text."""

    message: str
    before: str = ""
    wrong: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryBar:
    """What stands above the list, but for the text of the query."""

    chips: list[Chip]
    menus: list[Menu]
    switches: list[FilterLink]
    columns: list[FilterLink]
    """Of the table; one that is on is shown."""
    heads: list[Head]
    orders: list[FilterLink]
    order: Order
    views: list[FilterLink]
    """Saved ones, by name."""
    where: str
    hide: str
    """With `where`: what a new view saves."""
    mistake: Mistake | None = None

    @property
    def hidden(self) -> list[str]:
        """Names of the columns that are not shown."""
        return hidden_by(choices_in(self.hide))


def read_bar(
    chosen: RequestFilter,
    kept: Mapping[str, str],
    mistake: Mistake | None = None,
    order: Order = NEWEST,
) -> QueryBar:
    """`kept` is what else stands in the address."""
    parts = parts_of(chosen)
    return QueryBar(
        chips=[Chip(part, _to(without(parts, part), kept)) for part in parts],
        menus=list(_menus(parts, kept)),
        switches=list(_switches(parts, kept)),
        columns=list(_columns(parts, kept)),
        heads=list(_heads(parts, kept, order)),
        orders=list(_orders(parts, kept, order)),
        order=order,
        views=list(_views(parts, kept)),
        where=joined(parts),
        hide=kept.get(HIDE, ""),
        mistake=mistake,
    )


def mistake_in(text: str, error: ValueError) -> Mistake:
    if not isinstance(error, BadWhere):
        return Mistake(str(error))
    end = error.at + error.length
    return Mistake(
        error.message, text[: error.at], text[error.at : end] or " ", text[end:]
    )


def _to(parts: Sequence[str], kept: Mapping[str, str]) -> str:
    where = {WHERE: joined(parts)} if parts else {}
    return address({**where, **kept})


def _menus(parts: list[str], kept: Mapping[str, str]) -> Iterator[Menu]:
    known = _known()
    for name, label in MENUS.items():
        value = value_in(parts, name) or ""
        any_ = FilterLink("Any", _to(replaced(parts, name, ""), kept), not value)
        offered = [
            FilterLink(
                each, _to(replaced(parts, name, each), kept), value == quoted(each)
            )
            for each in known.get(name) or BY_NAME[name].values
        ]
        yield Menu(label, value, [any_, *offered])


def _switches(parts: list[str], kept: Mapping[str, str]) -> Iterator[FilterLink]:
    for icon, (label, says) in SWITCHES.items():
        is_on = any(part in says for part in parts)
        others = without(parts, *says)
        href = _to(others if is_on else [*others, says[0]], kept)
        yield FilterLink(label, href, is_on, icon)


def _columns(parts: list[str], kept: Mapping[str, str]) -> Iterator[FilterLink]:
    chosen = choices_in(kept.get(HIDE, ""))
    hidden = hidden_by(chosen)
    for column in COLUMNS:
        if column.name in ALWAYS:
            continue
        others = [each for each in chosen if each != column.choice]
        told = ",".join(others if column.choice in chosen else [*others, column.choice])
        others_kept = {name: value for name, value in kept.items() if name != HIDE}
        href = _to(parts, {**others_kept, HIDE: told} if told else others_kept)
        yield FilterLink(column.label, href, column.name not in hidden)


def _heads(parts: list[str], kept: Mapping[str, str], order: Order) -> Iterator[Head]:
    for column in COLUMNS:
        if not column.order:
            yield Head(column, "", "", "")
            continue
        is_by_it = column.order == order.name
        way = "descending" if order.is_down else "ascending"
        to = order.opposite if is_by_it else FIRST[column.order]
        href = _in_order(parts, kept, to)
        yield Head(column, way if is_by_it else "", href, to.label)


def _orders(
    parts: list[str], kept: Mapping[str, str], order: Order
) -> Iterator[FilterLink]:
    """Each once, and the one that there is the other way round, too."""
    for name, first in FIRST.items():
        ways = [order, order.opposite] if name == order.name else [first]
        for each in ways:
            href = _in_order(parts, kept, each)
            yield FilterLink(each.label, href, each == order)


def _in_order(parts: list[str], kept: Mapping[str, str], order: Order) -> str:
    others = {name: value for name, value in kept.items() if name != ORDER}
    return _to(parts, others | order.as_query())


def _views(parts: list[str], kept: Mapping[str, str]) -> Iterator[FilterLink]:
    now = {name: kept.get(name, "") for name in (WHERE, HIDE, ORDER)}
    now |= {WHERE: joined(parts)}
    for view in SavedView.objects.in_order():
        is_on = {WHERE: "", HIDE: "", ORDER: "", **view.as_query()} == now
        yield FilterLink(view.name, address(view.as_query()), is_on)


def _known() -> dict[str, list[str]]:
    """Values that requests have, from the facets: no scan of requests."""
    found: dict[str, list[str]] = {}
    rows = Facet.objects.filter(kind__in=("model", "provider")).order_by("value")
    for kind, value in rows.values_list("kind", "value"):
        if len(found.setdefault(kind, [])) < MOST_VALUES:
            found[kind].append(value)
    return found
