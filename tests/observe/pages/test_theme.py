"""The theme switch: a cookie for a year, then back, and never elsewhere."""

from __future__ import annotations

import pytest
from django.test import Client

from observe.preferences import YEAR_S

HOST = {"host": "127.0.0.1:8080"}


@pytest.fixture
def client() -> Client:
    return Client(headers=HOST)


@pytest.mark.parametrize("theme", ["auto", "light", "dark"])
def test_a_choice_is_kept_for_a_year_and_leads_back(client: Client, theme: str) -> None:
    answer = client.post("/theme", {"theme": theme, "next": "/connect?client=codex"})
    assert (answer.status_code, answer["location"]) == (302, "/connect?client=codex")
    cookie = answer.cookies["weir_theme"]
    assert (cookie.value, cookie["max-age"]) == (theme, YEAR_S)
    assert cookie["samesite"] == "Lax"


@pytest.mark.parametrize("theme", ["", "pink", "Dark", '"><script>'])
def test_a_made_up_theme_is_not_kept(client: Client, theme: str) -> None:
    answer = client.post("/theme", {"theme": theme, "next": "/connect"})
    assert answer["location"] == "/connect"
    assert "weir_theme" not in answer.cookies


@pytest.mark.parametrize(
    "target",
    ["", "https://evil.example/", "//evil.example", "javascript:alert(1)", "\\\\evil"],
)
def test_the_switch_never_leads_elsewhere(client: Client, target: str) -> None:
    answer = client.post("/theme", {"theme": "dark", "next": target})
    assert answer["location"] == "/requests"


def test_a_link_does_not_switch(client: Client) -> None:
    answer = client.get("/theme?theme=dark")
    assert answer.status_code == 405
    assert "weir_theme" not in answer.cookies
