"""JSON is shown as it was sent, only laid out."""

from __future__ import annotations

import html
import re

from observe.rendering.as_json import to_html


def words(text: str) -> str:
    """The text a viewer sees, without markup and folding hints."""
    shown = re.sub(r"<small>.*?</small>", "", to_html(text))
    return html.unescape(re.sub(r"<[^>]+>", "", shown))


def test_keys_keep_their_order_and_repeats() -> None:
    assert words('{"z": 1, "a": 2, "z": 3}') == '{"z": 1, "a": 2, "z": 3}'


def test_numbers_keep_their_spelling() -> None:
    text = "[12345678901234567890123, 1.0, 1e400, -0.10, NaN]"
    assert words(text) == text


def test_words_and_empty_containers() -> None:
    text = '[true, false, null, "", "é"]'
    assert words(text) == text
    assert words('{"a": [], "b": {}}') == '{"a": [],"b": {}}'


def test_large_containers_fold() -> None:
    long_list = str([[number] for number in range(61)])
    assert "<details><summary>" in to_html(f'{{"long": {long_list}}}')
    assert to_html('{"a": {"b": [1, {}]}}').count("<details open>") == 3


def test_long_texts_fold_but_are_there() -> None:
    shown = to_html('{"text": "' + "word " * 200 + 'end"}')
    assert "1,003 characters" in shown
    assert "end</pre>" in shown


def test_lone_surrogates_are_shown_as_their_escape() -> None:
    to_html(r'{"a": "\ud83d"}').encode()
    assert r"\ud83d" in to_html(r'{"a": "\ud83d"}')
