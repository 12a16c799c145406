"""Requests of other products are recorded as if captured: once, masked, and counted."""

from __future__ import annotations

import gzip
import io
import json
import os
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.db.models import Count, Sum

from pricing.usage import Usage
from proxy.models import Provider
from proxy.setup.importing import Brought, steps
from runs import importers, lifecycle, store
from runs.models import CapturedRequest, Conversation, Rollup, Run
from runs.record import Outcome
from tests import make
from tests.pricing.make_price import price_row
from tests.runs.importers import rows

pytestmark = pytest.mark.django_db

CASES = Path("tests/runs/importers/cases")
Requests = CapturedRequest.objects


@pytest.fixture
def price_list() -> None:
    price_row(
        "gpt-5-mini",
        provider="openai",
        input_usd_per_million=Decimal("0.25"),
        cache_read_usd_per_million=Decimal("0.025"),
        output_usd_per_million=Decimal(2),
    )


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    store.restart()
    yield
    store.restart()


def brought(place: Path | str, form: str = "", **options: Any) -> Brought:
    """All steps of an import as one."""
    chosen = importers.importer(form) or importers.detected(str(place))
    total = Brought()
    for step in steps(importers.opened(str(place), chosen), chosen, **options):
        total.added += step.added
        total.there += step.there
        total.skipped += step.skipped
        total.unread += step.unread
    return total


def written(folder: Path, name: str, value: Any) -> Path:
    path = folder / name
    path.write_text(value if isinstance(value, str) else json.dumps(value), "utf-8")
    return path


@pytest.fixture
def observed(tmp_path: Path) -> Path:
    """A file that llm-observe-proxy 0.7.0 itself wrote: five answers and a 500."""
    path = tmp_path / "anything"
    packed = CASES / "llm_observe_proxy.sqlite3.gz"
    path.write_bytes(gzip.decompress(packed.read_bytes()))
    return path


def test_a_file_of_llm_observe_proxy_comes_to_the_same_counts_and_costs(
    observed: Path, price_list: None
) -> None:
    done = brought(observed)
    assert (done.added, done.there, done.unread) == (6, 0, [])
    found = list(Requests.select_related("detail", "run").order_by("started_at"))
    good = [row for row in found if row.is_success]
    assert [row.status for row in found] == [200, 200, 200, 200, 500, 200]
    for row in good:
        usage = (row.input_tokens, row.cache_read_tokens, row.output_tokens)
        assert usage == (1000, 200, 30)
        assert row.cost_usd == row.reported_cost_usd == Decimal("0.000315")
    assert [row.is_stream for row in good] == [False, False, True, False, False]
    assert found[3].has_tool_calls
    assert {row.imported_from for row in found} == {"llm-observe-proxy"}
    assert [row.run.name if row.run else "" for row in found][:3] == [
        "",
        "sums",
        "sums",
    ]
    assert all(row.conversation_id for row in good)
    assert "sk-proj-abc" not in str(found[0].detail.facts.request_headers)
    run = Run.objects.get(name="sums")
    assert (run.source, run.state) == ("import", "ended")
    assert run.started_at == found[1].started_at


def test_the_same_again_adds_nothing_and_figures_over_time_count_it_once(
    observed: Path, price_list: None
) -> None:
    brought(observed)
    again = brought(observed)
    assert (again.added, again.there) == (0, 6)
    hours = Rollup.objects.filter(step_s=3600)
    told = hours.aggregate(
        n=Sum("requests"), out=Sum("output"), read=Sum("cache_read"), usd=Sum("cost")
    )
    stored = Requests.aggregate(
        n=Count("pk"), out=Sum("output_tokens"), read=Sum("cache_read_tokens")
    )
    assert told == {**stored, "usd": 5 * 315_000_000}
    assert stored == {"n": 6, "out": 150, "read": 1000}
    assert Run.objects.count() == 1


