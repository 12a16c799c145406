"""What a harness asks for beside the work, told by its words or its header."""

from __future__ import annotations

import json
from typing import Any

import pytest

from proxy.wire import format_for
from proxy.wire.purposes import PURPOSES, agent_of, told_by_header

PATH = "/v1/messages"
OPENINGS = [
    (what, words) for what, all_words in PURPOSES.items() for words in all_words
]


def purpose(**body: Any) -> str:
    data = json.dumps(body).encode()
    return format_for("POST", PATH).read_request(data, PATH).purpose


@pytest.mark.parametrize(("what", "words"), OPENINGS)
def test_a_system_prompt_tells_what_a_call_is_for(what: str, words: str) -> None:
    system = [{"type": "text", "text": "x-anthropic-billing-header: cch=1"}]
    system.append({"type": "text", "text": f"\n{words.capitalize()}.\nMore."})
    messages = [{"role": "user", "content": "fix it"}]
    assert purpose(system=system, messages=messages) == what


def test_the_newest_question_of_a_harness_goes_before_the_system_prompt() -> None:
    asked = "You are performing a CONTEXT CHECKPOINT COMPACTION. Create a summary."
    messages = [
        {"role": "user", "content": "fix it"},
        {"role": "user", "content": asked},
    ]
    assert purpose(system="You are an agent.", messages=messages) == "compaction"


def test_a_question_that_was_answered_is_over() -> None:
    asked = "Your task is to create a detailed summary of the conversation so far"
    messages = [
        {"role": "user", "content": asked},
        {"role": "assistant", "content": "Summary: …"},
        {"role": "user", "content": "and now the tests"},
    ]
    assert purpose(system="You are an agent.", messages=messages) == ""


def test_people_who_speak_of_titles_do_the_work() -> None:
    for text in ("Give this a title", "Why do you summarize conversations?"):
        assert purpose(messages=[{"role": "user", "content": text}]) == ""


@pytest.mark.parametrize(
    ("value", "what"),
    [("compact", "compaction"), ("review", "sub-agent"), ("collab_spawn", "sub-agent")],
)
def test_codex_says_it_in_a_header(value: str, what: str) -> None:
    assert told_by_header([("accept", "x"), ("x-openai-subagent", value)]) == what
    assert told_by_header([("x-openai-subagent", " ")]) == ""


def test_a_sub_agent_is_called_as_its_harness_names_it() -> None:
    accept = ("accept", "x")
    assert agent_of([accept, ("x-openai-subagent", " review ")]) == "review"
    assert agent_of([accept, ("x-claude-code-agent-id", "a1b2")]) == "a1b2"
    assert agent_of([accept, ("x-openai-subagent", " ")]) == ""
