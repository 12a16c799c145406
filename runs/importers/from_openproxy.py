"""openproxy's table `llm_proxy`, in its PostgreSQL database or as JSON or CSV.

Columns as in its README and `proxy.ts` (praveentcom/openproxy). `timestamp` is when an
answer was over. Of a stream it keeps the first 5,000 characters and the usage, in an
object of its own: the text is kept here as a cut answer, and the counts are believed.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256

from pricing.usage import Usage
from runs.detail import Told
from runs.importers.base import BadRow, Imported, Importer
from runs.importers.counts import beside, buckets, inclusive, of_openai
from runs.importers.fields import Fields, written

CUT = "openproxy kept only the beginning of this stream."


def claims(row: Fields) -> bool:
    return row.has("request_path", "provider_url", "response_time", "total_cost")


def read(row: Fields) -> Iterator[Imported]:
    ended, took = row.when("timestamp"), row.duration_ms("response_time")
    if ended is None:
        raise BadRow("It has no timestamp.")
    try:
        begun = ended - timedelta(milliseconds=took or 0)
    except OverflowError:
        raise BadRow(f"Its time is {ended}.") from None
    answer = row.inner("response_body")
    is_cut = answer.flag("streamed") is True
    body = answer.body("preview") if is_cut else row.body("response_body")
    provider = row.text("provider")
    url = row.text("provider_url").rstrip("/") + row.text("request_path")
    told_id = row.text("request_id") or sha256(written(str(row.values))).hexdigest()
    yield Imported(
        id=told_id,
        started_at=begun,
        url=url,
        method=row.text("request_method") or "POST",
        path=f"/{provider}{row.text('request_path')}" if provider else "",
        request=row.body("request_body"),
        response=body,
        response_type="text/event-stream" if is_cut else "application/json",
        response_size=row.count("response_size") if is_cut else None,
        status=row.count("response_status"),
        duration_ms=took,
        client_ip=row.text("client_ip").partition("/")[0],
        user_agent=row.text("user_agent"),
        told=Told(
            id=told_id,
            model=row.text("model"),
            tokens=buckets(_usage(row, answer, provider)),
            cost_usd=row.money("total_cost"),
            is_stream=row.flag("stream"),
            is_timed=took is not None,
        ),
        notes=(CUT,) if is_cut else (),
    )


def _usage(row: Fields, answer: Fields, provider: str) -> Usage:
    told = answer.inner("usage")
    if provider != "anthropic":
        if told.values:
            return of_openai(told)
        return inclusive(
            row.count("prompt_tokens"),
            row.count("completion_tokens"),
            read=row.count("cached_tokens"),
        )
    return beside(
        row.count("prompt_tokens"),
        row.count("completion_tokens"),
        told.count("cache_read_input_tokens"),
        told.count("cache_creation_input_tokens"),
    )


IMPORTER = Importer(
    name="openproxy",
    about="openproxy's table: its PostgreSQL database by its address, JSON or CSV",
    claims=claims,
    read=read,
    tables={"llm_proxy": "SELECT * FROM llm_proxy ORDER BY timestamp"},
)
