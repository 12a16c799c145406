"""The tab of a request that was sent again: both requests and their answers, compared.

Called by `observe/pages/request/view.py`, for those alone that have another side.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from django.http import HttpRequest

from observe.pages.request.captured import Captured
from observe.pages.rows import Row
from observe.rendering.as_text import words
from observe.rendering.difference import Line, difference
from observe.rendering.template_context import TemplateContext
from runs.models import CapturedRequest


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two."""

    label: str
    row: Row
    r: CapturedRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class AgainPanel(TemplateContext):
    template: ClassVar[str] = "request/_again.html"

    sides: list[Side]
    """What was first, then what was sent again; one of them where the other is gone."""
    lines: list[Line] | None
    """What differs between the answers' words; None: too much of it."""
    are_same: bool
    others: list[str]
    """Ids of more that it was sent again with."""


def read(request: HttpRequest, captured: Captured) -> AgainPanel:
    first, second, others = _pair(captured)
    sides = [
        Side(label, Row(each.request), each.request)
        for label, each in (("First", first), ("Sent again", second))
        if each is not None
    ]
    texts = [words(each.answered) for each in (first, second) if each is not None]
    lines = None
    if len(texts) == 2 and texts[0] != texts[1]:
        lines = difference(texts[0].encode(), texts[1].encode())
    return AgainPanel(
        sides=sides,
        lines=lines,
        are_same=len(texts) == 2 and texts[0] == texts[1],
        others=others,
    )


def _pair(captured: Captured) -> tuple[Captured | None, Captured | None, list[str]]:
    if captured.request.resend_of:
        return _named(captured.request.resend_of), captured, []
    newest, *more = captured.again
    return captured, _named(newest), [str(each) for each in more]


def _named(uid: object) -> Captured | None:
    rows = CapturedRequest.objects.select_related("detail")
    row = rows.filter(uid=uid).first()
    return Captured(row) if row else None
