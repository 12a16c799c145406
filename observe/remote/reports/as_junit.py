"""JUnit XML: one test case per limit, and one for the command itself. Pure.

A limit that nothing could be judged by is skipped, which is neither green nor red.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree as xml

from observe.remote.report import BROKEN, KEPT, NOT_JUDGED, GateCheck, Report

SUITE = "weir"
# What XML 1.0 can't hold, not even escaped.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write(report: Report) -> str:
    cases = [_case(check.name, check) for check in report.checks]
    if report.exit_code is not None:
        cases.append(_command(report.exit_code))
    suite = xml.Element("testsuite", _counts(report, cases))
    properties = xml.SubElement(suite, "properties")
    for name, value in (("url", report.url), *report.figures):
        xml.SubElement(properties, "property", name=_clean(name), value=_clean(value))
    suite.extend(cases)
    root = xml.Element("testsuites")
    root.append(suite)
    xml.indent(root)
    text = xml.tostring(root, "unicode", xml_declaration=False)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _counts(report: Report, cases: list[xml.Element]) -> dict[str, str]:
    failed = sum(case.find("failure") is not None for case in cases)
    return {
        "name": _clean(f"{SUITE}: {report.name}"),
        "tests": str(len(cases)),
        "failures": str(failed),
        "errors": "0",
        "skipped": str(report.not_judged),
        "time": f"{report.wall_s:.3f}",
        "timestamp": report.started,
    }


def _case(name: str, check: GateCheck) -> xml.Element:
    case = xml.Element(
        "testcase", {"classname": f"{SUITE}.gate", "name": _clean(name), "time": "0"}
    )
    if check.verdict == NOT_JUDGED:
        xml.SubElement(case, "skipped", {"message": _clean(check.sentence)})
    if not check.passed:
        failure = xml.SubElement(
            case, "failure", {"type": "limit", "message": _clean(check.sentence)}
        )
        failure.text = _clean("\n".join((check.sentence, *check.breaches)))
    return case


def _command(code: int) -> xml.Element:
    sentence = f"The command ended with exit code {code}."
    check = GateCheck("command", BROKEN if code else KEPT, sentence)
    return _case("command", check)


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)
