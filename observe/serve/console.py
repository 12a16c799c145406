"""The line that `weir serve` prints for each finished request.

    12:03:44 3fa92c1d POST /v1/responses → https://… gpt-5 200 1.2 s 1,204+312 tokens …

Called by the recorder, which alone knows tokens and cost.
"""

from __future__ import annotations

from typing import TextIO

from django.utils.timezone import localtime

from observe.colour import DIM, GREEN, OFF, RED, YELLOW, has_colour
from observe.formats import duration, usd
from observe.printable import one_line
from runs.record import ExchangeRecord, Outcome


class RequestLines:
    """Writes lines to a stream; in colour on a terminal."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._colour = has_colour(out)

    def __call__(self, record: ExchangeRecord) -> None:
        try:
            self._out.write(self._line(record) + "\n")
            self._out.flush()
        except (OSError, ValueError):
            pass  # nobody reads the console any more; recording goes on

    def _line(self, record: ExchangeRecord) -> str:
        at = localtime(record.started_at).strftime("%H:%M:%S")
        model = record.response_model or record.model
        return " ".join(
            part
            for part in (
                self._paint(DIM, f"{at} {record.uid.hex[-8:]}"),
                one_line(record.method),
                one_line(record.path),
                "→",
                one_line(record.upstream_url) or "(nowhere)",
                one_line(model),
                self._status(record),
                "" if record.duration_ms is None else duration(record.duration_ms),
                _tokens(record),
                _cost(record),
            )
            if part
        )

    def _status(self, record: ExchangeRecord) -> str:
        text = str(record.status or "–")
        if record.outcome is not Outcome.COMPLETED:
            text += f" {record.outcome.value.replace('_', ' ')}"
        if record.is_success:
            return self._paint(GREEN, text)
        server_side = record.status is None or record.status >= 500
        return self._paint(RED if server_side else YELLOW, text)

    def _paint(self, colour: str, text: str) -> str:
        return f"{colour}{text}{OFF}" if self._colour else text


def _tokens(record: ExchangeRecord) -> str:
    usage = record.usage
    if not usage.is_reported:
        return ""
    return f"{usage.total_input or 0:,}+{usage.output or 0:,} tokens"


def _cost(record: ExchangeRecord) -> str:
    if record.quote is None:
        return ""
    if record.quote.cost_usd is None:
        return "cost unknown"
    return usd(record.quote.cost_usd)
