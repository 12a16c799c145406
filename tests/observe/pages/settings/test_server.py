"""What is in force, where it comes from, and that no secret is on the page."""

from __future__ import annotations

import re

import pytest
from django.test import override_settings

from observe import env
from observe.env import Origin
from observe.pages.settings.in_force import GROUPS
from tests.observe.pages.settings.page import browser, text

pytestmark = pytest.mark.django_db


def test_every_setting_is_on_the_page() -> None:
    listed = [name for group in GROUPS.values() for name in group]
    asked = {name for name in env.asked() if not name.startswith("WEIR_TEST")}
    assert sorted(listed) == sorted(asked)


def test_values_tell_where_they_come_from(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEIR_READ_TIMEOUT", "30")
    monkeypatch.setenv("WEIR_PORT", "9000")
    monkeypatch.setenv(env.FLAGS_GIVEN, "WEIR_PORT")
    assert env.origin("WEIR_PORT") is Origin.FLAG
    assert env.origin("WEIR_READ_TIMEOUT") is Origin.ENVIRONMENT
    assert env.origin("WEIR_HOST") is Origin.DEFAULT
    client = browser()
    assert client.get("/settings")["location"] == "/settings/server"
    secret = {"WEIR_TOKEN": "s3cret-token-of-mine", "WEIR_READ_TIMEOUT": 30.0}
    where = {"WEIR_UPSTREAM_URL": "http://me:pass@up.example/v1?key=abc"}
    with override_settings(**secret, **where, WEIR_CAPTURE_LIMIT=1024):
        html = text(client, "/settings/server")
    lines = {
        name: re.sub("<[^>]+>", " ", row)
        for row in html.split("<tr>")
        for name in re.findall(r"<code class=\"muted\">(\w+)", row)
    }
    assert "30 s" in lines["WEIR_READ_TIMEOUT"]
    assert "environment" in lines["WEIR_READ_TIMEOUT"]
    assert "flag" in lines["WEIR_PORT"]
    assert "set, not shown" in lines["WEIR_TOKEN"]
    assert "http://up.example/v1?…" in lines["WEIR_UPSTREAM_URL"]
    assert "1 KiB" in lines["WEIR_CAPTURE_LIMIT"]
    assert not re.search(r"s3cret|pass@|abc", html)
    assert '<a href="/settings/server" aria-current="page">Server</a>' in html
