"""Statistics of a run as names and values for a short summary. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from observe import formats
from pricing.usage import summed

Figures = tuple[tuple[str, str], ...]
INWARD = ("input", "cache_read", "cache_write_5m", "cache_write_1h")
KINDS = 4
"""So many kinds of error are told, the rest summed."""


def figures(statistics: Mapping[str, Any]) -> Figures:
    duration, ttft = statistics["duration"], statistics["ttft"]
    found = (
        ("requests", requests(statistics)),
        ("errors", errors(statistics)),
        ("tokens", tokens(statistics["tokens"])),
        ("cost", cost(statistics["cost"])),
        ("wall time", formats.duration(statistics["wall_ms"])),
        ("duration", _spread(duration)),
        ("first token", _spread(ttft) if ttft["count"] else "no stream succeeded"),
    )
    return tuple((name, value) for name, value in found if value)


def requests(statistics: Mapping[str, Any]) -> str:
    pending = statistics["pending"]
    total = formats.exact(statistics["requests"])
    return f"{total}, {pending} of them not finished" if pending else total


def errors(statistics: Mapping[str, Any]) -> str:
    """`3 (2 × http_429, 1 × timed_out)`"""
    kinds = [
        f"{each['requests']} × {each['kind']}" for each in statistics["error_kinds"]
    ]
    if len(kinds) > KINDS:
        kinds[KINDS:] = [f"{len(kinds) - KINDS} other kinds"]
    told = f" ({', '.join(kinds)})" if kinds else ""
    return f"{statistics['errors']}{told}"


def tokens(counts: Mapping[str, int | None]) -> str:
    inward = summed(counts[name] for name in INWARD)
    if inward is None and counts["output"] is None:
        return "not reported"
    cached = counts["cache_read"]
    told = f" ({formats.exact(cached)} from cache)" if cached else ""
    outward = formats.exact(counts["output"])
    return f"{formats.exact(inward or 0)} in{told}, {outward} out"


def cost(value: Mapping[str, Any]) -> str:
    known = None if value["usd"] is None else Decimal(value["usd"])
    unpriced = value["unpriced_requests"]
    told = f" and {unpriced} without a known cost" if unpriced else ""
    return f"{formats.usd(known)}{told}"


def _spread(times: Mapping[str, Any]) -> str:
    p50, p95 = formats.duration(times["p50_ms"]), formats.duration(times["p95_ms"])
    told = f"p50 {p50}, p95 {p95}, of {times['count']:,}"
    return told if times["count"] else formats.UNKNOWN
