"""LiteLLM's spend logs: the table `LiteLLM_SpendLogs`, or its rows as JSON or CSV.

Columns as in `schema.prisma` of litellm-proxy-extras 0.4.110. Times are UTC. Its
`prompt_tokens` hold what was read from and written to a cache, at every provider; the
provider's own counts are in `metadata.usage_object`. Bodies are there where
`store_prompts_in_spend_logs` was on, in the shape of the client's call.
"""

from __future__ import annotations

from collections.abc import Iterator

from pricing.usage import Usage
from runs.detail import Told
from runs.importers.base import BadRow, Imported, Importer
from runs.importers.counts import buckets, of_openai
from runs.importers.fields import Fields, milliseconds, written
from runs.record import Outcome

PATHS = {
    "completion": "/v1/chat/completions",
    "text_completion": "/v1/completions",
    "embedding": "/v1/embeddings",
    "responses": "/v1/responses",
    "anthropic_messages": "/v1/messages",
    "image_generation": "/v1/images/generations",
    "speech": "/v1/audio/speech",
    "transcription": "/v1/audio/transcriptions",
    "moderation": "/v1/moderations",
    "rerank": "/v1/rerank",
}
"""Kind of call → the path that a client calls for it; `a…` is the same, awaited."""


def claims(row: Fields) -> bool:
    return row.has("request_id", "call_type", "spend", "startTime")


def read(row: Fields) -> Iterator[Imported]:
    begun, ended = row.when("startTime"), row.when("endTime")
    if begun is None:
        raise BadRow("It has no startTime.")
    about = row.inner("metadata")
    failed = row.text("status") == "failure" or about.text("status") == "failure"
    trouble = about.inner("error_information")
    took = milliseconds(begun, ended)
    path = _path(row)
    yield Imported(
        id=row.text("request_id"),
        started_at=begun,
        url=_address(row.text("api_base"), path),
        path=path,
        request=_request(row),
        response=_response(row),
        status=_status(trouble) if failed else 200,
        outcome=_outcome(failed, trouble),
        error=trouble.text("error_message") if failed else "",
        error_code=trouble.text("error_class") if failed else "",
        duration_ms=took,
        provider=row.text("custom_llm_provider"),
        route=row.text("model_group"),
        upstream_model=row.text("model").removeprefix(
            f"{row.text('custom_llm_provider')}/"
        ),
        client_ip=row.text("requester_ip_address")
        or about.text("requester_ip_address"),
        told=Told(
            id=row.text("request_id"),
            model=row.text("model_group", "model"),
            session=row.text("session_id"),
            tokens={} if failed else buckets(_usage(row, about)),
            cost_usd=row.money("spend"),
            ttft_ms=_ttft(row, took),
            is_free=row.flag("cache_hit") is True,
            is_timed=took is not None,
        ),
    )


def _path(row: Fields) -> str:
    kind = row.text("call_type")
    if kind.startswith("/"):
        return kind.partition("?")[0]
    return PATHS.get(kind.removeprefix("a"), PATHS.get(kind, f"/v1/{kind or 'call'}"))


def _address(base: str, path: str) -> str:
    """As it is told, though the call there may be in another dialect."""
    if not base.startswith(("http://", "https://")):
        return path
    return base.rstrip("/") + ("" if base.rstrip("/").endswith(path) else path)


def _usage(row: Fields, about: Fields) -> Usage:
    told = about.inner("usage_object", "additional_usage_values")
    counts = {
        "prompt_tokens": row.count("prompt_tokens"),
        "completion_tokens": row.count("completion_tokens"),
    }
    return of_openai(Fields({**told.values, **counts}))


def _ttft(row: Fields, took: float | None) -> float | None:
    """Of a stream; of other answers LiteLLM writes the end there."""
    first = milliseconds(row.when("startTime"), row.when("completionStartTime"))
    return None if first is None or took is None or first >= took else first


def _request(row: Fields) -> bytes:
    body = row.json("proxy_server_request")
    if isinstance(body, dict) and body:
        inner = body.get("body")
        return written(inner if isinstance(inner, dict) else body)
    messages = row.json("messages")
    if isinstance(messages, list) and messages:
        model = row.text("model_group", "model")
        return written({"model": model, "messages": messages})
    return b""


def _response(row: Fields) -> bytes:
    body = row.json("response")
    return written(body) if isinstance(body, dict | list) and body else b""


def _status(trouble: Fields) -> int | None:
    code = trouble.count("error_code")
    return code if code and 100 <= code <= 599 else None


def _outcome(failed: bool, trouble: Fields) -> Outcome:
    if not failed or _status(trouble):
        return Outcome.COMPLETED
    is_late = "timeout" in trouble.text("error_class").lower()
    return Outcome.TIMED_OUT if is_late else Outcome.UPSTREAM_ERROR


IMPORTER = Importer(
    name="litellm",
    about="LiteLLM spend logs: JSON, CSV, or its PostgreSQL database by its address",
    claims=claims,
    read=read,
    tables={
        "LiteLLM_SpendLogs": 'SELECT * FROM "LiteLLM_SpendLogs" ORDER BY "startTime"'
    },
)
