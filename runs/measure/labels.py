"""What metrics are called where people read them. Pure.

Used by the page that compares runs and by the reports of experiments; programs get
the names themselves.
"""

from __future__ import annotations

LABELS = {
    "cost_usd": "Cost",
    "error_rate": "Failed requests",
    "input_tokens": "Input tokens, not cached",
    "cache_read_tokens": "Tokens from cache",
    "cache_hit_rate": "From cache",
    "wall_ms": "First start to last end",
    "busy_ms": "Busy",
    "duration_sum_ms": "All durations",
    "duration_count": "Successes",
    "duration_p50_ms": "Duration, p50",
    "duration_p95_ms": "Duration, p95",
    "ttft_count": "Streamed successes",
    "ttft_p50_ms": "TTFT, p50",
    "ttft_p95_ms": "TTFT, p95",
    "ttfo_p50_ms": "First output, p50",
    "ttfo_p95_ms": "First output, p95",
    "itl_p50_ms": "Between tokens, p50",
    "itl_p95_ms": "Between tokens, p95",
    "output_tokens_per_s_busy": "Tokens/s, of the work",
    "output_tokens_per_s_request": "Tokens/s, of a request",
    "context_growth": "Context growth",
    "goodput": "Requests/s within limits",
}
WANTED = {"lower": "less is better", "higher": "more is better", "either": ""}


def label(metric: str) -> str:
    if metric.startswith("score:"):
        return f"Score {metric.removeprefix('score:')}"
    return LABELS.get(metric) or metric.replace("_", " ").capitalize()
