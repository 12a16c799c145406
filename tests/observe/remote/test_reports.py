"""The report of a run in each format, read back by what reads such files."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as xml

import pytest

from observe.problem import BadUsage, Problem
from observe.remote.report import GateCheck, Report
from observe.remote.reports import REPORTS, as_markdown, check, write_all

BROKEN = GateCheck(
    "max_requests",
    False,
    "requests: 3, more than 2",
    ("http://w/requests/1 POST /v1/chat/completions gpt|5 <b>",),
)
KEPT = GateCheck("max_cost_usd", True, "cost: $0.10, within $0.50")


def report(**given: Any) -> Report:
    values: dict[str, Any] = {
        "run": {"name": "ci [nightly] @team", "started_at": "2026-11-21T12:00:00Z"},
        "statistics": {"requests": 3},
        "gate": {"passed": False},
        "url": "http://w/requests?run=01a1",
        "figures": (("requests", "3"), ("cost", "$0.10")),
        "checks": (KEPT, BROKEN),
        "exit_code": 0,
        "wall_s": 1.5,
    }
    return Report(**values | given)


def written(name: str, **given: Any) -> str:
    [found] = [each for each in REPORTS if each.name == name]
    return found.write(report(**given))


def test_the_text_says_which_request_broke_which_limit() -> None:
    text = written("text")
    assert "FAIL  requests: 3, more than 2\n          http://w/requests/1" in text
    assert "ok    cost: $0.10" in text
    assert text.endswith("Gate: broken.")
    assert written("text", checks=(KEPT,)).endswith("Gate: passed.")
    assert "Gate" not in written("text", checks=())


def test_the_json_holds_all_that_the_server_said() -> None:
    value = json.loads(written("json", notes=("late",)))
    assert value["passed"] is False
    assert value["statistics"] == {"requests": 3}
    assert value["gate"] == {"passed": False}
    assert (value["command_exit_code"], value["notes"]) == (0, ["late"])


def test_junit_counts_what_it_holds() -> None:
    root = xml.fromstring(written("junit", exit_code=4))
    [suite] = root.findall("testsuite")
    assert suite.attrib | {"name": ""} == {
        "name": "",
        "tests": "3",
        "failures": "2",
        "errors": "0",
        "skipped": "0",
        "time": "1.500",
        "timestamp": "2026-11-21T12:00:00Z",
    }
    cases = {case.get("name"): case.find("failure") for case in suite.iter("testcase")}
    assert cases["max_cost_usd"] is None
    failed, broken = cases["command"], cases["max_requests"]
    assert failed is not None
    assert broken is not None
    assert "exit code 4" in str(failed.get("message"))
    assert "http://w/requests/1" in str(broken.text)


def test_junit_survives_what_xml_cannot_hold() -> None:
    odd = GateCheck("max_requests", False, 'a "b" <c> & \x00\x1b[31m \ud83d 😀')
    root = xml.fromstring(written("junit", checks=(odd,)).encode())
    [failure] = root.iter("failure")
    assert failure.get("message") == 'a "b" <c> & \ufffd\ufffd[31m \ufffd 😀'


def test_markdown_shows_names_as_they_are() -> None:
    text = written("markdown")
    name = "ci \\[nightly\\] @\u200bteam"
    link = f"[{name}](http://w/requests?run=01a1)"
    assert text.startswith(f"### ❌ {link}: limits broken")
    assert "gpt\\|5 \\<b\\>" in text
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert {row.replace("\\|", "").count("|") for row in rows} == {3, 4}
    assert "✅" in written("markdown", checks=(KEPT,)).splitlines()[0]


def test_markdown_tells_that_the_command_failed() -> None:
    first = written("markdown", checks=(KEPT,), exit_code=2).splitlines()[0]
    assert "❌" in first
    assert "exit code 2" in first


def test_one_line_stays_one_line_in_markdown() -> None:
    assert as_markdown.plain("a\n| b `c`") == "a \\| b \\`c\\`"


def test_each_file_belongs_to_a_report_in_order(tmp_path: Path) -> None:
    out, otherwise = StringIO(), StringIO()
    junit, markdown = tmp_path / "new" / "weir.xml", tmp_path / "weir.md"
    options = {
        "report": ["junit", "markdown", "json"],
        "report_file": [str(junit), str(markdown)],
    }
    write_all(report(), options, out, otherwise)
    assert xml.fromstring(junit.read_text("utf-8")).tag == "testsuites"
    assert markdown.read_text("utf-8").startswith("### ")
    assert json.loads(out.getvalue())["passed"] is False


@pytest.mark.parametrize(
    "options",
    [
        {"report": [], "report_file": []},
        {"report": ["text"], "report_file": []},
        {"report": ["junit"], "report_file": ["FILE"]},
    ],
)
def test_the_summary_is_always_to_be_seen(
    options: dict[str, list[str]], tmp_path: Path
) -> None:
    files = [str(tmp_path / name) for name in options["report_file"]]
    out, otherwise = StringIO(), StringIO()
    write_all(report(), options | {"report_file": files}, out, otherwise)
    assert otherwise.getvalue().count("Gate: broken.") == 1
    assert out.getvalue() == ""


def test_a_file_too_many_or_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadUsage, match="more --report-file than --report"):
        check({"report": ["junit"], "report_file": ["a", "b"]})
    (tmp_path / "file").touch()
    options = {"report": ["text"], "report_file": [str(tmp_path / "file" / "x")]}
    with pytest.raises(Problem, match="can't be written"):
        write_all(report(), options, StringIO(), StringIO())
