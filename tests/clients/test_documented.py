"""docs/clients.md says what the tests of SDKs and agents really set."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from runs.experiments import guide
from tests.clients.agents.cli import AGENTS, Agent, codex_provider

TEXT = (Path(__file__).parents[2] / "docs" / "clients.md").read_text("utf-8")
OWN = {"OPENCODE_DISABLE_MODELS_FETCH"}
"""Keeps a test run off the network; nobody needs it."""


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", TEXT, re.M | re.S)


@pytest.mark.parametrize("agent", AGENTS, ids=lambda agent: agent.name)
def test_each_variable_and_file_of_an_agent_is_told(agent: Agent) -> None:
    assert [name for name in agent.env.keys() - OWN if name not in TEXT] == []
    # Only what a client needs; Qwen Code's file only keeps its statistics at home.
    files = [name for name in agent.files("W") if not name.startswith(".qwen")]
    assert [name for name in files if f"~/{name}" not in TEXT] == []


def test_codex_is_set_up_as_told() -> None:
    told = tomllib.loads(blocks("toml")[0])
    [text] = codex_provider("W").values()
    used = tomllib.loads(text)
    assert told["model_providers"] == used["model_providers"]
    assert told["model_provider"] == used["model_provider"]


def test_the_json_of_agents_is_what_they_are_run_with() -> None:
    told = [json.loads(block) for block in blocks("json")]
    [opencode] = (each for each in told if "small_model" in each)
    [gemini] = (each for each in told if "security" in each)
    for told, name in ((opencode, "opencode"), (gemini, "gemini")):
        agent = next(each for each in AGENTS if each.name == name)
        [text] = agent.files("W").values()
        assert missing(told, json.loads(text)) == []


def test_each_agent_is_told_as_its_profile_says() -> None:
    assert guide.agents() in TEXT


def missing(told: Any, used: Any, where: str = "") -> list[str]:
    """Settings of `told` that `used` doesn't have; models may be called otherwise."""
    if not isinstance(told, dict):
        return [] if told == used or "weir-demo" in str(told) else [where]
    return [
        gap
        for name, value in told.items()
        if name != "models"
        for gap in missing(value, (used or {}).get(name), f"{where}/{name}")
    ]
