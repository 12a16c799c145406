"""Cohere's counts: what is billed (`billed_units`), and what the model read (`tokens`).

The billed units are the buckets; the others only where there are none, as on servers
that speak Cohere's API. Chat v2 has them under `usage`, all else under `meta`
(docs.cohere.com, "How does Cohere's pricing work"). Pure.
"""

from __future__ import annotations

from dataclasses import replace

from pricing.usage import Unit, Usage
from proxy.wire.base import Notes
from proxy.wire.draft import Draft
from proxy.wire.lenient import Record, count, record


def take_usage(usage: Record, draft: Draft) -> None:
    """A v2 chat's `usage`."""
    found = read_usage(usage, draft.notes)
    billed = record(usage.get("billed_units"))
    searches = count(billed, "search_units", draft.notes)
    found = found.with_units(Unit("rerank_search", searches or 0))
    if found.input_image is None:  # their tokens aren't told, then
        pictures = count(billed, "images", draft.notes)
        found = found.with_units(Unit("embedded_image", pictures or 0))
    if found.is_reported or found.units:
        draft.usage = found


def take_meta(body: Record, draft: Draft) -> None:
    """What stands under `meta` everywhere else."""
    take_usage(record(body.get("meta")), draft)


def read_usage(usage: Record, notes: Notes) -> Usage:
    billed = _counts(record(usage.get("billed_units")), notes)
    if not billed.is_reported:
        billed = _counts(record(usage.get("tokens")), notes)
    cached = count(usage, "cached_tokens", notes)
    if cached is None or billed.input is None:
        return billed
    cached = min(cached, billed.input)
    return replace(billed, input=billed.input - cached, cache_read=cached)


def _counts(units: Record, notes: Notes) -> Usage:
    read = count(units, "input_tokens", notes)
    pictures = count(units, "image_tokens", notes)
    if pictures is not None:
        read = (read or 0) + pictures
    output = count(units, "output_tokens", notes)
    return Usage(input=read, output=output, input_image=pictures)
