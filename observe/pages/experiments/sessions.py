"""`/experiments/NAME/sessions`: all of them, open ones too."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from django.db.models import Count, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from observe.rendering.template_context import TemplateContext, show
from runs.experiments import versions, words
from runs.experiments.kinds import DefinitionKind
from runs.experiments.outcomes import passed
from runs.lifecycle.errors import RunError
from runs.models import Rollup, Score, Session, SessionStatus
from runs.models.rollup import COST_SUMS, cost_of
from runs.rollups.figures import COST_UNIT
from runs.rollups.steps import HOUR_S

MOST = 500


@dataclass(frozen=True, slots=True)
class SessionRow:
    session: Session
    verdict: str
    """`passed` or `failed`, as in the report; "" where nothing judged it."""
    scores: str
    commit: str
    requests: int
    cost: str


@dataclass(frozen=True, slots=True)
class SessionChoice:
    """A link that narrows the list, or widens it again."""

    label: str
    query: str
    is_on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionList(TemplateContext):
    template: ClassVar[str] = "experiment/sessions.html"

    experiment: str
    title: str
    rows: list[SessionRow]
    total: int
    choices: list[SessionChoice]


@require_safe
def session_list(request: HttpRequest, name: str) -> HttpResponse:
    try:
        row = versions.current(DefinitionKind.EXPERIMENT, name)
    except RunError as error:
        raise Http404(str(error)) from None
    every = Session.objects.of_experiment(row.name)
    asked = request.GET.get("status", "")
    wanted = every.filter(status=asked) if asked in SessionStatus else every
    found = list(wanted.whole().order_by("-pk")[:MOST])
    page = SessionList(
        experiment=row.name,
        title=versions.experiment(row).title or row.name,
        rows=_rows(found),
        total=wanted.count(),
        choices=_choices(every.values_list("status").annotate(Count("pk")), asked),
    )
    return show(request, page)


def _choices(counts: Iterable[tuple[str, int]], asked: str) -> list[SessionChoice]:
    many = dict(counts)
    found = [
        SessionChoice(f"All {sum(many.values())}", "?", asked not in SessionStatus)
    ]
    return found + [
        SessionChoice(
            f"{many[status]} {status.label}", f"?status={status}", asked == status
        )
        for status in SessionStatus
        if status in many
    ]


def _rows(found: list[Session]) -> list[SessionRow]:
    runs = [each.run_id for each in found]
    sums = Rollup.objects.filter(step_s=HOUR_S, run__in=runs).values("run")
    told = {
        row["run"]: (row["n"], None if row["unknown"] else cost_of(row))
        for row in sums.annotate(
            n=Sum("requests"), unknown=Sum("unpriced"), **COST_SUMS
        )
    }
    return [_row(each, *told.get(each.run_id, (0, 0))) for each in found]


def _row(session: Session, requests: int, cost: int | None) -> SessionRow:
    scores = sorted(session.scores.all(), key=lambda each: each.name)
    verdict = {True: "passed", False: "failed", None: ""}[passed(session)]
    git = session.git or {}
    return SessionRow(
        session,
        verdict,
        ", ".join(map(_told, scores)),
        f"{str(git.get('commit') or '')[:8]}{'*' * bool(git.get('dirty'))}",
        requests,
        words.usd(None if cost is None else float(cost * COST_UNIT)),
    )


def _told(score: Score) -> str:
    """With its value, or else its verdict."""
    verdict = {True: "passed", False: "failed", None: "–"}[score.passed]
    return f"{score.name} {verdict if score.value is None else f'{score.value:g}'}"
