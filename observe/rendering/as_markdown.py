"""Model text as it was meant: CommonMark with tables, sanitised.

Two walls: markdown-it escapes raw HTML, nh3 then keeps only an allow-list. Images are
never loaded (they would tell their host who looks): they become links naming the host.
A link without a scheme and a host of its own is none: it would lead into Weir itself.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import nh3
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

from observe.rendering.as_text import words
from observe.rendering.base import Subject

MAX_MARKDOWN = 60_000
"""Longer texts are shown as they are: laying them out would take too long."""
DEEPEST = 100
"""Levels of nesting that are laid out; a list in a list is two of them."""
TAGS = {
    *("p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre"),
    *("code", "em", "strong", "s", "ul", "ol", "li", "a", "span"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
SCHEMES = {"http", "https", "mailto"}
ATTRIBUTES = {"a": {"href", "title", "target"}, "code": {"class"}, "ol": {"start"}}


class MarkdownRenderer:
    name = "markdown"
    label = "Markdown"

    def claims(self, subject: Subject) -> bool:
        return bool(words(subject))

    def render(self, subject: Subject) -> SafeString:
        return format_html(
            '<div class="prose card-body">{}</div>', to_html(words(subject))
        )


def to_html(text: str) -> SafeString:
    """Safe HTML of Markdown that nobody vouches for."""
    if len(text) > MAX_MARKDOWN:
        return format_html('<pre class="prose-plain">{}</pre>', text)
    parser = _parser()
    tokens = parser.parse(text)
    if any(token.level >= DEEPEST - 2 for token in tokens):
        # The parser leaves out what is nested deeper, without a word.
        return format_html('<pre class="prose-plain">{}</pre>', text)
    unsafe = parser.renderer.render(tokens, parser.options, {})
    # What the sanitiser lets through.
    return mark_safe(
        nh3.clean(
            unsafe,
            tags=TAGS,
            attributes=ATTRIBUTES,
            url_schemes=SCHEMES,
            link_rel="noopener noreferrer nofollow",
        )
    )


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    options = {"html": False, "maxNesting": DEEPEST}
    parser = MarkdownIt("commonmark", options).enable(["table", "strikethrough"])
    parser.add_render_rule("image", _image_as_link)
    parser.add_render_rule("link_open", _link_in_new_tab)
    return parser


def _image_as_link(self: Any, tokens: Any, index: int, *_: Any) -> str:
    source = str(tokens[index].attrGet("src") or "")
    return str(remote_image(source, tokens[index].content))


def _link_in_new_tab(self: Any, tokens: Any, index: int, options: Any, env: Any) -> str:
    token = tokens[index]
    if _leads_elsewhere(str(token.attrGet("href") or "")):
        token.attrSet("target", "_blank")
    else:
        token.attrs.pop("href", None)
    return str(self.renderToken(tokens, index, options, env))


def _leads_elsewhere(url: str) -> bool:
    """Browsers take `http:/x` for a path where the page's own scheme is http."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme == "mailto" or (parts.scheme in SCHEMES and bool(parts.netloc))


def remote_image(source: str, alternative: str = "") -> SafeString:
    """A link that says which host would learn of a click."""
    try:
        parts = urlsplit(source)
        host = parts.hostname if parts.scheme in ("http", "https") else None
    except ValueError:
        host = None
    if not host:
        return format_html("<span>[image {}]</span>", alternative)
    return format_html(
        '<a href="{}" target="_blank" rel="noopener noreferrer">image on {}{}</a>',
        source,
        host,
        f": {alternative}" if alternative else "",
    )
