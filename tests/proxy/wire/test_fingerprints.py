"""What an agent is: the same for the same prompt and tools, whatever day it is."""

from __future__ import annotations

import json
from typing import Any

import pytest

from proxy.wire.fingerprints import Fingerprint, read_fingerprint
from proxy.wire.members import Members

TOOLS = [{"name": "read", "input_schema": {"type": "object"}}]


def of(**body: Any) -> Fingerprint:
    return read_fingerprint(Members(json.dumps(body).encode()))


@pytest.mark.parametrize(
    "body",
    [
        {"system": "Be brief"},
        {"instructions": "Be brief"},
        {"messages": [{"role": "system", "content": "Be brief"}]},
        {"messages": [{"role": "developer", "content": "Be brief"}]},
        {"systemInstruction": {"parts": [{"text": "Be brief"}]}},
        {"request": {"system_instruction": {"parts": [{"text": "Be brief"}]}}},
    ],
)
def test_a_system_prompt_is_found_in_every_dialect(body: dict[str, Any]) -> None:
    other = json.loads(json.dumps(body).replace("brief", "long"))
    assert of(**body).system
    assert of(**body).system != of(**other).system
    assert of(**body, tools=TOOLS).system == of(**body).system


def test_dates_folders_and_ids_are_not_the_prompt() -> None:
    told = "Today is {}. Working in {}. Session {}."
    monday = told.format("2026-11-23", "/home/a/x", "0123abcd-4567-89ab")
    tuesday = told.format("2026-11-24", "/work/b/y", "fedcba98-7654-3210")
    assert of(system=monday).system == of(system=tuesday).system
    assert of(system=monday).system != of(system="Today is not.").system


def test_tools_have_a_mark_of_their_own() -> None:
    assert of(tools=TOOLS).tools != of(tools=[*TOOLS, {"name": "write"}]).tools
    assert of(tools=[]).tools == of(messages=[]).tools == ""


@pytest.mark.parametrize(
    ("body", "effort"),
    [
        ({"reasoning_effort": "high"}, "high"),
        ({"reasoning": {"effort": "low", "summary": "auto"}}, "low"),
        ({"output_config": {"effort": "medium"}}, "medium"),
        ({"thinking": {"type": "enabled", "budget_tokens": 4096}}, "4096"),
        ({"thinking": {"type": "adaptive"}}, "adaptive"),
        ({"generationConfig": {"thinkingConfig": {"thinkingBudget": 0}}}, "0"),
        ({"messages": []}, ""),
    ],
)
def test_the_effort_as_its_dialect_says_it(body: dict[str, Any], effort: str) -> None:
    assert of(**body).effort == effort


@pytest.mark.parametrize("body", [b"", b"[1]", b'{"system": ', b'{"messages": 3}'])
def test_anything_else_has_none(body: bytes) -> None:
    assert read_fingerprint(Members(body)) == Fingerprint()