def test_a_dry_run_records_nothing(observed: Path) -> None:
    assert brought(observed, writes=False).added == 6
    assert not Requests.exists()
    assert not Run.objects.exists()


def test_spend_logs_of_litellm_are_believed_where_they_keep_no_body(
    tmp_path: Path, price_list: None
) -> None:
    done = brought(written(tmp_path, "spend.json", rows.LITELLM))
    assert (done.added, done.unread) == (4, [])
    plain, cached, failed, full = Requests.order_by("started_at")
    assert (plain.provider, plain.model, plain.upstream_model) == (
        "openai",
        "fast",
        "gpt-5-mini",
    )
    assert (plain.input_tokens, plain.cache_read_tokens) == (1000, 200)
    assert (plain.output_tokens, plain.reasoning_tokens) == (30, 10)
    assert plain.cost_usd == plain.reported_cost_usd == Decimal("0.000315")
    assert (plain.duration_ms, plain.ttft_ms) == (2500, 1000)
    assert plain.is_success
    # One session there, one conversation here.
    assert {plain.conversation_id} == {cached.conversation_id, full.conversation_id}
    # From its own cache: nobody billed it.
    assert cached.cost_usd is None
    assert not cached.is_unpriced
    assert (failed.status, failed.is_success, failed.error) == (429, False, "Slow down")
    assert failed.total_tokens is None
    assert full.preview == "What is two and two?"
    assert full.response_model == "gpt-5-mini-2025-08-07"
    stored = full.bodies.get(side="request")
    assert stored.size > 0


def test_what_was_sent_to_no_host_that_is_known_keeps_its_own_name(
    tmp_path: Path,
) -> None:
    Provider.objects.create(slug="ours", base_url="https://llm.example/v1")
    row = {**rows.LITELLM[0], "api_base": "https://llm.example/v1/"}
    other = {**row, "request_id": "other", "api_base": "", "custom_llm_provider": "x"}
    brought(written(tmp_path, "spend.json", [row, other]))
    found = Requests.order_by("pk").values_list("provider", flat=True)
    assert set(found) == {"ours", "x"}


def test_it_goes_where_it_is_told_and_never_into_the_run_of_its_time(
    tmp_path: Path,
) -> None:
    going_on = lifecycle.start("going on", is_global=True)
    mine = lifecycle.start("mine", is_global=False)
    now = datetime.now(UTC).isoformat()
    row = {**rows.LITELLM[0], "startTime": now, "endTime": now}
    brought(written(tmp_path, "a.json", [row]))
    brought(written(tmp_path, "b.json", [{**row, "request_id": "b"}]), run="mine")
    brought(written(tmp_path, "c.json", [{**row, "request_id": "c"}]), run="new")
    told = Requests.values_list("run__name", flat=True)
    assert set(told) == {None, "mine", "new"}
    assert not going_on.requests.exists()
    assert mine.requests.count() == 1


def test_what_was_told_stands_when_requests_are_read_again(
    tmp_path: Path, price_list: None
) -> None:
    from proxy.journal.masking import Masker
    from proxy.recording.rereading import reread

    brought(written(tmp_path, "spend.json", rows.LITELLM))
    [step] = reread(Requests.all(), Masker("salt"), upto=10**9)
    assert (step.seen, step.unread, step.changes) == (4, 0, {})


@pytest.mark.parametrize("form", list(rows.FILES))
def test_each_format_is_known_by_its_content_and_read_whole(
    form: str, tmp_path: Path, price_list: None
) -> None:
    case = rows.FILES[form]
    path = case.make(tmp_path)
    assert importers.detected(str(path)).name == case.format
    done = brought(path)
    assert (done.added, done.skipped, done.unread) == (case.calls, case.others, [])
    first = Requests.order_by("started_at", "pk").select_related("detail", "run")[0]
    told = {name: getattr(first, name) for name in case.first}
    assert told == case.first
    assert first.imported_from == case.format
    assert brought(path).there == case.calls


