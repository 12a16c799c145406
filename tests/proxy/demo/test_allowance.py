"""`allowance.py`: what is left runs down in a minute, and is there again after it."""

from __future__ import annotations

from proxy.demo.allowance import REQUESTS, TOKENS, Allowance

MINUTE = 29_000_000 * 60


def test_what_is_left_runs_down_and_comes_back() -> None:
    allowance = Allowance()
    allowance.used(1000, MINUTE, is_anthropic=False)
    told = allowance.used(500, MINUTE + 15, is_anthropic=False)
    assert told["x-ratelimit-remaining-requests"] == str(REQUESTS - 2)
    assert told["x-ratelimit-remaining-tokens"] == str(TOKENS - 1500)
    assert told["x-ratelimit-reset-tokens"] == "45s"
    told = allowance.used(10**9, MINUTE + 20, is_anthropic=True)
    assert told["anthropic-ratelimit-tokens-remaining"] == "0"
    assert told["anthropic-ratelimit-requests-reset"] == "2025-02-19T21:21:00Z"
    told = allowance.used(1, MINUTE + 60, is_anthropic=False)
    assert told["x-ratelimit-remaining-requests"] == str(REQUESTS - 1)
