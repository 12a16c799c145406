"""Token counts as other products write them, in Weir's disjoint buckets. Pure."""

from __future__ import annotations

from pricing.usage import COUNTS, Usage
from runs.importers.fields import Fields


def buckets(usage: Usage) -> dict[str, int]:
    """Those that are told, by name."""
    pairs = ((name, getattr(usage, name)) for name in COUNTS)
    return {name: count for name, count in pairs if count is not None}


def of_openai(told: Fields) -> Usage:
    """`prompt_tokens` with what was cached inside, in `…_details` or beside them."""
    prompt = told.inner("prompt_tokens_details", "input_tokens_details")
    completion = told.inner("completion_tokens_details", "output_tokens_details")
    read = prompt.count("cached_tokens")
    if read is None:
        read = told.count("cache_read_input_tokens")
    made = prompt.count("cache_creation_tokens", "cache_write_tokens")
    if made is None:
        made = told.count("cache_creation_input_tokens")
    return inclusive(
        told.count("prompt_tokens", "input_tokens"),
        told.count("completion_tokens", "output_tokens"),
        read=read,
        made=made,
        reasoning=completion.count("reasoning_tokens"),
    )


def inclusive(
    asked: int | None,
    answered: int | None,
    *,
    read: int | None = None,
    made: int | None = None,
    reasoning: int | None = None,
) -> Usage:
    """Where the input counts what was cached; of counts that can't be, the input's
    own is believed."""
    cached = (read or 0) + (made or 0)
    fits = asked is None or cached <= asked
    if not fits:
        read = made = None
        cached = 0
    return Usage(
        input=None if asked is None else asked - cached,
        cache_read=read,
        cache_write_5m=made,
        output=answered,
        reasoning=reasoning if (reasoning or 0) <= (answered or 0) else None,
    )


def beside(
    asked: int | None, answered: int | None, read: int | None, made: int | None
) -> Usage:
    """Where the input leaves out what was cached."""
    return Usage(input=asked, cache_read=read, cache_write_5m=made, output=answered)
