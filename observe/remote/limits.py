"""The gate's flags, and what they say as the API's limits.

`--max-cost 0.50 --max-error-rate 2% --baseline main --tolerance 10%`. Pure.
"""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from observe.problem import BadUsage
from runs.filters.request_filter import WHERE
from runs.measure.limits import LIMITS, MIN_REQUESTS, REQUIREMENTS, Limit
from runs.measure.metrics import Unit


def amount(flag: str, text: str) -> str:
    """`0.50` or `$0.50`; kept as text, since money is never a float."""
    return format(_decimal(flag, text.removeprefix("$"), "an amount like 0.50"), "f")


def number(flag: str, text: str) -> int:
    try:
        value = int(text.replace("_", ""))
    except ValueError:
        value = -1
    if value < 0:
        raise BadUsage(f"{flag} must be a whole number, 0 or more, not {text!r}.")
    return value


def milliseconds(flag: str, text: str) -> float:
    """`8000`, `8000ms` or `8s`."""
    if text.endswith("ms"):
        bare, times = text.removesuffix("ms"), 1
    elif text.endswith("s"):
        bare, times = text.removesuffix("s"), 1000
    else:
        bare, times = text, 1
    what = "milliseconds like 8000, or 8s"
    return float(_decimal(flag, bare, what, told=text) * times)


def share(flag: str, text: str) -> float:
    """`5%` or `0.05`; at most all of it."""
    value = ratio(flag, text)
    if value > 1:
        hint = "." if text.endswith("%") else f": did you mean {text}%?"
        raise BadUsage(f"{flag} must be at most 100%, not {text!r}{hint}")
    return value


def ratio(flag: str, text: str) -> float:
    """`10%` or `0.1`; may be more than 100%."""
    what = "a share like 5% or 0.05"
    if text.endswith("%"):
        return float(_decimal(flag, text.removesuffix("%"), what, told=text) / 100)
    return float(_decimal(flag, text, what))


def _decimal(flag: str, text: str, what: str, told: str = "") -> Decimal:
    """Of `text`, which may lack the unit that it was `told` with."""
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        value = Decimal(-1)
    if not value.is_finite() or value < 0:
        raise BadUsage(f"{flag} must be {what}, not {(told or text)!r}.")
    return value


@dataclass(frozen=True, slots=True)
class LimitFlag:
    flag: str
    field: str
    """Its name in the API."""
    read: Callable[[str, str], Any]
    metavar: str
    help: str

    @property
    def attribute(self) -> str:
        return self.flag.removeprefix("--").replace("-", "_")


OF_UNIT: dict[Unit, tuple[Callable[[str, str], Any], str]] = {
    "usd": (amount, "USD"),
    "count": (number, "N"),
    "tokens": (number, "N"),
    "share": (share, "SHARE"),
    "ms": (milliseconds, "MS"),
}
"""How a limit is read, and what stands for it in `--help`."""


def flag_of(limit: Limit) -> LimitFlag:
    """`--max-cost` for `max_cost_usd`."""
    read, metavar = OF_UNIT[limit.metric.unit]
    flag = "--" + limit.name.removesuffix("_usd").replace("_", "-")
    return LimitFlag(flag, limit.name, read, metavar, limit.help)


FLAGS = (
    *map(flag_of, LIMITS),
    LimitFlag(
        *("--min-requests", MIN_REQUESTS, number, "N"),
        "So many there must be; any limit implies 1, and 0 allows none.",
    ),
)


def switch_of(name: str) -> str:
    """`--require-model` for `require_model`."""
    return "--" + name.replace("_", "-")


def add_flags(parser: ArgumentParser) -> None:
    group = parser.add_argument_group(
        "limits", "A breach ends with exit code 3 and says which request broke it."
    )
    for each in FLAGS:
        # argparse formats what it prints.
        words = each.help.replace("%", "%%")
        group.add_argument(each.flag, metavar=each.metavar, help=words)
    for required in REQUIREMENTS:
        group.add_argument(
            switch_of(required.name), action="store_true", help=required.help
        )
    group.add_argument(
        f"--{WHERE}",
        default="",
        metavar="…",
        help="hold only these requests to them: the filter language (docs/filters.md)",
    )
    group.add_argument(
        "--baseline", metavar="RUN", help="a run that this one must not be worse than"
    )
    group.add_argument(
        "--tolerance", metavar="SHARE", help="how much worse it may be (10%%)"
    )


def read(options: Mapping[str, Any]) -> dict[str, Any]:
    """The given limits as the API's body; empty when there are none."""
    limits = {
        each.field: each.read(each.flag, text)
        for each in FLAGS
        if (text := options.get(each.attribute)) is not None
    }
    limits |= {each.name: True for each in REQUIREMENTS if options.get(each.name)}
    if baseline := options.get("baseline"):
        limits["baseline"] = baseline
    if (tolerance := options.get("tolerance")) is not None:
        if not baseline:
            raise BadUsage("--tolerance goes with --baseline RUN.")
        limits["tolerance"] = ratio("--tolerance", tolerance)
    if where := options.get(WHERE):
        if not limits:
            raise BadUsage(f"--{WHERE} goes with a limit.")
        limits[WHERE] = where
    return limits
