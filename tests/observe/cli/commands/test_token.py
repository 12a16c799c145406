"""`weir token`."""

from __future__ import annotations

import json

import pytest

from observe.problem import Problem
from runs import tokens
from runs.models import ApiToken
from tests.observe.cli.commands.told import weir

pytestmark = pytest.mark.django_db


def test_create_prints_the_token_and_nothing_else() -> None:
    told = weir("token", "create", "ci", "--write", "--expires", "30d")
    found = tokens.holder(told.out.strip())
    assert found is not None
    assert (found.name, found.scope) == ("ci", ApiToken.Scope.WRITE)
    assert found.expires_at is not None
    assert (found.expires_at - found.created_at).days in (29, 30)
    assert "not shown again" in told.err


def test_list_shows_states_but_no_token() -> None:
    text = tokens.create("ci").text
    tokens.create("old")
    weir("token", "revoke", "old")
    out = weir("token", "list", "--json").out
    assert [(row["name"], row["state"], row["scope"]) for row in json.loads(out)] == [
        ("ci", "valid", "read"),
        ("old", "revoked", "read"),
    ]
    out += weir("token", "list").out
    assert "ci" in out
    assert text not in out


def test_what_cannot_be_done_is_one_sentence() -> None:
    with pytest.raises(Problem, match="There is no token 'x'"):
        weir("token", "revoke", "x")
    with pytest.raises(Problem, match="not a time such as"):
        weir("token", "create", "x", "--expires", "soon")
