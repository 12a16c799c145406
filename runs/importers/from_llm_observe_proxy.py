"""llm-observe-proxy's SQLite database: its table `request_records`.

Columns as in the models of llm-observe-proxy 0.7.0. Bodies are exact; its task runs
become runs. Times are UTC, though SQLite keeps no zone.
"""

from __future__ import annotations

from collections.abc import Iterator

from runs.detail import Told
from runs.importers.base import BadRow, Imported, Importer
from runs.importers.counts import buckets, inclusive
from runs.importers.fields import Fields
from runs.record import HeaderPairs, Outcome


def claims(row: Fields) -> bool:
    return row.has("request_headers_json", "upstream_url", "billing_total_cost_usd")


def read(row: Fields) -> Iterator[Imported]:
    begun = row.when("created_at")
    if begun is None:
        raise BadRow("It has no created_at.")
    status = row.count("response_status")
    headers = _headers(row, "request_headers_json")
    answered = _headers(row, "response_headers_json")
    is_over = row.any("completed_at") is not None or status is not None
    raw = row.any("upstream_response_body_raw")
    query = row.text("query_string")
    yield Imported(
        # Ids of two databases are the same: the time tells them apart.
        id=f"{row.text('id')}@{begun.isoformat()}",
        started_at=begun,
        url=row.text("upstream_url"),
        method=row.text("method") or "POST",
        path=row.text("path") + (f"?{query}" if query else ""),
        request_headers=headers,
        response_headers=answered,
        request=row.body("request_body"),
        response=row.body("response_body"),
        request_type=row.text("request_content_type"),
        response_type=row.text("response_content_type"),
        received=bytes(raw) if isinstance(raw, bytes) else None,
        status=status,
        outcome=_outcome(row, status, is_over=is_over),
        error=row.text("error") if status is None else "",
        duration_ms=row.duration_ms("duration_ms"),
        provider=row.text("billing_provider_slug"),
        route=row.text("model_route"),
        upstream_model=row.text("upstream_model"),
        user_agent=dict(headers).get("user-agent", ""),
        run=row.text("run_name"),
        told=Told(
            id=row.text("id"),
            model=row.text("model"),
            tokens=buckets(
                inclusive(
                    row.count("billing_input_tokens"),
                    row.count("billing_output_tokens"),
                    read=row.count("billing_cached_input_tokens"),
                )
            ),
            cost_usd=row.money("billing_total_cost_usd"),
            is_stream=row.flag("is_stream"),
            is_timed=row.duration_ms("duration_ms") is not None,
        ),
    )


def _headers(row: Fields, name: str) -> HeaderPairs:
    told = row.json(name)
    if isinstance(told, dict):
        told = list(told.items())
    pairs = told if isinstance(told, list) else []
    return tuple(
        (str(pair[0]).lower(), str(pair[1]))
        for pair in pairs
        if isinstance(pair, list | tuple) and len(pair) == 2
    )


def _outcome(row: Fields, status: int | None, *, is_over: bool) -> Outcome:
    if not is_over:
        return Outcome.INTERRUPTED  # it was under way when that proxy was stopped
    if status is None or (row.text("error") and status == 502):
        return Outcome.UPSTREAM_ERROR
    return Outcome.COMPLETED


IMPORTER = Importer(
    name="llm-observe-proxy",
    about="llm-observe-proxy's SQLite file",
    claims=claims,
    read=read,
    tables={
        "request_records": "SELECT r.*, t.name AS run_name FROM request_records r"
        " LEFT JOIN task_runs t ON t.id = r.task_run_id ORDER BY r.id"
    },
)
