from __future__ import annotations

import ast
import json
import subprocess

import pytest

from proxy.setup.samples import sample
from tests.proxy.route.routing_cases import go, rule, table

NASTY = 'it\'s $HOME `id` "x" \\ ü; rm'


@pytest.mark.parametrize("model", ["gpt-5", NASTY])
def test_the_curl_line_survives_a_real_shell(model: str) -> None:
    root = "http://127.0.0.1:8080"
    line = sample(model, root, None, "THE_KEY", wants_token=True).curl
    script = 'curl() { for a in "$@"; do printf "%s\\0" "$a"; done; }\n' + line
    run = subprocess.run(
        ["sh", "-c", script],
        env={"THE_KEY": "k", "WEIR_TOKEN": "t"},
        capture_output=True,
        check=True,
    )
    arguments = run.stdout.decode().split("\0")
    assert arguments[0] == "http://127.0.0.1:8080/v1/chat/completions"
    assert "Authorization: Bearer k" in arguments
    assert "X-Weir-Token: t" in arguments
    body = json.loads(arguments[arguments.index("-d") + 1])
    assert body["model"] == model


@pytest.mark.parametrize("model", ["gpt-5", NASTY])
def test_the_python_snippet_parses_and_names_the_model(model: str) -> None:
    made = sample(model, "http://h:1", None, "", wants_token=True)
    tree = ast.parse(made.python)
    texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    assert model in texts
    assert "http://h:1/v1" in texts
    assert {"X-Weir-Token", "WEIR_TOKEN"} <= {str(text) for text in texts}


def test_the_node_snippet_quotes_the_model_as_json() -> None:
    assert (
        json.dumps(NASTY)
        in sample(NASTY, "http://h:1", None, "", wants_token=False).node
    )


def test_the_upstream_preview_shows_no_key() -> None:
    routes = table(rule("m", provider="openai", upstream_model="n"))
    target = go(routes, model="m", environ={"OPENAI_API_KEY": "sk-secret"})
    found = sample("m", "http://h:1", target, "OPENAI_API_KEY", wants_token=False)
    assert found.upstream is not None
    assert found.upstream.url == "https://api.openai.com/v1/chat/completions"
    assert found.upstream.body["model"] == "n"
    assert found.upstream.headers["authorization"] == "Bearer $OPENAI_API_KEY"
    assert "sk-secret" not in repr(found)


def test_the_token_is_asked_for_where_it_is_wanted() -> None:
    plain = sample("m", "http://h:1", None, "", wants_token=False)
    wanting = sample("m", "http://h:1", None, "", wants_token=True)
    for language in ("curl", "python", "node"):
        assert "X-Weir-Token" in getattr(wanting, language)
        assert "X-Weir-Token" not in getattr(plain, language)
