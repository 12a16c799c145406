"""`weir token`."""

from __future__ import annotations

import json

import pytest
from django.core.management import CommandError, call_command

from runs import tokens
from runs.models import ApiToken

pytestmark = pytest.mark.django_db


def test_create_prints_the_token_and_nothing_else(
    capsys: pytest.CaptureFixture[str],
) -> None:
    call_command("token", "create", "ci", "--write", "--expires", "30d")
    told = capsys.readouterr()
    found = tokens.holder(told.out.strip())
    assert found is not None
    assert (found.name, found.scope) == ("ci", ApiToken.Scope.WRITE)
    assert found.expires_at is not None
    assert (found.expires_at - found.created_at).days in (29, 30)
    assert "not shown again" in told.err


def test_list_shows_states_but_no_token(capsys: pytest.CaptureFixture[str]) -> None:
    text = tokens.create("ci").text
    tokens.create("old")
    call_command("token", "revoke", "old")
    capsys.readouterr()
    call_command("token", "list", "--json")
    out = capsys.readouterr().out
    assert [(row["name"], row["state"], row["scope"]) for row in json.loads(out)] == [
        ("ci", "valid", "read"),
        ("old", "revoked", "read"),
    ]
    call_command("token", "list")
    out += capsys.readouterr().out
    assert "ci" in out
    assert text not in out


def test_what_cannot_be_done_is_one_sentence() -> None:
    with pytest.raises(CommandError, match="There is no token 'x'"):
        call_command("token", "revoke", "x")
    with pytest.raises(CommandError, match="not a time such as"):
        call_command("token", "create", "x", "--expires", "soon")
