"""What an exchange costs, where the price isn't the whole story."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from pricing.book import PriceBook
from pricing.shelves import Shelves
from proxy.recording.playing import play
from runs.record import ExchangeRecord
from tests.pricing.make_price import priced, rates

PRICES = [priced("m-1"), priced("m-2", rates=priced().rates.times(Decimal(10)))]
BOOK = PriceBook(Shelves.holding(PRICES))
"""$2 in and $10 out at acme, and another model ten times as dear."""
USAGE = {"prompt_tokens": 1000, "completion_tokens": 100}


def _chat(
    usage: dict[str, Any] | None = None,
    request: dict[str, Any] | None = None,
    provider: str = "acme",
    headers: tuple[tuple[str, str], ...] = (),
    **body: Any,
) -> ExchangeRecord:
    message = {"role": "assistant", "content": "hi"}
    answer = {
        "model": "m-1",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": USAGE | (usage or {}),
        **body,
    }
    return play(
        {
            "path": f"/{provider}/v1/chat/completions",
            "request": {"model": "m-1", **(request or {})},
            "json": answer,
            "headers": headers,
        },
        BOOK,
    )


@pytest.mark.parametrize(
    ("usage", "usd"),
    [
        ({"cost": 0.5}, "0.5"),
        ({"cost": "0.5"}, "0.5"),
        ({"cost": {"total_cost": 0.5}}, "0.5"),
        ({"cost_in_usd_ticks": 5_000_000_000}, "0.5"),
        ({"estimated_cost": 0.5}, "0.5"),
        ({"pydantic_ai_gateway": {"cost_estimate": "0.5"}}, "0.5"),
        ({"cost_usd_total": 0.5}, "0.5"),
        ({"cost": 0}, "0"),
        ({"cost": None}, None),
        ({"cost": "free"}, None),
        ({"cost": -1}, None),
        ({"cost": True}, None),
        ({"cost": float("inf")}, None),
    ],
)
def test_the_providers_own_cost_in_every_spelling(
    usage: dict[str, Any], usd: str | None
) -> None:
    record = _chat(usage)
    assert record.reported_cost_usd == (None if usd is None else Decimal(usd))
    assert record.quote is not None
    assert record.quote.cost_usd == Decimal("0.003")  # Weir's own stands


@pytest.mark.parametrize(
    ("name", "value", "usd"),
    [
        ("x-litellm-response-cost", "0.00123", "0.00123"),
        ("X-LiteLLM-Response-Cost", "1.23e-3", "0.00123"),
        ("x-gateway-cost-usd", "0.00123", "0.00123"),
        ("x-litellm-response-cost", "0.0", None),
        ("x-litellm-response-cost", "None", None),
        ("x-litellm-response-cost-original", "9", None),
        ("x-litellm-response-cost-discount-amount", "9", None),
        ("x-ratelimit-limit-cost", "9", None),
        ("x-max-cost", "9", None),
    ],
)
def test_a_gateways_header_tells_it_too(name: str, value: str, usd: str | None) -> None:
    record = _chat(headers=((name, value),))
    assert record.reported_cost_usd == (None if usd is None else Decimal(usd))


def test_the_body_counts_before_a_header() -> None:
    record = _chat({"cost": 0.5}, headers=(("x-litellm-response-cost", "9"),))
    assert record.reported_cost_usd == Decimal("0.5")


def test_a_cost_that_only_the_provider_knows_is_the_cost() -> None:
    quote = _chat({"cost": 0.5}, provider="nobody").quote
    assert quote is not None
    assert (quote.status, quote.cost_usd) == ("reported", Decimal("0.5"))
    assert quote.why.startswith("There are no prices for the provider nobody. This is")


def test_a_routers_fee_is_the_cost_where_the_clients_own_key_was_used() -> None:
    quote = _chat({"cost": 0.0001, "is_byok": True}).quote
    assert quote is not None
    assert (quote.status, quote.cost_usd) == ("reported", Decimal("0.0001"))
    assert "Your own key" in quote.why


def test_what_was_asked_for_and_not_confirmed_has_no_price() -> None:
    quote = _chat(request={"service_tier": "priority"}).quote
    assert quote is not None
    assert (quote.status, quote.cost_usd) == ("no_price", None)
    assert "priority was asked for, and the answer doesn't say" in quote.why
    assert "= $0.003." in quote.why


@pytest.mark.parametrize("asked", ["auto", "default", None])
def test_the_usual_way_needs_no_confirmation(asked: str | None) -> None:
    quote = _chat(request={"service_tier": asked}).quote
    assert quote is not None
    assert quote.cost_usd == Decimal("0.003")


@pytest.mark.parametrize(
    "request_", [{"model": "m-1:online"}, {"plugins": [{"id": "web"}]}]
)
def test_a_routers_search_is_named_as_missing(request_: dict[str, Any]) -> None:
    quote = _chat(request=request_).quote
    assert quote is not None
    assert quote.cost_usd is None
    assert "no fee for online search. Without that: " in quote.why


def _claude(usage: dict[str, Any], **body: Any) -> ExchangeRecord:
    answer = {
        "type": "message",
        "role": "assistant",
        "model": "m-1",
        "content": [{"type": "text", "text": "ok"}],
        "stop_reason": "end_turn",
        "usage": usage,
    }
    case = {"path": "/acme/v1/messages", "request": {"model": "m-1"}}
    return play({**case, "json": answer | body}, BOOK)


def _run(kind: str, tokens: tuple[int, int], model: str = "") -> dict[str, Any]:
    counts = {"input_tokens": tokens[0], "output_tokens": tokens[1]}
    return {"type": kind, **counts, **({"model": model} if model else {})}


def _tokens(record: ExchangeRecord) -> tuple[int | None, int | None]:
    return record.usage.input, record.usage.output


def test_all_iterations_are_billed() -> None:
    runs = [_run("compaction", (9000, 500)), _run("message", (1000, 100))]
    record = _claude({"input_tokens": 1000, "output_tokens": 100, "iterations": runs})
    assert _tokens(record) == (10_000, 600)
    assert record.quote is not None
    assert record.quote.cost_usd == Decimal("0.026")


def test_another_models_iteration_is_billed_at_its_own_rate() -> None:
    runs = [_run("message", (1000, 100)), _run("advisor_message", (1000, 100), "m-2")]
    record = _claude({"input_tokens": 1000, "output_tokens": 100, "iterations": runs})
    assert _tokens(record) == (1000, 100)
    assert record.quote is not None
    assert record.quote.cost_usd == Decimal("0.033")
    assert [line.model for line in record.quote.lines] == ["", "", "m-2", "m-2"]
    assert "1,000 of m-2 × $20.00/M" in record.quote.formula


def test_an_iteration_of_a_model_without_a_price_leaves_the_cost_unknown() -> None:
    runs = [_run("message", (1000, 100)), _run("advisor_message", (1, 1), "m-9")]
    quote = _claude({"input_tokens": 1000, "output_tokens": 100, "iterations": runs})
    assert quote.quote is not None
    assert quote.quote.cost_usd is None
    assert "m-9" in quote.quote.why
    assert "= $0.003." in quote.quote.why


def test_a_model_that_declined_is_not_billed() -> None:
    runs = [
        _run("message", (900, 1), "m-2"),
        _run("fallback_message", (1000, 100), "m-1"),
    ]
    record = _claude({"input_tokens": 1000, "output_tokens": 100, "iterations": runs})
    assert _tokens(record) == (1000, 100)
    assert record.quote is not None
    assert record.quote.cost_usd == Decimal("0.003")


def test_fees_and_counts_of_the_whole_are_counted_once() -> None:
    runs = [_run("message", (1000, 100)), _run("message", (1000, 100))]
    usage = {
        "input_tokens": 2000,
        "output_tokens": 200,
        "cache_read_input_tokens": 500,
        "server_tool_use": {"web_search_requests": 2},
        "iterations": runs,
    }
    record = _claude(usage)
    assert record.usage.cache_read == 500
    assert [unit.count for unit in record.usage.units] == [2]
    assert record.quote is not None
    assert "no fee for web search" in record.quote.why


@pytest.mark.parametrize("runs", [None, [], [{"type": "message"}], "odd", [3]])
def test_without_counted_iterations_the_whole_counts(runs: object) -> None:
    usage = {"input_tokens": 1000, "output_tokens": 100, "iterations": runs}
    record = _claude(usage)
    assert _tokens(record) == (1000, 100)
    assert record.quote is not None
    assert record.quote.cost_usd == Decimal("0.003")


SOUND = [{"type": "input_audio", "input_audio": {"data": "UklGRg==", "format": "wav"}}]
PICTURE = [{"type": "image_url", "image_url": {"url": "data:image/png;base64,aGk="}}]
PAINTED = {"role": "assistant", "content": "", "images": PICTURE}
SPOKEN = {"role": "assistant", "audio": {"data": "UklGRg==", "transcript": "hi"}}
RATES = {"input": "2", "output": "10"}


def _with_media(
    sent: Any, answer: dict[str, Any], usage: dict[str, Any], **own: str
) -> ExchangeRecord:
    book = PriceBook(Shelves.holding([priced("m-1", rates=rates(**RATES, **own))]))
    return play(
        {
            "path": "/acme/v1/chat/completions",
            "request": {
                "model": "m-1",
                "messages": [{"role": "user", "content": sent}],
            },
            "json": {
                "model": "m-1",
                "choices": [{"index": 0, "message": answer, "finish_reason": "stop"}],
                "usage": USAGE | usage,
            },
        },
        book,
    )


@pytest.mark.parametrize(
    ("sent", "answer", "bucket", "told", "words"),
    [
        (SOUND, {"content": "hi"}, "input_audio", "prompt", "audio input"),
        (PICTURE, {"content": "hi"}, "input_image", "prompt", "image input"),
        ("hi", SPOKEN, "output_audio", "completion", "audio output"),
        ("hi", PAINTED, "output_image", "completion", "image output"),
    ],
)
def test_media_that_the_counts_dont_tell_from_text_have_no_price_as_text(
    sent: Any, answer: dict[str, Any], bucket: str, told: str, words: str
) -> None:
    dearer = {bucket: "80"}
    quote = _with_media(sent, answer, {}, **dearer).quote
    assert quote is not None
    assert (quote.status, quote.cost_usd) == ("no_usage", None)
    assert quote.why == f"The answer doesn't tell how many of its tokens are {words}."
    split = {f"{told}_tokens_details": {f"{bucket.partition('_')[2]}_tokens": 0}}
    for usage, own in ((split, dearer), ({}, {}), ({}, {bucket: _text_rate(bucket)})):
        quote = _with_media(sent, answer, usage, **own).quote
        assert quote is not None
        assert quote.cost_usd == Decimal("0.003")


def _text_rate(bucket: str) -> str:
    return RATES[bucket.partition("_")[0]]


def test_a_transcription_without_its_split_has_no_price_as_text() -> None:
    book = PriceBook(
        Shelves.holding([priced("m-1", rates=rates(**RATES, input_audio="6"))])
    )
    case = {
        "path": "/acme/v1/audio/transcriptions",
        "request": {"model": "m-1"},
        "json": {"text": "hi", "usage": {"input_tokens": 100, "output_tokens": 1}},
    }
    quote = play(case, book).quote
    assert quote is not None
    assert quote.cost_usd is None
    assert "audio input" in quote.why


def test_a_transcription_billed_by_the_second_needs_no_split() -> None:
    own = {"rates": rates(**RATES, input_audio="6")}
    price = priced("m-1", fees={"audio_second": Decimal("0.0001")}, **own)
    case = {
        "path": "/acme/v1/audio/transcriptions",
        "request": {"model": "m-1"},
        "json": {"text": "hi", "usage": {"type": "duration", "seconds": 9}},
    }
    quote = play(case, PriceBook(Shelves.holding([price]))).quote
    assert quote is not None
    assert quote.cost_usd == Decimal("0.0009")


@pytest.mark.parametrize(
    ("units", "usd"),
    [
        ({"images": 1, "input_tokens": 0}, None),
        ({"images": 1, "input_tokens": 1000}, None),
        ({"images": 0, "input_tokens": 1000}, "0.002"),
        ({"images": 1, "image_tokens": 0, "input_tokens": 1000}, "0.002"),
    ],
)
def test_embedded_pictures_without_their_tokens_are_not_free(
    units: dict[str, int], usd: str | None
) -> None:
    case = {
        "path": "/acme/v2/embed",
        "request": {"model": "m-1"},
        "json": {"id": "1", "meta": {"billed_units": units}},
    }
    quote = play(case, BOOK).quote
    assert quote is not None
    assert quote.cost_usd == (None if usd is None else Decimal(usd))
