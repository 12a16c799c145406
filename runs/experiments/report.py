"""An experiment's report: arms side by side, what differs and whether that is noise.

Made by `make` from the sessions that are over; the API and the page show it. The
repeat is the unit; sessions of an outage, and aborted and open ones, are counted and
not measured.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import fmean
from typing import Any

from runs.experiments import outcomes, planning, versions
from runs.experiments.findings import Arm, ExperimentReport, SessionLine, Trait
from runs.experiments.kinds import OWN_METRICS, DefinitionKind, Experiment
from runs.experiments.outcomes import IDENTITY, SessionOutcome
from runs.experiments.passing import passing
from runs.experiments.planning import Plan
from runs.lifecycle.errors import RunError
from runs.measure.contrast import metric_comparisons
from runs.measure.metrics import METRICS, Metric
from runs.models import Definition, Session, SessionStatus

MEASURED = (SessionStatus.COMPLETED, SessionStatus.FAILED)


def make(name: str) -> ExperimentReport:
    """Raises RunError where no such experiment is loaded."""
    row = versions.current(DefinitionKind.EXPERIMENT, name)
    asked = versions.experiment(row)
    rows = list(Session.objects.whole().of_experiment(row.name).order_by("pk"))
    over = [each for each in rows if each.status in MEASURED]
    measured = outcomes.of_all(over, asked)
    arms = tuple(
        _arm(variant, [each for each in measured if _variant(each) == variant])
        for variant in asked.arms
    )
    sides = [_side(measured, arm.name) for arm in arms]
    # An arm that nothing measured yet has no figures beside the others.
    compared = sum(map(bool, sides)) > 1
    metrics = _metrics(measured)
    return ExperimentReport(
        name=row.name,
        title=asked.title or row.name,
        question=asked.question,
        version=row.digest,
        primary=asked.primary,
        wanted=asked.repeats * len(asked.variants) * len(asked.task_cards),
        measured=sum(arm.sessions for arm in arms),
        open=sum(each.status == SessionStatus.OPEN for each in rows),
        aborted=sum(each.status == SessionStatus.ABORTED for each in rows),
        outages=sum(arm.outages for arm in arms),
        outage_rule=_rule(asked),
        arms=arms,
        metrics=metric_comparisons(
            [[each.figures for each in side] for side in sides],
            (),
            asked.primary,
            metrics,
        )
        if compared
        else (),
        warnings=tuple(_warnings(asked, row, arms, rows)),
    )


def plan(name: str, effect: float, metric: str, spread: float | None) -> Plan:
    """How many repeats find `effect`; raises RunError where nothing tells a spread."""
    row = versions.current(DefinitionKind.EXPERIMENT, name)
    asked = versions.experiment(row)
    rows = Session.objects.whole().of_experiment(row.name).filter(status__in=MEASURED)
    measured = outcomes.of_all(list(rows), asked)
    wanted = metric or asked.primary or "cost_usd"
    found = next((m for m in _metrics(measured) if m.name == wanted), None)
    cells: dict[tuple[str, str], list[float]] = {}
    for each in measured if found else ():
        value = each.figures.number(found) if found else None
        if value is not None and not each.is_outage:
            cells.setdefault((_variant(each), each.figures.task), []).append(value)
    told = planning.spread(cells) if spread is None else planning.Spread(spread, 0)
    if told is None:
        raise RunError(
            "BAD_SESSION",
            f"No sessions tell how much {wanted} spreads yet: run two repeats, or say"
            " a spread.",
        )
    tasks, arms = len(asked.task_cards), len(asked.variants)
    number = planning.repeats(
        effect, told.share, tasks=tasks, arms=arms, uneven=_unevenness(asked, cells)
    )
    return Plan(
        metric=wanted,
        effect=effect,
        spread=told.share,
        spread_from=told.sessions,
        repeats=number,
        sessions=number * tasks * arms if number else None,
    )


def _unevenness(asked: Experiment, cells: dict[tuple[str, str], list[float]]) -> float:
    """Of the tasks, on the arm that has them all."""
    for variant in asked.arms:
        levels = [cells.get((variant, task), []) for task in asked.task_cards]
        if all(levels):
            return planning.unevenness(fmean(each) for each in levels)
    return 1.0


def _variant(outcome: SessionOutcome) -> str:
    return outcome.session.variant.name


def _side(measured: Iterable[SessionOutcome], variant: str) -> list[SessionOutcome]:
    return [e for e in measured if _variant(e) == variant and not e.is_outage]


def _metrics(measured: Sequence[SessionOutcome]) -> tuple[Metric, ...]:
    """Those of runs, and what sessions are told beside."""
    scores = dict.fromkeys(
        name
        for each in measured
        for name, value in each.figures.told.items()
        if name.startswith("score:") and value is not None
    )
    more = tuple(Metric(name, "count", "higher", lambda _: None) for name in scores)
    return (*OWN_METRICS, *more, *METRICS)


def _arm(variant: str, found: Sequence[SessionOutcome]) -> Arm:
    counted = [each for each in found if not each.is_outage]
    judged = [each for each in counted if each.passed is not None]
    passed = sum(each.passed is True for each in judged)
    costs = [each.cost_usd for each in counted]
    cost = _sum(costs) if counted else None
    failures = [each.cost_usd for each in judged if each.passed is False]
    tasks: dict[str, list[bool]] = {}
    for each in judged:
        tasks.setdefault(each.figures.task, []).append(bool(each.passed))
    content = _content(variant, found)
    return Arm(
        name=variant,
        title=str(content.get("title") or variant),
        model=str(content.get("model", "")),
        harness=str(content.get("harness", "")),
        provider=str(content.get("provider", "")),
        sessions=len(counted),
        passed=passed,
        judged=len(judged),
        outages=len(found) - len(counted),
        cost_usd=cost,
        cost_per_pass_usd=cost / passed if cost is not None and passed else None,
        cost_of_failures_usd=_sum(failures) if judged else None,
        passing=passing(tasks),
        identity=_identity(counted),
        lines=tuple(map(_line, found)),
    )


def _content(variant: str, found: Sequence[SessionOutcome]) -> dict[str, Any]:
    if found:
        return dict(found[-1].session.variant.content)
    row = Definition.objects.current(DefinitionKind.VARIANT, variant)
    return dict(row.content) if row else {}


def _sum(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if len(known) == len(values) else None


def _identity(counted: Sequence[SessionOutcome]) -> tuple[Trait, ...]:
    told = [
        (
            name,
            tuple(dict.fromkeys(e.identity[name] for e in counted if _tells(e, name))),
        )
        for name in IDENTITY
    ]
    settings = tuple(dict.fromkeys(each.session.variant.digest[:8] for each in counted))
    told += [("definition", settings)]
    return tuple(
        Trait(
            name=name, values=tuple(v or "–" for v in values), changed=len(values) > 1
        )
        for name, values in told
        if any(values)
    )


def _tells(outcome: SessionOutcome, trait: str) -> bool:
    """What isn't known has not changed: no request told it, nobody asked a version."""
    if trait == "harness":
        return bool(outcome.identity[trait])
    return outcome.figures.statistics.requests > 0


