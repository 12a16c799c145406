"""One captured request as a row of the list: words, kinds and a small time bar.

Used by the list page, the live consumer and the header of the request page, so that
all three say the same thing the same way.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from observe.formats import usd_told
from observe.pages.together import Together
from observe.rendering.found import Excerpt
from observe.rendering.template_context import TemplateContext, draw
from runs.models import CapturedRequest
from runs.record import Outcome, Purpose

BAR_WIDTH = 76
_FASTEST_MS, _SLOWEST_MS = 10.0, 300_000.0


@dataclass(frozen=True, slots=True)
class Status:
    """`kind` picks colour and icon, `label` is always there beside the colour."""

    label: str
    kind: str
    icon: str
    title: str


BROKEN = {
    Outcome.UPSTREAM_ERROR: ("no answer", "bad", "bad", "The provider didn't answer."),
    Outcome.TIMED_OUT: ("timeout", "bad", "bad", "The provider took too long."),
    Outcome.CLIENT_GONE: ("gone", "warn", "gone", "The client left before the end."),
    Outcome.INTERRUPTED: ("broken", "bad", "bad", "The provider broke off mid-answer."),
}


def status_of(request: CapturedRequest) -> Status:
    """The one word for how a request stands."""
    if request.outcome == Outcome.PENDING:
        return Status("pending", "pending", "pending", "Still running.")
    if request.outcome in BROKEN:
        label, kind, icon, title = BROKEN[Outcome(request.outcome)]
        code = f" Status {request.status}." if request.status else ""
        return Status(label, kind, icon, title + code)
    return _answered(request.status or 0, request.is_success)


def _answered(code: int, success: bool | None) -> Status:
    if code >= 500:
        return Status(str(code), "bad", "bad", "Server error")
    if code >= 400:
        return Status(str(code), "warn", "warn", "Refused: client error")
    if code >= 300:
        return Status(str(code), "info", "info", "Redirect or not modified")
    if success is False:
        return Status(str(code), "bad", "error", "Answered, but not a success")
    return Status(str(code), "ok", "ok", "Success")


@dataclass(frozen=True, slots=True)
class Signal:
    icon: str
    title: str


@dataclass(frozen=True, slots=True)
class Bar:
    """Waiting and answering as parts of a bar; its length is logarithmic."""

    wait: float
    flow: float

    @property
    def total(self) -> float:
        return round(self.wait + self.flow, 1)


@dataclass(frozen=True)
class Row:
    """What `templates/requests/_row.html` draws."""

    request: CapturedRequest
    query: str = ""
    """The filter of the list that it stands in; its page goes on within it."""
    excerpt: Excerpt | None = None
    """Where it says what the list was searched for."""
    together: Together | None = None
    """What its conversation came to, while a column tells it."""

    @property
    def address(self) -> str:
        page = self.request.get_absolute_url()
        return f"{page}?{self.query}" if self.query else page

    @cached_property
    def status(self) -> Status:
        return status_of(self.request)

    @property
    def is_pending(self) -> bool:
        return self.request.outcome == Outcome.PENDING

    @property
    def input_tokens(self) -> int | None:
        """Every input token, cached or not."""
        return self.request.usage.total_input

    @property
    def cost_told(self) -> str:
        """The exact cost, or why there is none."""
        if self.request.cost_usd is not None:
            return usd_told(self.request.cost_usd)
        if self.is_pending:
            return "Known when it has finished"
        if self.request.is_unpriced:
            return "Cost unknown: no usage or no price"
        return "Not billed"

    @property
    def answered_by(self) -> str:
        """The model that answered, where it isn't the one asked for."""
        request = self.request
        answered = request.response_model or request.upstream_model
        return "" if _same_model(request.model, answered) else answered

    @property
    def beside(self) -> str:
        """What the call is for, where it is not the work itself."""
        purpose = self.request.purpose or Purpose.MAIN
        return "" if purpose == Purpose.MAIN else purpose

    @property
    def purpose_told(self) -> str:
        return f"{self.beside}: " if self.beside else ""

    @cached_property
    def bar(self) -> Bar | None:
        total = self.request.duration_ms
        if total is None:
            return None
        return bar_of(total, self.request.first_byte_ms)

    @cached_property
    def signals(self) -> tuple[Signal, ...]:
        return tuple(_signals(self.request))


def _same_model(asked: str, answered: str) -> bool:
    """Dated snapshots of the model asked for (`gpt-5` → `gpt-5-2026-01-02`) count."""
    return not answered or answered == asked or answered.startswith(f"{asked}-20")


def bar_of(total_ms: float, first_byte_ms: float | None) -> Bar:
    """10 ms is a dot, 5 minutes the full width; the same for every row."""
    low, high = math.log(_FASTEST_MS), math.log(_SLOWEST_MS)
    place = (math.log(max(total_ms, _FASTEST_MS)) - low) / (high - low)
    length = 2 + min(place, 1) * (BAR_WIDTH - 2)
    share = min((first_byte_ms or 0) / total_ms, 1) if total_ms > 0 else 0
    return Bar(round(length * share, 1), round(length * (1 - share), 1))


def _signals(request: CapturedRequest) -> Iterable[Signal]:
    if request.is_stream:
        yield Signal("stream", "Streamed answer")
    if request.tool_call_count:
        calls = request.tool_call_count
        yield Signal("tools", f"{calls} tool call{'s' if calls > 1 else ''}")
    if request.image_count:
        images = request.image_count
        yield Signal("images", f"{images} image{'s' if images > 1 else ''}")
    if request.error:
        yield Signal("error", f"Error: {request.error}")
    if request.is_other_model:
        yield Signal("swap", f"Another model answered: {request.response_model}")
    if request.is_other_tier:
        yield Signal("swap", "Served in another tier, or at another speed, than asked")
    if request.is_failover:
        yield Signal("split", "It failed and was tried elsewhere, or is that attempt")
    if request.has_secrets:
        yield Signal("key", "Keys stand in its bodies")
    if request.is_cut:
        yield Signal("cut", "A captured body is cut at the capture limit")


@dataclass(frozen=True, slots=True, kw_only=True)
class RowPart(TemplateContext):
    template: ClassVar[str] = "requests/_row.html"

    row: Row


def render_row(
    request: CapturedRequest, query: str = "", together: Together | None = None
) -> str:
    """The `<tr>` of one request; needs the viewer's time zone to be active."""
    return draw(RowPart(row=Row(request, query, together=together)))
