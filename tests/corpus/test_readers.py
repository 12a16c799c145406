"""Whatever the pieces, an answer reads the same; and as a second reading says."""

from __future__ import annotations

import random

import pytest

from proxy.wire import format_for
from proxy.wire.base import ResponseFacts
from tests.corpus import independent
from tests.corpus.exchanges import Exchange, all_exchanges

ROUNDS = 6
READ_OTHERWISE = {
    "anthropic-messages/compatible-zero-in-delta": "a first count behind a zero",
    "anthropic-messages/input-whole-and-in-pieces": "text where a block begins",
    "anthropic-messages/openai-usage-names": "usage by another dialect's names",
    "anthropic-messages/output-told-at-the-beginning-only": "a count so far",
    "anthropic-messages/stream-cut-after-start": "a count so far for the last one",
    "openai-chat/cut-with-usage-so-far": "a count so far for the last one",
    "openai-chat/deepseek-hit-miss-only": "cache hits and misses instead of a sum",
    "openai-chat/groq-stream-x-groq": "usage in a member of the provider's own",
    "openai-chat/llamacpp-timings-only": "counts in `timings`, no usage",
    "openai-chat/minimax-final-full-message": "a last event that repeats the whole",
    "openai-chat/mistral-thinking-list": "content as a list",
    "openai-chat/moonshot-stream-usage-in-choice": "usage inside a choice",
    "openai-chat/openai-refusal": "a refusal in place of content",
    "openai-chat/usage-zero-final": "zeros behind the true counts",
    "openai-chat/xai-reasoning-beside-output": "reasoning counted beside the output",
    "openai-responses/done-events-only": "text in events that end a part",
    "openai-responses/responses-no-output-index": "text in events that end a part",
    "openai-chat-stored/fetched": "usage that was counted before",
    "openai-responses-stored/fetched-again": "usage that was counted before",
    "openai-responses/builtin-tools-image": "a refusal in place of text",
    "reported/anthropic-start-like-text": "text where a block begins",
    "reported/chat-last-delta-repeats": "a last event that repeats the whole",
    "reported/gemini-last-chunk-repeats": "a last event that repeats the whole",
    "reported/anthropic-compaction-iterations": "a pass that compacted, beside",
    "reported/minimax-final-full-message": "a last event that repeats the whole",
    "reported/responses-no-output-index": "text in events that end a part",
    "reported/usage-zero-final": "zeros behind the true counts",
}
"""Exchanges that the second reading gets wrong, and why."""


def by_source() -> dict[str, list[Exchange]]:
    """By the folder or file that has them: a test for each would cost more than what
    it asks."""
    found: dict[str, list[Exchange]] = {}
    for exchange in all_exchanges():
        found.setdefault(exchange.name.partition("/")[0], []).append(exchange)
    return found


each_source = pytest.mark.parametrize(
    "exchanges", [pytest.param(found, id=name) for name, found in by_source().items()]
)


@each_source
def test_random_pieces_read_as_the_whole(exchanges: list[Exchange]) -> None:
    for exchange in exchanges:
        whole = _read(exchange, [exchange.answer])
        source = random.Random(exchange.name)
        for _ in range(ROUNDS):
            pieces = _pieces(exchange.answer, source)
            assert _read(exchange, pieces) == whole, exchange.name


@each_source
def test_text_and_tokens_are_those_of_a_second_reading(
    exchanges: list[Exchange],
) -> None:
    for exchange in exchanges:
        facts = _read(exchange, [exchange.answer])
        told = independent.read(exchange.content_type, exchange.answer)
        if facts.error is not None or exchange.name in READ_OTHERWISE:
            continue
        if told.text is None:  # no plain answer of the four chat dialects
            continue
        parts = facts.message.parts if facts.message else ()
        text = "".join(part.text for part in parts if part.kind == "text")
        assert text == told.text, exchange.name
        assert facts.usage.total_input == told.input, exchange.name
        assert facts.usage.output == told.output, exchange.name


def test_enough_is_read_twice_and_only_what_is_there_is_left_out() -> None:
    played = {each.name: each for each in all_exchanges()}
    assert set(READ_OTHERWISE) - set(played) == set()
    plain = [
        name
        for name, each in played.items()
        if independent.read(each.content_type, each.answer).text is not None
    ]
    assert len(set(plain) - set(READ_OTHERWISE)) > 100


def _read(exchange: Exchange, pieces: list[bytes]) -> ResponseFacts:
    path = exchange.path.partition("?")[0]
    form = format_for(exchange.method, path)
    reader = form.reader(exchange.status, exchange.content_type)
    for piece in pieces:
        reader.feed(piece)
    return reader.finish()


def _pieces(body: bytes, source: random.Random) -> list[bytes]:
    count = min(len(body), source.choice([3, 12, 60]))
    cuts = sorted(source.choices(range(len(body) + 1), k=count))
    edges = zip([0, *cuts], [*cuts, len(body)], strict=True)
    return [body[begin:end] for begin, end in edges]
