"""What the address of the overview asks for: a range of time, a grouping, values.

Read by `view.py`; every link of the page is made here, so that all state is in the
address.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import cast, get_args
from urllib.parse import urlencode

from django.utils.dateparse import parse_datetime

from runs.filters import BadFilter
from runs.filters.grammar import MAX_LENGTH
from runs.filters.request_filter import WHERE
from runs.measure.over_time import LASTS, NAMES, By, Range, asked_range

DEFAULT = "24h"
YOUNG = "1h"
"""Asked for by nobody: of a day, an hour's traffic is one column."""
GROUPS = {
    "model": "Model",
    "provider": "Provider",
    "operation": "Operation",
    "outcome": "Outcome",
    "run": "Run",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One view of the page."""

    last: str = DEFAULT
    start: datetime | None = None
    end: datetime | None = None
    by: By = "model"
    where: Mapping[str, str] = field(default_factory=dict)
    """Name → the one value that is looked at; a run by its id."""
    said: str = ""
    """What else must be true, in the language of filters."""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Asked:
        """Raises `BadFilter` for a time that is none; other odd values ask nothing."""
        last, by = query.get("last", DEFAULT), query.get("by", "model")
        return cls(
            last=last if last in LASTS else DEFAULT,
            start=_moment("start", query),
            end=_moment("end", query),
            by=cast("By", by) if by in get_args(By) and by else "model",
            where={name: value for name in NAMES if (value := _value(name, query))},
            said=query.get(WHERE, "").replace("\0", "")[:MAX_LENGTH].strip(),
        )

    @property
    def range(self) -> Range:
        try:
            return asked_range(self.last, self.start, self.end)
        except ValueError as error:
            raise BadFilter(str(error)) from None

    @property
    def is_own(self) -> bool:
        """A range with a beginning of its own, not one until now."""
        return self.start is not None or self.end is not None

    def of_the_young(self) -> Asked:
        return replace(self, last=YOUNG)

    def of_last(self, last: str) -> str:
        return replace(self, last=last, start=None, end=None).address

    def of_step(self, start: datetime, end: datetime) -> str:
        return replace(self, start=start, end=end).address

    def by_value(self, by: str) -> str:
        return replace(self, by=cast("By", by)).address

    def narrowed(self, name: str, value: str) -> str:
        return replace(self, where={**self.where, name: value}).address

    def saying(self, text: str) -> str:
        return replace(self, said=text).address

    def widened(self, name: str) -> str:
        where = {key: value for key, value in self.where.items() if key != name}
        return replace(self, where=where).address

    @property
    def address(self) -> str:
        return f"/?{self.query}"

    @property
    def query(self) -> str:
        return urlencode(self.told)

    @property
    def told(self) -> dict[str, str]:
        """As an address has it, and forms send it along."""
        told: dict[str, str] = {}
        if self.is_own:
            told |= {"start": _spelled(self.start), "end": _spelled(self.end)}
        else:
            told["last"] = self.last  # told, or a young installation shows its hour
        if self.by != "model":
            told["by"] = self.by
        told |= {**self.where, WHERE: self.said}
        return {name: value for name, value in told.items() if value}

    def requests(self, **more: str) -> str:
        """The same requests in their list."""
        found = self.range
        told = {"after": _spelled(found.start), "before": _spelled(found.end)}
        listed = {name: value for name, value in self.where.items() if name in LISTED}
        if self.said:
            listed[WHERE] = self.said
        return f"/requests?{urlencode({**listed, **more, **told})}"


LISTED = ("provider", "model", "run")
"""What the list of requests can be narrowed to as well, under the same name."""


def _moment(name: str, query: Mapping[str, str]) -> datetime | None:
    text = query.get(name, "").strip()
    if not text:
        return None
    try:
        told = parse_datetime(text[:40].replace(" ", "+"))
        if told is not None:
            told = told.astimezone(UTC) if told.tzinfo else told.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        told = None
    if told is None:
        raise BadFilter(f"{name}: {text[:40]!r} is no time such as 2026-03-01T09:00Z.")
    return told


def _value(name: str, query: Mapping[str, str]) -> str:
    return query.get(name, "").replace("\0", "")[:255]


def _spelled(at: datetime | None) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ") if at else ""
