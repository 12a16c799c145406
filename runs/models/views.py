"""Views for other programs: names that stay, whatever becomes of the tables.

Grafana's boards and people's SQL read them (docs/experiments.md tells each column).
`runs/apps.py` takes them away before a migration, which may rebuild a table below them,
and puts them back behind the last one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from runs.models.rollup import COST_SQL

READER = "weir_reader"
"""A role of PostgreSQL that may read the views and nothing else, where there is one."""
_WRITERS = 0x7765_6973
"""PostgreSQL's advisory lock: of two hosts that start at once, one makes the views."""


@dataclass(frozen=True, slots=True)
class _Spelling:
    """What the two databases say differently."""

    uid: str
    word: str
    money: str


_SPELLINGS = {
    "sqlite": _Spelling(
        uid="substr({0}, 1, 8) || '-' || substr({0}, 9, 4) || '-' || substr({0}, 13, 4)"
        " || '-' || substr({0}, 17, 4) || '-' || substr({0}, 21)",
        word="json_extract({}, '$.{}')",
        money="CAST({} AS REAL)",
    ),
    "postgresql": _Spelling(
        uid="CAST({} AS text)",
        word="({} ->> '{}')",
        money="CAST({} AS double precision)",
    ),
}

_SESSIONS = """
SELECT {run_uid} AS session, run.name AS name,
  experiment.name AS experiment, substr(experiment.digest, 1, 8) AS experiment_version,
  variant.name AS variant, {model} AS model, harness.name AS harness,
  provider.name AS provider, task_card.name AS task_card, session.repeat AS repeat,
  session.status AS status, session.label AS label, session.operator AS operator,
  session.harness_version AS harness_version, {branch} AS git_branch,
  {commit} AS git_commit, run.started_at AS started_at, run.ended_at AS ended_at,
  CASE WHEN session.status = 'failed' THEN 0
    WHEN judged.verdicts > 0 AND judged.failed = 0 THEN 1
    WHEN judged.verdicts > 0 THEN 0 END AS passed,
  coalesce(figures.requests, 0) AS requests, coalesce(figures.errors, 0) AS errors,
  figures.input_tokens AS input_tokens, figures.cache_read_tokens AS cache_read_tokens,
  figures.cache_write_tokens AS cache_write_tokens,
  figures.output_tokens AS output_tokens,
  figures.reasoning_tokens AS reasoning_tokens,
  CASE WHEN coalesce(figures.unpriced, 0) = 0
    THEN coalesce(figures.cost_usd, 0) END AS cost_usd,
  coalesce(figures.unpriced, 0) AS unpriced_requests,
  figures.duration_ms AS request_duration_ms
FROM runs_session AS session
JOIN runs_run AS run ON run.id = session.run_id
JOIN runs_definition AS experiment ON experiment.id = session.experiment_id
JOIN runs_definition AS variant ON variant.id = session.variant_id
JOIN runs_definition AS task_card ON task_card.id = session.task_card_id
JOIN runs_definition AS harness ON harness.id = session.harness_id
JOIN runs_definition AS provider ON provider.id = session.provider_id
LEFT JOIN (
  SELECT session_id, count(passed) AS verdicts,
    sum(CASE WHEN NOT passed THEN 1 ELSE 0 END) AS failed
  FROM runs_score GROUP BY session_id
) AS judged ON judged.session_id = session.id
LEFT JOIN (
  SELECT run, sum(requests) AS requests,
    sum(CASE WHEN outcome <> 'success' THEN requests ELSE 0 END) AS errors,
    sum(input) AS input_tokens, sum(cache_read) AS cache_read_tokens,
    sum(cache_write_5m + cache_write_1h) AS cache_write_tokens,
    sum(output) AS output_tokens, sum(reasoning) AS reasoning_tokens,
    {cost} AS cost_usd, sum(unpriced) AS unpriced,
    {took} / 1e3 / sum(requests) AS duration_ms
  FROM runs_rollup WHERE step_s = 3600 AND run > 0 GROUP BY run
) AS figures ON figures.run = run.id
"""
_SCORES = """
SELECT {run_uid} AS session, score.name AS name, score.value AS value,
  CASE WHEN score.passed THEN 1 WHEN NOT score.passed THEN 0 END AS passed,
  score.source AS source, score.at AS scored_at
FROM runs_score AS score
JOIN runs_session AS session ON session.id = score.session_id
JOIN runs_run AS run ON run.id = session.run_id
"""
_REQUESTS = """
SELECT {request_uid} AS request, request.started_at AS started_at,
  {run_uid} AS run, run.name AS run_name, experiment.name AS experiment,
  variant.name AS variant, task_card.name AS task_card, session.repeat AS repeat,
  request.provider AS provider, request.route AS route, request.model AS model,
  request.response_model AS model_served, request.operation AS operation,
  request.outcome AS outcome, request.status AS status,
  CASE WHEN request.is_success THEN 1 ELSE 0 END AS success,
  CASE WHEN request.is_stream THEN 1 ELSE 0 END AS stream,
  request.error_code AS error_code, request.duration_ms AS duration_ms,
  request.ttft_ms AS ttft_ms, request.ttfo_ms AS ttfo_ms,
  request.output_tokens_per_s AS output_tokens_per_s,
  request.overhead_ms AS overhead_ms, request.input_tokens AS input_tokens,
  request.cache_read_tokens AS cache_read_tokens,
  request.cache_write_5m_tokens AS cache_write_5m_tokens,
  request.cache_write_1h_tokens AS cache_write_1h_tokens,
  request.output_tokens AS output_tokens, request.reasoning_tokens AS reasoning_tokens,
  {request_cost} AS cost_usd,
  CASE WHEN request.is_unpriced THEN 1 ELSE 0 END AS unpriced,
  request.tool_call_count AS tool_calls
FROM runs_capturedrequest AS request
LEFT JOIN runs_run AS run ON run.id = request.run_id
LEFT JOIN runs_session AS session ON session.run_id = run.id
LEFT JOIN runs_definition AS experiment ON experiment.id = session.experiment_id
LEFT JOIN runs_definition AS variant ON variant.id = session.variant_id
LEFT JOIN runs_definition AS task_card ON task_card.id = session.task_card_id
WHERE request.outcome <> 'pending'
"""
VIEWS = {
    "weir_sessions": _SESSIONS,
    "weir_scores": _SCORES,
    "weir_requests": _REQUESTS,
}


