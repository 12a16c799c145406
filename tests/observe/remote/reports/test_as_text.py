"""The report as people read it in a terminal."""

from __future__ import annotations

from typing import Any

from observe.remote.reports import as_text
from tests.observe.remote.reports.reported import KEPT, NOT_JUDGED, report


def written(**given: Any) -> str:
    return as_text.write(report(**given))


def test_the_text_says_which_request_broke_which_limit() -> None:
    text = written()
    assert "FAIL  requests: 3, more than 2\n          http://w/requests/1" in text
    assert "ok    cost: $0.10" in text
    assert text.endswith("Gate: broken.")
    assert written(checks=(KEPT,)).endswith("Gate: passed.")
    assert "Gate" not in written(checks=())


def test_the_text_says_what_could_not_be_judged() -> None:
    text = written(checks=(KEPT, NOT_JUDGED))
    assert "  ?     No request tells the TTFT." in text
    assert text.endswith("Gate: passed, 1 not judged.")
