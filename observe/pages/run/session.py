"""A session beside its run: what it was a try of, how it was judged, and its end.

Called by `observe/pages/run/view.py` for runs that are sessions of an experiment. Its
forms are answered where those of every run's page are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from django.http import HttpRequest

from observe.pages.run.panel import Measured
from observe.rendering.template_context import TemplateContext
from runs.experiments.sessions import ENDINGS
from runs.models import Score, Session, SessionStatus


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of what a session is."""

    label: str
    text: str
    version: str = ""
    """Of a definition, the start of its digest."""
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionPanel(TemplateContext):
    template: ClassVar[str] = "run/_session.html"

    facts: list[Fact]
    scores: list[Score]
    endings: tuple[SessionStatus, ...]
    """Empty for one that is over."""


def read(request: HttpRequest, measured: Measured) -> SessionPanel:
    session = Session.objects.whole().get(run=measured.run)
    return SessionPanel(
        facts=[each for each in _facts(session) if each.text],
        scores=sorted(session.scores.all(), key=lambda each: each.name),
        endings=ENDINGS if session.status == SessionStatus.OPEN else (),
    )


def _facts(session: Session) -> list[Fact]:
    experiment, variant = session.experiment, session.variant
    git = session.git or {}
    code = "" if session.exit_code is None else str(session.exit_code)
    dirty = " (dirty)" if git.get("dirty") else ""
    return [
        Fact(
            "Experiment",
            experiment.name,
            experiment.digest[:8],
            f"/experiments/{experiment.name}",
        ),
        Fact("Variant", variant.name, variant.digest[:8]),
        Fact("Model", str(variant.content.get("model", ""))),
        Fact("Task card", session.task_card.name, session.task_card.digest[:8]),
        Fact("Repeat", str(session.repeat)),
        Fact("Harness", session.harness.name, session.harness.digest[:8]),
        Fact("Harness version", session.harness_version),
        Fact("Provider", session.provider.name, session.provider.digest[:8]),
        Fact("Label", session.label),
        Fact("Operator", session.operator),
        Fact("Status", session.status),
        Fact("Exit code", code),
        Fact("Repository", str(git.get("remote") or "")),
        Fact("Branch", str(git.get("branch") or "")),
        Fact("Commit", f"{git['commit']}{dirty}" if git.get("commit") else ""),
    ]
