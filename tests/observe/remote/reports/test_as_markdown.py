"""The report as a pull request shows it."""

from __future__ import annotations

from typing import Any

from observe.remote.reports import as_markdown
from tests.observe.remote.reports.reported import KEPT, NOT_JUDGED, report


def written(**given: Any) -> str:
    return as_markdown.write(report(**given))


def test_markdown_shows_names_as_they_are() -> None:
    text = written()
    name = "ci \\[nightly\\] @\u200bteam"
    link = f"[{name}](http://w/requests?run=01a1)"
    assert text.startswith(f"### ❌ {link}: limits broken")
    assert "gpt\\|5 \\<b\\>" in text
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert {row.replace("\\|", "").count("|") for row in rows} == {3, 4}
    assert "✅" in written(checks=(KEPT,)).splitlines()[0]


def test_markdown_tells_that_the_command_failed() -> None:
    first = written(checks=(KEPT,), exit_code=2).splitlines()[0]
    assert "❌" in first
    assert "exit code 2" in first


def test_markdown_shows_what_could_not_be_judged_as_neither() -> None:
    first, *rows = written(checks=(KEPT, NOT_JUDGED)).splitlines()
    assert "✅" in first
    assert first.endswith("within its limits, 1 not judged")
    [row] = [each for each in rows if "No request tells" in each]
    assert "❔" in row
    assert "✅" not in row


def test_one_line_stays_one_line_in_markdown() -> None:
    assert as_markdown.plain("a\n| b `c`") == "a \\| b \\`c\\`"
