"""`/metrics`: counters equal to the database, bounded labels, the API's door."""

from __future__ import annotations

import math
from typing import Any

import pytest
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from observe.metrics import requests as families
from pricing.usage import Usage
from runs import store
from runs.models import CapturedRequest
from tests import make
from tests.runs.make_run import priced

pytestmark = pytest.mark.django_db

HOST = {"host": "127.0.0.1:8080"}
Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def scrape(client: Client) -> Samples:
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer["content-type"].startswith("text/plain; version=")
    parsed = text_string_to_metric_families(answer.content.decode())
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in parsed
        for sample in family.samples
    }


def total(samples: Samples, name: str, **labels: Any) -> float:
    wanted = set(labels.items())
    return math.fsum(
        value
        for (each, told), value in samples.items()
        if each == name and wanted <= set(told)
    )


@pytest.fixture
def client() -> Client:
    return Client(headers=HOST)


def test_counters_are_the_database(client: Client) -> None:
    usage = Usage(input=7, cache_read=3, output=2)
    store.write(
        [
            make.record(
                quote=priced("0.25"), usage=usage, duration_ms=40.0, overhead_ms=0.3
            ),
            make.record(
                quote=priced("0.5"), usage=usage, duration_ms=900.0, overhead_ms=7.0
            ),
            make.record(is_success=False, status=500, duration_ms=1.0, ttft_ms=None),
            make.pending(make.record()),
        ],
        {},
    )
    told = scrape(client)
    assert total(told, "weir_requests_total") == 3
    assert total(told, "weir_requests_total", outcome="error") == 1
    assert total(told, "weir_cost_usd_total") == 0.75
    assert total(told, "weir_tokens_total", bucket="cache_read") == 6
    assert total(told, "weir_open_requests") == 1
    assert total(told, "weir_request_duration_seconds_count") == 3
    assert total(told, "weir_request_duration_seconds_sum") == pytest.approx(0.941)
    assert total(told, "gen_ai_client_operation_duration_seconds_count") == 3
    assert total(told, "weir_overhead_seconds_count") == 2
    assert total(told, "weir_overhead_seconds_sum") == pytest.approx(0.0073)
    assert total(told, "weir_overhead_seconds_bucket", le="+Inf") == 2
    assert total(told, "weir_overhead_seconds_bucket", le="0.000513373") == 1
    CapturedRequest.objects.all().delete()
    assert total(scrape(client), "weir_requests_total") == 3  # a counter never shrinks


def test_a_bucket_holds_exactly_what_is_not_above_its_edge(client: Client) -> None:
    times = [0.5 * 1.3**step for step in range(40)]
    store.write([make.record(duration_ms=each) for each in times], {})
    name = "weir_request_duration_seconds_bucket"
    for (each, labels), value in scrape(client).items():
        if each == name:
            edge = float(dict(labels)["le"]) * 1000
            assert value == sum(time <= edge * (1 + 1e-6) for time in times), edge


def test_made_up_models_do_not_make_series(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(families, "MOST_MODELS", 2)
    store.write([make.record(model=f"m{number}") for number in range(5)], {})
    told = scrape(client)
    assert total(told, "weir_requests_total", model="other") == 3
    assert total(told, "weir_requests_total", model="m1") == 1


def test_the_recorder_of_this_host_is_told(client: Client) -> None:
    told = scrape(client)
    for name in ("weir_recorder_lag_seconds", "weir_journal_waiting_bytes"):
        assert total(told, name) == 0
    assert total(told, "weir_lost_total", what="requests") == 0
    assert total(told, "weir_info") == 1


def test_strangers_need_a_token(client: Client, settings: Any) -> None:
    settings.WEIR_HOST, settings.WEIR_TOKEN = "0.0.0.0", "secret"
    assert client.get("/metrics").status_code == 401
    headers = {**HOST, "authorization": "Bearer secret"}
    assert client.get("/metrics", headers=headers).status_code == 200
