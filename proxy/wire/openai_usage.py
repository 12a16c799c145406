"""Token counts of every server that answers in an OpenAI shape, as disjoint buckets.

Chat, completions, Responses, embeddings, audio and images share it; so do vLLM, SGLang,
LM Studio, llama.cpp, OpenRouter, DeepSeek, Groq, Mistral, xAI, Moonshot and Azure,
each with its own names for the cached part. Input includes the cached part, so it
is split here. Pure.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from pricing.usage import Usage
from proxy.wire.base import Notes
from proxy.wire.lenient import Record, count, money, record


def read_usage(usage: Record, notes: Notes) -> Usage:
    """The buckets of one `usage` object."""
    read = _Counts(usage, notes)
    hit = read.first("prompt_cache_hit_tokens")  # DeepSeek tells both halves
    miss = read.first("prompt_cache_miss_tokens")
    prompt = read.first("prompt_tokens", "input_tokens")
    if prompt is None and hit is not None and miss is not None:
        prompt = hit + miss
    output = read.first("completion_tokens", "output_tokens")
    if prompt is None and output is None:
        prompt = read.first("total_tokens")  # Voyage, Jina: embeddings only
    cached = read.cached() if read.cached() is not None else hit
    buckets = _split_input(prompt, cached, read.written(), notes)
    return _with_output(_with_audio(buckets, read), read, prompt, output)


def read_cost(usage: Record, notes: Notes) -> Decimal | None:
    """What the provider itself says the request cost (OpenRouter, Perplexity)."""
    cost = usage.get("cost")
    return money(cost.get("total_cost") if isinstance(cost, dict) else cost, notes)


def read_timings(timings: Record, usage: Usage, notes: Notes) -> Usage:
    """llama.cpp's timings, only where usage is silent; prompt_n is without cache_n."""
    cached = count(timings, "cache_n", notes)
    if usage.total_input is None and usage.output is None:
        fresh = count(timings, "prompt_n", notes)
        output = count(timings, "predicted_n", notes)
        return Usage(input=fresh, cache_read=cached, output=output)
    if cached is None or usage.cache_read is not None or usage.input is None:
        return usage
    cached = min(cached, usage.input)
    return replace(usage, input=usage.input - cached, cache_read=cached)


class _Counts:
    """The counts of one usage object by any of their names."""

    def __init__(self, usage: Record, notes: Notes) -> None:
        self.usage = usage
        self.notes = notes
        # "prompt_token_details" is Mistral's, "input_token_details" audio's spelling.
        self.into = self._details("prompt_tokens", "prompt_token", "input_tokens")
        self.into = self.into or self._details("input_token")
        self.out = self._details("completion_tokens", "output_tokens", "output_token")

    def _details(self, *names: str) -> Record:
        found = (record(self.usage.get(f"{name}_details")) for name in names)
        return next((details for details in found if details), {})

    def first(self, *names: str, of: Record | None = None) -> int | None:
        source = self.usage if of is None else of
        for name in names:
            if (
                name in source
                and (found := count(source, name, self.notes)) is not None
            ):
                return found
        return None

    def cached(self) -> int | None:
        inside = self.first("cached_tokens", of=self.into)
        if inside is not None:
            return inside
        names = ("cached_tokens", "num_cached_tokens", "cache_read_input_tokens")
        return self.first(*names)

    def written(self) -> int | None:
        names = ("cache_write_tokens", "cache_creation_tokens")
        inside = self.first(*names, of=self.into)
        if inside is not None:
            return inside
        return self.first("cache_write_tokens", "cache_creation_input_tokens")

    def reasoning(self) -> int | None:
        inside = self.first("reasoning_tokens", of=self.out)
        return inside if inside is not None else self.first("reasoning_tokens")


def _split_input(
    prompt: int | None, cached: int | None, written: int | None, notes: Notes
) -> Usage:
    if prompt is None:
        return Usage(cache_read=cached, cache_write_5m=written)
    read_part = min(cached or 0, prompt)
    write_part = min(written or 0, prompt - read_part)
    if read_part + write_part < (cached or 0) + (written or 0):
        notes.add("More cached tokens than input tokens are reported.")
    return Usage(
        input=prompt - read_part - write_part,
        cache_read=None if cached is None else read_part,
        cache_write_5m=None if written is None else write_part,
    )


def _with_audio(usage: Usage, read: _Counts) -> Usage:
    heard = read.first("audio_tokens", of=read.into)
    if heard is None:
        return usage
    cached = read.first(
        "audio_tokens", of=record(read.into.get("cached_tokens_details"))
    )
    cached = None if cached is None else min(cached, usage.cache_read or 0)
    fresh = min(max(heard - (cached or 0), 0), usage.input or 0)
    return replace(usage, input_audio=fresh, cache_read_audio=cached)


def _with_output(
    usage: Usage, read: _Counts, prompt: int | None, output: int | None
) -> Usage:
    reasoning = read.reasoning()
    if output is not None and reasoning:
        output = _output_with_reasoning(output, reasoning, prompt, read)
        reasoning = min(reasoning, output)
    spoken = read.first("audio_tokens", of=read.out)
    if spoken is not None:
        spoken = min(spoken, output or 0)
    return replace(usage, output=output, reasoning=reasoning, output_audio=spoken)


def _output_with_reasoning(
    output: int, reasoning: int, prompt: int | None, read: _Counts
) -> int:
    """xAI counts reasoning beside completion_tokens; only the total tells."""
    total = read.first("total_tokens")
    if total is not None:
        is_beside = total == (prompt or 0) + output + reasoning
    else:
        is_beside = reasoning > output
    return output + reasoning if is_beside else output
