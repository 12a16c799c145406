"""Anthropic's token counts: input is without the cache, a stream's are cumulative.

`message_start` tells a first figure and `message_delta` the true ones; compatible
servers may tell input and cache only there. Never summed. Pure.
"""

from __future__ import annotations

from pricing.usage import Usage
from proxy.wire.base import Notes
from proxy.wire.lenient import Record, count, record


def read_usage(usage: Record, notes: Notes) -> Usage:
    """The buckets of one `usage` object."""
    written = count(usage, "cache_creation_input_tokens", notes)
    by_lifetime = record(usage.get("cache_creation"))
    hour = count(by_lifetime, "ephemeral_1h_input_tokens", notes)
    minutes = count(by_lifetime, "ephemeral_5m_input_tokens", notes)
    if written is not None:
        hour = None if hour is None else min(hour, written)
        minutes = written - (hour or 0)
    output = count(usage, "output_tokens", notes)
    details = record(usage.get("output_tokens_details"))
    thought = count(details, "thinking_tokens", notes)
    return Usage(
        input=count(usage, "input_tokens", notes),
        cache_read=count(usage, "cache_read_input_tokens", notes),
        cache_write_5m=minutes,
        cache_write_1h=hour,
        output=output,
        reasoning=None if thought is None else min(thought, output or 0),
    )
