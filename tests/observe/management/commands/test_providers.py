from __future__ import annotations

import io
import json

import pytest
from django.core.management import CommandError, call_command

from proxy.models import Provider

pytestmark = pytest.mark.django_db


def weir(*words: str) -> str:
    out = io.StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def test_list_shows_each_provider_with_its_base_url() -> None:
    assert "https://api.openai.com/v1" in weir("providers", "list")
    assert "No providers." in weir("providers", "list", "--search", "zzz")
    rows = json.loads(weir("providers", "list", "--json", "--search", "deepseek"))
    assert [row["slug"] for row in rows] == ["deepseek"]


def test_test_says_how_a_provider_is() -> None:
    assert "demo: ok" in weir("providers", "test", "demo")


def test_test_fails_when_a_provider_doesnt_answer() -> None:
    Provider.objects.create(slug="gone", base_url="http://127.0.0.1:9/v1")
    with pytest.raises(SystemExit):
        weir("providers", "test", "gone", "--json")


def test_test_of_an_unknown_provider_says_so() -> None:
    with pytest.raises(CommandError, match="no provider “nobody”"):
        weir("providers", "test", "nobody")
