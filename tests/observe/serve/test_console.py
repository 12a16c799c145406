"""The line printed for each finished request."""

from __future__ import annotations

import io
from decimal import Decimal

from observe.serve.console import RequestLines
from pricing.quote import Quote
from pricing.usage import Usage
from runs.record import Outcome
from tests import make


def line(**fields: object) -> str:
    out = io.StringIO()
    RequestLines(out)(make.record(**fields))
    return out.getvalue()


def test_a_line_says_what_where_how_long_how_much() -> None:
    printed = line(
        method="POST",
        path="/v1/chat/completions",
        upstream_url="https://api.openai.com/v1/chat/completions",
        response_model="gpt-5",
        status=200,
        is_success=True,
        duration_ms=1234.0,
        usage=Usage(input=1000, cache_read=204, output=312),
        quote=Quote(status="priced", cost_usd=Decimal("0.0061")),
    )
    assert "POST /v1/chat/completions → https://api.openai.com/v1/chat" in printed
    assert "gpt-5 200 1.23 s 1,204+312 tokens $0.00610" in printed
    assert printed.count("\n") == 1


def test_an_unknown_price_is_said_and_never_zero() -> None:
    printed = line(quote=Quote(status="no_price", cost_usd=None))
    assert "cost unknown" in printed
    assert "$" not in printed


def test_what_went_wrong_is_said() -> None:
    printed = line(outcome=Outcome.TIMED_OUT, status=504, is_success=False)
    assert "504 timed out" in printed


def test_a_console_that_is_gone_stops_nothing() -> None:
    out = io.StringIO()
    lines = RequestLines(out)
    out.close()
    lines(make.record())
