"""`runs/exporters/as_html.py`: one page, and nothing captured comes alive in it."""

from __future__ import annotations

import typing
from dataclasses import fields
from html.parser import HTMLParser
from typing import Any

import pytest

from pricing.quote import Quote
from runs.exporters import as_html
from tests import make
from tests.observe.template_names import Reading
from tests.runs.exporters.exported import EVENTS, EVIL, ODD, a_run, export, records

pytestmark = pytest.mark.django_db


class Page(HTMLParser):
    """Its tags, the texts of its <pre>, and whatever it would load."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags, self.bodies = set[str](), list[str]()
        self.loads: list[str] = []
        self._in_pre = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.loads += [name for name, _ in attrs if name in ("src", "href", "srcset")]
        if tag == "pre":
            self._in_pre = True
            self.bodies.append("")

    def handle_endtag(self, tag: str) -> None:
        self._in_pre = self._in_pre and tag != "pre"

    def handle_data(self, data: str) -> None:
        if self._in_pre:
            self.bodies[-1] += data


@pytest.mark.parametrize("part", as_html.PARTS, ids=lambda each: each.__name__)
def test_each_template_uses_what_it_is_handed_and_all_of_it(part: type[Any]) -> None:
    hints = typing.get_type_hints(part)
    names = {each.name: hints[each.name] for each in fields(part)}
    read = Reading().read(part.template, {**names, "None": Any, "False": Any})
    assert read.faults == []
    assert set(names) - read.used == set()


def test_what_was_captured_is_escaped_and_nothing_is_loaded() -> None:
    records()
    html = export("html", run=a_run()).decode()
    page = Page(html)
    assert "script" not in page.tags
    assert page.loads == []
    assert EVIL not in html
    assert ODD in page.bodies
    assert EVENTS in page.bodies
    assert "default-src 'none'" in html


def test_a_sum_says_how_many_requests_are_not_in_it() -> None:
    records()
    assert "without a known cost" not in export("html").decode()
    make.stored(quote=Quote(status="no_usage", cost_usd=None))
    html = export("html").decode()
    assert "and 1 without a known cost" in html
    assert "$0" not in html


def test_it_says_what_it_holds() -> None:
    records()
    html = export("html").decode()
    assert "Two &amp; &lt;three&gt;" in html
    assert "<dt>Requests</dt><dd>6</dd>" in html
    assert html.rstrip().endswith("</html>")


def test_a_long_body_is_cut_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(as_html, "SHOWN", 10)
    make.stored(request="0123456789abc", response="{}")
    html = export("html").decode()
    assert "<pre>0123456789</pre>" in html
    assert "3 more bytes are left out here." in html


def test_bodies_can_be_left_out() -> None:
    records()
    assert ODD not in Page(export("html", content=False).decode()).bodies
