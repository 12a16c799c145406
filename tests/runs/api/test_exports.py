"""`/api/runs/{id}/export`, `/api/requests/export`: downloads in every format."""

from __future__ import annotations

import json
import uuid
from urllib.parse import parse_qsl

import pytest
from django.http import StreamingHttpResponse
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from runs import store
from runs.api.streaming import gathered
from runs.exporters import EXPORTERS, Export, exporter
from runs.models import CapturedRequest
from tests import make
from tests.runs.exporters.exported import a_run, records

pytestmark = pytest.mark.django_db


def body(response: object) -> bytes:
    """All of a download, read as a client reads it."""
    assert isinstance(response, StreamingHttpResponse)
    return response.getvalue()


@pytest.mark.parametrize("name", [each.name for each in EXPORTERS])
def test_every_format_downloads(client: Client, name: str) -> None:
    if name == "parquet":
        pytest.importorskip("arro3.io")
    chosen = exporter(name)
    assert chosen is not None
    records()
    response = client.get(f"/api/runs/{a_run().uid}/export?format={name}")
    assert response.status_code == 200
    assert response["Content-Type"] == chosen.content_type
    file = f'filename="weir-nightly-1{chosen.suffix}"'
    assert response["Content-Disposition"] == f"attachment; {file}"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert len(body(response)) > 500


def test_a_run_holds_its_own_requests_only(client: Client) -> None:
    inside = make.stored()
    run = a_run()
    make.stored()
    lines = body(client.get(f"/api/runs/{run.uid}/export")).splitlines()
    assert [json.loads(line)["id"] for line in lines] == [str(inside.uid)]


def test_filters_are_those_of_the_list(client: Client) -> None:
    store.write([make.record(), make.record(model="other"), make.record()], {})
    response = client.get("/api/requests/export?model=other&content=0")
    lines = body(response).splitlines()
    assert [json.loads(line)["model"] for line in lines] == ["other"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"/api/runs/{uuid.UUID(int=1)}/export", 404),
        ("/api/runs/no-such-run/export", 404),
        ("/api/requests/export?format=docx", 422),
        ("/api/requests/export?status=abc", 422),
    ],
)
def test_errors_have_the_one_shape(client: Client, path: str, status: int) -> None:
    response = client.get(path)
    assert response.status_code == status
    assert set(response.json()["error"]) == {"code", "message"}


@pytest.mark.parametrize(
    "query", ["", "after=2026-01-01", "q=gpt", "q=gpt&after=2026-01-01"]
)
def test_batches_give_every_row_once_and_oldest_first(query: str) -> None:
    from runs.filters.request_filter import RequestFilter

    store.write([make.record(model=f"gpt-{n % 3}") for n in range(23)], {})
    chosen = RequestFilter.from_query(dict(parse_qsl(query)))
    rows = chosen.apply(CapturedRequest.objects.all())
    found = [row.pk for batch in rows.batches(4) for row in batch]
    assert found == sorted(CapturedRequest.objects.values_list("pk", flat=True))


def test_an_export_reads_a_batch_with_few_queries(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    store.write([make.record() for _ in range(150)], {})
    export = Export(CapturedRequest.objects.all())
    chosen = exporter("jsonl")
    assert chosen is not None
    with django_assert_max_num_queries(8):
        assert sum(1 for _ in gathered(chosen.write(export))) >= 1


def test_pieces_are_gathered_and_nothing_is_lost() -> None:
    pieces = [bytes([n]) * n for n in range(100)]
    found = list(gathered(iter(pieces), 300))
    assert b"".join(found) == b"".join(pieces)
    assert all(len(each) >= 300 for each in found[:-1])
