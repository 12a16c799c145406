"""Reads JSON that may be odd, without ever raising more than `NotJson`.

Every wire format reads through these few functions, so that a wrong type becomes a
note or a missing value, and every string that leaves can be stored: valid UTF-8,
no NUL (PostgreSQL refuses both). Pure.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from proxy.wire.base import Notes

Record = dict[str, Any]

_BOM = b"\xef\xbb\xbf"
MOST_VALUES = 1_000_000
"""Of one JSON text that is decoded; 8 MB of embeddings have fewer."""
LARGEST_COUNT = 10**12
"""Of tokens; more is no count."""
_LARGEST_COST = 10**6
_LONGEST_AMOUNT = 40
_SHORT = 200
_DIGITS = re.compile(r"\s*([0-9]{1,15})(?:\.0+)?\s*")
"""A count as text, as some gateways send them."""
_decode = msgspec.json.Decoder().decode


class NotJson(ValueError):
    """The bytes are no JSON, not even by the tolerant reader."""


def load(data: bytes) -> Any:
    """The JSON value in `data`; lone surrogates, NaN and bad UTF-8 are let through."""
    if is_heavy(data):
        raise NotJson(f"more than {MOST_VALUES:,} values")
    try:
        return _decode(data)
    except (ValueError, RecursionError):
        return _load_slowly(data)


def _load_slowly(data: bytes) -> Any:
    # msgspec refuses "\ud83d" alone, which some servers send when they cut a text
    # between surrogate halves; the standard library lets it pass.
    text = data.removeprefix(_BOM).decode("utf-8", "replace")
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError) as exc:
        raise NotJson(str(exc)) from exc


def is_heavy(data: bytes, most: int = MOST_VALUES) -> bool:
    """More values than an answer or a request ever has: as objects they would take a
    hundred times the room of their bytes."""
    if len(data) < 2 * most:
        return False  # a value and its comma take two bytes
    found = data.count(b",") + data.count(b"[")
    return found > most or found + data.count(b"{") > most


def load_record(data: bytes) -> Record | None:
    """The JSON object in `data`, None when it is anything else."""
    try:
        value = load(data)
    except NotJson:
        return None
    return value if isinstance(value, dict) else None


def dump(value: Any) -> str:
    """`value` as compact JSON text that can be stored."""
    if value is None:
        return ""
    try:
        return clean(json.dumps(value, ensure_ascii=False, separators=(",", ":")))
    except (TypeError, ValueError, RecursionError):
        return clean(repr(value)[:1000])


def clean(text: str) -> str:
    """`text` as it can be stored: surrogate halves joined or replaced, no NUL."""
    if "\0" in text:
        text = text.replace("\0", "\ufffd")
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        # Two halves that came in two pieces become one character again.
        raw = text.encode("utf-16-le", "surrogatepass")
        return raw.decode("utf-16-le", "replace")
    return text


def record(value: Any) -> Record:
    """`value` when it is an object, an empty one otherwise."""
    return value if isinstance(value, dict) else {}


def filled(value: Any) -> Record:
    """An object that says something, or an empty one."""
    found = record(value)
    return found if any(found.values()) else {}


def rows(value: Any) -> list[Record]:
    """The objects in a list, nothing when `value` is no list."""
    if not isinstance(value, list):
        return []
    return [item for item in value if isinstance(item, dict)]


def string(value: Any) -> str:
    """`value` when it is text, "" otherwise. Not cleaned yet."""
    return value if isinstance(value, str) else ""


def short(value: Any) -> str | None:
    """A name or id: at most 200 storable characters, None for anything but text."""
    if not isinstance(value, str) or not value:
        return None
    return clean(value[:_SHORT])


def id_in(pattern: re.Pattern[str], path: str) -> str | None:
    """The id in a path (of a response, a batch, a file): `pattern`'s first group."""
    found = pattern.search(path)
    return short(found.group(1)) if found else None


def count(source: Record, name: str, notes: Notes) -> int | None:
    """A token count. Absent is None, 0 is 0, anything that is no count is a note."""
    value = source.get(name)
    if value is None:
        return None
    if type(value) is int and 0 <= value <= LARGEST_COUNT:
        return value
    if type(value) is float and math.isfinite(value) and value.is_integer():
        return count({name: int(value)}, name, notes)
    if isinstance(value, str) and (digits := _DIGITS.fullmatch(value)):
        return count({name: int(digits[1])}, name, notes)
    notes.add(f"Usage field {name} is not a count.")
    return None


def first_count(source: Record, names: Iterable[str], notes: Notes) -> int | None:
    """The first of several spellings of one count that is there."""
    counts = (count(source, name, notes) for name in names)
    return next((found for found in counts if found is not None), None)


def is_positive(value: Any) -> bool:
    """True for a count above zero, or anything that holds one."""
    if isinstance(value, dict):
        return any(is_positive(inner) for inner in value.values())
    if isinstance(value, list):
        return any(is_positive(inner) for inner in value)
    if isinstance(value, str):
        digits = _DIGITS.fullmatch(value)
        return digits is not None and int(digits[1]) > 0
    return not isinstance(value, bool) and isinstance(value, int | float) and value > 0


def money(value: Any, notes: Notes, unit: Decimal = Decimal(1)) -> Decimal | None:
    """A cost in USD that the provider reports, as a number or a text of units."""
    if value is None:
        return None
    pieces = _decimal(value)
    amount = None if pieces is None else pieces * unit
    if amount is None or not 0 <= amount <= _LARGEST_COST:
        notes.add("The reported cost is not an amount.")
        return None
    return amount


def _decimal(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    text = str(value).strip().removeprefix("$")
    try:
        amount = Decimal(text) if len(text) <= _LONGEST_AMOUNT else None
    except InvalidOperation:
        return None
    return amount if amount is not None and amount.is_finite() else None


def on_one_line(text: str) -> str:
    """`text` with one blank wherever there is whitespace between words."""
    if text.isprintable() and "  " not in text:  # as most that is one line already
        return text.strip(" ")
    return " ".join(text.split())


def folded(text: str, limit: int) -> str:
    """`text` on one line, whitespace folded, at most `limit` characters."""
    words = on_one_line(text[: limit * 2])  # enough, unless it is full of blanks
    if len(words) <= limit and len(text) > limit * 2:
        words = " ".join(text[: limit * 8].split())
    return shortened(words, limit)


def shortened(words: str, limit: int) -> str:
    """At most `limit` characters of `words`, whose whitespace is folded."""
    return clean(words) if len(words) <= limit else clean(words[: limit - 1]) + "…"
