"""Whose score is it: a result of another program finds its session, or says why not.

Asked by the API. An id or a key decides by itself; else the task does, narrowed by what
the result tells beside it. Where several sessions fit, none is chosen: a guess would be
a wrong figure in a report.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from runs.cleaning import text
from runs.experiments.results import Result
from runs.experiments.sessions import score
from runs.models import RunKey, Score, Session

MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class Given:
    """What became of one result."""

    session: Session | None
    why: str = ""
    """Why it has no session."""
    is_new: bool = False
    """Something was written; False: it stood there."""


@dataclass
class Matcher:
    """Finds sessions for results; those of one experiment, where that is told."""

    experiment: str = ""
    variant: str = ""

    @cached_property
    def sessions(self) -> list[Session]:
        rows = Session.objects.whole().order_by("pk")
        if self.experiment:
            rows = rows.of_experiment(self.experiment)
        if self.variant:
            rows = rows.filter(variant__name=self.variant)
        return list(rows)

    @cached_property
    def by_uid(self) -> dict[str, Session]:
        return {each.run.uid.hex: each for each in self.sessions}

    @cached_property
    def by_key(self) -> dict[str, Session]:
        by_run = {each.run_id: each for each in self.sessions}
        keys = RunKey.objects.filter(run__in=by_run)
        return {key: by_run[run] for key, run in keys.values_list("digest", "run")}

    def find(self, result: Result) -> Session | str:
        """The session, or why there is none."""
        if result.session:
            return self._named(result.session)
        for hint in result.hints:
            if found := self.by_uid.get(hint) or self.by_key.get(hint):
                return found
        if not result.task:
            return "It names no session and no task."
        fitting = [each for each in self.sessions if _fits(each, result)]
        if len(fitting) == 1:
            return fitting[0]
        if not fitting:
            return self._none_fits(result)
        return f"{len(fitting)} sessions fit: {_some(fitting)}."

    def _none_fits(self, result: Result) -> str:
        of_task = any(_has_task(each, result.task) for each in self.sessions)
        if not of_task:
            return f"No session has the task {result.task[:100]!r}."
        asked = {"repeat": result.repeat, "variant": result.variant}
        told = ", ".join(f"{name} {value}" for name, value in asked.items() if value)
        return f"No session of the task {result.task[:100]!r} is {told or 'of that'}."

    def _named(self, reference: str) -> Session | str:
        digits = reference.lower().replace("-", "")
        if found := self.by_uid.get(digits):
            return found
        begun = [s for uid, s in self.by_uid.items() if uid.startswith(digits)]
        if len(digits) >= 4 and len(begun) == 1:
            return begun[0]
        called = [s for s in self.sessions if reference in (s.label, s.run.name)]
        if len(called) == 1:
            return called[0]
        if called:
            return f"{len(called)} sessions are called {reference[:100]!r}."
        return f"No session is called {reference[:100]!r}."


def _fits(session: Session, result: Result) -> bool:
    if not _has_task(session, result.task):
        return False
    told = (
        (result.experiment, session.experiment.name),
        (result.variant, session.variant.name),
        (result.repeat, session.repeat),
    )
    return all(not said or said == known for said, known in told)


def _has_task(session: Session, task: str) -> bool:
    """Of `org/task`, as registries of tasks write it, the last word will do."""
    task = task.lower().rstrip("/")
    return session.task_card.name.lower() in (task, task.rpartition("/")[2])


def _some(sessions: Sequence[Session]) -> str:
    names = [f"{each.run.uid.hex[:8]} ({each.run.name})" for each in sessions]
    rest = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {rest} more" if rest > 0 else "")


def give(results: Iterable[Result], matcher: Matcher) -> list[Given]:
    """Scores each session that is found; the same again changes nothing."""
    given: list[Given] = []
    for result in results:
        found = matcher.find(result)
        if isinstance(found, str):
            given.append(Given(None, found))
            continue
        is_new = not _stands(found, result)
        if is_new:
            score(
                found,
                result.name,
                value=result.value,
                passed=result.passed,
                source=result.where,
            )
        given.append(Given(found, is_new=is_new))
    return given


def _stands(session: Session, result: Result) -> bool:
    rows = Score.objects.filter(session=session, name=text(result.name, 100))
    return rows.filter(value=result.value, passed=result.passed).exists()
