"""An experiment with sessions that have run: as many requests and scores as wanted."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from pricing.quote import Quote
from pricing.usage import Usage
from runs import lifecycle
from runs.experiments import sessions, versions
from runs.experiments.kinds import DefinitionKind
from runs.experiments.sessions import About
from runs.models import CapturedRequest, SessionStatus
from tests import make
from tests.runs.experiments.example import edited, example

VARIANTS = ("demo-plain", "demo-fast")


def loaded(**values: Any) -> None:
    """`demo` with two variants."""
    sent = [(DefinitionKind(e["kind"]), e["content"]) for e in example()]
    versions.load(sent)
    of_two = {"variants": list(VARIANTS), "baseline": VARIANTS[0], **values}
    changed = edited("experiment", "demo", **of_two)
    versions.load([(DefinitionKind.EXPERIMENT, changed["content"])])


def session(
    variant: str,
    task: str,
    *,
    cents: float = 1.0,
    passed: bool = True,
    fields: Mapping[str, Any] | None = None,
) -> str:
    """One that is over, with two requests; its id."""
    begun = sessions.create("demo", variant, task, About(git={})).session
    cost = Decimal(str(cents)) / 200
    for number in range(2):
        given: dict[str, Any] = {
            "quote": Quote(status="priced", cost_usd=cost),
            "usage": Usage(input=100 * (number + 1), output=50),
            "system_hash": "aaaa",
            "response_model": "m-1",
            **(fields or {}),
        }
        row = make.stored(**given)
        lifecycle.move(CapturedRequest.objects.filter(pk=row.pk), begun.run)
    sessions.score(begun, "check", passed=passed)
    sessions.finalize(begun, SessionStatus.COMPLETED, exit_code=0)
    return str(begun.run.uid)


def whole(cheap: float = 0.5) -> None:
    """Four repeats of two tasks; the second arm costs `cheap` of the first."""
    loaded()
    for task, base in (("explain", 1.0), ("plan", 3.0)):
        for number in range(4):
            noise = 1 + number / 50
            session("demo-plain", task, cents=base * noise, passed=number > 0)
            session("demo-fast", task, cents=base * noise * cheap)
