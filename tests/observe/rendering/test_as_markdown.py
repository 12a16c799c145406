"""Markdown of strangers is shown without giving them anything."""

from __future__ import annotations

import re

import pytest

from observe.rendering.as_markdown import MAX_MARKDOWN, to_html


def test_the_usual_marks_are_rendered() -> None:
    html = to_html(
        "# Title\n\n**bold** `code`\n\n| a |\n|---|\n| b |\n\n```py\nx=1\n```"
    )
    for tag in ("<h1>", "<strong>", "<code>", "<table>", '<code class="language-py">'):
        assert tag in html


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[click](javascript:alert(1))",
        "[click](data:text/html;base64,PHNjcmlwdD4=)",
        "![x](javascript:alert(1))",
        '[a](https://h "onmouseover=alert(1)")',
        "<a href='https://h' style='position:fixed'>x</a>",
        '![](https://h/"onerror=alert(1))',
    ],
)
def test_nothing_active_comes_through(text: str) -> None:
    html = to_html(text)
    tags = " ".join(re.findall(r"<[^>]*>", html)).lower()
    assert "<script" not in tags
    assert "<img" not in tags
    assert not re.search(r"\son\w+=", re.sub(r'"[^"]*"', '""', tags))
    assert "javascript:" not in tags
    assert "data:" not in tags
    assert "style=" not in tags


def test_images_become_links_that_name_their_host() -> None:
    html = to_html("![a cat](https://tracker.example/cat.png?id=7)")
    assert "image on tracker.example: a cat" in html
    assert 'href="https://tracker.example/cat.png?id=7"' in html
    assert "noopener" in html


def test_links_open_elsewhere_and_tell_nothing() -> None:
    html = to_html("[docs](https://docs.example)")
    assert 'target="_blank"' in html
    assert 'rel="noopener noreferrer nofollow"' in html


@pytest.mark.parametrize(
    "target",
    [
        "/proxy/evil.example/page",
        "//evil.example/x",
        "page",
        "?a=1",
        "http://[::1",
        "http:/v1/x",
        "HTTP:requests",
        "http:///v1/x",
        "http:?a=1",
    ],
)
def test_a_link_that_could_lead_into_weir_is_text(target: str) -> None:
    html = to_html(f"[the docs]({target})")
    assert "href" not in html
    assert "the docs" in html


def test_very_long_texts_are_shown_plainly() -> None:
    assert to_html("**a** " * MAX_MARKDOWN).startswith('<pre class="prose-plain">**a**')


@pytest.mark.parametrize("depth", [5, 14, 40, 48, 49, 50, 51, 60, 200])
@pytest.mark.parametrize("mark", ["- ", "> "])
def test_nothing_that_is_nested_deeply_is_lost(depth: int, mark: str) -> None:
    indent = mark if mark == "> " else "  "
    lines = [f"{indent * level}{mark}item{level}end" for level in range(depth)]
    html = to_html("\n".join([*lines, "", "tail"]))
    assert all(f"item{level}end" in html for level in range(depth))
    assert "tail" in html
