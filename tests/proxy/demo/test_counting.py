"""Tokens by a rule that can be checked by hand, and a prompt cache."""

from __future__ import annotations

import pytest

from proxy.demo.asked import Prompt, Turn
from proxy.demo.counting import CACHE_MINIMUM, PrefixCache, tokens


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("one two three", 3),
        ("hello, world!", 4),
        ("abcdefgh", 1),
        ("abcdefghi", 2),
        ("internationalization", 3),
        ("日本", 1),
        ("\ud83d", 1),
    ],
)
def test_words_and_marks_are_counted(text: str, count: int) -> None:
    assert tokens(text) == count


def prompt(*texts: str, model: str = "weir-demo", images: int = 0) -> Prompt:
    turns = tuple(Turn(role="user", text=text, images=images) for text in texts)
    return Prompt(model=model, turns=turns)


LONG = "word " * CACHE_MINIMUM


def test_a_first_prompt_is_not_cached() -> None:
    assert PrefixCache().count(prompt(LONG)) == (CACHE_MINIMUM + 4, 0)


def test_a_repeated_beginning_is_cached_up_to_the_new_message() -> None:
    cache = PrefixCache()
    cache.count(prompt(LONG))
    total, cached = cache.count(prompt(LONG, "and more"))
    assert (total, cached) == (CACHE_MINIMUM + 4 + 6, CACHE_MINIMUM + 4)


def test_the_very_same_prompt_computes_its_last_token_anew() -> None:
    cache = PrefixCache()
    total, _ = cache.count(prompt(LONG))
    assert cache.count(prompt(LONG)) == (total, total - 1)


def test_a_short_beginning_is_not_worth_a_cache() -> None:
    cache = PrefixCache()
    cache.count(prompt("hi"))
    assert cache.count(prompt("hi"))[1] == 0


def test_another_model_has_another_cache() -> None:
    cache = PrefixCache()
    cache.count(prompt(LONG))
    assert cache.count(prompt(LONG, model="weir-demo-fast"))[1] == 0


def test_the_cache_forgets_the_oldest() -> None:
    cache = PrefixCache(entries=2)
    for text in (LONG, LONG + "a", LONG + "b"):
        cache.count(prompt(text))
    assert cache.count(prompt(LONG))[1] == 0


def test_images_count() -> None:
    assert PrefixCache().count(prompt("hi", images=2))[0] == 1 + 4 + 170
