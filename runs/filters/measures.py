"""How amounts are read in `where`: `cost>0.01`, `duration>2s`, `tokens>100k`.

Used by `fields.py`. Pure.
"""

from __future__ import annotations

import re
from decimal import Decimal

from runs.filters.kinds import BadFilter, FilterKind

_USD = re.compile(r"\$?([0-9]{1,9}(?:\.[0-9]{1,12})?)")
_DURATION = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,6})?)(ms|s|m|h)")
_TOKENS = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,6})?)([kKmM]?)")
_MS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000}
_TIMES = {"": 1, "k": 1000, "m": 1_000_000}


def _usd(name: str, text: str) -> Decimal:
    if found := _USD.fullmatch(text):
        return Decimal(found[1])
    raise BadFilter(f"{name} must be an amount in USD such as 0.01, not {text!r}.")


def _duration(name: str, text: str) -> float:
    if found := _DURATION.fullmatch(text):
        return float(found[1]) * _MS[found[2]]
    raise BadFilter(f"{name} must be a time such as 250ms, 2s or 1m, not {text!r}.")


def _tokens(name: str, text: str) -> int:
    if found := _TOKENS.fullmatch(text):
        return round(float(found[1]) * _TIMES[found[2].lower()])
    raise BadFilter(f"{name} must be a count such as 1200, 100k or 2M, not {text!r}.")


USD = FilterKind(_usd, {})
DURATION = FilterKind(_duration, {})
TOKENS = FilterKind(_tokens, {})
