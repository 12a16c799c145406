"""The request and response tabs: the client's side of a body, in one of its views.

Where the provider's side differs, the difference stands above. Called by
`observe/pages/request/view.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from django.http import HttpRequest

from observe import rendering
from observe.pages.request.captured import Captured
from observe.rendering.base import Renderer
from observe.rendering.difference import Line, difference
from observe.rendering.template_context import TemplateContext
from runs.detail import FixReport
from runs.models import Body
from runs.record import Side


@dataclass(frozen=True, slots=True, kw_only=True)
class FarBody:
    """The same body on the provider's side."""

    body: Body
    where: str
    difference: list[Line] | None
    """None when too much differs to show."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyPanel(TemplateContext):
    template: ClassVar[str] = "request/_body.html"

    side: str
    body: Body | None
    fixes: list[FixReport]
    """What was done to it on the way."""
    views: list[Renderer]
    rendered: rendering.Rendered
    far: FarBody | None
    """None where it is the same, byte by byte."""


def read_request(request: HttpRequest, captured: Captured) -> BodyPanel:
    far = _far(captured, Side.REQUEST, Side.SENT, "sent to the provider")
    return _panel(request, captured, Side.REQUEST, far)


def read_response(request: HttpRequest, captured: Captured) -> BodyPanel:
    far = _far(captured, Side.RECEIVED, Side.RESPONSE, "received")
    return _panel(request, captured, Side.RESPONSE, far)


def _panel(
    request: HttpRequest, captured: Captured, side: Side, far: FarBody | None
) -> BodyPanel:
    subject = captured.subject(side)
    return BodyPanel(
        side=side.value,
        body=captured.bodies.get(side),
        fixes=captured.detail.fixes if side is Side.RESPONSE else [],
        views=rendering.choices(subject),
        rendered=rendering.render(subject, request.GET.get("as", "")),
        far=far,
    )


def _far(captured: Captured, before: Side, after: Side, where: str) -> FarBody | None:
    """`before` and `after` in the order in which they went; one is the provider's."""
    far = after if after is Side.SENT else before
    if not captured.has(far):
        return None
    lines = difference(captured.subject(before).data, captured.subject(after).data)
    return FarBody(body=captured.bodies[far], where=where, difference=lines)
