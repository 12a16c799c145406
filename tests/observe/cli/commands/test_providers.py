from __future__ import annotations

import json

import pytest

from observe.problem import Problem
from proxy.models import Provider
from tests.observe.cli.commands.told import weir

pytestmark = pytest.mark.django_db


def test_list_shows_each_provider_with_its_base_url() -> None:
    assert "https://api.openai.com/v1" in weir("providers", "list").out
    assert "No providers." in weir("providers", "list", "--search", "zzz").err
    rows = json.loads(weir("providers", "list", "--json", "--search", "deepseek").out)
    assert [row["slug"] for row in rows] == ["deepseek"]


def test_test_says_how_a_provider_is() -> None:
    assert "demo: ok" in weir("providers", "test", "demo").out


def test_test_fails_when_a_provider_doesnt_answer() -> None:
    Provider.objects.create(slug="gone", base_url="http://127.0.0.1:9/v1")
    told = weir("providers", "test", "gone", "--json")
    assert told.code == 1
    assert [row["provider"] for row in json.loads(told.out)] == ["gone"]


def test_test_of_an_unknown_provider_says_so() -> None:
    with pytest.raises(Problem, match="no provider “nobody”"):
        weir("providers", "test", "nobody")
