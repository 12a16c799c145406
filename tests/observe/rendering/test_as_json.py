"""JSON is shown as it was sent, only laid out."""

from __future__ import annotations

import html
import re

import pytest

from observe.rendering import Subject, render
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


def test_json_that_ends_early_is_shown_as_it_came_without_an_error(
    caplog: pytest.LogCaptureFixture,
) -> None:
    for body in (b'{"a": [1, 2', b'[{"a": 1}, nonsense]', b"[" * 5000):
        shown = render(Subject(body, "application/json"), "json")
        assert shown.name == "raw"
        assert "ends early" in shown.note
        assert body[:9].decode() in html.unescape(shown.html)
    assert caplog.records == []


def test_a_json_value_a_line_is_laid_out_line_by_line(
    caplog: pytest.LogCaptureFixture,
) -> None:
    body = b'\xef\xbb\xbf{"a": 1}\r\n{"b": [2]}\r\n'
    shown = render(Subject(body, "application/json"), "json")
    assert (shown.name, shown.note) == ("json", "")
    assert shown.html.count('<div class="json">') == 2
    assert caplog.records == []
