"""Sessions: begun with a key of their own, scored, ended with a status.

Called by the API. A session is a run; what it adds is which versions it is an instance
of. Two that drive one experiment at the same time take different cells: the choice of a
cell waits for the experiment's row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Max

from runs import lifecycle
from runs.cleaning import json_value, text
from runs.experiments import cells, versions
from runs.experiments.cells import Cell
from runs.experiments.kinds import DefinitionKind, Experiment, TaskCard, Variant
from runs.lifecycle.errors import RunError
from runs.models import Definition, Score, Session, SessionStatus

TAKEN = (SessionStatus.OPEN, SessionStatus.COMPLETED, SessionStatus.FAILED)
"""A cell whose session was aborted is run again."""
ENDINGS = (SessionStatus.COMPLETED, SessionStatus.FAILED, SessionStatus.ABORTED)
TASK = "task"
"""The key of a run's metadata by which comparisons pair runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a session is told of where it runs."""

    label: str = ""
    notes: str = ""
    operator: str = ""
    runner: str = ""
    git: Mapping[str, Any]
    source: str = "api"


@dataclass(frozen=True, slots=True)
class Begun:
    session: Session
    key: str


def create(
    experiment: str,
    variant: str,
    task_card: str,
    about: About,
    *,
    harness: str = "",
    repeat: int | None = None,
) -> Begun:
    """The next repeat of a cell, unless told which."""
    with transaction.atomic():
        row = _locked(experiment)
        asked = versions.experiment(row)
        _must_belong(asked, variant, task_card)
        if repeat is None:
            before = Session.objects.of_experiment(row.name).filter(
                variant__name=variant, task_card__name=task_card
            )
            repeat = 1 + (before.aggregate(most=Max("repeat"))["most"] or 0)
        return _begin(row, Cell(repeat, variant, task_card), about, harness)


def claim(
    experiment: str, about: About, *, repeats: int = 0, variant: str = ""
) -> Begun | None:
    """A session of the next cell that nobody has; None when there is none."""
    with transaction.atomic():
        row = _locked(experiment)
        asked = versions.experiment(row)
        if variant and variant not in asked.variants:
            raise RunError("BAD_SESSION", _none("variant", variant, asked.variants))
        wanted = cells.wanted(asked, repeats, variant)
        cell = cells.following(wanted, taken(row.name))
        return _begin(row, cell, about) if cell else None


def taken(experiment: str) -> dict[Cell, str]:
    """Cell → status of its session."""
    rows = Session.objects.of_experiment(experiment).filter(status__in=TAKEN)
    told = rows.values_list("repeat", "variant__name", "task_card__name", "status")
    return {
        Cell(repeat, variant, task): status for repeat, variant, task, status in told
    }


def find(reference: str) -> Session:
    """By what a run is called; raises RunError."""
    run = lifecycle.find(reference)
    found = Session.objects.whole().filter(run=run).first()
    if found is None:
        raise RunError("NOT_A_SESSION", f"The run {run.name!r} is no session.")
    return found


def finalize(
    session: Session,
    status: SessionStatus,
    *,
    exit_code: int | None = None,
    harness_version: str = "",
) -> Session:
    """For good: its key is refused from now on. The same again changes nothing."""
    with transaction.atomic():
        row = Session.objects.select_for_update().get(pk=session.pk)
        if row.status not in (SessionStatus.OPEN, status):
            said = f"The session is {row.status} already."
            raise RunError("SESSION_OVER", said)
        row.status = status
        row.exit_code = row.exit_code if exit_code is None else exit_code
        row.harness_version = text(harness_version, 200) or row.harness_version
        row.save(update_fields=["status", "exit_code", "harness_version"])
        lifecycle.end(session.run)
    return find(str(session.run.uid))


def score(
    session: Session,
    name: str,
    *,
    value: float | None = None,
    passed: bool | None = None,
    source: str = "",
) -> None:
    """One of each name; a later one takes its place."""
    Score.objects.update_or_create(
        session=session,
        name=text(name, 100),
        defaults={"value": value, "passed": passed, "source": text(source, 200)},
    )


def unscore(session: Session, name: str) -> None:
    """Without an error where there is none of that name."""
    Score.objects.filter(session=session, name=text(name, 100)).delete()


def delete(session: Session, *, with_requests: bool) -> None:
    lifecycle.delete(session.run, with_requests=with_requests)


def _locked(experiment: str) -> Definition:
    """The experiment as it is now. Whoever chooses a cell holds its first version."""
    row = versions.current(DefinitionKind.EXPERIMENT, experiment)
    first = Definition.objects.filter(kind=DefinitionKind.EXPERIMENT, name=row.name)
    list(first.select_for_update(no_key=True).order_by("pk")[:1])
    return row


def _must_belong(asked: Experiment, variant: str, task_card: str) -> None:
    if variant not in asked.variants:
        raise RunError("BAD_SESSION", _none("variant", variant, asked.variants))
    if task_card not in asked.task_cards:
        raise RunError("BAD_SESSION", _none("task card", task_card, asked.task_cards))


def _none(what: str, name: str, known: list[str]) -> str:
    return f"The experiment has no {what} {name[:100]!r}; it has {', '.join(known)}."


def _begin(row: Definition, cell: Cell, about: About, harness: str = "") -> Begun:
    asked = versions.experiment(row)
    variant_row = versions.current(DefinitionKind.VARIANT, cell.variant)
    card_row = versions.current(DefinitionKind.TASK_CARD, cell.task_card)
    variant = versions.read(variant_row, Variant)
    if harness and harness != variant.harness:
        raise RunError(
            "BAD_SESSION",
            f"{cell.variant} is driven by {variant.harness}, not {harness}.",
        )
    name = about.label or f"{cell.variant} {cell.task_card} {cell.repeat}"
    versions.read(card_row, TaskCard)
    run = lifecycle.start(
        name,
        notes=about.notes,
        tags=[row.name],
        metadata={TASK: cell.task_card, "variant": cell.variant},
        is_global=False,
        source=about.source,
    )
    session = Session.objects.create(
        run=run,
        experiment=row,
        variant=variant_row,
        task_card=card_row,
        harness=versions.current(DefinitionKind.HARNESS, variant.harness),
        provider=versions.current(DefinitionKind.PROVIDER, variant.provider),
        repeat=cell.repeat,
        label=text(about.label, 200),
        operator=text(about.operator, 200),
        runner=text(about.runner, 200),
        git=json_value(dict(about.git)),
    )
    issued = lifecycle.issue_key(run, keeps_content=asked.content == "full")
    return Begun(session, issued.text)
