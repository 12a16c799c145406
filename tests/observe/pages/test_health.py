"""Alive is not ready: what supervisors hear with and without a database."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from pytest_django import Settings

from proxy.journal.losses import LossCounter
from proxy.journal.uids import new_uid
from proxy.journal.writer import Journal
from tests.proxy.test_recorder import head, tail

HOST = {"host": "127.0.0.1:8080"}


@pytest.fixture
def client() -> Client:
    return Client(headers=HOST)


@pytest.fixture
def _no_positions(db: None) -> None:
    """A database in which the recorder's table is missing; undone with the test."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE runs_hostposition RENAME TO put_aside")


def test_being_alive_asks_no_database(client: Client) -> None:
    """No `django_db`: a query here would be an error of the test."""
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.django_db
def test_ready_tells_how_far_recording_is_behind(
    client: Client, settings: Settings, tmp_path: Path
) -> None:
    settings.WEIR_JOURNAL_DIR = tmp_path
    losses = LossCounter(tmp_path, 1)
    losses.add(requests=2, bodies=3)
    journal = Journal(tmp_path, losses)
    uid = new_uid()
    journal.begin(head(uid))
    journal.finish(tail(uid))
    answer = client.get("/readyz")
    assert answer.status_code == 200
    said = answer.json()
    assert (said["status"], said["database"]) == ("ok", "ok")
    recorder = said["recorder"]
    assert recorder["waiting_records"] == 1
    assert (recorder["lost_requests"], recorder["lost_bodies"]) == (2, 3)


@pytest.mark.usefixtures("_no_positions")
def test_not_ready_without_the_database_and_the_log_says_why(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["status"] == "unavailable"
    assert "runs_hostposition" not in answer.content.decode()
    assert "runs_hostposition" in caplog.text
