"""Where credentials stand in texts, and where what looks like it is none."""

from __future__ import annotations

import pytest

from proxy.secrets.places import ASSIGNED, IN_PATH, SAID, TOLD


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("retry with token=abcdef now", "token", "abcdef"),
        ('{"api_key": "abcdef"}', "api_key", "abcdef"),
    ],
)
def test_what_is_assigned(text: str, name: str, value: str) -> None:
    found = ASSIGNED.search(text)
    assert found is not None
    assert (found["name"] or found["member"], found["value"]) == (name, value)


@pytest.mark.parametrize("text", ["api_key: abcdef123456", "api_key = abcdef123456"])
def test_what_is_told_in_words(text: str) -> None:
    found = TOLD.search(text)
    assert SAID.search(text)
    assert found is not None
    assert (found["name"], found["value"]) == ("api_key", "abcdef123456")


@pytest.mark.parametrize("text", ["token: unexpected_word", "token: short1", "a:b"])
def test_words_behind_a_colon_are_words(text: str) -> None:
    assert TOLD.search(text) is None


def test_a_long_word_is_looked_at_once() -> None:
    # Not from each of its letters on: a header may have 60 KB.
    assert TOLD.search("w" * 65 + "_key: abcdef123456") is None


def test_a_segment_behind_one_that_says_so() -> None:
    found = IN_PATH.search("/v1/token/abcdef1234567890/x")
    assert found is not None
    assert found["value"] == "abcdef1234567890"
