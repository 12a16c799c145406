from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from proxy.route.startup import BadStartupRoutes, load, parse

ROUTE = {"model": "m", "upstream_url": "http://up.example/v1"}


def test_a_list_and_an_object_with_model_routes_say_the_same() -> None:
    as_list = parse(json.dumps([ROUTE]), "X")
    as_object = parse(json.dumps({"model_routes": [ROUTE], "default_fixes": []}), "X")
    assert as_list == as_object
    found = as_list[0]
    assert (found.match, found.kind, found.priority) == ("m", "exact", 0)
    assert found.source == "startup"


def test_every_key_is_understood() -> None:
    more = {"upstream_model": "n", "provider_slug": "OpenAI", "api_key_env": "K"}
    found = parse(json.dumps([{**ROUTE, **more, "fixes": []}]), "X")[0]
    assert (found.upstream_model, found.provider, found.api_key_env) == (
        *("n", "openai", "K"),
    )


def test_a_literal_key_is_used_and_never_shown() -> None:
    found = parse(json.dumps([{**ROUTE, "api_key": "sk-secret"}]), "X")[0]
    assert found.api_key == "sk-secret"
    assert "sk-secret" not in repr(found)


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ("{", "isn't valid JSON"),
        ("[" * 50_000, "nested too deep"),
        ("3", "must be a list"),
        ({"routes": []}, "unknown key “routes”"),
        ({"model_routes": {}}, "must be a list"),
        (["m"], "must be an object"),
        ([{**ROUTE, "url": "x"}], "unknown key “url”"),
        ([{"upstream_url": "http://x/v1"}], "has no “model”"),
        ([{"model": "m"}], "has no “upstream_url”"),
        ([{**ROUTE, "upstream_url": "up.example/v1"}], "must start with http://"),
        ([{**ROUTE, "upstream_url": "http://169.254.169.254/v1"}], "never calls it"),
        ([{**ROUTE, "api_key": "a", "api_key_env": "B"}], "has both"),
        ([{**ROUTE, "provider_slug": "a b"}], "isn't a provider slug"),
        ([{**ROUTE, "upstream_model": "a\x1bb"}], "no control characters"),
        ([{**ROUTE, "model": 3}], "must be text"),
        ([{**ROUTE, "fixes": ["x"]}], "Unknown compatibility fix: x."),
        ([ROUTE, ROUTE], "two routes for “m”"),
    ],
)
def test_a_mistake_is_told_with_one_sentence(document: Any, said: str) -> None:
    text = document if isinstance(document, str) else json.dumps(document)
    with pytest.raises(BadStartupRoutes) as refused:
        parse(text, "models.json")
    message = str(refused.value)
    assert said in message
    assert "models.json" in message
    assert "\n" not in message


def test_the_file_wins_over_the_text(tmp_path: Path) -> None:
    file = tmp_path / "models.json"
    file.write_text(json.dumps([{**ROUTE, "model": "from-file"}]))
    assert load(str(file), json.dumps([ROUTE]))[0].match == "from-file"
    assert load("", json.dumps([ROUTE]))[0].match == "m"
    assert load("", "") == ()


def test_a_file_that_cant_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadStartupRoutes, match="can't be read"):
        load(str(tmp_path / "missing.json"), "")
