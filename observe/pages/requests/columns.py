"""The columns of the request list: what stands above each cell of a row.

`templates/requests/_row.html` has the cells, in this order; widths are in list.css.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    name: str
    """In the class of its cells: `c-model`."""
    label: str
    hint: str = ""
    is_number: bool = False
    order: str = ""
    """What lists are sorted by it as (`runs/filters/orders.py`)."""
    is_unseen: bool = False
    """Its label is for those who can't see the icons below it."""
    is_extra: bool = False
    """Shown where an address asks for it, not by itself."""

    @property
    def choice(self) -> str:
        """As `?hide=` says that it isn't as usual: `cost` hides, `!calls` shows."""
        return f"!{self.name}" if self.is_extra else self.name


COLUMNS = (
    Column(name="status", label="Status", order="status"),
    Column(name="time", label="Time", order="time"),
    Column(name="model", label="Model", order="model"),
    Column(name="provider", label="Provider", order="provider"),
    Column(name="operation", label="Operation"),
    Column(
        name="in",
        label="In",
        hint="All input tokens, cached ones included",
        is_number=True,
    ),
    Column(
        name="cached",
        label="Cached",
        hint="Input tokens read from the provider's cache",
        is_number=True,
    ),
    Column(
        name="out",
        label="Out",
        hint="Output tokens, reasoning included",
        is_number=True,
    ),
    Column(name="cost", label="Cost", is_number=True, order="cost"),
    Column(
        name="calls",
        label="Calls",
        hint="Calls of its conversation so far",
        is_number=True,
        is_extra=True,
    ),
    Column(
        name="spent",
        label="Conv. cost",
        hint="What all calls of its conversation cost so far",
        is_number=True,
        is_extra=True,
    ),
    Column(name="duration", label="Duration", is_number=True, order="duration"),
    Column(
        name="ttft",
        label="TTFT",
        hint="Time to first token: the first generated content",
        is_number=True,
        order="ttft",
    ),
    Column(
        name="bar",
        label="Waterfall",
        hint="Waiting, then answering; logarithmic, 10 ms to 5 min",
    ),
    Column(name="client", label="Client", hint="IP address that called Weir"),
    Column(
        name="temperature",
        label="Temp.",
        hint="Temperature asked for",
        is_number=True,
        order="temperature",
    ),
    Column(
        name="most",
        label="Max",
        hint="Longest answer asked for, in tokens",
        is_number=True,
        order="max_tokens",
    ),
    Column(name="signals", label="Signals", is_unseen=True),
    Column(name="preview", label="Preview"),
)
HIDE = "hide"
"""What an address calls the columns that are not shown, or shown as an extra."""
ALWAYS = ("status", "time")
"""The row's link, and how it stands."""


def choices_in(text: str) -> list[str]:
    """What is other than usual in `cost,ttft,!calls`; what is no column is left out."""
    asked = text.split(",")
    return [
        each.choice
        for each in COLUMNS
        if each.choice in asked and each.name not in ALWAYS
    ]


def hidden_by(choices: Sequence[str]) -> list[str]:
    """Names of the columns that are not shown."""
    return [each.name for each in COLUMNS if (each.choice in choices) != each.is_extra]


def shows_together(choices: Sequence[str]) -> bool:
    """A column tells of the rows' conversations, which then are to be asked for."""
    return any(each.is_extra and each.choice in choices for each in COLUMNS)
