"""Who gets in, on loopback and beyond."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from pytest_django import Settings

from runs import tokens
from runs.models import ApiToken

pytestmark = pytest.mark.django_db
HTML = {"accept": "text/html"}


@pytest.fixture
def browser() -> Client:
    return Client(headers={"host": "127.0.0.1:8080", **HTML})


@pytest.fixture
def open_browser(settings: Settings) -> Client:
    """Weir bound to every interface, with a token."""
    settings.WEIR_HOST = "0.0.0.0"
    settings.WEIR_TOKEN = "secret"
    return Client(headers={"host": "weir.lan:8080", **HTML})


def test_on_loopback_nobody_logs_in(browser: Client) -> None:
    assert browser.get("/requests").status_code == 200
    assert browser.get("/admin/").status_code == 200


@pytest.mark.parametrize("path", ["/experiments/a%00", "/api/experiments/a%00/report"])
def test_no_address_has_a_character_that_no_database_holds(
    browser: Client, path: str
) -> None:
    assert browser.get(path).status_code == 404
    answer = browser.put("/api/price-lists/a%00", {}, "application/json")
    assert answer.status_code == 404


def test_the_operator_has_no_password(browser: Client) -> None:
    browser.get("/admin/")
    operator = get_user_model().objects.get()
    assert operator.get_username() == "operator"
    assert not operator.has_usable_password()


def test_a_foreign_host_name_is_refused(browser: Client) -> None:
    answer = browser.get("/requests", headers={"host": "evil.example:8080"})
    assert answer.status_code == 403
    assert "evil.example" in answer.content.decode()


def test_two_host_headers_are_refused_without_a_traceback(
    browser: Client, caplog: pytest.LogCaptureFixture
) -> None:
    # As ASGI joins them.
    two = {"host": "127.0.0.1,evil.example"}
    assert browser.get("/requests", headers=two).status_code == 400
    assert not caplog.records


def test_a_listed_host_name_is_answered(browser: Client, settings: Settings) -> None:
    settings.WEIR_ALLOWED_HOSTS = ("weir.lan",)
    assert browser.get("/requests", headers={"host": "weir.lan"}).status_code == 200


def test_the_api_refuses_a_foreign_host_in_json(browser: Client) -> None:
    answer = browser.get("/api/prices", headers={"host": "evil.example"})
    assert answer.json()["error"]["code"] == "HOST_NOT_ALLOWED"


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "http://127.0.0.1:3000", "sec-fetch-site": "same-site"},
        {"sec-fetch-site": "cross-site"},
        {"origin": "null"},
    ],
)
def test_pages_of_other_sites_change_nothing(
    browser: Client, headers: dict[str, str]
) -> None:
    assert browser.post("/theme", {"theme": "dark"}, headers=headers).status_code == 403


def test_our_own_forms_need_their_token() -> None:
    strict = Client(enforce_csrf_checks=True, headers={"host": "127.0.0.1"} | HTML)
    refused = strict.post("/theme", {"theme": "dark"})
    assert refused.status_code == 403
    assert "security token" in refused.content.decode()
    strict.get("/requests")
    token = strict.cookies["weir_csrf"].value
    form = {"theme": "dark", "csrfmiddlewaretoken": token}
    assert strict.post("/theme", form).status_code == 302


@pytest.mark.parametrize("host", ["weir.example", "10.0.0.7:8080"])
def test_behind_a_tls_load_balancer_forms_work(settings: Settings, host: str) -> None:
    """Whether it keeps the name that people use, or tells its own."""
    settings.WEIR_HOST, settings.WEIR_TOKEN = "0.0.0.0", "secret"
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.WEIR_TRUSTED_ORIGINS = ("https://weir.example",)
    settings.CSRF_TRUSTED_ORIGINS = ["https://weir.example"]
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    headers = {"host": host, "x-forwarded-proto": "https", **HTML}
    people = Client(enforce_csrf_checks=True, headers=headers)
    get_user_model().objects.create_user("tom", password="pass-word-9")
    people.get("/login")
    form = {
        "username": "tom",
        "password": "pass-word-9",
        "csrfmiddlewaretoken": people.cookies["weir_csrf"].value,
    }
    said = {
        "origin": "https://weir.example",
        "referer": "https://weir.example/login",
        "sec-fetch-site": "same-origin",
    }
    elsewhere = {**said, "origin": "https://evil.example"}
    assert people.post("/login", form, headers=elsewhere).status_code == 403
    answer = people.post("/login", form, headers=said)
    assert answer.status_code == 302
    assert all(people.cookies[n]["secure"] for n in ("weir_csrf", "weir_session"))
    page = people.get("/connect").content.decode()
    assert "https://weir.example/v1" in page
    assert "X-Weir-Token" in page


def test_beyond_loopback_pages_ask_for_a_login(open_browser: Client) -> None:
    answer = open_browser.get("/requests?provider=openai")
    assert answer.status_code == 302
    assert answer["location"] == "/login?next=%2Frequests%3Fprovider%3Dopenai"
    assert "Log in to Weir" in open_browser.get("/login").content.decode()


def test_a_login_opens_the_pages(open_browser: Client) -> None:
    get_user_model().objects.create_user("ann", password="pass-word-9")
    form = {"username": "ann", "password": "pass-word-9", "next": "/connect"}
    assert open_browser.post("/login", form)["location"] == "/connect"
    page = open_browser.get("/requests")
    assert page.status_code == 200
    assert "Log out" in page.content.decode()
    open_browser.post("/logout")
    assert open_browser.get("/requests").status_code == 302


def test_a_wrong_password_says_so(open_browser: Client) -> None:
    answer = open_browser.post("/login", {"username": "ann", "password": "x"})
    assert "don&#x27;t fit" in answer.content.decode() or "don't fit" in (
        answer.content.decode()
    )


def test_beyond_loopback_the_api_needs_a_token(open_browser: Client) -> None:
    answer = open_browser.get("/api/prices")
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "TOKEN_REQUIRED"
    assert answer["www-authenticate"].startswith("Bearer")
    wrong = open_browser.get("/api/prices", headers={"authorization": "Bearer no"})
    assert wrong.status_code == 401
    for how in (
        {"authorization": "Bearer secret"},
        {"authorization": "bearer secret"},
        {"authorization": "secret"},
        {"x-weir-token": "secret"},
        {"x-api-key": "secret"},
    ):
        assert open_browser.get("/api/prices", headers=how).status_code == 200, how


def test_an_unset_token_lets_nobody_in(
    open_browser: Client, settings: Settings
) -> None:
    settings.WEIR_TOKEN = ""
    answer = open_browser.get("/api/prices", headers={"authorization": "Bearer "})
    assert answer.status_code == 401
    assert "WEIR_TOKEN" in answer.json()["error"]["message"]


def test_health_is_open_to_probes(open_browser: Client) -> None:
    assert open_browser.get("/healthz").json() == {"status": "ok"}


def test_static_files_are_open_to_the_login_page(open_browser: Client) -> None:
    assert open_browser.get("/static/observe/app.css").status_code == 200


@pytest.fixture
def program(open_browser: Client) -> Client:
    return Client(headers={"host": "weir.lan:8080"})


def test_an_api_token_may_come_as_x_weir_token(program: Client) -> None:
    token = tokens.create("headed").text
    answer = program.get("/api/prices", headers={"x-weir-token": token})
    assert answer.status_code == 200


def bearing(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def test_beyond_loopback_a_reading_token_reads(program: Client) -> None:
    token = tokens.create("reader").text
    assert program.get("/api/prices", headers=bearing(token)).status_code == 200
    asked = {"model": "gpt-5"}
    simulated = program.post(
        "/api/routes/simulate", asked, "application/json", headers=bearing(token)
    )
    assert simulated.status_code == 200


def test_beyond_loopback_a_reading_token_changes_nothing(program: Client) -> None:
    token = tokens.create("reader").text
    answer = program.post("/api/runs/start", headers=bearing(token))
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "TOKEN_MAY_ONLY_READ"


def test_a_token_opens_the_api_and_not_the_pages(program: Client) -> None:
    token = tokens.create("writer", ApiToken.Scope.WRITE).text
    for page in ("/requests", "/admin/"):
        assert program.get(page, headers=bearing(token)).status_code == 302
    assert program.get("/api/openapi.json", headers=bearing(token)).status_code == 200


@pytest.mark.parametrize("path", ["/api/prices", "/benchmark/health"])
def test_a_revoked_token_gets_nowhere(program: Client, path: str) -> None:
    token = tokens.create("gone").text
    tokens.revoke("gone")
    for headers in (bearing(token), bearing("weir-api-made-up"), {}):
        answer = program.get(path, headers=headers | HTML)
        assert answer.status_code == 401
        assert answer.json()["error"]["code"] == "TOKEN_REQUIRED"
