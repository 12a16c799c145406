"""Gemini's token counts: input includes the cached part, output leaves thoughts out.

Zeros are left out of Gemini's JSON, so a missing output is told by the total. Pure.
"""

from __future__ import annotations

from pricing.usage import Usage
from proxy.wire.base import Notes
from proxy.wire.lenient import Record, count, rows


def read_usage(usage: Record, notes: Notes) -> Usage:
    """The buckets of one `usageMetadata` object."""
    prompt = count(usage, "promptTokenCount", notes)
    from_tools = count(usage, "toolUsePromptTokenCount", notes)
    cached = count(usage, "cachedContentTokenCount", notes)
    thoughts = count(usage, "thoughtsTokenCount", notes)
    output = _output(usage, thoughts, notes)
    if prompt is not None and cached is not None and cached > prompt:
        notes.add("More cached tokens than input tokens are reported.")
        cached = prompt
    fresh = None if prompt is None else prompt - (cached or 0) + (from_tools or 0)
    heard = _audio(usage, "promptTokensDetails", notes)
    cached_audio = _audio(usage, "cacheTokensDetails", notes)
    if cached_audio is not None:
        cached_audio = min(cached_audio, cached or 0)
    if heard is not None:
        heard = min(max(heard - (cached_audio or 0), 0), fresh or 0)
    return Usage(
        input=fresh,
        cache_read=cached,
        output=output,
        reasoning=thoughts,
        input_audio=heard,
        cache_read_audio=cached_audio,
        output_audio=_audio(usage, "candidatesTokensDetails", notes),
    )


def _output(usage: Record, thoughts: int | None, notes: Notes) -> int | None:
    candidates = count(usage, "candidatesTokenCount", notes)
    if candidates is None:
        # Vertex embeddings and older servers have other names for it.
        candidates = count(usage, "responseTokenCount", notes)
    if candidates is not None:
        return candidates + (thoughts or 0)
    total = count(usage, "totalTokenCount", notes)
    prompt = count(usage, "promptTokenCount", notes)
    if total is None or prompt is None:
        return thoughts
    rest = total - prompt - (count(usage, "toolUsePromptTokenCount", notes) or 0)
    return max(rest, thoughts or 0)


def _audio(usage: Record, name: str, notes: Notes) -> int | None:
    for detail in rows(usage.get(name)):
        if detail.get("modality") == "AUDIO":
            return count(detail, "tokenCount", notes)
    return None
