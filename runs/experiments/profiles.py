"""The harness profiles that come with Weir: `data/harnesses/*.yaml`. Pure.

Read when they are first asked for; the Connect page, `weir run`, `weir session env` and
docs/clients.md tell what stands in them.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml

from runs.experiments.harness import Harness
from runs.experiments.kinds import HarnessFile

DATA = Path(__file__).parent / "data" / "harnesses"
SDKS = ("curl", "openai-python", "openai-js", "anthropic", "gemini")
AGENTS = (
    *("claude-code", "codex", "opencode", "openhands", "gemini-cli", "qwen-code"),
    *("aider", "mini-swe-agent", "pi", "llm"),
)
FAMILIES = ("openai", "anthropic", "gemini", "openhands")
"""Whose variables point any command's clients at Weir (`weir run`)."""
NAMES = tuple(dict.fromkeys((*SDKS, *AGENTS, *FAMILIES)))


@cache
def built_in(name: str) -> HarnessFile:
    """One of `NAMES`, with what it extends."""
    text = (DATA / f"{name}.yaml").read_text("utf-8")
    return whole(HarnessFile.model_validate(yaml.safe_load(text)))


def whole(profile: HarnessFile) -> HarnessFile:
    """With everything that it leaves to the profile which it extends."""
    if not profile.extends:
        return profile
    base = built_in(profile.extends)
    kept = {
        name: getattr(base, name)
        for name in Harness.model_fields
        if name in base.model_fields_set and name not in profile.model_fields_set
    }
    return profile.model_copy(update={**kept, "extends": ""})
