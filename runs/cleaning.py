"""Makes any captured value one that both databases take. Pure.

Used by `runs/store/rows.py`. Clients and providers send what they like: NUL characters
(PostgreSQL refuses them), half surrogate pairs (UTF-8 has none), numbers beyond 64
bits. None of it may cost a captured request.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache, wraps
from typing import Any, TypeVar

Told = TypeVar("Told")

INT64_MAX = 2**63 - 1
INT32_MAX = 2**31 - 1
COST_MAX = Decimal(10) ** 12 - 1
"""The column takes a dollar more, but SQLite keeps 15 digits: a cost just below that
would be rounded up to one that can't be read any more."""
COST_STEP = Decimal("1E-12")
SHORT = 1000
"""Characters: longer names, sent once and never again, are not worth remembering."""


def text(value: str, limit: int = 10**9) -> str:
    """At most `limit` characters; what can't be stored becomes U+FFFD."""
    if len(value) > limit:
        value = value[:limit]
    if value.isascii():
        return value.replace("\0", "\ufffd") if "\0" in value else value
    try:
        value.encode()
    except UnicodeEncodeError:
        # Through UTF-16, whole pairs in two escapes come together again.
        value = value.encode("utf-16-le", "surrogatepass").decode(
            "utf-16-le", "replace"
        )
    return value.replace("\0", "\ufffd")


def remembered(most: int) -> Callable[[Callable[[str], Told]], Callable[[str], Told]]:
    """For a function of one text: what it told of the last `most` short ones."""

    def of(tell: Callable[[str], Told]) -> Callable[[str], Told]:
        known = lru_cache(most)(tell)

        @wraps(tell)
        def ask(text: str) -> Told:
            return known(text) if len(text) < SHORT else tell(text)

        return ask

    return of


_known_text = lru_cache(maxsize=4096)(text)


def name(value: str, limit: int) -> str:
    """`text` for values of which there are few, such as models."""
    return (_known_text if len(value) < SHORT else text)(value, limit)


def count(value: int | None, most: int = INT64_MAX) -> int | None:
    """A count that a provider reported; absurd ones are not known."""
    return value if value is not None and 0 <= value <= most else None


def small(value: int) -> int:
    return value if 0 <= value <= INT32_MAX else min(max(value, 0), INT32_MAX)


def number(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def money(value: Decimal | None) -> Decimal | None:
    """USD with twelve decimals; what doesn't fit the column is not known."""
    if value is None or not value.is_finite() or abs(value) >= COST_MAX:
        return None
    return value.quantize(COST_STEP)


def json_value(value: Any) -> Any:
    """JSON that both databases take, as deep as it goes."""
    if isinstance(value, str):
        return text(value)
    if isinstance(value, list):
        return [json_value(item) for item in value]
    if isinstance(value, dict):
        return {text(str(key)): json_value(item) for key, item in value.items()}
    return number(value) if isinstance(value, float) else value
