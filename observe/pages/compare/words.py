"""Values and changes in words: what stands in the cells of a comparison. Pure."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

from observe import formats
from runs.measure.differences import TurnChange
from runs.measure.metrics import Unit

ASPECT_UNITS: dict[str, Unit] = {
    "prompt": "tokens",
    "tokens": "tokens",
    "cost": "usd",
    "latency": "ms",
    "requests": "count",
    "errors": "count",
    "tools_offered": "count",
}


def shown(value: float | Decimal | None, unit: Unit) -> str:
    """A value as people read it."""
    if unit == "usd":
        return formats.usd(value if value is None else Decimal(str(value)))
    number = value if value is None else float(value)
    if unit == "ms":
        return formats.duration(number)
    if unit == "share":
        return formats.share(number)
    if unit == "tokens_per_s":
        return formats.rate(number)
    if number is not None and number != int(number) and abs(number) < 1000:
        return f"{number:,.1f}"
    return formats.count(number)


def signed(value: float, unit: Unit) -> str:
    """A difference: with its sign."""
    sign = "+" if value > 0 else "−" if value < 0 else "±"
    return sign + shown(abs(value), unit)


def change(found: TurnChange) -> str:
    """`cost $0.30 → $0.10`, `tools read_file ×3 → search`."""
    aspect = found.aspect.replace("_", " ")
    if found.aspect == "message":
        return "message reworded"
    if found.aspect in ("models", "tools"):
        return f"{aspect} {_names(found.before)} → {_names(found.after)}"
    unit = ASPECT_UNITS.get(found.aspect, "count")
    return f"{aspect} {shown(found.before, unit)} → {shown(found.after, unit)}"


def _names(names: Any) -> str:
    counted = Counter(names)
    told = (f"{name} ×{n}" if n > 1 else str(name) for name, n in counted.items())
    return ", ".join(told) or "none"
