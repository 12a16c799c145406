"""`windows.py`: what the headers of each provider say is left."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from observe.rate_limits.windows import read

AT = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
S = timedelta(seconds=1)
OPENAI = {
    "x-ratelimit-limit-requests": "5000",
    "x-ratelimit-remaining-requests": "4999",
    "x-ratelimit-reset-requests": "12ms",
    "X-RateLimit-Limit-Tokens": "160000",
    "x-ratelimit-remaining-tokens": "40000",
    "x-ratelimit-reset-tokens": "6m0s",
    "x-ratelimit-limit-tokens_usage_based": "160000",
    "retry-after": "3",
}
ANTHROPIC = {
    "anthropic-ratelimit-requests-limit": "50",
    "anthropic-ratelimit-requests-remaining": "0",
    "anthropic-ratelimit-requests-reset": "2026-03-01T09:00:30Z",
    "anthropic-ratelimit-input-tokens-limit": "30000",
    "anthropic-ratelimit-input-tokens-remaining": "15000",
    "anthropic-ratelimit-input-tokens-reset": "2026-03-01T09:01:00Z",
}
PLAN = {
    "anthropic-ratelimit-unified-status": "allowed",
    "anthropic-ratelimit-unified-5h-utilization": "0.75",
    "anthropic-ratelimit-unified-5h-reset": str(int(AT.timestamp()) + 60),
    "anthropic-ratelimit-unified-7d-utilization": "1.2",
}
CODEX = {
    "x-codex-primary-used-percent": "25",
    "x-codex-primary-window-minutes": "300",
    "x-codex-primary-reset-after-seconds": "60",
    "x-codex-secondary-used-percent": "0",
    "x-codex-secondary-window-minutes": "10080",
}


@pytest.mark.parametrize(
    ("headers", "found"),
    [
        (
            OPENAI,
            [
                ("requests", 4999, 0.9998, timedelta(milliseconds=12)),
                ("tokens", 40000, 0.25, 360 * S),
            ],
        ),
        (
            ANTHROPIC,
            [("requests", 0, 0.0, 30 * S), ("input tokens", 15000, 0.5, 60 * S)],
        ),
        (PLAN, [("5h", None, 0.25, 60 * S), ("7d", None, 0.0, None)]),
        (CODEX, [("5h", None, 0.75, 60 * S), ("7d", None, 1.0, None)]),
        (
            {
                "ratelimit-limit": "10",
                "ratelimit-remaining": "3",
                "ratelimit-reset": "7",
            },
            [("requests", 3, 0.3, 7 * S)],
        ),
        # OpenRouter's epoch in ms; Azure's -1 for what it doesn't know; nonsense.
        (
            {
                "x-ratelimit-remaining": "1",
                "x-ratelimit-reset": str((int(AT.timestamp()) + 5) * 1000),
            },
            [("requests", 1, None, 5 * S)],
        ),
        ({"x-ratelimit-remaining-tokens": "-1", "x-ratelimit-limit-tokens": "-1"}, []),
        ({"x-ratelimit-remaining": "nan", "x-ratelimit-limit": "1e999"}, []),
        (
            {"x-ratelimit-remaining": "2", "x-ratelimit-reset": "9" * 40},
            [("requests", 2, None, None)],
        ),
        (
            {"x-ratelimit-remaining": "2", "x-ratelimit-reset": "soon"},
            [("requests", 2, None, None)],
        ),
    ],
)
def test_what_is_left_is_read(
    headers: dict[str, str],
    found: list[tuple[str, int | None, float | None, timedelta | None]],
) -> None:
    told = read(headers.items(), AT)
    assert [
        (
            each.name,
            each.remaining,
            None if each.left is None else pytest.approx(each.left),
            each.resets_at and each.resets_at - AT,
        )
        for each in told
    ] == found
