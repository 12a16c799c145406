"""JUnit XML: the share of tests that passed, a score a suite. Pure.

Read with the parser's own events, so that neither size nor depth costs memory. A
document type is refused: entities are how a small file becomes a large one. A suite's
name is the task; a property `weir_session` names the session itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.parsers import expat

from runs.experiments.results import hints
from runs.experiments.results.base import (
    BadFile,
    Reader,
    Result,
    Unusable,
    small_enough,
)

TESTS = "tests"
SESSION = ("weir_session", "weir_run", "WEIR_RUN_ID")
BAD, NOT_RUN = ("failure", "error"), ("skipped", "disabled")
SUITES = 10_000


@dataclass(slots=True)
class Suite:
    name: str
    session: str = ""
    passed: int = 0
    failed: int = 0


class _Reading:
    """Counts tests by suite; an inner suite counts for itself."""

    def __init__(self) -> None:
        self.done: list[Suite] = []
        self._open: list[Suite] = []
        self._verdict = ""

    def start(self, tag: str, told: dict[str, str]) -> None:
        name = tag.rpartition("}")[2].rpartition(":")[2]
        if name == "testsuite":
            if len(self.done) + len(self._open) >= SUITES:
                raise BadFile(f"It has more than {SUITES:,} suites.")
            self._open.append(Suite(told.get("name", "")[:200]))
        elif name == "testcase":
            self._verdict = "passed"
        elif name in BAD:
            self._verdict = "failed"
        elif name in NOT_RUN and self._verdict == "passed":
            self._verdict = "skipped"
        elif name == "property" and self._open and told.get("name") in SESSION:
            self._open[-1].session = told.get("value", "")[:200]

    def end(self, tag: str) -> None:
        name = tag.rpartition("}")[2].rpartition(":")[2]
        if name == "testcase" and self._open:
            self._open[-1].passed += self._verdict == "passed"
            self._open[-1].failed += self._verdict == "failed"
            self._verdict = ""
        elif name == "testsuite" and self._open:
            self.done.append(self._open.pop())


def claims(name: str, head: bytes) -> bool:
    return b"<testsuite" in head or b"<testsuites" in head


def read(path: Path) -> Iterator[Result | Unusable]:
    reading = _Reading()
    parser = expat.ParserCreate()
    parser.StartElementHandler = reading.start
    parser.EndElementHandler = reading.end
    parser.StartDoctypeDeclHandler = _refuse
    try:
        parser.Parse(small_enough(path), True)
    except (expat.ExpatError, LookupError, ValueError) as error:  # of its encoding
        raise BadFile(f"{path} is no XML: {error}.") from None
    except BadFile as error:
        raise BadFile(f"{path}: {error}") from None
    for suite in reading.done:
        where = f"{path.name}, {suite.name}"
        total = suite.passed + suite.failed
        if not total:
            yield Unusable(where, "No test of it was run.")
            continue
        yield Result(
            name=TESTS,
            value=suite.passed / total,
            passed=suite.failed == 0,
            session=suite.session,
            hints=hints.of(suite.name, path),
            task=suite.name,
            where=where,
        )


def _refuse(*_: object) -> None:
    raise BadFile("It has a document type, which no test report needs.")


READER = Reader("junit", "JUnit XML", claims, read)
