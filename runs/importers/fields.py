"""A row of somebody else's data, read without trust. Pure.

Every format reads through `Fields`: a value of another kind than expected is as good as
none, and nothing here raises.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

UNREADABLE = (ValueError, RecursionError, msgspec.MsgspecError)
LONGEST_MS = 366 * 86_400_000
TEXT_MOST = 64 * 1024 * 1024
"""Characters of one value that are read as JSON."""
SECONDS_MOST = 10**11
"""More than that is milliseconds."""
YEARS = range(1970, 9999)


def decode(data: bytes | str) -> Any:
    """JSON, or None."""
    try:
        return msgspec.json.decode(data)
    except UNREADABLE:
        return None


@dataclass(frozen=True, slots=True)
class Fields:
    """Values by name; the first of several names that has one."""

    values: Mapping[str, Any]

    def any(self, *names: str) -> Any:
        for name in names:
            value = self.values.get(name)
            if value is not None and value != "":
                return value
        return None

    def has(self, *names: str) -> bool:
        """All of them, whatever they hold."""
        return all(name in self.values for name in names)

    def text(self, *names: str) -> str:
        value = self.any(*names)
        if isinstance(value, bytes):
            return value.decode("utf-8", "replace")
        return value if isinstance(value, str) else "" if value is None else str(value)

    def number(self, *names: str) -> float | None:
        value = self.any(*names)
        if not _is_number(value):
            return None
        try:
            number = float(value)
        except (ValueError, OverflowError):
            return None
        return number if math.isfinite(number) else None

    def count(self, *names: str) -> int | None:
        """A whole number from zero on."""
        number = self.number(*names)
        if number is None or number < 0 or number > 2**53:
            return None
        return round(number)

    def duration_ms(self, *names: str) -> float | None:
        """Milliseconds that a call can have taken."""
        number = self.number(*names)
        return number if number is not None and 0 <= number <= LONGEST_MS else None

    def money(self, *names: str) -> Decimal | None:
        value = self.any(*names)
        if not _is_number(value):
            return None
        try:
            amount = Decimal(str(value))
        except (InvalidOperation, ValueError):  # an integer of 5,000 digits
            return None
        return amount if amount.is_finite() and amount >= 0 else None

    def flag(self, *names: str) -> bool | None:
        value = self.any(*names)
        if isinstance(value, str):
            words = {"true": True, "t": True, "1": True}
            words |= {"false": False, "f": False, "0": False}
            return words.get(value.strip().lower())
        return bool(value) if isinstance(value, bool | int) else None

    def when(self, *names: str) -> datetime | None:
        """A time of this era: others stand for none, such as year 1 and year 9999."""
        value = self.any(*names)
        try:
            found = _when(value)
        except (ValueError, OverflowError, OSError):
            return None
        return found if found and found.year in YEARS else None

    def json(self, *names: str) -> Any:
        """A value that is JSON, or a text that holds some; else the value."""
        value = self.any(*names)
        if not isinstance(value, str | bytes) or len(value) > TEXT_MOST:
            return value
        inner = decode(value) if value[:1] in ("{", "[", b"{", b"[") else None
        return value if inner is None else inner

    def inner(self, *names: str) -> Fields:
        """An object inside; an empty one where there is none."""
        value = self.json(*names)
        return Fields(value) if isinstance(value, dict) else NOTHING

    def items(self, *names: str) -> Iterator[Fields]:
        """The objects of a list."""
        value = self.json(*names)
        for item in value if isinstance(value, list) else ():
            if isinstance(item, dict):
                yield Fields(item)

    def body(self, *names: str) -> bytes:
        """A body as bytes: exact where it was text, else written anew."""
        value = self.any(*names)
        if isinstance(value, bytes | memoryview | bytearray):
            return bytes(value)
        if isinstance(value, str):
            return value.encode("utf-8", "replace")
        return b"" if value is None else written(value)


NOTHING = Fields({})


def written(value: Any) -> bytes:
    """JSON without blanks."""
    try:
        return msgspec.json.encode(value)
    except (*UNREADABLE, TypeError):
        return json.dumps(value, default=str, ensure_ascii=True).encode()


def _is_number(value: Any) -> bool:
    is_one = isinstance(value, int | float | str | Decimal)
    return is_one and not isinstance(value, bool)


def _when(value: Any) -> datetime | None:
    if isinstance(value, datetime):
        return _utc(value)
    if isinstance(value, date | bool):
        return None
    if isinstance(value, int | float):
        seconds = value / 1000 if value > SECONDS_MOST else value
        return datetime.fromtimestamp(seconds, UTC)
    if isinstance(value, str):
        told = value.strip()
        return _utc(datetime.fromisoformat(told.removesuffix(" UTC")))
    return None


def _utc(value: datetime) -> datetime:
    """Without a zone it is UTC, as servers write it."""
    known = value if value.tzinfo else value.replace(tzinfo=UTC)
    return known.astimezone(UTC)


def milliseconds(begun: datetime | None, ended: datetime | None) -> float | None:
    """Between two times; None where one is missing, or they are the wrong way round."""
    if begun is None or ended is None or ended < begun:
        return None
    return (ended - begun) / timedelta(milliseconds=1)
