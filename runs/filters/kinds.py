"""What a filter's value may look like: how its text is read, and how the API says so.

Used by the tables of filters (`runs/filters/table.py`, `fields.py`). Pure.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import Any, Generic, TypeVar

from runs.record import Outcome, Purpose

T = TypeVar("T")
TRUE = ("1", "true", "yes", "on")
FALSE = ("0", "false", "no", "off")
CLASSES = ("1xx", "2xx", "3xx", "4xx", "5xx")
MAX_TEXT = 255
_ODD = re.compile("[\0\ud800-\udfff]")
"""What no database takes."""
_AGO = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,3})?)(s|m|h|d|w)")
_UNITS_S = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


class BadFilter(ValueError):
    """A filter value that can't be used; str() is a sentence for users."""


@dataclass(frozen=True, slots=True, eq=False)
class FilterKind(Generic[T]):
    """How values of one kind are read, and what the API's schema says of them."""

    read: Callable[[str, str], T]
    """From a filter's name and a text that is not empty; raises `BadFilter`."""
    schema: Mapping[str, Any]
    """Described, not checked: `read` says in words what is wrong."""


@dataclass(frozen=True, slots=True)
class Ago:
    """A time that goes along with the clock: `1h` is an hour before whenever asked."""

    text: str
    length: timedelta

    def at(self) -> datetime:
        return datetime.now(UTC) - self.length


Moment = datetime | Ago


def moment(value: Moment) -> datetime:
    """The time that is meant now."""
    return value.at() if isinstance(value, Ago) else value


def is_id(text: str) -> bool:
    """What a 64-bit id can be, and SQLite compare."""
    return text.isascii() and text.isdigit() and len(text) <= 18


def as_text(value: object) -> str:
    """A value as it stands in a query string."""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return value.text if isinstance(value, Ago) else str(value)


def plain_text(name: str, text: str) -> str:
    if len(text) > MAX_TEXT or _ODD.search(text):
        raise BadFilter(f"{name} must be at most {MAX_TEXT} plain characters.")
    return text


def _flag(name: str, text: str) -> bool:
    if text.lower() in TRUE:
        return True
    if text.lower() in FALSE:
        return False
    raise BadFilter(f"{name} must be 1 or 0, not {text!r}.")


def _mark(name: str, text: str) -> bool:
    if text.lower() in TRUE:
        return True
    raise BadFilter(f"{name} must be 1, or left out, not {text!r}.")


def _status(name: str, text: str) -> int | str:
    if text.lower() in CLASSES:
        return text.lower()
    if re.fullmatch("[1-9][0-9]{2}", text):
        return int(text)
    raise BadFilter(f"{name} must be a status such as 404 or 4xx, not {text!r}.")


def one_of(name: str, text: str, known: Collection[str]) -> str:
    if text in known:
        return text
    raise BadFilter(f"{name} must be one of {', '.join(known)}, not {text!r}.")


def _outcome(name: str, text: str) -> str:
    return one_of(name, text, tuple(Outcome))


def _purpose(name: str, text: str) -> str:
    return one_of(name, text, tuple(Purpose))


def _number(name: str, text: str) -> int:
    if is_id(text):
        return int(text)
    raise BadFilter(f"{name} must be a whole number, not {text!r}.")


def _decimal(name: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if math.isfinite(value):
        return value
    raise BadFilter(f"{name} must be a number, not {text!r}.")


def _address(name: str, text: str) -> str:
    try:
        return str(ip_address(text.strip("[]")))
    except ValueError:
        raise BadFilter(f"{name} must be an IP address, not {text!r}.") from None


def _time(name: str, text: str) -> Moment:
    if ago := _AGO.fullmatch(text):
        length = timedelta(seconds=float(ago[1]) * _UNITS_S[ago[2]])
        if length < timedelta(days=36_500):
            return Ago(text, length)
    # A "+" of an offset that was not percent-encoded arrives as a space.
    stamp = text.replace(" ", "+") if "T" in text else text
    try:
        value = datetime.fromisoformat(stamp)
    except ValueError:
        raise BadFilter(
            f"{name} must be a time such as 2026-01-31T12:00Z, or how long ago such as"
            f" 1h, not {text!r}."
        ) from None
    try:
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError:
        raise BadFilter(f"{name} is out of bounds.") from None


TEXT = FilterKind(plain_text, {"maxLength": MAX_TEXT, "pattern": "^[^\\x00]*$"})
FLAG = FilterKind(_flag, {"pattern": "^[01]?$"})
MARK = FilterKind(_mark, {"pattern": "^1?$"})
"""Yes or not narrowed: each direction costs an index, and nobody asks for the other."""
NUMBER = FilterKind(_number, {"pattern": "^[0-9]{0,18}$"})
DECIMAL = FilterKind(_decimal, {"pattern": "^(-?[0-9]{1,9}([.][0-9]{1,9})?)?$"})
ADDRESS = FilterKind(_address, {"pattern": "^([0-9]{1,2}([.][0-9]{1,2}){3}|::1)?$"})
STATUS = FilterKind(_status, {"pattern": "^([1-5]xx|[1-9][0-9]{2})?$"})
OUTCOME = FilterKind(_outcome, {"enum": ["", *Outcome]})
PURPOSE = FilterKind(_purpose, {"enum": ["", *Purpose]})
TIME = FilterKind(
    _time,
    {
        "pattern": "^([1-9][0-9]{0,2}[smhdw]|"
        "[12][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])"
        "T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?Z)?$"
    },
)
