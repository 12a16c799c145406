"""What profiles come to: each shell reads back what was meant, each file its format."""

from __future__ import annotations

import json
import subprocess
import tomllib
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from runs.experiments import profiles, snippets
from runs.experiments.harness import Harness
from runs.experiments.kinds import HarnessFile
from runs.experiments.snippets import Access

ACCESS = Access(weir="http://h:1", key="sk-weir-k", model="m", prompt="say 'hi' $x")
READERS: dict[str, Callable[[str], Any]] = {
    "json": json.loads,
    "toml": tomllib.loads,
    "yaml": yaml.safe_load,
}
ODD = {"A": "it's", "B": 'two "words" $HOME\\n', "C": "a\nb", "D": "é😀’\x7f"}


@pytest.mark.parametrize("name", profiles.NAMES)
def test_a_profile_points_at_weir_with_the_key(name: str) -> None:
    profile = profiles.built_in(name)
    found = snippets.variables(profile, ACCESS)
    texts = snippets.files(profile, ACCESS)
    told = " ".join((*found.values(), *texts.values()))
    assert "{weir}" not in told
    assert "{model}" not in told
    if name == "curl":
        return
    assert "http://h:1" in told
    assert "sk-weir-k" in found.values()


@pytest.mark.parametrize("name", profiles.AGENTS)
def test_an_agent_is_started_with_the_prompt_as_one_word(name: str) -> None:
    profile = profiles.built_in(name)
    words = snippets.command(profile, ACCESS)
    assert ACCESS.prompt in words
    assert not any(word.startswith("$") for word in words)  # no shell reads them
    assert profile.version.endswith("--version")
    for file in profile.files:
        text = ACCESS.fill(file.text)
        assert READERS[file.format](text)
        assert file.elsewhere is not None


def test_a_shell_and_programs_read_back_what_was_meant() -> None:
    script = snippets.as_shell(ODD) + 'printf "%s|" "$A" "$B" "$C" "$D"'
    said = subprocess.run(["sh", "-c", script], capture_output=True, text=True)
    assert said.stdout.split("|")[:4] == list(ODD.values())
    assert json.loads(snippets.as_json(ODD)) == ODD
    assert tomllib.loads(snippets.as_toml(ODD)) == ODD
    assert "set -gx A 'it\\'s'" in snippets.as_fish(ODD)
    assert "$env:A = 'it''s'" in snippets.as_powershell(ODD)
    assert "$env:D = 'é😀’’\x7f'" in snippets.as_powershell(ODD)
    dotenv = snippets.as_dotenv(ODD)
    assert 'A="it\'s"' in dotenv
    assert """B='two "words" $HOME\\n'""" in dotenv
    assert 'C="a\\nb"\nD="é😀’' in dotenv


def test_a_file_stands_behind_the_variables_or_alone() -> None:
    codex = profiles.built_in("codex")
    shell = snippets.environment(codex, ACCESS, "shell")
    assert shell.startswith("export WEIR_KEY=sk-weir-k\n# ~/.codex/config.toml:\n# ")
    config = tomllib.loads(snippets.environment(codex, ACCESS, "toml"))
    assert config["model_providers"]["weir"]["base_url"] == "http://h:1/v1"
    assert json.loads(snippets.environment(codex, ACCESS, "json")) == {
        "WEIR_KEY": "sk-weir-k"
    }


def test_a_profile_of_ones_own_changes_what_it_says_of_another() -> None:
    own = HarnessFile.model_validate(
        {"name": "mine", "extends": "claude-code", "batch": "claude -p {prompt} --x"}
    )
    whole = profiles.whole(own)
    assert isinstance(whole, Harness)
    assert whole.address == profiles.built_in("claude-code").address
    assert whole.batch == "claude -p {prompt} --x"
