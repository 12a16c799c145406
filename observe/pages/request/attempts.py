"""The attempts of one request whose route sends it on when it fails.

Called by `observe/pages/request/view.py`: all of them in order, whichever is looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from observe.pages.request.captured import Captured
from observe.pages.rows import Status, status_of
from runs.models import CapturedRequest

MOST = 8
"""More are never made (proxy/route/failing_over.py)."""


@dataclass(frozen=True, slots=True)
class Attempt:
    number: int
    request: CapturedRequest
    is_shown: bool

    @property
    def status(self) -> Status:
        return status_of(self.request)


@dataclass(frozen=True, slots=True)
class Chain:
    all: tuple[Attempt, ...] = ()

    @property
    def cost_usd(self) -> Decimal | None:
        """Of all together; None where none has one."""
        known = [
            each.request.cost_usd
            for each in self.all
            if each.request.cost_usd is not None
        ]
        return sum(known, Decimal(0)) if known else None


def of(captured: Captured) -> Chain:
    """Empty for a request that was made once, as nearly all are."""
    if not captured.request.is_failover:
        return Chain()
    rows = [captured.request]
    before, after = captured.detail.before, captured.detail.after
    while before and len(rows) < MOST and (found := _read(before)):
        rows.insert(0, found.request)
        before = found.detail.before
    while after and len(rows) < MOST and (found := _read(after)):
        rows.append(found.request)
        after = found.detail.after
    return Chain(
        tuple(
            Attempt(number, row, row.pk == captured.request.pk)
            for number, row in enumerate(rows, 1)
        )
    )


def _read(uid: str) -> Captured | None:
    """None for one that was pruned, or isn't stored yet."""
    row = CapturedRequest.objects.select_related("detail").filter(uid=uid).first()
    return Captured(row) if row else None
