"""The agent CLIs, and how each is pointed at a base URL: what docs/clients.md tells.

A run has a home directory of its own, a made-up key, and no variable of the caller's
but PATH, where its program is looked for.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

KEY = "sk-made-up-key"
MODEL = "mock-fast"
PROMPT = "Use {tool} in 2 steps to print the folder: pwd"
"""The provider's model calls the tool twice with the last word, then says so."""
SAYS = "I read 2 tool results first"


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    name: str
    program: str
    tool: str
    """The tool of this agent that runs a shell command."""
    argv: tuple[str, ...]
    env: dict[str, str]
    """`{base}` stands for the base URL."""
    files: Callable[[str], dict[str, str]] = lambda base: {}
    """Below the home directory: path → content, for a base URL."""
    wire_format: str
    session_rule: str = "history"
    """What ties its requests."""

    @property
    def is_here(self) -> bool:
        return shutil.which(self.program) is not None

    def run(self, base: str, folder: Path, seconds: float = 90) -> str:
        """What it prints; it works in `folder`, where its home is made anew."""
        shutil.rmtree(folder, ignore_errors=True)
        home, work = folder / "home", folder / "work"
        work.mkdir(parents=True)
        for name, content in self.files(base).items():
            (home / name).parent.mkdir(parents=True, exist_ok=True)
            (home / name).write_text(content)
        env = {name: value.format(base=base) for name, value in self.env.items()}
        env |= {"PATH": os.environ["PATH"], "HOME": str(home), "TERM": "dumb"}
        done = subprocess.run(
            [self.program, *self.argv, PROMPT.format(tool=self.tool)],
            cwd=work,
            env=env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=seconds,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


CODEX_ARGV = (
    "exec",
    "--skip-git-repo-check",
    "--dangerously-bypass-approvals-and-sandbox",
)


def codex_provider(base: str) -> dict[str, str]:
    config = f"""
        model = "{MODEL}"
        model_provider = "weir"
        [model_providers.weir]
        name = "weir"
        base_url = "{base}/v1"
        env_key = "WEIR_KEY"
        wire_api = "responses"
        [analytics]
        enabled = false
    """
    return {".codex/config.toml": config}


def codex_built_in(base: str) -> dict[str, str]:
    config = f"""
        model = "{MODEL}"
        openai_base_url = "{base}/v1"
        [analytics]
        enabled = false
    """
    return {".codex/config.toml": config}


def opencode(base: str) -> dict[str, str]:
    options = {"baseURL": f"{base}/v1", "apiKey": "{env:WEIR_KEY}"}
    models = {MODEL: {"name": MODEL}}
    package = "@ai-sdk/openai-compatible"
    named = {"npm": package, "name": "weir", "options": options, "models": models}
    config = {
        "provider": {
            "weir": named,
            "anthropic": {"options": options, "models": models},
        },
        "small_model": f"weir/{MODEL}",
        "permission": {"bash": "allow"},
        "autoupdate": False,
    }
    return {".config/opencode/opencode.json": json.dumps(config)}


OPENCODE_ENV = {"WEIR_KEY": KEY, "OPENCODE_DISABLE_MODELS_FETCH": "1"}


def gemini(base: str) -> dict[str, str]:
    auth = {"auth": {"selectedType": "gemini-api-key"}}
    config = {"security": auth, "privacy": {"usageStatisticsEnabled": False}}
    return {".gemini/settings.json": json.dumps(config)}


def qwen(base: str) -> dict[str, str]:
    config = {"privacy": {"usageStatisticsEnabled": False}}
    return {".qwen/settings.json": json.dumps(config)}


AGENTS = (
    Agent(
        name="codex",
        program="codex",
        tool="exec_command",
        argv=CODEX_ARGV,
        env={"WEIR_KEY": KEY},
        files=codex_provider,
        wire_format="openai-responses",
        session_rule="header:session-id",
    ),
    Agent(
        # Its built-in provider tries a WebSocket first.
        name="codex-built-in",
        program="codex",
        tool="exec_command",
        argv=CODEX_ARGV,
        env={"CODEX_API_KEY": KEY},
        files=codex_built_in,
        wire_format="openai-responses",
        session_rule="header:session-id",
    ),
    Agent(
        name="opencode",
        program="opencode",
        tool="bash",
        argv=("run", "--model", f"weir/{MODEL}"),
        env=OPENCODE_ENV,
        files=opencode,
        wire_format="openai-chat",
        session_rule="header:x-session-id",
    ),
    Agent(
        name="opencode-anthropic",
        program="opencode",
        tool="bash",
        argv=("run", "--model", f"anthropic/{MODEL}"),
        env=OPENCODE_ENV,
        files=opencode,
        wire_format="anthropic-messages",
        session_rule="header:x-session-id",
    ),
    Agent(
        name="gemini",
        program="gemini",
        tool="run_shell_command",
        argv=("--yolo", "-m", MODEL, "-p"),
        env={
            "GOOGLE_GEMINI_BASE_URL": "{base}",
            "GEMINI_API_KEY": KEY,
            "GEMINI_CLI_TRUST_WORKSPACE": "true",
        },
        files=gemini,
        wire_format="gemini-generate",
    ),
    Agent(
        name="qwen",
        program="qwen",
        tool="run_shell_command",
        argv=("--auth-type", "openai", "--yolo", "-p"),
        env={
            "OPENAI_BASE_URL": "{base}/v1",
            "OPENAI_API_KEY": KEY,
            "OPENAI_MODEL": MODEL,
        },
        files=qwen,
        wire_format="openai-chat",
    ),
)
