"""`DATABASE_URL`: every parameter reaches the connection, or is refused."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest

from observe import database_url
from observe.env import BadSetting
from tests.own_home import ROOT

NAME = "WEIR_TEST_DATABASE_URL"
CERTIFICATE = "/etc/ssl/certs/ca.pem"


def read(monkeypatch: pytest.MonkeyPatch, url: str) -> dict[str, Any]:
    monkeypatch.setenv(NAME, url)
    found = database_url.postgres(NAME)
    assert found is not None
    return found


def test_without_the_variable_there_is_none() -> None:
    assert database_url.postgres(NAME) is None


def test_it_is_taken_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    found = read(monkeypatch, "postgresql://me:p%40ss@db.lan:5433/weir?host=%2Fsock")
    assert found == {
        "NAME": "weir",
        "USER": "me",
        "PASSWORD": "p@ss",
        "HOST": "/sock",
        "PORT": "5433",
        "OPTIONS": {},
    }


@pytest.mark.parametrize(
    ("parameters", "options"),
    [
        ("sslmode=verify-full", {"sslmode": "verify-full"}),
        (
            f"sslmode=verify-ca&sslrootcert={CERTIFICATE}&sslcert=c&sslkey=k",
            {
                "sslmode": "verify-ca",
                "sslrootcert": CERTIFICATE,
                "sslcert": "c",
                "sslkey": "k",
            },
        ),
        ("ssl=true", {"sslmode": "require"}),
        ("connect_timeout=3", {"connect_timeout": "3"}),
        ("options=-c%20search_path%3Dweir", {"options": "-c search_path=weir"}),
        ("application_name=weir%2Fa", {"application_name": "weir/a"}),
        ("target_session_attrs=read-write", {"target_session_attrs": "read-write"}),
        ("channel_binding=require", {"channel_binding": "require"}),
        (
            "gssencmode=disable&keepalives=0",
            {"gssencmode": "disable", "keepalives": "0"},
        ),
    ],
)
def test_every_parameter_is_passed_on(
    parameters: str, options: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert read(monkeypatch, f"postgresql://h/d?{parameters}")["OPTIONS"] == options


def test_several_hosts_are_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    found = read(monkeypatch, "postgresql://a:1,b:2/d")
    assert (found["HOST"], found["PORT"]) == ("a,b", "1,2")


def test_a_service_may_name_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(monkeypatch, "postgresql://?service=s")["NAME"] == ""
    assert read(monkeypatch, "postgresql://h")["NAME"] == "weir"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mysql://x/y", "must start with postgresql://"),
        ("postgresql://h/d?conn_max_age=60", 'parameter: "conn_max_age"'),
        ("postgresql://h/d?sslmod=require", 'parameter: "sslmod"'),
        ("postgresql://h/d?client_encoding=latin1", "can't set client_encoding"),
        ("postgresql://u:s3cr3t%@h/d", "it is no connection URI"),
    ],
)
def test_what_can_not_be_passed_on_is_refused(
    url: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(NAME, url)
    with pytest.raises(BadSetting) as refused:
        database_url.postgres(NAME)
    assert said in str(refused.value)
    assert "s3cr3t" not in str(refused.value)


TOLD = """
import django
django.setup()
from django.db import connection
print(connection.get_connection_params()["sslmode"])
"""


def test_djangos_connections_ask_for_it() -> None:
    url = "postgresql://db.lan/weir?sslmode=verify-full"
    told = subprocess.run(
        [sys.executable, "-c", TOLD],
        cwd=ROOT,
        env={
            **os.environ,
            "DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": "observe.settings",
        },
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout == "verify-full\n"
