"""What the demo model says is left of its rate limits, so that there is one to be seen.

Nothing is refused: the allowance of a minute only runs down. Told in the headers of the
dialect that is spoken. Pure.
"""

from __future__ import annotations

from datetime import UTC, datetime

REQUESTS, TOKENS = 600, 2_000_000
"""A minute's."""
_MINUTE_S = 60


class Allowance:
    """Counts what was used in this minute."""

    def __init__(self) -> None:
        self._minute = 0
        self._requests = self._tokens = 0

    def used(self, tokens: int, now_s: float, *, is_anthropic: bool) -> dict[str, str]:
        """The headers of this answer."""
        minute = int(now_s) // _MINUTE_S
        if minute != self._minute:
            self._minute, self._requests, self._tokens = minute, 0, 0
        self._requests += 1
        self._tokens += tokens
        left = {
            "requests": (REQUESTS, max(REQUESTS - self._requests, 0)),
            "tokens": (TOKENS, max(TOKENS - self._tokens, 0)),
        }
        end = (minute + 1) * _MINUTE_S
        return (
            _as_anthropic(left, end) if is_anthropic else _as_openai(left, end - now_s)
        )


def _as_openai(left: dict[str, tuple[int, int]], seconds: float) -> dict[str, str]:
    told = dict[str, str]()
    for name, (limit, remaining) in left.items():
        told[f"x-ratelimit-limit-{name}"] = str(limit)
        told[f"x-ratelimit-remaining-{name}"] = str(remaining)
        told[f"x-ratelimit-reset-{name}"] = f"{seconds:.0f}s"
    return told


def _as_anthropic(left: dict[str, tuple[int, int]], end_s: int) -> dict[str, str]:
    told = dict[str, str]()
    until = f"{datetime.fromtimestamp(end_s, UTC):%Y-%m-%dT%H:%M:%SZ}"
    for name, (limit, remaining) in left.items():
        told[f"anthropic-ratelimit-{name}-limit"] = str(limit)
        told[f"anthropic-ratelimit-{name}-remaining"] = str(remaining)
        told[f"anthropic-ratelimit-{name}-reset"] = until
    return told
