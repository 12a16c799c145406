"""The login: right and wrong passwords, and guesses."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from pytest_django import Settings

pytestmark = pytest.mark.django_db


@pytest.fixture
def open_browser(settings: Settings) -> Client:
    """Weir bound to every interface, with a token."""
    settings.WEIR_HOST, settings.WEIR_TOKEN = "0.0.0.0", "secret"
    return Client(headers={"host": "weir.lan:8080", "accept": "text/html"})


def test_after_some_wrong_passwords_even_the_right_one_has_to_wait(
    open_browser: Client,
) -> None:
    get_user_model().objects.create_user("eve", password="pass-word-9")
    wrong = {"username": "eve", "password": "x"}
    codes = [open_browser.post("/login", wrong).status_code for _ in range(5)]
    assert codes == [200, 200, 200, 429, 429]
    answer = open_browser.post("/login", {**wrong, "password": "pass-word-9"})
    assert answer.status_code == 429
    assert "Too many wrong tries: try again in" in answer.content.decode()


def test_others_need_not_wait(open_browser: Client) -> None:
    get_user_model().objects.create_user("zoe", password="pass-word-9")
    for _ in range(5):
        open_browser.post("/login", {"username": "mallory", "password": "x"})
    form = {"username": "zoe", "password": "pass-word-9"}
    assert open_browser.post("/login", form).status_code == 302
