"""`header_counts.py`: counts in headers count where the body has none."""

from __future__ import annotations

import pytest

from pricing.usage import NO_USAGE, Usage
from proxy.recording.header_counts import with_counts, with_serving
from proxy.wire.base import ResponseFacts

HEADERS = [
    ("content-type", "application/json"),
    ("x-amzn-bedrock-input-token-count", "12"),
    ("x-amzn-bedrock-output-token-count", "3"),
    ("x-amzn-bedrock-cache-read-input-token-count", "0"),
]


def test_headers_tell_what_the_body_does_not() -> None:
    facts = with_counts(ResponseFacts(), HEADERS)
    assert facts.usage == Usage(input=12, cache_read=0, output=3)


def test_the_body_wins() -> None:
    told = ResponseFacts(usage=Usage(input=10, output=5))
    assert with_counts(told, HEADERS) is told


def test_an_odd_count_is_a_note() -> None:
    odd = [("x-amzn-bedrock-input-token-count", "many")]
    facts = with_counts(ResponseFacts(), odd)
    assert facts.usage == NO_USAGE
    assert facts.notes == ("Usage field input is not a count.",)


def test_other_headers_say_nothing() -> None:
    assert with_counts(ResponseFacts(), HEADERS[:1]).usage == NO_USAGE


@pytest.mark.parametrize(
    ("name", "value", "served"),
    [
        ("x-amzn-bedrock-service-tier", "priority", ("priority", None)),
        ("x-amzn-bedrock-performanceconfig-latency", "optimized", (None, "optimized")),
        ("x-amzn-bedrock-request-id", "priority", (None, None)),
    ],
)
def test_headers_tell_how_it_was_served(
    name: str, value: str, served: tuple[str | None, str | None]
) -> None:
    facts = with_serving(ResponseFacts(), [(name, value)])
    assert (facts.service_tier, facts.speed) == served
