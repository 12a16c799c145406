"""The gate of a run, tried out: limits in the address, and which of them it keeps.

Called by `observe/pages/run/view.py`. The verdict is that of the API and of
`weir gate`: the same limits, the same check, the same sentences.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from django.http import HttpRequest, QueryDict
from pydantic import ValidationError

from observe.pages.run.panel import Measured
from observe.rendering.template_context import TemplateContext
from runs import lifecycle
from runs.api.statistics import numbers_of, requests_of
from runs.filters import BadFilter
from runs.filters.request_filter import WHERE
from runs.lifecycle.errors import RunError
from runs.measure import gate
from runs.measure.checks import Check
from runs.measure.culprits import Finder
from runs.measure.figures import Statistics
from runs.measure.limits import LIMITS, REQUIREMENTS, Limit, Requirement
from runs.measure.metrics import Value, told
from runs.schemas.statistics import LimitsIn

STEPS = ("min_requests", "baseline", "tolerance", WHERE)
"""What the form asks for beside the limits."""


@dataclass(frozen=True, slots=True)
class Field:
    """A limit as a field: what was typed, and what the run has."""

    limit: Limit
    typed: str
    actual: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GatePanel(TemplateContext):
    template: ClassVar[str] = "run/_gate.html"

    fields: list[Field]
    switches: list[tuple[Requirement, bool]]
    """Each with whether it is on."""
    asked: dict[str, str]
    checks: tuple[Check, ...]
    passed: bool
    problem: str
    command: str
    """The same on a command line."""


def read(request: HttpRequest, measured: Measured) -> GatePanel:
    asked = _asked(request.GET)
    numbers = measured.numbers
    checks: tuple[Check, ...] = ()
    passed, problem = False, ""
    try:
        if asked:
            limits = LimitsIn.model_validate(asked)
            numbers, result = _result(measured, limits)
            checks, passed = result.checks, result.passed
    except ValidationError as error:
        problem = _said(error)
    except BadFilter as error:
        problem = str(error)
    except RunError as error:
        problem = error.message
    return GatePanel(
        fields=[_field(each, asked, numbers) for each in LIMITS],
        switches=[(each, each.name in asked) for each in REQUIREMENTS],
        asked={name: asked.get(name, "") for name in STEPS},
        checks=checks,
        passed=passed,
        problem=problem,
        command=_command(measured, asked) if asked and not problem else "",
    )


def _asked(query: QueryDict) -> dict[str, str]:
    names = (*(each.name for each in (*LIMITS, *REQUIREMENTS)), *STEPS)
    typed = {name: query.get(name, "").strip() for name in names}
    return {name: value for name, value in typed.items() if value}


def _result(measured: Measured, limits: LimitsIn) -> tuple[Statistics, gate.GateResult]:
    """With what the limits are held against."""
    where = limits.where
    numbers = numbers_of(measured.run, where) if where else measured.numbers
    before = None
    if limits.baseline:
        before = numbers_of(lifecycle.find(limits.baseline), where)
    result = gate.check(
        numbers,
        limits.limits(),
        Finder(requests_of(measured.run, where)),
        min_requests=limits.min_requests,
        baseline=before,
        tolerance=Decimal(str(limits.tolerance)),
    )
    return numbers, result


def _field(limit: Limit, asked: dict[str, str], numbers: Statistics) -> Field:
    actual: Value = limit.metric.read(numbers)
    shown = "not known" if actual is None else told(actual, limit.metric.unit)
    return Field(limit, asked.get(limit.name, ""), shown)


def _said(error: ValidationError) -> str:
    first = error.errors()[0]
    name = str(first["loc"][-1]) if first["loc"] else ""
    return f"{name}: {first['msg'][:1].lower()}{first['msg'][1:]}."


def _command(measured: Measured, asked: dict[str, str]) -> str:
    switches = {each.name for each in REQUIREMENTS}
    flags = [
        f"--{name.removesuffix('_usd').replace('_', '-')}"
        + ("" if name in switches else f" {shlex.quote(value)}")
        for name, value in asked.items()
    ]
    return " ".join(["weir gate", str(measured.run.uid)[:8], *flags])
