"""CSV: a line a score, or a line a session with a column a score. Pure.

`session` (or `session_id`, `run`, `id`), `key`, `task`, `experiment`, `variant` and
`repeat` tell whose it is. With a `name` the line is one score of that name with `value`
and `passed`; else every other column that holds numbers or verdicts is a score.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

from runs.experiments.results import hints
from runs.experiments.results.base import (
    BadFile,
    Reader,
    Result,
    Unusable,
    number as as_number,
    small_enough,
    verdict,
)

SESSION = ("session", "session_id", "run", "run_id", "id", "label")
TASK = ("task", "task_card", "task-card", "instance_id", "instance")
WHOSE = (*SESSION, *TASK, "key", "experiment", "variant", "repeat", "epoch")
LINES = 200_000
_NUMBER = re.compile("[0-9]{1,9}")


def claims(name: str, head: bytes) -> bool:
    first = head.removeprefix(b"\xef\xbb\xbf").partition(b"\n")[0].lower()
    names = {each.strip(b'" \r') for each in first.split(b",")}
    told = {each.encode() for each in (*SESSION, *TASK, "key")}
    return len(names) > 1 and bool(names & told)


def read(path: Path) -> Iterator[Result | Unusable]:
    text = small_enough(path).decode("utf-8-sig", "replace")
    try:
        for number, row in enumerate(csv.DictReader(io.StringIO(text)), start=2):
            if number > LINES:
                yield Unusable(path.name, f"It has more than {LINES:,} lines.")
                return
            cells = {
                name.strip().lower(): value.strip()
                for name, value in row.items()
                # A column without a name is an index, or a line that ends in a comma.
                if name and name.strip() and isinstance(value, str)
            }
            yield from _of_line(cells, f"{path.name}, line {number}", path)
    except csv.Error as error:
        raise BadFile(f"{path} is no CSV: {error}.") from None


def _of_line(
    cells: dict[str, str], where: str, path: Path
) -> Iterator[Result | Unusable]:
    named = cells.get("name") or cells.get("score_name") or cells.get("metric")
    if named:
        told = cells.get("value") or cells.get("score", "")
        scores = {named: (told, cells.get("passed", ""))}
    else:
        rest = {name: value for name, value in cells.items() if name not in WHOSE}
        scores = {name: (value, "") for name, value in rest.items() if value}
    repeat = cells.get("repeat") or cells.get("epoch", "")
    found = False
    for name, (told, word) in scores.items():
        value, passed = _score(told)
        passed = passed if not word else verdict(word)
        if value is None and passed is None:
            continue
        found = True
        yield Result(
            name=name[:100],
            value=value,
            passed=passed,
            session=next((cells[each] for each in SESSION if cells.get(each)), ""),
            hints=hints.of(cells.get("key", ""), path),
            task=next((cells[each] for each in TASK if cells.get(each)), ""),
            experiment=cells.get("experiment", ""),
            variant=cells.get("variant", ""),
            repeat=int(repeat) if _NUMBER.fullmatch(repeat) else None,
            where=where,
        )
    if not found:
        yield Unusable(where, "It has no number and no verdict.")


def _score(told: str) -> tuple[float | None, bool | None]:
    """`0.9`, `pass`, or both as `0.9:pass`."""
    number, _, word = told.rpartition(":") if ":" in told else (told, "", "")
    if (value := as_number(number)) is None:
        return None, verdict(word or told)
    return value, verdict(word) if word else None


READER = Reader("csv", "CSV, a line a score or a session", claims, read)
