"""No file of the rooms is covered less than FLOOR without a reason: `make coverage`.

Reads the JSON report of coverage.py on its input; names what is below.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Any

FLOOR = 85.0
"""Percent of lines and branches."""
REASONS: dict[str, str] = {
    "runs/version.py": "One branch is played in a Python started with -S, which hides"
    " what measures as well.",
}
"""File → why it may stay below. One that no longer needs its reason is named, too."""


def main() -> int:
    report = json.load(sys.stdin)
    complaints = complain(percents(report), REASONS)
    for each in complaints:
        sys.stderr.write(f"{each}\n")
    return 1 if complaints else 0


def percents(report: Mapping[str, Any]) -> dict[str, float]:
    return {
        name: float(file["summary"]["percent_covered"])
        for name, file in report["files"].items()
    }


def complain(found: Mapping[str, float], reasons: Mapping[str, str]) -> list[str]:
    low = {name: percent for name, percent in found.items() if percent < FLOOR}
    wanting = [
        f"{name}: {percent:.1f} % is less than {FLOOR:.0f} %. Test it, or give a reason"
        " in tests/coverage_floor.py."
        for name, percent in sorted(low.items())
        if name not in reasons
    ]
    stale = [
        f"{name}: needs no reason any more." for name in reasons if name not in low
    ]
    return wanting + stale


if __name__ == "__main__":
    raise SystemExit(main())
