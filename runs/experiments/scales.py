"""One unit and so many digits for all values of a metric, and for differences. Pure.

`$0.000151` beside `$0.000207`, `2.050 s` beside `0.010 s`: what stands together can be
read together. Asked by `beside.py`, `drawing.py` and the formats of reports.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import floor, log10

from runs.measure.metrics import Unit

UNKNOWN = "–"
UNREADABLE = 1e15
"""From there on nobody counts the digits."""
MOST_DIGITS = 4
"""Of the largest value, where a small one stands beside it."""


@dataclass(frozen=True, slots=True)
class Scale:
    unit: Unit
    size: float
    """By which values are divided."""
    before: str
    after: str
    places: int

    @classmethod
    def of(cls, unit: Unit, values: Iterable[float | None]) -> Scale:
        known = [abs(value) for value in values if value]
        size, before, after = _shape(unit, max(known, default=0.0))
        return cls(unit, size, before, after, _places([v / size for v in known], unit))

    def told(self, value: float | None) -> str:
        if value is None:
            return "unknown" if self.unit == "usd" else UNKNOWN
        digits = self._digits(value)
        if value and not _is_something(digits):
            # What isn't nothing mustn't read so.
            least = f"{10**-self.places:.{self.places}f}"
            return f"<{self.before}{least}{self.after}"
        sign = "−" if value < 0 else ""
        return f"{sign}{self.before}{digits}{self.after}"

    def bare(self, value: float) -> str:
        """Without the unit, for the ends of an interval."""
        return f"{'−' if value < 0 else ''}{self._digits(value)}"

    def signed(self, value: float, *, unit: bool = True) -> str:
        """A difference."""
        digits = self._digits(value)
        sign = ("+" if value > 0 else "−") if _is_something(digits) else ""
        before, after = (self.before, self.after) if unit else ("", "")
        return f"{sign}{before}{digits}{after}"

    def exact(self, value: float | None) -> str:
        """All that is known of it, in the unit that programs get."""
        if value is None:
            return UNKNOWN
        after = {"usd": " USD", "ms": " ms", "tokens_per_s": " tokens/s"}
        share = self.unit == "share"
        number = f"{value * 100 if share else value:,.8g}".replace("-", "−")
        return f"{number}{' %' if share else after.get(self.unit, '')}"

    def _digits(self, value: float) -> str:
        number = abs(value) / self.size
        if number >= UNREADABLE:
            return f"{number:.3g}"
        return f"{number:,.{self.places}f}" if value else "0"


def _is_something(digits: str) -> bool:
    return any(digit in "123456789" for digit in digits)


def _shape(unit: Unit, largest: float) -> tuple[float, str, str]:
    if unit == "usd":
        return 1.0, "$", ""
    if unit == "share":
        return 0.01, "", " %"
    if unit == "tokens_per_s":
        return 1.0, "", "/s"
    if unit == "ms":
        if largest < 1000:
            return 1.0, "", " ms"
        return (1000.0, "", " s") if largest < 600_000 else (60_000.0, "", " min")
    return 1.0, "", ""


def _places(values: list[float], unit: Unit) -> int:
    """Three digits of the largest and two of the smallest, where that can be had."""
    if not values:
        return 0
    if unit in ("count", "tokens") and all(value == int(value) for value in values):
        return 0
    nearly_all = unit == "share" and any(99 < value < 100 for value in values)
    wanted = max(_for(max(values), 3), _for(min(values), 2), int(nearly_all))
    return min(wanted, _for(max(values), MOST_DIGITS))


def _for(value: float, digits: int) -> int:
    """Places behind the point that show so many digits of it."""
    # 9.9996 shows as 10.0: the next digit, not one more place.
    return max(0, digits - 1 - floor(log10(value * (1 + 0.5 * 10**-digits))))


@dataclass(frozen=True, slots=True)
class Gauge:
    """How an arm's distance from the baseline is told, with its interval alike: in
    percent of the baseline; in times where it is ten of it and more; shares in points;
    in the metric's unit where the baseline is 0."""

    kind: str
    base: float
    scale: Scale

    @classmethod
    def of(
        cls, scale: Scale, base: float | None, gaps: Iterable[float | None]
    ) -> Gauge:
        known = [gap for gap in gaps if gap is not None]
        if scale.unit == "share":
            points = Scale("share", 0.01, "", " points", scale.places)
            return cls("unit", 0.0, points)
        if base is None or base <= 0:
            return cls("unit", 0.0, Scale.of(scale.unit, known))
        shares = [gap / base for gap in known]
        if max(map(abs, shares), default=0.0) >= 9.5:
            times = Scale.of("count", [1 + share for share in shares])
            return cls("times", base, times)
        largest = max(map(abs, shares), default=0.0)
        # 99.7 % less is not all of it.
        places = int(largest < 0.1 or any(0.985 < abs(share) < 1 for share in shares))
        return cls("percent", base, Scale("share", 0.01, "", " %", places))

    def told(self, gap: float, *, unit: bool = True) -> str:
        """`+37 %`, `×12`, `+$0.01`; without the unit for the ends of an interval."""
        if self.kind == "times":
            return f"×{self.scale.told(1 + gap / self.base)}"
        number = gap / self.base if self.kind == "percent" else gap
        return self.scale.signed(number, unit=unit)

    def size(self, gap: float) -> str:
        """Of a difference in either direction."""
        if self.kind == "times":
            return f"{abs(gap) / self.base * 100:,.0f} %"
        return self.told(abs(gap)).removeprefix("+")
