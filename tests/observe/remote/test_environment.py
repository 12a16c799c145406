"""The variables of a command under `weir run`."""

from __future__ import annotations

from observe.remote.environment import RunAccess, for_command, keeping

ACCESS = RunAccess(server="http://127.0.0.1:9", run="01a1", key="sk-weir-k")


def test_every_client_is_pointed_at_weir_with_the_runs_key() -> None:
    result = for_command(ACCESS, {"PATH": "/bin", "OPENAI_API_KEY": "sk-real"})
    assert result == {
        "PATH": "/bin",
        "OPENAI_BASE_URL": "http://127.0.0.1:9/v1",
        "OPENAI_API_BASE": "http://127.0.0.1:9/v1",
        "OPENAI_API_KEY": "sk-weir-k",
        "ANTHROPIC_BASE_URL": "http://127.0.0.1:9",
        "ANTHROPIC_API_KEY": "sk-weir-k",
        "ANTHROPIC_AUTH_TOKEN": "sk-weir-k",
        "GOOGLE_GEMINI_BASE_URL": "http://127.0.0.1:9",
        "GEMINI_API_KEY": "sk-weir-k",
        "LLM_BASE_URL": "http://127.0.0.1:9/v1",
        "LLM_API_KEY": "sk-weir-k",
        "WEIR_SERVER": "http://127.0.0.1:9",
        "WEIR_RUN_ID": "01a1",
        "WEIR_RUN_KEY": "sk-weir-k",
    }


def test_googles_older_variable_is_replaced_only_where_it_would_win() -> None:
    result = for_command(ACCESS, {"GOOGLE_API_KEY": "real"})
    assert result["GOOGLE_API_KEY"] == "sk-weir-k"
    assert "GOOGLE_API_KEY" not in for_command(ACCESS, {})


def test_a_kept_key_stays_and_a_header_names_the_run() -> None:
    environ = {"OPENAI_API_KEY": "sk-real", "OPENAI_CUSTOM_HEADERS": "A: b"}
    result = for_command(ACCESS, environ, kept={"openai"})
    assert result["OPENAI_API_KEY"] == "sk-real"
    assert result["OPENAI_CUSTOM_HEADERS"] == "A: b\nX-Weir-Run: 01a1"
    assert result["OPENAI_BASE_URL"] == "http://127.0.0.1:9/v1"
    assert result["ANTHROPIC_API_KEY"] == "sk-weir-k"


def test_a_key_is_kept_where_only_the_caller_has_one() -> None:
    has_key = {"openai": False, "anthropic": True, "google": False}
    environ = {
        "OPENAI_API_KEY": "a",
        "ANTHROPIC_AUTH_TOKEN": "b",
        "GEMINI_API_KEY": " ",
    }
    assert keeping(environ, has_key) == {"openai": "OPENAI_API_KEY"}


def test_weir_is_not_looked_for_behind_a_proxy() -> None:
    assert "NO_PROXY" not in for_command(ACCESS, {})
    environ = {"https_proxy": "http://proxy:3128", "no_proxy": "a.example, b.example"}
    result = for_command(ACCESS, environ)
    assert result["NO_PROXY"] == "a.example,b.example,127.0.0.1"
    assert result["no_proxy"] == result["NO_PROXY"]


def test_the_callers_own_environment_is_not_changed() -> None:
    environ = {"OPENAI_API_KEY": "sk-real"}
    for_command(ACCESS, environ)
    assert environ == {"OPENAI_API_KEY": "sk-real"}