def test_weirs_own_exports_add_nothing_where_they_are_from_and_all_elsewhere(
    tmp_path: Path,
) -> None:
    from runs.exporters import exporter
    from runs.exporters.base import Export

    run = lifecycle.start("exported", is_global=False)
    for number in range(3):
        record = make.record(
            run_name=str(run.uid),
            request=json.dumps({**rows.ASKED, "temperature": number / 10}).encode(),
            response=json.dumps(rows.ANSWERED).encode(),
            usage=Usage(input=1000, cache_read=200, output=30),
        )
        store.write([record], {})
    files = {}
    for form in ("jsonl", "har", "http", "csv"):
        writer = exporter(form)
        assert writer
        files[form] = tmp_path / f"export.{form}"
        export = Export(requests=Requests.all())
        files[form].write_bytes(b"".join(writer.write(export)))
    assert {brought(path).there for path in files.values()} == {3}
    before = {row.uid: row for row in Requests.all()}
    for form, path in files.items():
        Requests.all().delete()
        Conversation.objects.all().delete()
        store.restart()
        done = brought(path)
        assert (form, done.added, done.unread) == (form, 3, [])
        for row in Requests.select_related("run"):
            was = before[row.uid]
            assert (row.total_tokens, row.model, row.provider, row.started_at) == (
                was.total_tokens,
                was.model,
                was.provider,
                was.started_at,
            ), form
            assert row.duration_ms == was.duration_ms
            assert row.is_success, form
            assert row.outcome == Outcome.COMPLETED
            assert row.run
            assert row.run.name == "exported"


