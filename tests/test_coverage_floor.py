"""`tests/coverage_floor.py`: what is below the floor is named; a stale reason, too."""

from __future__ import annotations

import json
import subprocess
import sys

from tests.coverage_floor import complain

LOW, HIGH = {"proxy/a.py": 84.9}, {"proxy/b.py": 85.0}


def test_only_what_is_below_the_floor_is_named() -> None:
    [told] = complain(LOW | HIGH, {})
    assert told.startswith("proxy/a.py: 84.9 % is less")


def test_a_reason_excuses_its_file_for_as_long_as_it_is_needed() -> None:
    assert complain(LOW, {"proxy/a.py": "a real GPU is needed"}) == []
    [told] = complain(HIGH, {"proxy/b.py": "a real GPU is needed"})
    assert "needs no reason any more" in told


def test_the_report_of_coverage_is_read_and_the_exit_code_says_it() -> None:
    summary = {"summary": {"percent_covered": 12.5}}
    done = subprocess.run(
        [sys.executable, "-m", "tests.coverage_floor"],
        input=json.dumps({"files": {"runs/x.py": summary}}),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "runs/x.py: 12.5 %" in done.stderr
