"""Providers edited beside their list, without scripts, and without lost updates."""

from __future__ import annotations

import pytest
from django.test import Client

from proxy.models import Provider, ProviderSign, Route
from runs.models import AuditEntry
from tests.observe.pages.settings.page import browser, fields, post, text

pytestmark = pytest.mark.django_db
HOME = "/settings/providers"
BASE = "http://up.example/v1"


@pytest.fixture
def client() -> Client:
    return browser()


@pytest.fixture
def row() -> Provider:
    made = Provider.objects.create(slug="mine", base_url=BASE, wire_formats=["openai"])
    Route.objects.create(match="gpt-x", provider=made)
    return made


def test_one_is_made_where_it_makes_sense(client: Client) -> None:
    asked = fields(text(client, f"{HOME}?new=1"))
    bad = post(client, f"{HOME}?new=1", 422, **asked | {"slug": "v1", "base_url": "up"})
    said = bad.content.decode()
    assert "“/v1” is one of Weir&#x27;s own addresses." in said
    assert 'value="v1"' in said  # what was typed is still there
    # The same, as htmx asks it while somebody types: only places for errors.
    while_typing = post(client, f"{HOME}?new=1", 200, **asked, act="check").content
    assert (
        b'id="e-slug" aria-live="polite" hx-swap-oob="true">This field' in while_typing
    )
    assert b"<input" not in while_typing
    right = asked | {"slug": "mine", "base_url": BASE, "act": "save"}
    there = post(client, f"{HOME}?new=1&q=mi", 302, **right)["location"]
    entry = AuditEntry.objects.get(kind="provider", name="mine")
    assert there == f"{HOME}?q=mi&did={entry.pk}"
    assert (entry.action, entry.via) == ("created", "page")
    html = text(client, there)
    assert "Provider mine created." in html
    assert f'href="{HOME}?q=mi&amp;edit=mine"' in html


def test_what_others_changed_is_told_and_not_overwritten(
    client: Client, row: Provider
) -> None:
    page = f"{HOME}?edit=mine"
    asked = fields(text(client, page))
    assert asked["base_url"] == BASE
    Provider.objects.filter(pk=row.pk).update(notes="by somebody else")
    mine = asked | {"name": "Mine", "act": "save"}
    conflict = post(client, page, 412, **mine).content.decode()
    assert "It was changed meanwhile" in conflict
    assert "would set Name, Notes" in " ".join(conflict.split())
    post(client, page, 412, **asked | {"act": "delete"})
    row.refresh_from_db()
    assert (row.name, row.notes) == ("", "by somebody else")
    again = fields(text(client, page)) | {"name": "Mine", "act": "save"}
    post(client, page, 302, **again)
    row.refresh_from_db()
    assert (row.name, row.notes) == ("Mine", "by somebody else")


def test_a_deletion_is_taken_back_with_all_that_went(
    client: Client, row: Provider
) -> None:
    page = f"{HOME}?edit=mine"
    html = text(client, page)
    assert "Its 1 route go" in html
    gone = post(client, page, 302, **fields(html) | {"act": "delete"})["location"]
    assert not Route.objects.exists()
    told = text(client, gone)
    assert "Provider mine deleted." in told
    entry = AuditEntry.objects.filter(kind="provider")[0]
    back = post(client, HOME, 302, act="undo", entry=entry.pk)["location"]
    assert Provider.objects.get(slug="mine").pk == row.pk
    assert Route.objects.get().match == "gpt-x"
    assert 'value="undo"' not in text(client, back)
    assert (
        b"Only what was deleted"
        in post(client, HOME, 409, act="undo", entry=entry.pk).content
    )
    text(client, f"{HOME}?edit=nobody", 404)


def test_health_is_shown_with_its_time(client: Client, row: Provider) -> None:
    Provider.objects.exclude(pk=row.pk).delete()
    row.api_key_env = "WEIR_TEST_NO_SUCH_KEY"
    row.save()
    assert "not checked" in text(client, HOME)
    assert post(client, HOME, 302, act="look")["location"] == HOME
    html = text(client, HOME)
    assert '<span class="tag warn" title="The variable WEIR_TEST_NO_SUCH_KEY' in html
    Provider.objects.update(base_url="http://127.0.0.1:9/v1", api_key_env="")
    there = post(client, HOME, 302, act="look", slug="mine")["location"]
    assert there == f"{HOME}#r-mine"
    assert ProviderSign.objects.get().state == "unreachable"
    assert '<span class="tag bad"' in text(client, HOME)
    post(client, HOME, 400, act="nonsense")
