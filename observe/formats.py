"""Numbers as people read them: the one place that decides digits and units.

Called by `observe/templatetags/weir.py` for pages. Unknown is a dash, never a zero.
Pure.
"""

from __future__ import annotations

from decimal import Decimal

from pricing.rates import digits

UNKNOWN = "–"

_UNITS = ((1_000_000_000, "B"), (1_000_000, "M"), (1_000, "k"))


def count(value: float | None) -> str:
    """`9,999`, `12.3k`, `1.2M`: exact while it fits a narrow column."""
    if value is None:
        return UNKNOWN
    if abs(value) < 10_000:
        return f"{value:,.0f}"
    for size, unit in _UNITS:
        # 999,950 would print as 1000.0k: it belongs to the next unit.
        if abs(value) >= size * 0.99995:
            return f"{_three_digits(value / size)}{unit}"
    return f"{value:,.0f}"


def exact(value: int | None) -> str:
    return UNKNOWN if value is None else f"{value:,}"


def usd(value: Decimal | float | None) -> str:
    """`$0.00412`, `$0.318`, `$12.40`, `$1,204`: three digits that matter."""
    if value is None:
        return UNKNOWN
    amount = Decimal(value)
    size = abs(amount)
    if size == 0:
        return "$0"
    if size >= 1000:
        return f"${amount:,.0f}"
    if size >= 1:
        return f"${amount:,.2f}"
    if size < Decimal("0.0000001"):
        return "<$0.0000001"
    # adjusted() is the exponent of the first digit: 0.00412 → -3 → 5 places.
    return f"${amount:.{2 - amount.adjusted()}f}"


def usd_told(value: Decimal | None) -> str:
    """To be read beside `usd`: all digits, or why there are none."""
    if value is None:
        return "Cost unknown: no usage was told, or there is no price for it"
    return f"${digits(value)}"


def gap(value: Decimal | None) -> str:
    """`+$0.10`, `−$3.97`: a difference, with its sign."""
    if value is None:
        return UNKNOWN
    sign = "+" if value > 0 else "−" if value < 0 else "±"
    return sign + usd(abs(value))


def percent(value: float | None) -> str:
    """`-12.3 %`; what is more than ten times as much is told in times."""
    if value is None:
        return ""
    if value >= 1000:
        return f"×{count(1 + value / 100)}"
    return f"{value:+.1f} %".replace("-", "−")


def duration(ms: float | None) -> str:
    """`0.4 ms`, `850 ms`, `3.91 s`, `42.1 s`, `19m 10s`, `2h 5m`, `1d 3h`."""
    if ms is None:
        return UNKNOWN
    if 0 < ms < 9.95:
        return f"{ms:.1f} ms"
    if ms < 999.5:
        return f"{ms:.0f} ms"
    seconds = ms / 1000
    if seconds < 9.995:
        return f"{seconds:.2f} s"
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    return _long_duration(round(seconds))


def _long_duration(seconds: int) -> str:
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days}d {hours}h"
    return f"{hours}h {minutes}m" if hours else f"{minutes}m {seconds}s"


def rate(per_second: float | None) -> str:
    """Tokens a second, without the unit."""
    if per_second is None:
        return UNKNOWN
    return f"{per_second:,.1f}" if per_second < 99.95 else f"{per_second:,.0f}"


def share(part: float | None) -> str:
    """`0.04 %`, `1.2 %`, `100 %` of a part of one."""
    if part is None:
        return UNKNOWN
    percent = part * 100
    size = abs(percent)
    # 99.7 is not all of it, and 0.04 is something.
    places = 2 if 0 < size < 0.095 else 1 if size < 9.95 or 99.05 <= size < 100 else 0
    text = f"{percent:.{places}f}"
    return f"{text.rstrip('0').rstrip('.') if places else text} %"


def size(value: int | None) -> str:
    """`812 B`, `1.4 KiB`, `32 MiB`."""
    if value is None:
        return UNKNOWN
    number = float(value)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if number < 1023.5 or unit == "GiB":
            break
        number /= 1024
    return f"{number:.0f} {unit}" if unit == "B" else f"{_three_digits(number)} {unit}"


def _three_digits(number: float) -> str:
    """At most three digits, trailing zeros cut: 1.2, 12.3, 123."""
    places = 2 if abs(number) < 9.995 else 1 if abs(number) < 99.95 else 0
    text = f"{number:.{places}f}"
    return text.rstrip("0").rstrip(".") if places else text
