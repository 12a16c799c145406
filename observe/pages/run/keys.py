"""The keys of a run: a list, one more, and the only time that one is shown.

Called by `observe/pages/run/view.py`. A new key stands in the answer to the form that
asked for it and nowhere else: no session and no address ever holds one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django.http import HttpRequest
from django.utils import timezone

from observe.pages.connect.view import base_address
from observe.pages.run.panel import Measured
from observe.rendering.template_context import TemplateContext
from runs.models import RunKey, RunState


@dataclass(frozen=True, slots=True)
class KeyLine:
    """A key as it can be shown again."""

    key: RunKey
    now: datetime

    @property
    def state(self) -> str:
        if self.key.revoked_at:
            return "revoked"
        expires = self.key.expires_at
        return "expired" if expires and expires <= self.now else "valid"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeysPanel(TemplateContext):
    template: ClassVar[str] = "run/_keys.html"

    keys: list[KeyLine]
    new_key: str
    can_issue: bool
    base: str


def read(request: HttpRequest, measured: Measured) -> KeysPanel:
    return panel(request, measured, "")


def panel(request: HttpRequest, measured: Measured, new_key: str) -> KeysPanel:
    now, run = timezone.now(), measured.run
    return KeysPanel(
        keys=[KeyLine(key, now) for key in run.keys.order_by("-pk")[:100]],
        new_key=new_key,
        can_issue=run.state != RunState.ENDED,
        base=base_address(request),
    )
