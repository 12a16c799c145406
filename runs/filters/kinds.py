"""What a filter's value may look like: how its text is read, and how the API says so.

Used by the table of filters (`runs/filters/table.py`). Pure.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Any, Generic, TypeVar

from runs.record import Outcome

T = TypeVar("T")
TRUE = ("1", "true", "yes", "on")
FALSE = ("0", "false", "no", "off")
CLASSES = ("1xx", "2xx", "3xx", "4xx", "5xx")
MAX_TEXT = 255


class BadFilter(ValueError):
    """A filter value that can't be used; str() is a sentence for users."""


@dataclass(frozen=True, slots=True, eq=False)
class FilterKind(Generic[T]):
    """How values of one kind are read, and what the API's schema says of them."""

    read: Callable[[str, str], T]
    """From a filter's name and a text that is not empty; raises `BadFilter`."""
    schema: Mapping[str, Any]
    """Described, not checked: `read` says in words what is wrong."""


def is_id(text: str) -> bool:
    """What a 64-bit id can be, and SQLite compare."""
    return text.isascii() and text.isdigit() and len(text) <= 18


def as_text(value: object) -> str:
    """A value as it stands in a query string."""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return str(value)


def _text(name: str, text: str) -> str:
    if len(text) > MAX_TEXT or "\0" in text:
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
    if text.isascii() and text.isdigit() and 100 <= int(text[:6]) <= 999:
        return int(text)
    raise BadFilter(f"{name} must be a status such as 404 or 4xx, not {text!r}.")


def _outcome(name: str, text: str) -> str:
    if text in set(Outcome):
        return text
    known = ", ".join(Outcome)
    raise BadFilter(f"{name} must be one of {known}, not {text!r}.")


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


def _time(name: str, text: str) -> datetime:
    # A "+" of an offset that was not percent-encoded arrives as a space.
    stamp = text.replace(" ", "+") if "T" in text else text
    try:
        value = datetime.fromisoformat(stamp)
    except ValueError:
        message = f"{name} must be a time such as 2026-01-31T12:00Z, not {text!r}."
        raise BadFilter(message) from None
    try:
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError:
        raise BadFilter(f"{name} is out of bounds.") from None


TEXT = FilterKind(_text, {"maxLength": MAX_TEXT, "pattern": "^[^\\x00]*$"})
FLAG = FilterKind(_flag, {"pattern": "^[01]?$"})
MARK = FilterKind(_mark, {"pattern": "^1?$"})
"""Yes or not narrowed: each direction costs an index, and nobody asks for the other."""
NUMBER = FilterKind(_number, {"pattern": "^[0-9]{0,18}$"})
DECIMAL = FilterKind(_decimal, {"pattern": "^(-?[0-9]{1,9}([.][0-9]{1,9})?)?$"})
ADDRESS = FilterKind(_address, {"pattern": "^([0-9]{1,2}([.][0-9]{1,2}){3}|::1)?$"})
STATUS = FilterKind(_status, {"pattern": "^([1-5]xx|[1-9][0-9]{2})?$"})
OUTCOME = FilterKind(_outcome, {"enum": ["", *Outcome]})
TIME = FilterKind(
    _time,
    {
        "pattern": "^([12][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])"
        "T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?Z)?$"
    },
)
