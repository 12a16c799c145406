"""Providers, routes and prices, changed one by one or as a file says.

Asked by `observe/cli/commands/saved.py`. What is there comes from `GET /api/saved/…`;
every change is one call of the API, whose validation and log count.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from observe.problem import Problem
from observe.remote.client import Weir, step
from observe.remote.saved_kinds import SavedKind, Values


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedEntry:
    """A row as it is saved."""

    id: str
    own: bool
    tag: str
    values: Values


@dataclass(frozen=True, slots=True)
class Shelf:
    """All of a kind, as they were read."""

    kind: SavedKind
    usual: Values
    entries: tuple[SavedEntry, ...]

    def find(self, reference: str) -> SavedEntry:
        """By id, or as people call it; raises Problem."""
        one = self.kind.one
        found = [each for each in self.entries if each.id == reference]
        found = found or [
            each
            for each in self.entries
            if self.kind.label(each.values).lower() == reference.lower()
            or (each.values.get("name") == reference and one == "route")
        ]
        if len(found) == 1:
            return found[0]
        if not found:
            raise Problem(
                f"There is no {one} “{reference}”.",
                hint=f"`weir {self.kind.many} list` shows them all.",
            )
        ids = ", ".join(each.id for each in found)
        raise Problem(
            f"There are {len(found)} {self.kind.many} “{reference}”.",
            hint=f"name one by its id: {ids}.",
        )

    def unusual(self, entry: SavedEntry) -> Values:
        """Its fields that say something: what a file holds."""
        usual = self.kind.usual(entry.values, self.usual)
        return {
            name: _said(value)
            for name, value in entry.values.items()
            if name in self.kind.named_by or not same(value, usual.get(name))
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is to be done with one of them."""

    do: Literal["add", "change", "remove"]
    kind: SavedKind
    name: str
    id: str = ""
    tag: str = ""
    values: Values
    """To set; of one that goes, nothing."""
    before: Values
    """What these fields are now."""

    def told(self) -> str:
        """`~ route gpt-5: priority 50 → 40`"""
        sign = {"add": "+", "change": "~", "remove": "-"}[self.do]
        line = f"{sign} {self.kind.one} {self.name}"
        pairs = [
            f"{name} {_short(self.before.get(name))} → {_short(value)}"
            if self.do == "change"
            else f"{name} {_short(value)}"
            for name, value in self.values.items()
            if self.do == "change" or name not in self.kind.named_by
        ]
        return f"{line}: {', '.join(pairs)}" if pairs else line

    def as_json(self) -> dict[str, Any]:
        values, before = self.values, self.before
        told = {"change": self.do, "kind": self.kind.one, "name": self.name}
        return {**told, "id": self.id, "before": before, "after": values}


def read(weir: Weir, kind: SavedKind) -> Shelf:
    told = weir.get(f"/api/saved/{kind.many}")
    entries = tuple(SavedEntry(**item) for item in told["items"])
    return Shelf(kind, told["usual"], entries)


def make(weir: Weir, change: Change, *, sure: bool = False) -> Any:
    """Do it; raises Problem with the API's own sentence. A price may leap where one is
    sure."""
    path = f"/api/{change.kind.many}"
    if change.do == "add":
        return weir.post(path, change.values)
    path = f"{path}/{step(change.id)}"
    if change.do == "change":
        confirmed = {"confirm": True} if sure and change.kind.one == "price" else {}
        return weir.patch(path, {**change.values, **confirmed}, tag=change.tag)
    return weir.delete(path, tag=change.tag)


def added(shelf: Shelf, values: Values) -> Change:
    name = shelf.kind.label({**shelf.usual, **values})
    return Change(do="add", kind=shelf.kind, name=name, values=values, before={})


def changed(shelf: Shelf, entry: SavedEntry, values: Values) -> Change | None:
    """None where nothing differs."""
    new = {
        name: value
        for name, value in values.items()
        if not same(value, entry.values.get(name))
    }
    if not new:
        return None
    return Change(
        do="change",
        kind=shelf.kind,
        name=shelf.kind.label(entry.values),
        id=entry.id,
        tag=entry.tag,
        values=new,
        before={name: entry.values.get(name) for name in new},
    )


def removed(shelf: Shelf, entry: SavedEntry) -> Change:
    return Change(
        do="remove",
        kind=shelf.kind,
        name=shelf.kind.label(entry.values),
        id=entry.id,
        tag=entry.tag,
        values={},
        before=shelf.unusual(entry),
    )


def differences(
    shelf: Shelf, wanted: Sequence[Values], *, exact: bool
) -> Iterator[Change]:
    """What makes the saved ones as a file's entries say.

    What an entry leaves out stays as it is, and so does what the file doesn't have.
    With `exact` the first has its usual value, and the second goes, if it is the
    operator's own.
    """
    known: dict[tuple[str, ...], SavedEntry] = {}
    for entry in shelf.entries:  # the active one of two comes first
        known.setdefault(shelf.kind.key(entry.values, shelf.usual), entry)
    kept: set[str] = set()
    for values in wanted:
        found = known.get(shelf.kind.key(values, shelf.usual))
        if found is None:
            yield added(shelf, values)
            continue
        kept.add(found.id)
        usual = shelf.kind.usual(values, shelf.usual)
        whole = {**usual, **values} if exact else values
        if change := changed(shelf, found, whole):
            yield change
    for entry in shelf.entries if exact else ():
        if entry.own and entry.id not in kept:
            yield removed(shelf, entry)


def same(one: Any, other: Any) -> bool:
    """As they are stored: 1.25 is "1.250", and nothing is nothing."""
    if isinstance(one, dict) and isinstance(other, dict):
        return all(same(one.get(key), other.get(key)) for key in one.keys() | other)
    if isinstance(one, list) and isinstance(other, list):
        pairs = zip(one, other, strict=False)
        return len(one) == len(other) and all(same(a, b) for a, b in pairs)
    if one == other or (one in (None, "") and other in (None, "")):
        return isinstance(one, bool) is isinstance(other, bool)
    first, second = _number(one), _number(other)
    return first is not None and first == second


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


def _said(value: Any) -> Any:
    """Without what its parts don't say."""
    if isinstance(value, dict):
        return {name: _said(each) for name, each in value.items() if each is not None}
    return [_said(each) for each in value] if isinstance(value, list) else value


def _short(value: Any) -> str:
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
