"""The report as CI reads it: JUnit's XML."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as xml

from observe.remote.report import GateCheck
from observe.remote.reports import as_junit
from tests.observe.remote.reports.reported import KEPT, NOT_JUDGED, report


def written(**given: Any) -> str:
    return as_junit.write(report(**given))


def test_junit_counts_what_it_holds() -> None:
    root = xml.fromstring(written(exit_code=4))
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


def test_junit_skips_what_could_not_be_judged() -> None:
    root = xml.fromstring(written(checks=(KEPT, NOT_JUDGED)))
    [suite] = root.findall("testsuite")
    assert (suite.get("failures"), suite.get("skipped")) == ("0", "1")
    [skipped] = root.iter("skipped")
    assert skipped.get("message") == "No request tells the TTFT."


def test_junit_survives_what_xml_cannot_hold() -> None:
    odd = GateCheck("max_requests", "broken", 'a "b" <c> & \x00\x1b[31m \ud83d 😀')
    root = xml.fromstring(written(checks=(odd,)).encode())
    [failure] = root.iter("failure")
    assert failure.get("message") == 'a "b" <c> & \ufffd\ufffd[31m \ufffd 😀'