ODD: tuple[Any, ...] = (None, [], {}, -1, 1e300, "x" * 5000, "0001-01-01", True)
HOSTILE: dict[str, Any] = {
    "empty": "",
    "no json": "hello, world\nof csv,s\n",
    "deep": "[" * 100_000,
    "broken list": json.dumps(rows.LITELLM[:1])[:-1] + ',{"request_id": ',
    "odd values": [
        {**rows.LITELLM[0], "startTime": value, "request_id": value, "metadata": value}
        for value in ODD
    ],
    "odd counts": [{**rows.LITELLM[0], "prompt_tokens": "NaN", "spend": "1e999"}],
    "half a pair": '[{"request_id":"\\ud800","call_type":"a","spend":1,'
    '"startTime":"2026-01-01","endTime":"2026-01-01","model":"\\u0000x"}]',
    "huge number": [{**rows.LITELLM[0], "completion_tokens": 10**400}],
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_costs_its_rows_and_nothing_else(
    name: str, tmp_path: Path
) -> None:
    path = written(tmp_path, "file", HOSTILE[name])
    done = brought(path, "litellm")
    assert done.added == Requests.count() <= 2
    assert all(each.where and each.reason for each in done.unread)


def test_a_damaged_member_of_an_archive_costs_its_exchange_alone(
    tmp_path: Path,
) -> None:
    names = [f"2026-01-0{day}_00-00-00.000_0123456{day}" for day in (1, 2, 3)]
    asked = (
        b"POST /v1/chat/completions HTTP/1.1\r\n\r\n" + json.dumps(rows.ASKED).encode()
    )
    answered = b"HTTP/1.1 200 OK\r\n\r\n" + json.dumps(rows.ANSWERED).encode()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(f"{name}_request.bin", asked)
            archive.writestr(f"{name}_response.bin", answered)
    data = bytearray(packed.getvalue())
    begin = data.index(f"{names[1]}_request.bin".encode()) + len(names[1]) + 12
    data[begin : begin + 20] = b"\xff" * 20
    path = tmp_path / "messages.zip"
    path.write_bytes(data)
    done = brought(path, "logging-proxy")
    assert (done.added, Requests.count()) == (2, 2)
    [unread] = done.unread
    assert unread.where == f"{names[1]}_request.bin"
    assert unread.reason.startswith("It is damaged")


def test_a_line_of_csv_without_end_is_read_no_further(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A few KiB of gzip may unpack to more than any memory."""
    monkeypatch.setattr("runs.importers.sources.CELL_MOST", 10_000)
    path = tmp_path / "bomb.gz"
    for text in b'request_id,spend\n"' + b"a" * 20_000, b"request_id" + b",a" * 20_000:
        path.write_bytes(gzip.compress(text))
        [told] = brought(path, "litellm").unread
        assert "a line is longer" in told.reason


def test_a_negative_time_beyond_all_bounds_costs_nothing(tmp_path: Path) -> None:
    entries = rows.HAR["log"]["entries"]
    entry = next(each for each in entries if "chat" in each["request"]["url"])
    log = {"log": {"entries": [{**entry, "time": -1e308}]}}
    done = brought(written(tmp_path, "a.har", log), run="odd")
    assert (done.added, done.unread) == (1, [])


@pytest.mark.skipif(
    connection.vendor != "postgresql", reason="needs a PostgreSQL to import from"
)
def test_tables_of_litellm_and_openproxy_are_read_where_they_are(
    price_list: None,
) -> None:
    """In the columns' own types: TIMESTAMP(3) in UTC, JSONB, INET, UUID."""
    address = os.environ["DATABASE_URL"]
    spend = ", ".join(f'"{name}" {LITELLM_TYPES.get(name, "TEXT")}' for name in FIRST)
    proxied = ", ".join(f"{n} {OPENPROXY_TYPES.get(n, 'TEXT')}" for n in OPENPROXY_ROW)
    with psycopg.connect(address, autocommit=True) as server:
        server.execute(f'CREATE TABLE "LiteLLM_SpendLogs" ({spend})'.encode())
        server.execute(f"CREATE TABLE llm_proxy ({proxied})".encode())
        try:
            put_rows(server, '"LiteLLM_SpendLogs"', rows.LITELLM)
            put_rows(server, "llm_proxy", rows.OPENPROXY)
            for form, count in (("litellm", 4), ("openproxy", 2)):
                done = brought(address, form)
                assert (done.added, done.unread) == (count, [])
                assert brought(address, form).there == count
                told = Requests.filter(imported_from=form).order_by("started_at")[0]
                assert (told.input_tokens, told.cache_read_tokens) == (1000, 200)
                assert told.cost_usd == Decimal("0.000315")
        finally:
            server.execute('DROP TABLE "LiteLLM_SpendLogs", llm_proxy')


FIRST, OPENPROXY_ROW = rows.LITELLM[0], rows.OPENPROXY[0]
LITELLM_TYPES = {
    "spend": "DOUBLE PRECISION",
    **dict.fromkeys(("total_tokens", "prompt_tokens", "completion_tokens"), "INTEGER"),
    **dict.fromkeys(("startTime", "endTime", "completionStartTime"), "TIMESTAMP(3)"),
    **dict.fromkeys(("metadata", "request_tags", "messages", "response"), "JSONB"),
    "proxy_server_request": "JSONB",
}
OPENPROXY_TYPES = {
    "timestamp": "TIMESTAMP WITH TIME ZONE",
    **dict.fromkeys(("completion_tokens", "prompt_tokens", "total_tokens"), "INTEGER"),
    **dict.fromkeys(("cached_tokens", "response_time", "response_status"), "INTEGER"),
    **dict.fromkeys(("request_size", "response_size"), "INTEGER"),
    **dict.fromkeys(("request_body", "response_body"), "JSONB"),
    "total_cost": "NUMERIC",
    "client_ip": "INET",
    "stream": "BOOLEAN",
    "request_id": "UUID",
}


def put_rows(
    server: psycopg.Connection[Any], table: str, told: list[dict[str, Any]]
) -> None:
    for row in told:
        values = [
            json.dumps(value) if isinstance(value, dict | list) else value
            for value in row.values()
        ]
        marks = ", ".join(["%s"] * len(values))
        server.execute(f"INSERT INTO {table} VALUES ({marks})".encode(), values)
