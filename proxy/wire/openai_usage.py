"""Token counts of every server that answers in an OpenAI shape, as disjoint buckets.

Chat, completions, Responses, embeddings, audio and images share it; so do vLLM, SGLang,
LM Studio, llama.cpp, OpenRouter, DeepSeek, Groq, Mistral, xAI, Moonshot and Azure,
each with its own names for the cached part. Input includes the cached part, so it
is split here. Pure.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pricing.usage import MODALITIES, Usage
from proxy.wire.base import Notes
from proxy.wire.lenient import Record, count, record
from proxy.wire.openai_units import read_units

# Only xAI's and Perplexity's usage has these, and they count reasoning beside the rest.
_BESIDE = ("num_sources_used", "cost_in_usd_ticks", "num_search_queries")

Parts = dict[str, int | None]
"""Counts by the names of `Usage`."""


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
    parts = _input(prompt, cached, read.written(), notes)
    parts |= _modalities_of(parts, read) | _output(read, prompt, output)
    parts["citation"] = read.first("citation_tokens")  # Perplexity: beside the prompt
    counts: dict[str, Any] = parts
    return Usage(**counts).with_units(*read_units(usage, notes))


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
        for name in names:
            if details := record(self.usage.get(f"{name}_details")):
                return details
        return {}

    def first(self, *names: str, of: Record | None = None) -> int | None:
        source = self.usage if of is None else of
        if not source:
            return None
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


def _input(
    prompt: int | None, cached: int | None, written: int | None, notes: Notes
) -> Parts:
    if prompt is None:
        return {"cache_read": cached, "cache_write_5m": written}
    read_part = min(cached or 0, prompt)
    write_part = min(written or 0, prompt - read_part)
    if read_part + write_part < (cached or 0) + (written or 0):
        notes.add("More cached tokens than input tokens are reported.")
    return {
        "input": prompt - read_part - write_part,
        "cache_read": None if cached is None else read_part,
        "cache_write_5m": None if written is None else write_part,
    }


def _modalities_of(whole: Parts, read: _Counts) -> Parts:
    """Audio, images and video: inside the input, and inside the cached part of it."""
    inside_cache = record(read.into.get("cached_tokens_details"))
    parts: Parts = {}
    for modality in MODALITIES:
        told = read.first(f"{modality}_tokens", of=read.into)
        if told is None:
            continue
        cached = read.first(f"{modality}_tokens", of=inside_cache)
        cached = None if cached is None else min(cached, whole.get("cache_read") or 0)
        fresh = min(max(told - (cached or 0), 0), whole.get("input") or 0)
        parts |= {f"input_{modality}": fresh, f"cache_read_{modality}": cached}
    return parts


def _output(read: _Counts, prompt: int | None, output: int | None) -> Parts:
    reasoning = read.reasoning()
    if output is not None and reasoning:
        output = _output_with_reasoning(output, reasoning, prompt, read)
        reasoning = min(reasoning, output)
    parts: Parts = {"output": output, "reasoning": reasoning}
    for modality in MODALITIES:
        told = read.first(f"{modality}_tokens", of=read.out)
        parts[f"output_{modality}"] = None if told is None else min(told, output or 0)
    return parts


def _output_with_reasoning(
    output: int, reasoning: int, prompt: int | None, read: _Counts
) -> int:
    """xAI and Perplexity count reasoning beside completion_tokens."""
    total = read.first("total_tokens")
    is_beside = reasoning > output
    if total is not None:
        is_beside = is_beside or total == (prompt or 0) + output + reasoning
    else:
        is_beside = is_beside or any(name in read.usage for name in _BESIDE)
    return output + reasoning if is_beside else output
