"""SWE-bench reports: of a whole run, and of one instance. Pure.

A run's `<model>.<run>.json` lists instances (`resolved_ids`, `unresolved_ids`,
`error_ids`, `empty_patch_ids`), an instance's `report.json` has `{id: {"resolved": …}}`
(`swebench.harness.reporting`, `grading`, 5.0). An instance id is the task.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from runs.experiments.results import hints
from runs.experiments.results.base import (
    BadFile,
    Reader,
    Result,
    Unusable,
    small_enough,
)

RESOLVED = "resolved"
LISTS = {"resolved_ids": True, "unresolved_ids": False, "empty_patch_ids": False}
"""Which list means what; an error of the evaluation itself is no verdict."""


def claims(name: str, head: bytes) -> bool:
    if not name.endswith(".json"):
        return False
    return (
        b'"resolved_ids"' in head
        or b'"patch_is_None"' in head
        or (b'"resolved_instances"' in head or b'"total_instances"' in head)
    )


def read(path: Path) -> Iterator[Result | Unusable]:
    try:
        told = json.loads(small_enough(path))
    except (ValueError, RecursionError) as error:
        raise BadFile(f"{path} is no JSON: {error}.") from None
    if not isinstance(told, dict):
        raise BadFile(f"{path} is no report of SWE-bench.")
    found = hints.of(path)
    if "resolved_ids" not in told:
        yield from _instances(told, path, found)
        return
    seen: set[str] = set()
    for name, passed in LISTS.items():
        for task in _texts(told.get(name)):
            if task not in seen:
                seen.add(task)
                yield _result(task, passed, path, found)
    for task in _texts(told.get("error_ids")):
        if task not in seen:
            yield Unusable(f"{path.name}, {task}", "Its evaluation failed.")


def _instances(
    told: dict[str, Any], path: Path, found: tuple[str, ...]
) -> Iterator[Result | Unusable]:
    for task, report in told.items():
        passed = report.get(RESOLVED) if isinstance(report, dict) else None
        if isinstance(passed, bool):
            yield _result(str(task), passed, path, found)
        else:
            yield Unusable(
                f"{path.name}, {task}"[:200], "It says not if it is resolved."
            )


def _result(task: str, passed: bool, path: Path, found: tuple[str, ...]) -> Result:
    return Result(
        name=RESOLVED,
        value=float(passed),
        passed=passed,
        hints=found,
        task=task,
        where=f"{path.name}, {task}",
    )


def _texts(value: Any) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else []


READER = Reader("swe-bench", "SWE-bench's reports", claims, read)
