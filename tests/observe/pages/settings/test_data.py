"""What is stored and how it grows; a trim is shown, confirmed and told."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test import override_settings
from django.utils import timezone

from runs import store
from runs.keeping import space
from runs.models import CapturedRequest
from tests import make
from tests.observe.pages.settings.page import browser, post, text

pytestmark = pytest.mark.django_db(transaction=True)
HOME = "/settings/data"


def test_old_requests_go_after_a_preview_and_a_confirmation() -> None:
    client = browser()
    now = timezone.now()
    ages = (40, 35, 2, 1, 1)
    store.write([make.record(started_at=now - timedelta(days=age)) for age in ages], {})
    html = text(client, HOME)
    assert "0 requests a day" in html or "requests a day" in html
    assert "2 requests, about" in html
    assert "Captured requests" in html
    assert "as long as their request" in html
    assert "this SQLite" not in html
    shown = text(client, f"{HOME}?older_than=30d&keep_runs=1")
    assert "<b>2 requests</b> would go" in shown
    assert 'name="keep_runs" value="1" checked' in shown
    assert "An age is a number" in text(client, f"{HOME}?older_than=soon")
    post(client, HOME, 400, act="trim", older_than="30d")
    post(client, HOME, 422, act="trim", older_than="soon", confirm="1")
    assert CapturedRequest.objects.count() == 5
    done = post(client, HOME, 302, act="trim", older_than="30d", confirm="1")
    assert "2 requests were removed" in text(client, done["location"])
    assert CapturedRequest.objects.count() == 3
    post(client, HOME, 400, act="nonsense")


def test_sizes_are_of_tables_with_their_indexes() -> None:
    found = {each.table: each for each in space.tables()}
    assert found["runs_capturedrequest"].label == "captured requests"
    assert found["runs_capturedrequest"].bytes > 0
    whole = space.database_bytes()
    assert whole
    assert sum(each.bytes for each in found.values()) <= whole
    assert space.is_quick()


def test_a_backup_is_made_beside_the_database(tmp_path: Path) -> None:
    client = browser()
    with override_settings(WEIR_DATA_DIR=tmp_path):
        if connection.vendor != "sqlite":
            assert "pg_dump" in text(client, HOME)
            post(client, HOME, 409, act="backup")
            return
        assert post(client, HOME, 302, act="backup")["location"] == f"{HOME}#backups"
        (file,) = (tmp_path / "backups").iterdir()
        assert file.name in text(client, HOME)
