"""Harbor's `result.json` of a trial: its verifier's rewards. Pure.

Fields as in `harbor.models.trial.result.TrialResult` (harbor 0.26). A reward of 1 is a
pass. The `result.json` of a job sums its trials up and is none itself; a trial without
a verdict (it never came to the verifier) is told, not scored.
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
    number,
    small_enough,
)


def claims(name: str, head: bytes) -> bool:
    return name.endswith(".json") and (b'"trial_name"' in head or b'"n_total' in head)


def read(path: Path) -> Iterator[Result | Unusable]:
    where = (
        path.name if path.name != "result.json" else f"{path.parent.name}/{path.name}"
    )
    try:
        told = json.loads(small_enough(path))
    except (ValueError, RecursionError) as error:
        raise BadFile(f"{path} is no JSON: {error}.") from None
    if not isinstance(told, dict) or "trial_name" not in told:
        yield Unusable(where, "It is a job's summary, not a trial.")
        return
    rewards = _inner(told, "verifier_result").get("rewards")
    if not isinstance(rewards, dict) or not rewards:
        trouble = _inner(told, "exception_info").get("exception_type") or "no verdict"
        yield Unusable(where, f"It has no reward: {trouble}.")
        return
    for name, reward in rewards.items():
        if (value := _number(reward)) is not None:
            yield Result(
                name=str(name),
                value=value,
                passed=value >= 1,
                hints=hints.of(told.get("config"), told.get("id"), path),
                task=str(told.get("task_name") or ""),
                where=where,
            )
        else:
            yield Unusable(where, f"{str(name)[:100]} is no number.")


def _inner(told: dict[str, Any], name: str) -> dict[str, Any]:
    value = told.get(name)
    return value if isinstance(value, dict) else {}


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return number(value)


READER = Reader("harbor", "Harbor's result.json of a trial", claims, read)
