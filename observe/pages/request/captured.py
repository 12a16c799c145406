"""A captured request with its bodies, read when a tab first needs them.

Between `observe/pages/request/view.py` and the storage of the `runs` room.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from observe.rendering import Subject
from proxy.wire import format_for, format_named
from proxy.wire.base import WireFormat
from proxy.wire.charset import as_utf8
from runs import bodies as stored_bodies
from runs.decoding import decode_text
from runs.detail import Detail
from runs.filters.orders import Order
from runs.filters.request_filter import RequestFilter
from runs.models import Body, CapturedRequest, RequestDetail
from runs.record import Side


@dataclass(frozen=True)
class Captured:
    """What the tabs of a request's page read."""

    request: CapturedRequest

    @cached_property
    def detail(self) -> Detail:
        """Empty while the request has no detail yet."""
        try:
            return self.request.detail.facts
        except RequestDetail.DoesNotExist:
            return Detail()

    @cached_property
    def again(self) -> list[UUID]:
        """Requests that it was sent again with, the newest first."""
        return self.request.resent_as()

    @cached_property
    def bodies(self) -> dict[str, Body]:
        """Sizes and types of the bodies, without their bytes."""
        found = Body.objects.filter(request=self.request).defer("data")
        return {body.side: body for body in found}

    @cached_property
    def wire(self) -> WireFormat:
        """As recorded; a pending request's is told by the path it was called with."""
        if self.request.wire_format:
            return format_named(self.request.wire_format)
        return format_for(self.request.method, self.request.path)

    def has(self, side: Side) -> bool:
        return side in self.bodies

    def raw(self, side: Side) -> bytes:
        """The captured bytes, content encoding included."""
        body = self.bodies.get(side)
        return stored_bodies.read(body) if body else b""

    @cached_property
    def asked(self) -> Subject:
        return self._subject(Side.REQUEST)

    @cached_property
    def answered(self) -> Subject:
        return self._subject(Side.RESPONSE)

    def subject(self, side: Side) -> Subject:
        return {Side.REQUEST: self.asked, Side.RESPONSE: self.answered}.get(
            side
        ) or self._subject(side)

    def _subject(self, side: Side) -> Subject:
        body = self.bodies.get(side)
        encoding = body.content_encoding if body else ""
        data = self.raw(side)
        is_request = side in (Side.REQUEST, Side.SENT)
        content_type = body.content_type if body else ""
        plain, note = decode_text(data, encoding, content_type)
        text = as_utf8(plain, content_type)
        return Subject(
            data=text,
            note=note or "",
            content_type=content_type,
            side=Side.REQUEST if is_request else Side.RESPONSE,
            wire=self.wire,
            status=self.request.status or 200,
            chunk_times=b"" if is_request else self.detail.chunk_times,
            is_encoded=bool(encoding) or text is not plain,
        )

    def neighbours(
        self, chosen: RequestFilter, order: Order
    ) -> tuple[CapturedRequest | None, CapturedRequest | None]:
        """Those above and below it in the list that it was opened from."""
        # Their addresses are all that is shown of them.
        rows = chosen.apply(CapturedRequest.objects.only("uid"))
        own = self.request.pk
        above = rows.listed(order, before=own, size=1).rows
        below = rows.listed(order, after=own, size=1).rows
        return next(iter(above), None), next(iter(below), None)
