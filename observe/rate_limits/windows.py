"""Reads the windows of rate limits from an answer's headers. Pure.

`x-ratelimit-*` is OpenAI's (platform.openai.com/docs/guides/rate-limits) and of all who
speak like it; `anthropic-ratelimit-*` Anthropic's, whose `unified` ones tell a
subscription's use of 5 hours and 7 days; `x-codex-*` a ChatGPT plan's; `ratelimit-*`
the IETF's draft.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_HEADER = re.compile(
    r"anthropic-ratelimit-unified-(?P<unified>\w+)-(?P<u>utilization|reset)"
    r"|anthropic-ratelimit-(?P<anthropic>[a-z-]+)-(?P<a>limit|remaining|reset)"
    r"|x-codex-(?P<codex>primary|secondary)-"
    r"(?P<c>used-percent|window-minutes|reset-at|reset-after-seconds)"
    r"|(?:x-)?ratelimit-(?P<o>limit|remaining|reset)(?:-(?P<other>requests|tokens))?"
)
_FIELDS = ("u", "a", "c", "o")
_NAMES = ("unified", "anthropic", "codex", "other")
_SPAN = re.compile(r"(\d+(?:\.\d+)?)(ms|us|µs|ns|s|m|h|d)")
_SECONDS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1, "m": 60}
_SECONDS |= {"h": 3600, "d": 86_400}
_EPOCH_S, _EPOCH_MS = 1e8, 1e11
"""Below: seconds from now; between: since 1970; above: the same in milliseconds."""
FARTHEST = timedelta(days=366)


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitWindow:
    """What is left of what may be used until a moment."""

    name: str
    """`requests`, `tokens`, `input tokens`; `5h` and `7d` of a plan."""
    limit: int | None
    remaining: int | None
    left: float | None
    """The same as a part of the whole, 0 to 1."""
    resets_at: datetime | None


def read(headers: Iterable[tuple[str, str]], at: datetime) -> list[LimitWindow]:
    """`at` is when the answer came: many resets are told from then."""
    told: dict[tuple[str, str], dict[str, str]] = {}
    for name, value in headers:
        if found := _HEADER.fullmatch(name.lower()):
            family = next(each for each in _FIELDS if found[each])
            of = found[_NAMES[_FIELDS.index(family)]] or "requests"
            told.setdefault((family, of), {})[found[family]] = value.strip()
    windows = (_window(of, fields, at) for (_, of), fields in told.items())
    return [
        each for each in windows if each.left is not None or each.remaining is not None
    ]


def _window(name: str, told: dict[str, str], at: datetime) -> LimitWindow:
    limit, remaining = _count(told.get("limit")), _count(told.get("remaining"))
    return LimitWindow(
        name=_length(told.get("window-minutes")) or name.replace("-", " "),
        limit=limit,
        remaining=remaining,
        left=_left(limit, remaining, told),
        resets_at=_moment(told, at),
    )


def _left(
    limit: int | None, remaining: int | None, told: dict[str, str]
) -> float | None:
    if limit and remaining is not None:
        return min(remaining / limit, 1.0)
    used = _number(told.get("utilization"))
    if used is None and (percent := _number(told.get("used-percent"))) is not None:
        used = percent / 100
    return None if used is None else min(max(1 - used, 0.0), 1.0)


def _length(minutes: str | None) -> str:
    number = _count(minutes)
    if not number:
        return ""
    for unit, length in (("d", 1440), ("h", 60)):
        if number % length == 0:
            return f"{number // length}{unit}"
    return f"{number}m"


def _count(text: str | None) -> int | None:
    """Azure says -1 for what it doesn't know."""
    number = _number(text)
    return int(number) if number is not None and number >= 0 else None


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if math.isfinite(number) and abs(number) < 1e15 else None


def _moment(told: dict[str, str], at: datetime) -> datetime | None:
    text = told.get("reset") or told.get("reset-at") or told.get("reset-after-seconds")
    found = _spelled(text or "", at)
    return found if found and abs(found - at) < FARTHEST else None


def _spelled(text: str, at: datetime) -> datetime | None:
    """`6m0s`, `12`, an epoch in s or ms, or RFC 3339."""
    if (number := _number(text)) is not None:
        seconds = number / 1000 if number >= _EPOCH_MS else number
        if number >= _EPOCH_S:
            return datetime.fromtimestamp(seconds, UTC) if seconds < 1e11 else None
        return at + timedelta(seconds=seconds)
    spans = _SPAN.findall(text)
    if spans and "".join(map("".join, spans)) == text:
        seconds = sum(float(much) * _SECONDS[unit] for much, unit in spans)
        return at + timedelta(seconds=min(seconds, 1e9))
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
