"""What the demo model says, and when it calls a tool."""

from __future__ import annotations

from typing import Any

import pytest

from proxy.demo.answer import Answer, answer, arguments_for, choose_tool
from proxy.demo.asked import Prompt, Tool, Turn
from proxy.demo.behaviour import Behaviour
from proxy.demo.counting import PrefixCache, tokens


def prompt(asked: str, *tools: str, results: int = 0, **fields: Any) -> Prompt:
    turns = [Turn(role="user", text=asked)]
    turns += [Turn(role="tool", text="done", tool_results=1)] * results
    offered = tuple(Tool(name=name, schema={}) for name in tools)
    fields.setdefault("model", "weir-demo")
    return Prompt(turns=tuple(turns), tools=offered, **fields)


def answered(asked: Prompt, **how: Any) -> Answer:
    return answer(asked, Behaviour(**how), PrefixCache(), id="1", created=0)


def test_it_says_that_it_is_a_demo_and_what_was_asked() -> None:
    text = answered(prompt("why is\n the sky blue?")).text
    assert "Weir's built-in demo model" in text
    assert "“why is the sky blue?”" in text


def test_the_same_prompt_gets_the_same_answer() -> None:
    assert answered(prompt("hi")) == answered(prompt("hi"))


def test_it_counts() -> None:
    assert answered(prompt("please count to 5")).text == "1, 2, 3, 4, 5"


def test_it_repeats_with_line_breaks() -> None:
    assert answered(prompt("say: a\n\nb")).text == "a\n\nb"


def test_output_tokens_are_the_texts_own() -> None:
    said = answered(prompt("hi"))
    assert said.count.output == tokens(said.text)
    assert said.count.reasoning == 0


def test_reasoning_counts_as_part_of_the_output() -> None:
    said = answered(prompt("say: ok"), reasons=True)
    assert said.count.reasoning == tokens(said.reasoning) > 0
    assert said.count.output == said.count.reasoning + 1


def test_pieces_join_to_the_text() -> None:
    said = answered(prompt("say:   two  spaces\nand a line\n"))
    assert "".join(said.pieces()) == said.text
    assert len(said.pieces()) > 1


def test_max_tokens_cut_the_answer() -> None:
    said = answered(prompt("count to 100", max_tokens=6))
    assert said.text == "1, 2, 3,"
    assert said.is_cut_short
    assert said.count.output == 6


def test_a_looking_tool_is_called_once() -> None:
    assert answered(prompt("hi", "get_weather")).tool == "get_weather"
    after = answered(prompt("hi", "get_weather", results=1))
    assert after.tool == ""
    assert "1 tool result first" in after.text


def test_a_tool_that_could_change_something_is_not_called_unasked() -> None:
    assert choose_tool(prompt("tidy up", "delete_file", "bash")) is None


@pytest.mark.parametrize(
    ("asked", "choice"),
    [("please delete_file x", "auto"), ("x", "required"), ("x", "delete_file")],
)
def test_it_is_called_when_named_or_demanded(asked: str, choice: str) -> None:
    chosen = choose_tool(prompt(asked, "delete_file", tool_choice=choice))
    assert chosen is not None
    assert chosen.name == "delete_file"


def test_tool_choice_none_is_respected() -> None:
    assert choose_tool(prompt("get_x", "get_x", tool_choice="none")) is None


def test_several_steps_use_the_tools_in_turn() -> None:
    tools = ("read_file", "list_files")
    called = [
        answered(prompt("fix it in 3 steps", *tools, results=n)).tool for n in range(4)
    ]
    assert called == ["read_file", "list_files", "read_file", ""]


def test_arguments_fit_the_schema() -> None:
    schema = {
        "properties": {
            "city": {"type": "string"},
            "unit": {"enum": ["c", "f"]},
            "days": {"type": "integer"},
            "at": {"type": "object", "properties": {"deep": {"type": "boolean"}}},
            "optional": {"type": "string"},
        },
        "required": ["city", "unit", "days", "at"],
    }
    values = arguments_for(Tool(name="t", schema=schema), "weather in Paris?")
    assert values == {"city": "Paris", "unit": "c", "days": 1, "at": {"deep": False}}
