"""The forms of a run's page: what each does to the run, and where it leads."""

from __future__ import annotations

import pytest
from django.test import Client

from runs import lifecycle
from runs.models import CapturedRequest, Run
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    return Client(headers={"host": "127.0.0.1:8080", "accept": "text/html"})


@pytest.fixture
def run() -> Run:
    run = lifecycle.start("nightly", is_global=False)
    make.stored(make.record(), make.record())
    lifecycle.move(CapturedRequest.objects.all(), run)
    return run


def test_forms_change_the_run(client: Client, run: Run) -> None:
    page = run.get_absolute_url()
    for verb, state in (("pause", "paused"), ("resume", "active"), ("end", "ended")):
        assert client.post(f"{page}/{verb}")["location"] == page
        run.refresh_from_db()
        assert run.state == state
    assert client.post(f"{page}/resume").status_code == 400
    assert b'name="notes"' in client.get(f"{page}?edit=1").content
    asked = {"name": "renamed", "tags": "a, b,a,", "notes": "second", "next": "/runs"}
    assert client.post(f"{page}/edit", asked)["location"] == "/runs"
    run.refresh_from_db()
    assert (run.name, run.tags, run.notes) == ("renamed", ["a", "b"], "second")
    away = asked | {"next": "https://elsewhere.example/"}
    assert client.post(f"{page}/edit", away)["location"] == page
    assert client.post(f"{page}/edit", {"name": " "}).status_code == 400
    assert client.post(f"{page}/delete")["location"] == "/runs"
    assert not Run.objects.exists()
    assert CapturedRequest.objects.count() == 2


def test_deleting_takes_the_requests_where_that_is_asked(
    client: Client, run: Run
) -> None:
    client.post(f"{run.get_absolute_url()}/delete", {"with_requests": "1"})
    assert not CapturedRequest.objects.exists()


def test_a_run_is_started_from_the_page(client: Client) -> None:
    made = client.post(
        "/runs/start", {"name": "by hand", "tags": "x", "is_global": "1"}
    )
    run = Run.objects.get()
    assert made["location"] == run.get_absolute_url()
    assert (run.source, run.is_global, run.tags) == ("page", True, ["x"])
    assert b"takes every request" in client.get("/runs").content
    assert client.post("/runs/start", {"name": ""}).status_code == 400
