"""A setting that can't be used ends the start with one clear sentence."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from observe import env

ROOT = Path(__file__).resolve().parent.parent.parent
NAME = "WEIR_TEST_SETTING"


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> str:
    value = str(request.param)
    monkeypatch.setenv(NAME, value)
    return value


def test_what_is_not_set_has_its_default() -> None:
    assert env.text(NAME, "a") == "a"
    assert env.integer(NAME, 7, low=0, high=9) == 7
    assert env.number(NAME, 0.5, low=0, high=1) == 0.5
    assert env.flag(NAME) is False
    assert env.flag(NAME, default=True) is True


@pytest.mark.parametrize("given", ["", "  "], indirect=True)
def test_blank_is_the_same_as_not_set(given: str) -> None:
    assert env.text(NAME, "a") == "a"
    assert env.integer(NAME, 7, low=0, high=9) == 7
    assert env.flag(NAME) is False


@pytest.mark.parametrize(
    "given", ["http://localhost:3000, chrome-extension://*"], indirect=True
)
def test_origins_are_listed_with_commas(given: str) -> None:
    assert env.origins(NAME) == ("http://localhost:3000", "chrome-extension://*")


@pytest.mark.parametrize(
    "given", ["*", "localhost:3000", "http://*", "https://a/", "://a"], indirect=True
)
def test_what_is_no_origin_is_refused(given: str) -> None:
    with pytest.raises(env.BadSetting, match="must list origins such as"):
        env.origins(NAME)


@pytest.mark.parametrize("given", ["1", "true", "YES", " on "], indirect=True)
def test_flags_can_be_said_in_several_ways(given: str) -> None:
    assert env.flag(NAME) is True


@pytest.mark.parametrize("given", ["maybe"], indirect=True)
def test_a_flag_that_is_neither_is_refused(given: str) -> None:
    with pytest.raises(env.BadSetting, match="must be true or false, not 'maybe'"):
        env.flag(NAME)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [("x", "must be a whole number, not 'x'"), ("10", "must be between 0 and 9")],
    indirect=["given"],
)
def test_a_number_must_be_one_and_fit(given: str, sentence: str) -> None:
    with pytest.raises(env.BadSetting, match=f"{NAME} {sentence}"):
        env.integer(NAME, 7, low=0, high=9)


@pytest.mark.parametrize("given", ["nan", "inf", "-1", "2"], indirect=True)
def test_a_fraction_must_be_a_number_in_its_range(given: str) -> None:
    with pytest.raises(env.BadSetting):
        env.number(NAME, 0.5, low=0, high=1)


@pytest.mark.parametrize("given", ["Debug"], indirect=True)
def test_a_choice_may_be_in_capitals(given: str) -> None:
    assert env.choice(NAME, "info", ("debug", "info")) == "debug"
    with pytest.raises(env.BadSetting, match="one of info, error"):
        env.choice(NAME, "info", ("info", "error"))


@pytest.mark.parametrize("given", ["http://localhost:1/v1/"], indirect=True)
def test_a_url_loses_its_last_slash(given: str) -> None:
    assert env.url(NAME) == "http://localhost:1/v1"


@pytest.mark.parametrize("given", ["localhost:1", "ftp://x", "http://"], indirect=True)
def test_a_url_without_scheme_or_host_is_refused(given: str) -> None:
    with pytest.raises(env.BadSetting, match="absolute http"):
        env.url(NAME)


@pytest.mark.parametrize(
    "given",
    [
        *("http://[::1", "http://h:99999/v1", "http://h /v1", "http://h%20/v1"),
        *("http://h/v1?x=1", "http://h/v1#x", "http://u:p@h/v1", "http://h/../v1"),
    ],
    indirect=True,
)
def test_a_url_that_is_no_base_is_refused(given: str) -> None:
    with pytest.raises(env.BadSetting, match=NAME):
        env.url(NAME)


@pytest.mark.parametrize(
    "given", ["Weir.example, localhost:9000, [::1]:80, ::1"], indirect=True
)
def test_hosts_are_listed_with_commas(given: str) -> None:
    assert env.hosts(NAME) == ("weir.example", "localhost:9000", "[::1]:80", "::1")


@pytest.mark.parametrize(
    "given", ["http://weir.example", "weir.example/", "*", "a b"], indirect=True
)
def test_what_no_host_header_says_is_refused(given: str) -> None:
    with pytest.raises(env.BadSetting, match="must list hosts such as"):
        env.hosts(NAME)


@pytest.mark.parametrize("given", ["http://localhost:9000"], indirect=True)
def test_a_host_without_tls_is_listed_with_its_scheme(given: str) -> None:
    assert env.hosts(NAME, with_scheme=True) == ("http://localhost:9000",)


@pytest.mark.parametrize(
    "given", ["http://x", "redis://h:abc", "redis://h:99999", "h:6379"], indirect=True
)
def test_what_is_no_address_of_redis_is_refused(given: str) -> None:
    with pytest.raises(env.BadSetting, match="must look like redis://"):
        env.redis_url(NAME)


@pytest.mark.parametrize(
    "given", ["rediss://:p@h:6379/1", "unix:///run/redis.sock"], indirect=True
)
def test_addresses_of_redis(given: str) -> None:
    assert env.redis_url(NAME) == given


SHOW = "from observe import settings as s; print((%s))"


def settings_say(expression: str, **environ: str) -> str:
    told = subprocess.run(
        [sys.executable, "-c", SHOW % expression],
        cwd=ROOT,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        check=True,
    )
    return told.stdout.strip()


@pytest.mark.parametrize(
    ("environ", "secure", "header"),
    [
        ({}, False, None),
        ({"WEIR_TRUSTED_ORIGINS": "http://weir.lan"}, False, None),
        ({"WEIR_TRUSTED_ORIGINS": "https://weir.example"}, True, None),
        (
            {"WEIR_FORWARDED_PROTO": "1"},
            True,
            ("HTTP_X_FORWARDED_PROTO", "https"),
        ),
    ],
)
def test_what_a_load_balancer_tells_makes_cookies_secure(
    environ: dict[str, str], secure: bool, header: tuple[str, str] | None
) -> None:
    asked = "s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_PROXY_SSL_HEADER"
    assert settings_say(asked, **environ) == str((secure, secure, header))


def test_the_command_ends_with_that_sentence_and_nothing_else(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "observe", "doctor"],
        cwd=ROOT,
        env=os.environ | {"WEIR_PORT": "eighty", "WEIR_DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    told = "weir: WEIR_PORT must be a whole number, not 'eighty'.\nhint: "
    assert done.stderr.startswith(told)
    assert done.stderr.count("\n") == 2
