"""`runs/tokens.py`: tokens are shown once, and can be ended."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from runs import tokens
from runs.models import ApiToken

pytestmark = pytest.mark.django_db


def test_a_token_is_known_by_its_text_alone() -> None:
    issued = tokens.create("ci")
    assert tokens.holder(issued.text) == issued.token
    assert tokens.holder(issued.text + "x") is None
    assert tokens.holder(issued.token.digest) is None
    assert tokens.holder("\ud83d") is None


def test_only_a_digest_is_stored() -> None:
    issued = tokens.create("ci")
    [stored] = ApiToken.objects.values()
    assert issued.text not in str(stored)
    assert issued.text not in repr(issued)
    assert issued.text.startswith(stored["prefix"])
    assert len(issued.text) - len(stored["prefix"]) > 30


def test_an_expired_token_is_refused() -> None:
    past = timezone.now() - timedelta(seconds=1)
    assert tokens.holder(tokens.create("old", expires_at=past).text) is None


@pytest.mark.parametrize("by", ["name", "prefix"])
def test_a_revoked_token_is_refused(by: str) -> None:
    issued = tokens.create("ci")
    tokens.revoke(getattr(issued.token, by))
    assert tokens.holder(issued.text) is None


def test_use_is_noted() -> None:
    issued = tokens.create("ci")
    assert issued.token.last_used_at is None
    tokens.holder(issued.text)
    assert ApiToken.objects.get().last_used_at is not None


def test_a_name_is_given_once() -> None:
    tokens.create("ci")
    with pytest.raises(tokens.TokenError, match="already"):
        tokens.create("ci")
    with pytest.raises(tokens.TokenError, match="needs a name"):
        tokens.create("  ")
    with pytest.raises(tokens.TokenError, match="no token"):
        tokens.revoke("other")
