"""What the headers of an answer tell of its price, where its body doesn't.

Amazon Bedrock tells token counts so for every InvokeModel call, and some model families
have them nowhere else (AWS user guide, "Submit a single prompt with InvokeModel"); the
tier and the latency it was served with stand in no body of that call (API reference,
InvokeModel). Called by `facts.py`.
"""

from __future__ import annotations

from dataclasses import replace

from pricing.usage import Usage
from proxy.journal.format import Pairs
from proxy.recording.bodies import header
from proxy.wire.base import Notes, ResponseFacts
from proxy.wire.lenient import count, short
from proxy.wire.reported_cost import cost_in_headers

_START = "x-amzn-bedrock-"
_NAMES = {
    "input": "input-token-count",
    "cache_read": "cache-read-input-token-count",
    "cache_write_5m": "cache-write-input-token-count",
    "output": "output-token-count",
}


def with_headers(facts: ResponseFacts, headers: Pairs) -> ResponseFacts:
    """The same facts, with all that the headers tell beside the body."""
    names = "\n".join([name for name, _ in headers])
    if _START in names:  # as in few answers
        facts = with_serving(with_counts(facts, headers), headers)
    if "cost" not in names.lower():
        return facts
    cost = cost_in_headers(headers)
    if facts.reported_cost_usd is not None or cost is None:
        return facts
    return replace(facts, reported_cost_usd=cost)


def with_counts(facts: ResponseFacts, headers: Pairs) -> ResponseFacts:
    """The same facts, with the headers' counts where the body told none."""
    if facts.usage.is_reported or not header(headers, _START + _NAMES["input"]):
        return facts
    notes = Notes()
    told = {name: _count(headers, _START + each) for name, each in _NAMES.items()}
    counts = {name: count(told, name, notes) for name in told}
    usage = Usage().with_parts(counts)
    return replace(facts, usage=usage, notes=(*facts.notes, *notes.items))


def with_serving(facts: ResponseFacts, headers: Pairs) -> ResponseFacts:
    """The same facts, with how the headers say that it was served."""
    tier = header(headers, _START + "service-tier")
    latency = header(headers, _START + "performanceconfig-latency")
    if not tier and not latency:
        return facts
    return replace(
        facts,
        service_tier=short(tier) or facts.service_tier,
        speed=short(latency) or facts.speed,
    )


def _count(headers: Pairs, name: str) -> int | str | None:
    value = header(headers, name).strip()
    return int(value) if value.isdecimal() else value or None
