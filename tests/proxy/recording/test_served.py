"""What a request's row says of how it was served, beside how it was asked."""

from __future__ import annotations

from typing import Any

import pytest

from pricing.book import PriceBook
from pricing.shelves import Shelves
from proxy.recording.playing import play
from runs.record import ExchangeRecord
from tests.pricing.make_price import priced

BOOK = PriceBook(Shelves.holding([priced("o-9", aliases=("o-preview", "o-mini"))]))


def served(
    asked: dict[str, Any], answer: dict[str, Any], **call: Any
) -> ExchangeRecord:
    message = {"role": "assistant", "content": "hi"}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    return play(
        {
            "path": "/acme/v1/chat/completions",
            "request": {"model": "m", **asked},
            "json": {"choices": [choice], **answer},
            **call,
        },
        BOOK,
    )


@pytest.mark.parametrize(
    ("asked", "told", "is_other"),
    [
        ("m", "m-2025-08-07", False),
        ("m", "m-mini", True),
        ("m", None, None),
        ("auto", "m", None),
        # The prices tell what an alias stands for; one price may be of two models.
        ("o-preview", "o-9", False),
        ("o-mini", "o-9", True),
    ],
)
def test_another_model(asked: str, told: str | None, is_other: bool | None) -> None:
    record = served({"model": asked}, {"model": told} if told else {})
    assert record.is_other_model is is_other


@pytest.mark.parametrize(
    ("asked", "told", "is_other"),
    [
        ({"service_tier": "flex"}, {"service_tier": "flex"}, False),
        ({"service_tier": "flex"}, {"service_tier": "default"}, True),
        ({"service_tier": "standard_only"}, {"service_tier": "priority"}, True),
        ({"service_tier": "auto"}, {"service_tier": "default"}, None),
        ({"service_tier": "priority"}, {}, None),
        ({}, {"service_tier": "priority"}, None),
    ],
)
def test_another_tier(
    asked: dict[str, str], told: dict[str, str], is_other: bool | None
) -> None:
    record = served(asked, {"model": "m", **told})
    assert record.is_other_tier is is_other
    assert record.asked_tier == asked.get("service_tier", "")


def test_fast_was_asked_for_and_standard_served() -> None:
    usage = {"input_tokens": 1, "output_tokens": 1, "speed": "standard"}
    answer = {"type": "message", "role": "assistant", "content": [], "usage": usage}
    record = served(
        {"speed": "fast"}, {"model": "m", **answer}, path="/anthropic/v1/messages"
    )
    assert (record.is_other_tier, record.asked_speed) == (True, "fast")
