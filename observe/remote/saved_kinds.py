"""What can be edited by name and kept in a file: providers, routes, prices. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

RATE = "_usd_per_million"
Values = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedKind:
    """One of them."""

    one: str
    many: str
    """The verb, the file's section, the address below `/api`."""
    identity: tuple[str, ...]
    """What tells an entry of a file and a saved one to be the same."""
    named_by: tuple[str, ...]
    """Of these, what a person writes."""

    called: str = ""
    """The field that nobody needs to set: it is what the entry is named by."""

    def usual(self, values: Values, usual: Values) -> Values:
        """What the fields of such an entry have that nobody sets."""
        return {**usual, self.called: self.label(values)} if self.called else usual

    def key(self, values: Values, usual: Values) -> tuple[str, ...]:
        told = (values.get(name, usual.get(name)) for name in self.identity)
        return tuple("" if each is None else str(each).lower() for each in told)

    def label(self, values: Values) -> str:
        return "/".join(str(values.get(name) or "?") for name in self.named_by)


KINDS = {
    kind.many: kind
    for kind in (
        SavedKind(
            one="provider", many="providers", identity=("slug",), named_by=("slug",)
        ),
        SavedKind(
            one="route",
            many="routes",
            identity=("kind", "match"),
            named_by=("match",),
            called="name",
        ),
        SavedKind(
            one="price",
            many="prices",
            identity=(
                *("provider", "model", "match", "service_tier"),
                *("valid_from", "daily_from", "daily_until"),
            ),
            named_by=("provider", "model"),
        ),
    )
}
