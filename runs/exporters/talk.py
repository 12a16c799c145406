"""What was said in a request and its answer, for formats that tell it as a talk."""

from __future__ import annotations

from collections.abc import Sequence

from runs.bodies.dialects import Spoken, reader
from runs.exporters.base import Exchange
from runs.record import Side


def spoken(exchange: Exchange, side: Side) -> Sequence[Spoken]:
    """Nothing where the body isn't there, or nobody understands it."""
    text = exchange.text(side)
    read = reader()
    if text is None or text.is_base64 or read is None:
        return ()
    row = exchange.row
    try:
        return read(
            row.wire_format,
            side,
            text.data,
            row.status or 0,
            exchange.content_type(side),
        )
    except Exception:  # a defect of a dialect's reader costs its words alone
        return ()
