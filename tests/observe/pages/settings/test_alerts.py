"""Alerts edited beside their list: previewed, tested, paused, and never overwritten."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from django.test import Client

from observe.alerts import looks
from runs.models import Alert, AlertDelivery, AlertSecret, AuditEntry
from tests import make
from tests.observe.pages.settings.page import browser, fields, post, text

pytestmark = pytest.mark.django_db
HOME = "/settings/alerts"


@pytest.fixture
def client() -> Client:
    return browser()


def test_nothing_yet_teaches_and_one_is_made_from_it(client: Client) -> None:
    ago = datetime.now(UTC) - timedelta(minutes=5)
    make.stored(started_at=ago, is_success=False, status=500)
    taught = text(client, HOME)
    link = re.search(
        r'href="(\?|/settings/alerts\?)([^"]*condition=errors[^"]*)"', taught
    )
    assert link
    page = f"{HOME}?{link[2].replace('&amp;', '&')}"
    shown = text(client, page)
    assert 'role="combobox"' in shown
    assert 'id="offers-where"' in shown
    # Drawn before it is saved, by the function that looks.
    assert "100.0% now, of 1 request: past the limit" in shown
    assert "would have fired 1 time" in shown
    assert 'class="limit"' in shown
    asked = fields(shown)
    assert (asked["name"], asked["condition"]) == ("errors", "errors > 5% over 10m")
    wrong = asked | {"where": "cost>much", "secret": "short", "act": "save"}
    said = post(client, page, 422, **wrong).content.decode()
    assert "16 to 200 characters" in said
    assert "is drawn here once" in said  # nothing is drawn of a filter that is wrong
    other = asked | {"condition": "errors > 5 % over 10m", "act": "check"}
    checked = post(client, page, 200, **other).content.decode()
    assert 'id="alert-preview" hx-swap-oob="true"' in checked
    # Without scripts a button draws it; nothing is saved.
    drawn = post(
        client,
        page,
        200,
        **asked | {"condition": "p95 > 1s a day"} | {"act": "preview"},
    )
    assert b"alert-preview" in drawn.content
    assert not Alert.objects.exists()
    post(client, page, 302, **asked | {"secret": "s" * 20, "act": "save"})
    alert = Alert.objects.get()
    assert (alert.name, alert.condition) == ("errors", "errors > 5% over 10m")
    assert AlertSecret.objects.get(alert=alert.pk).secret == "s" * 20
    listed = text(client, HOME)
    assert "not looked at" in listed
    again = text(client, f"{HOME}?edit={alert.pk}")
    assert "ssss" not in listed + again
    assert 'placeholder="it has one"' in again


@pytest.fixture
def alert() -> Alert:
    made: Alert = Alert.objects.create(
        name="errors",
        condition="errors > 5% over 10m",
        where="model:gpt*",
        url="https://hooks.example.com/services/T0/secret-path",
    )
    AlertSecret.objects.create(alert=made.pk, secret="s" * 20)
    return made


def test_how_it_stands_is_listed_and_shown_on_the_overview(
    client: Client, alert: Alert
) -> None:
    now = datetime.now(UTC)
    make.stored(started_at=now, is_success=False, status=500)
    Alert.objects.create(name="quiet", condition="requests > 5k over 10m")
    looks.look(now)
    assert re.search(r"Past its\s+limit since", text(client, HOME))
    looks.look(now + timedelta(seconds=16))
    assert "limit since" not in text(client, HOME)
    message = AlertDelivery.objects.get()
    message.attempts, message.told = 2, "HTTP 503. no_service"
    message.save()
    # A command that is well hides no receiver that is dead.
    message.pk, message.uid, message.channel = None, uuid4(), "command"
    message.state, message.told = "delivered", "Exit code 0."
    message.save()
    listed = text(client, HOME)
    assert re.search(r'tag bad"><svg.*?</svg> firing', listed)
    assert 'tag ok"> ok' in listed
    assert "100.0%" in listed
    assert "hooks.example.com" in listed
    assert "secret-path" not in listed
    assert "HTTP 503. no_service 2 attempts" in listed
    causes = "/requests?where=" + quote("(model:gpt*) has:error", safe="").replace(
        "%20", "+"
    )
    assert f'href="{causes}' in listed
    overview = text(client, "/")
    assert f'href="{causes}' in overview
    assert "Alert errors" in overview
    assert "Alert quiet" not in overview


def test_it_is_tried_paused_and_put_back(
    client: Client, alert: Alert, settings: Any
) -> None:
    there = post(client, HOME, 302, act="test", id=alert.pk)["location"]
    assert there == f"{HOME}?tested={alert.pk}#tested"
    waits = text(client, there.partition("#")[0])
    assert "on its way" in waits
    assert 'hx-trigger="load delay:1s"' in waits
    AlertDelivery.objects.update(told="HTTP 204.", state="delivered", attempts=1)
    told = text(client, there.partition("#")[0])
    assert "webhook <b >HTTP 204." in told
    assert 'hx-trigger="load' not in told
    post(client, HOME, 302, act="pause", id=alert.pk)
    assert not Alert.objects.get().active
    assert 'value="resume"' in text(client, HOME)
    post(client, HOME, 302, act="resume", id=alert.pk)
    page = f"{HOME}?edit={alert.pk}"
    asked = fields(text(client, page))
    Alert.objects.update(hold_s=60)
    conflict = post(client, page, 412, **asked | {"name": "mine", "act": "save"})
    assert b"It was changed meanwhile" in conflict.content
    asked = fields(text(client, page)) | {"forget_secret": "on", "act": "save"}
    post(client, page, 302, **asked)
    assert not AlertSecret.objects.exists()
    AlertSecret.objects.create(alert=alert.pk, secret="s" * 20)
    gone = post(client, page, 302, **fields(text(client, page)) | {"act": "delete"})
    assert "Alert errors deleted." in text(client, gone["location"])
    entry = AuditEntry.objects.filter(kind="alert")[0]
    post(client, HOME, 302, act="undo", entry=entry.pk)
    back = Alert.objects.get()
    assert (back.pk, back.url) == (alert.pk, alert.url)
    assert 'placeholder="it has one"' in text(client, page)
    assert "ssss" not in str(list(AuditEntry.objects.values_list("before", "after")))
    Alert.objects.update(url="")
    assert b"no webhook" in post(client, HOME, 409, act="test", id=alert.pk).content
    post(client, HOME, 404, act="pause", id=10**9)
