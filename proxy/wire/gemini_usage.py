"""Gemini's token counts: input includes the cached part, output leaves thoughts out.

Zeros are left out of Gemini's JSON, so a missing output is told by the total. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from msgspec import Raw

from pricing.usage import MODALITIES, Unit, Usage, summed
from proxy.wire.base import Notes
from proxy.wire.lenient import Record, count, record, rows, string

_CHUNKS = "groundingChunks"
GROWING = frozenset({"candidatesTokenCount", "totalTokenCount"})
"""Counts of a stream so far."""
_COUNT = re.compile(rb"[1-9][0-9]{0,11}")


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
    whole = Usage(input=fresh, cache_read=cached, output=output, reasoning=thoughts)
    return whole.with_parts(_modalities(usage, whole, notes))


def _modalities(usage: Record, whole: Usage, notes: Notes) -> dict[str, int | None]:
    """The parts of input, cache and output that are audio, images or video."""
    parts: dict[str, int | None] = {}
    for modality in MODALITIES:
        told = _told(usage, "promptTokensDetails", modality, notes)
        cached = _told(usage, "cacheTokensDetails", modality, notes)
        made = _told(usage, "candidatesTokensDetails", modality, notes)
        if cached is not None:
            cached = min(cached, whole.cache_read or 0)
        if told is not None:
            told = min(max(told - (cached or 0), 0), whole.input or 0)
        if made is not None:
            made = min(made, whole.output or 0)
        names = (f"input_{modality}", f"cache_read_{modality}", f"output_{modality}")
        parts |= dict(zip(names, (told, cached, made), strict=True))
    return parts


def only_grew(earlier: Mapping[str, Raw], later: Mapping[str, Raw]) -> bool:
    """Whether `later` says what `earlier` did, and more tokens made: what the earlier
    said is nothing then to one who counts the later."""
    if not earlier or earlier.keys() != later.keys():
        return False
    for name, value in later.items():
        before = earlier[name]
        if value != before and not (
            name in GROWING and _COUNT.fullmatch(value) and _COUNT.fullmatch(before)
        ):
            return False
    return True


def grounding_units(answer: Record) -> Iterator[Unit]:
    """What the answer was grounded in: searches of the web, places on the map.

    Gemini 3 is billed by the search, older models by the prompt that searched at all
    (pricing/fees.py): the price row knows which.
    """
    searches, places = 0, False
    for candidate in rows(answer.get("candidates")):
        ground = record(candidate.get("groundingMetadata"))
        queries = ground.get("webSearchQueries")
        searches += len(queries) if isinstance(queries, list) else 0
        places = places or any("maps" in chunk for chunk in rows(ground.get(_CHUNKS)))
    if searches:
        yield Unit("web_search", searches)
    if places:
        yield Unit("maps_grounding")


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


def _told(usage: Record, name: str, modality: str, notes: Notes) -> int | None:
    counts = [
        count(detail, "tokenCount", notes)
        for detail in rows(usage.get(name))
        if string(detail.get("modality")).upper() == modality.upper()
    ]
    return summed(counts)
