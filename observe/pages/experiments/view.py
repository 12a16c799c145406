"""`/experiments`, and `/experiments/NAME`: the report, made when it is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from observe.rendering.template_context import TemplateContext, show
from runs.experiments import versions
from runs.experiments.findings import ExperimentReport
from runs.experiments.kinds import DefinitionKind
from runs.experiments.report import make
from runs.experiments.reports import FORMATS
from runs.experiments.reports.shown import ShownReport, shown
from runs.lifecycle.errors import RunError
from runs.models import Definition, Session, SessionStatus


@dataclass(frozen=True, slots=True)
class ExperimentRow:
    name: str
    title: str
    question: str
    variants: int
    tasks: int
    wanted: int
    over: int
    open: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ExperimentList(TemplateContext):
    template: ClassVar[str] = "experiment/list.html"

    rows: list[ExperimentRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExperimentPage(TemplateContext):
    template: ClassVar[str] = "experiment/page.html"

    report: ExperimentReport
    formats: list[str]
    shown: ShownReport
    links: bool


@require_safe
def experiment_list(request: HttpRequest) -> HttpResponse:
    rows = Definition.objects.filter(kind=DefinitionKind.EXPERIMENT).all_current()
    over = Q(status__in=(SessionStatus.COMPLETED, SessionStatus.FAILED))
    counts = {
        name: (done, open_)
        for name, done, open_ in Session.objects.values("experiment__name")
        .annotate(
            done=Count("pk", filter=over),
            open=Count("pk", filter=Q(status=SessionStatus.OPEN)),
        )
        .values_list("experiment__name", "done", "open")
    }
    return show(request, ExperimentList(rows=[_row(each, counts) for each in rows]))


@require_safe
def experiment_page(request: HttpRequest, name: str) -> HttpResponse:
    try:
        report = make(name)
    except RunError as error:
        raise Http404(str(error)) from None
    page = ExperimentPage(
        report=report,
        formats=[each.name for each in FORMATS],
        shown=shown(report),
        links=True,
    )
    return show(request, page)


def _row(row: Definition, counts: dict[str, tuple[int, int]]) -> ExperimentRow:
    asked = versions.experiment(row)
    done, open_ = counts.get(row.name, (0, 0))
    return ExperimentRow(
        name=row.name,
        title=asked.title or row.name,
        question=asked.question,
        variants=len(asked.variants),
        tasks=len(asked.task_cards),
        wanted=asked.repeats * len(asked.variants) * len(asked.task_cards),
        over=done,
        open=open_,
    )
