"""What every page shares: theme, time zone, navigation, connect page."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    return Client(headers={"host": "127.0.0.1:8080", "accept": "text/html"})


def text(client: Client, url: str) -> str:
    return client.get(url).content.decode()


def test_the_theme_is_rendered_by_the_server(client: Client) -> None:
    assert 'data-theme="auto"' in text(client, "/connect")
    client.post("/theme", {"theme": "dark", "next": "/connect"})
    assert 'data-theme="dark"' in text(client, "/connect")


def test_a_made_up_theme_is_ignored(client: Client) -> None:
    client.cookies["weir_theme"] = '"><script>'
    assert 'data-theme="auto"' in text(client, "/connect")


def test_times_are_local_once_the_zone_is_known(client: Client) -> None:
    row = make.stored()  # 2026-03-01 09:00 UTC
    assert "2026-03-01 09:00:00.000</time>" in text(client, row.get_absolute_url())
    client.cookies["weir_tz"] = "Asia/Kolkata"
    local = text(client, row.get_absolute_url())
    assert "2026-03-01 14:30:00.000</time>" in local
    assert 'title="2026-03-01 09:00:00.000 UTC"' in local


@pytest.mark.parametrize("zone", ["../../etc/passwd", "Nowhere/City", "x" * 5000])
def test_a_made_up_zone_is_ignored(client: Client, zone: str) -> None:
    client.cookies["weir_tz"] = zone
    assert client.get("/connect").status_code == 200


def test_connect_shows_the_address_the_viewer_used(client: Client) -> None:
    html = text(client, "/connect?client=codex")
    assert "base_url = &quot;http://127.0.0.1:8080/v1&quot;" in html
    tab = re.search(r"<a role=\"tab\"[^>]*>Codex<", html)
    assert tab
    assert 'aria-selected="true"' in tab.group()


def test_the_current_page_is_marked(client: Client) -> None:
    assert '<a href="/connect" aria-current="page" data-go="n"' in text(
        client, "/connect"
    )


def test_every_page_names_the_version(client: Client) -> None:
    found = re.search(r'class="version">(.*?)<', text(client, "/connect"))
    assert found
    assert re.fullmatch(r"v\d+\.\d+\.\d+\S*", found[1])


@pytest.mark.parametrize("page", ["", "proxy/route/", "pricing/modelprice/add/"])
def test_the_admin_has_the_way_back_and_the_viewers_theme(
    client: Client, page: str
) -> None:
    client.cookies["weir_theme"] = "dark"
    shown = text(client, f"/admin/{page}")
    assert 'href="/requests"' in shown
    assert "theme-dark" in shown
    assert "observe/admin.css" in shown


def test_the_admin_is_part_of_the_settings(client: Client) -> None:
    shown = text(client, "/admin/proxy/route/")
    assert '<a href="/settings" aria-current="page" data-go="s"' in shown
