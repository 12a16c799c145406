"""Every format of a report has all of it, and loads or runs nothing."""

from __future__ import annotations

import csv
import json
from html.parser import HTMLParser
from io import StringIO

import pytest

from runs.experiments import report
from runs.experiments.reports import as_csv, as_html, as_json, as_markdown
from tests.runs.experiments import made

pytestmark = pytest.mark.django_db


class Loads(HTMLParser):
    """Whatever a page would fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = ("src", "href", "data", "action")
        self.found += [f"{tag} {value}" for name, value in attrs if name in names]


def test_every_format_has_it_all() -> None:
    made.whole()
    made.loaded(title="=1+1 <b> ![x](http://x/y) www.x.org `a|b` cost_usd")
    found = report.make("demo")
    told = json.loads(as_json.write(found))
    assert [arm["name"] for arm in told["arms"]] == list(made.VARIANTS)
    rows = list(csv.DictReader(StringIO(as_csv.write(found))))
    assert len(rows) == 16
    assert {row["check"] for row in rows} == {"True", "False"}
    assert sum(float(row["cost_usd"]) for row in rows) == pytest.approx(0.2472)
    text = as_markdown.write(found)
    assert "| demo-plain | weir-demo | scripted | 8 | 6 of 8 | $0.165 |" in text
    assert "|  | demo-fast | $0.0103 (" in text
    assert "**more than noise, better** |" in text
    assert "cost_usd" not in text.replace(" cost_usd\n", "")
    title = r"# =1+1 &lt;b> !\[x\](http\://x/y) www\.x.org \`a\|b\` cost_usd"
    assert text.startswith(title + "\n")
    page = as_html.write(found)
    assert page.count("<circle") == 2 + 3 * 16
    assert "&lt;b&gt;" in page
    assert "<b> !" not in page
    loads = Loads()
    loads.feed(page)
    assert loads.found == []
