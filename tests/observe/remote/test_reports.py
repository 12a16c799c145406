"""Which report goes where: files, standard output, or the text beside it."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from xml.etree import ElementTree as xml

import pytest

from observe.problem import BadUsage, Problem
from observe.remote.reports import check, write_all
from tests.observe.remote.reports.reported import report


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