def _line(outcome: SessionOutcome) -> SessionLine:
    session, numbers = outcome.session, outcome.figures.statistics
    return SessionLine(
        id=str(session.run.uid),
        name=session.run.name,
        task=session.task_card.name,
        repeat=session.repeat,
        status=session.status,
        is_outage=outcome.is_outage,
        passed=outcome.passed,
        cost_usd=outcome.cost_usd,
        total_tokens=numbers.tokens.total,
        duration_ms=numbers.busy_ms,
        requests=numbers.requests,
        errors=numbers.errors,
        started_at=session.run.started_at.isoformat(),
        scores={
            each.name: each.passed if each.value is None else each.value
            for each in session.scores.all()
        },
    )


def _rule(asked: Experiment) -> str:
    kinds = ", ".join(asked.outage.kinds)
    return f"{asked.outage.share:.0%} of a session's requests or more failed by {kinds}"


def _warnings(
    asked: Experiment, row: Definition, arms: Sequence[Arm], rows: Sequence[Session]
) -> Iterable[str]:
    for arm in arms:
        for trait in arm.identity:
            if trait.changed:
                values = ", ".join(trait.values)
                yield f"{arm.name}: {trait.name} changed between sessions: {values}."
        silent = [line.name for line in arm.lines if not line.requests]
        if silent:
            yield (
                f"{arm.name}: no request came from {len(silent)}"
                f" session{'s' * (len(silent) > 1)} ("
                f"{', '.join(silent[:3])}): was the harness pointed at Weir?"
            )
        if not arm.sessions:
            yield f"{arm.name}: no session is measured yet."
    if any(each.experiment.digest != row.digest for each in rows):
        yield "Some sessions ran with another version of the experiment."
