"""Scores in files of other programs, read here and given to a server's sessions.

`weir session score --from` asks. Files are read where they lie; what goes over is a
name, a number and what tells whose it is, never a key.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from observe.problem import Problem
from observe.remote.client import Weir
from runs.experiments.results import BadFile, Result, Unusable, results

STEP = 500
Row = dict[str, Any]


@dataclass(slots=True)
class Scored:
    """What became of a file's results."""

    new: int = 0
    there: int = 0
    """They stood there already."""
    sessions: set[str] = field(default_factory=set)
    left: list[Unusable] = field(default_factory=list)
    """What no session has, or is no score."""


def give(
    weir: Weir, path: Path, form: str, *, session: str, experiment: str, variant: str
) -> Scored:
    """All of a file's, or of a folder's."""
    scored = Scored()
    whose = {"session": session, "experiment": experiment, "variant": variant}
    found = _usable(path, form, scored)
    while step := list(islice(found, STEP)):
        body = {"results": [_row(each) for each in step], **whose}
        for result, given in zip(step, weir.post("/api/scores", body), strict=True):
            _take(scored, result, given)
    return scored


def _usable(path: Path, form: str, scored: Scored) -> Iterator[Result]:
    try:
        for each in results(path, form):
            if isinstance(each, Unusable):
                scored.left.append(each)
            else:
                yield each
    except BadFile as error:
        raise Problem(str(error)) from None


def _row(result: Result) -> Row:
    texts = ("task", "experiment", "variant", "where", "session")
    return {
        **asdict(result),
        **{name: getattr(result, name)[:200] for name in texts},
        "name": result.name[:100],
    }


def _take(scored: Scored, result: Result, given: Row) -> None:
    if given["session"] is None:
        scored.left.append(Unusable(result.where, f"{result.name}: {given['why']}"))
        return
    scored.sessions.add(given["session"])
    scored.new += given["new"]
    scored.there += not given["new"]
