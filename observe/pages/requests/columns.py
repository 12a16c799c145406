"""The columns of the request list: what stands above each cell of a row.

`templates/requests/_row.html` has the cells, in this order; widths are in list.css.
"""

from __future__ import annotations

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
"""What an address calls the columns that are not shown."""
ALWAYS = ("status", "time")
"""The row's link, and how it stands."""


def hidden_in(text: str) -> list[str]:
    """Names of columns in `cost,ttft`; what is none is left out."""
    asked = text.split(",")
    return [
        each.name for each in COLUMNS if each.name in asked and each.name not in ALWAYS
    ]
