"""The admin shows captured requests and never changes them."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from runs import store
from runs.incident import IncidentKind
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client: Client) -> Client:
    """Weir's local operator, who needs no login."""
    return client


def test_the_list_shows_requests_without_reading_bodies(
    admin: Client, django_assert_max_num_queries: Any
) -> None:
    store.write([make.record(model="gpt-5") for _ in range(5)], {})
    with django_assert_max_num_queries(12) as queries:
        page = admin.get("/admin/runs/capturedrequest/").content.decode()
    assert page.count("gpt-5") >= 5
    assert not [sql for sql in queries if "runs_body" in sql["sql"]]


def test_times_are_written_as_everywhere_in_weir(admin: Client) -> None:
    row = make.stored()
    list_page = admin.get("/admin/runs/capturedrequest/").content.decode()
    page = admin.get(f"/admin/runs/capturedrequest/{row.pk}/change/").content.decode()
    for told in (list_page, page):
        assert "2026-03-01 09:00:00" in told
        assert "a.m." not in told


def test_a_request_is_found_by_the_start_of_its_id(admin: Client) -> None:
    row, other = make.stored(), make.stored()
    page = admin.get("/admin/runs/capturedrequest/", {"q": str(row.uid)})
    assert str(row.uid) in page.content.decode()
    assert str(other.uid) not in page.content.decode()


def test_a_filter_narrows_the_list(admin: Client) -> None:
    row, other = make.stored(model="gpt-5"), make.stored(model="other")
    page = admin.get("/admin/runs/capturedrequest/", {"model": "gpt-5"})
    assert str(row.uid) in page.content.decode()
    assert str(other.uid) not in page.content.decode()


def test_nothing_can_be_added_changed_or_deleted(admin: Client) -> None:
    row = make.stored()
    store.write([], {}, [store.Incident(kind=IncidentKind.LOST, message="no space")])
    address = f"/admin/runs/capturedrequest/{row.pk}"
    assert admin.get(f"{address}/change/").status_code == 200
    assert admin.post(f"{address}/change/", {"model": "x"}).status_code == 403
    assert admin.post(f"{address}/delete/", {"post": "yes"}).status_code == 403
    assert admin.get("/admin/runs/capturedrequest/add/").status_code == 403
    assert "no space" in admin.get("/admin/runs/journalincident/").content.decode()
    assert admin.get("/admin/runs/journalincident/add/").status_code == 403
