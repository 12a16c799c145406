"""The report as scripts read it."""

from __future__ import annotations

import json
from typing import Any

from observe.remote.reports import as_json
from tests.observe.remote.reports.reported import report


def written(**given: Any) -> str:
    return as_json.write(report(**given))


def test_the_json_holds_all_that_the_server_said() -> None:
    value = json.loads(written(notes=("late",)))
    assert value["passed"] is False
    assert value["statistics"] == {"requests": 3}
    assert value["gate"] == {"passed": False}
    assert (value["command_exit_code"], value["notes"]) == (0, ["late"])