def install(connection: BaseDatabaseWrapper) -> None:
    """Makes what is missing or says something else."""
    wanted = _wanted(connection.vendor)
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_WRITERS])
        if _there(connection) == {name: _mark(sql) for name, sql in wanted.items()}:
            return
        drop(connection)
        for name, sql in wanted.items():
            cursor.execute(f"CREATE VIEW {name} AS {sql}")
        if connection.vendor == "postgresql":
            for statement in _told_to_postgres(connection, wanted):
                cursor.execute(statement)


def drop(connection: BaseDatabaseWrapper) -> None:
    with connection.cursor() as cursor:
        for name in VIEWS:
            cursor.execute(f"DROP VIEW IF EXISTS {name}")


def _wanted(vendor: str) -> dict[str, str]:
    say = _SPELLINGS[vendor]
    parts = {
        "run_uid": say.uid.format("run.uid"),
        "request_uid": say.uid.format("request.uid"),
        "model": say.word.format("variant.content", "model"),
        "branch": say.word.format("session.git", "branch"),
        "commit": say.word.format("session.git", "commit"),
        "cost": say.money.format(COST_SQL),
        "took": say.money.format("sum(duration_us)"),
        "request_cost": say.money.format("request.cost_usd"),
    }
    return {name: sql.format(**parts).strip() for name, sql in VIEWS.items()}


def _there(connection: BaseDatabaseWrapper) -> dict[str, str]:
    """The views that there are, and what marks their text."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT relname, obj_description(oid, 'pg_class') FROM pg_class"
                " WHERE relkind = 'v' AND pg_table_is_visible(oid)"
            )
            told = {name: mark or "" for name, mark in cursor.fetchall()}
        else:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'view'")
            told = {n: _mark(s.partition(" AS ")[2]) for n, s in cursor.fetchall()}
    return {name: mark for name, mark in told.items() if name in VIEWS}


def _mark(sql: str) -> str:
    return f"Weir's; see docs/experiments.md. {sha256(sql.encode()).hexdigest()[:16]}"


def _told_to_postgres(
    connection: BaseDatabaseWrapper, wanted: dict[str, str]
) -> Iterator[str]:
    for name, sql in wanted.items():
        told = _mark(sql).replace("'", "''")
        yield f"COMMENT ON VIEW {name} IS '{told}'"
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [READER])
        if cursor.fetchone():
            yield f"GRANT SELECT ON {', '.join(wanted)} TO {READER}"
