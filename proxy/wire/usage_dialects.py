"""Reads usage by whose names it bears, not by which address answered.

Servers that speak Anthropic's messages tell OpenAI's `prompt_tokens`, and the other way
round. OpenAI's input includes the cached part, Anthropic's does not. Pure.
"""

from __future__ import annotations

from pricing.usage import Usage
from proxy.wire import anthropic_usage, openai_usage
from proxy.wire.base import Notes
from proxy.wire.lenient import Record, count

_ANTHROPIC_CACHE = ("cache_read_input_tokens", "cache_creation_input_tokens")
_OPENAI_DETAILS = ("prompt_tokens", "input_tokens_details", "prompt_tokens_details")


def at_anthropic(usage: Record, notes: Notes) -> Usage:
    """What a messages endpoint told."""
    if usage.get("prompt_tokens") is not None and usage.get("input_tokens") is None:
        return openai_usage.read_usage(usage, notes)
    if usage.get("output_tokens") is None and "completion_tokens" in usage:
        usage = {**usage, "output_tokens": usage["completion_tokens"]}
    return anthropic_usage.read_usage(usage, notes)


def at_openai(usage: Record, notes: Notes) -> Usage:
    """What any of OpenAI's endpoints told."""
    if _has_cache_beside(usage):
        if usage.get("output_tokens") is None:
            usage = {**usage, "output_tokens": usage.get("completion_tokens")}
        return anthropic_usage.read_usage(usage, notes)
    return openai_usage.read_usage(usage, notes)


def _has_cache_beside(usage: Record) -> bool:
    """Anthropic's names, and no total that says the cache is within the input."""
    if any(usage.get(name) is not None for name in _OPENAI_DETAILS):
        return False
    if not any(usage.get(name) is not None for name in _ANTHROPIC_CACHE):
        return False
    quiet = Notes()
    told = (
        count(usage, name, quiet) or 0 for name in ("input_tokens", "output_tokens")
    )
    total = count(usage, "total_tokens", quiet)
    return "input_tokens" in usage and total != sum(told)
