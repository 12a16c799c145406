"""A few requests with everything that is hard to export, and a call to export them."""

from __future__ import annotations

import gzip
from datetime import timedelta
from typing import Any

from django.utils import timezone

from runs import store
from runs.exporters import Export, exporter
from runs.models import CapturedRequest, Run
from runs.record import ExchangeRecord, Outcome, Side
from tests import make

ODD = '{"text":"line one\\nzwei, \\"quoted\\" 🌊","n":1}'
BINARY = b"\x89PNG\r\n\x00\xff"
EVENTS = 'data: {"delta":"größer"}\n\ndata: [DONE]\n\n'
EVIL = "<script>alert(1)</script>"


def records() -> list[ExchangeRecord]:
    """Text, gzip, binary, a failure, something cut, something pending."""
    packed = make.body(
        gzip.compress(EVENTS.encode()),
        Side.RESPONSE,
        content_type="text/event-stream",
        content_encoding="gzip",
    )
    cut = make.body('{"text":"ü"}'.encode()[:10], size=5000)
    found = [
        make.record(request=ODD, preview='=1+1, "hm"\nnext 🌊', query="a=1&b=%20x"),
        make.record(bodies=(make.body(ODD), packed), is_stream=True),
        make.record(request=BINARY, response=b"", preview=EVIL, model=EVIL),
        make.record(
            outcome=Outcome.UPSTREAM_ERROR,
            status=None,
            is_success=False,
            error="-no route",
            response_headers=(),
            bodies=(make.body(ODD),),
        ),
        make.record(bodies=(cut,), path="/v1/größe/a b", status=599),
        make.pending(make.record()),
    ]
    store.write(found, {})
    return found


def export(format: str, *, content: bool = True, run: Run | None = None) -> bytes:
    chosen = exporter(format)
    assert chosen is not None
    requests: Any = CapturedRequest.objects.all()
    given = Export(requests, title="Two & <three>", content=content, run=run)
    return b"".join(chosen.write(given))


def a_run() -> Run:
    """Every stored request is in it."""
    run = Run.objects.create(
        name="nightly <1>", started_at=timezone.now() - timedelta(hours=1)
    )
    CapturedRequest.objects.update(run=run)
    return run
