"""The same fixes on answers that are one JSON document."""

from __future__ import annotations

import json
from typing import Any

import pytest

from proxy import fixes
from proxy.forward.fixing import LARGEST, Fixing, WholeFixing
from tests.proxy.fixes.cases import (
    ARGUMENTS,
    BLOCK,
    CONTENT,
    EDITED,
    END,
    LOOK,
    QWEN,
    REASONING,
    TOOLS,
)


def mended(
    message: Any, *names: str, finish: str = "stop", answer: str = "c-1"
) -> tuple[Any, Fixing]:
    document = {
        "id": answer,
        "choices": [{"index": 0, "message": message, "finish_reason": finish}],
        "usage": {"prompt_tokens": 3},
    }
    sent = json.dumps(document).encode()
    fix = WholeFixing(Fixing(names, lambda: json.dumps(TOOLS).encode()))
    out = b"".join(fix.feed(sent[at : at + 7]) for at in range(0, len(sent), 7))
    assert out == b""
    out = fix.finish()
    if not any(each.did for each in fix.fixing.reports()):
        assert out == sent
    return json.loads(out)["choices"][0], fix.fixing


@pytest.mark.parametrize("name", ["reasoning_content", "reasoning"])
def test_a_block_in_the_thoughts_becomes_a_call(name: str) -> None:
    choice, _ = mended({"content": None, name: f"I see.\n{BLOCK}{LOOK}"}, QWEN)
    assert choice["finish_reason"] == "tool_calls"
    message = choice["message"]
    assert message["content"] == "I see."
    assert name not in message
    first, second = message["tool_calls"]
    assert first["function"]["name"] == "edit"
    assert json.loads(first["function"]["arguments"]) == EDITED[1]
    assert second["function"] == {"name": "look", "arguments": "{}"}
    assert first["id"] != second["id"]


def test_ids_are_an_answer_s_own_and_a_cut_answer_says_so() -> None:
    ids = set()
    for answer in ("c-1", "c-1", "c-2"):
        said = {"reasoning": LOOK}
        choice, _ = mended(said, QWEN, finish="length", answer=answer)
        assert choice["finish_reason"] == "length"
        ids.add(choice["message"]["tool_calls"][0]["id"])
    assert len(ids) == 2


@pytest.mark.parametrize(
    ("parameter", "text", "value"),
    [
        ("line", " 12 ", 12),
        ("dry", "True", True),
        ("dry", "0", False),
        ("dry", "null", None),
        ("share", "0.5", 0.5),
        ("options", '{"a": [1]}', {"a": [1]}),
        ("names", '["x"]', ["x"]),
        ("path", "\n  if x:\n    y\n", "  if x:\n    y"),
    ],
)
def test_values_are_of_the_type_that_was_declared(
    parameter: str, text: str, value: Any
) -> None:
    given = f"<parameter={parameter}>{text}</parameter>"
    path = "" if parameter == "path" else "<parameter=path>p</parameter>"
    block = f"<tool_call><function=edit>{path}{given}</function></tool_call>"
    choice, _ = mended({"reasoning": block}, QWEN)
    arguments = json.loads(choice["message"]["tool_calls"][0]["function"]["arguments"])
    assert arguments[parameter] == value


@pytest.mark.parametrize(
    ("message", "why"),
    [
        ({"content": "so", "reasoning": LOOK}, "assistant content appeared alongside"),
        ({"reasoning": BLOCK.replace("7", "1e999")}, "parameter 'line' is no integer"),
        ({"reasoning": LOOK[:-5]}, "malformed tagged block"),
        ({"reasoning": LOOK.replace("look", "x" * 500)}, "undeclared tool 'x"),
        ({"reasoning": BLOCK.replace("7", "7</parameter>x")}, "malformed parameter"),
    ],
)
def test_what_is_refused_passes_unchanged_with_a_warning(
    message: Any, why: str
) -> None:
    choice, fixing = mended(message, QWEN)
    assert choice["message"] == message
    (report,) = fixing.reports()
    assert why in report.warnings[0]
    assert "1e999" not in report.warnings[0]
    assert len(report.warnings[0]) < 200


def test_the_other_fixes() -> None:
    call = {"function": {"name": "look", "arguments": {"a": 1}}}
    said = {"role": "assistant", "reasoning": "Hm", "tool_calls": [call]}
    choice, fixing = mended(said, ARGUMENTS, CONTENT, END)
    message = choice["message"]
    assert list(message) == ["role", "reasoning_content", "tool_calls"]
    assert message["tool_calls"][0]["function"]["arguments"] == '{"a":1}'
    assert [bool(each.did) for each in fixing.reports()] == [True, True, False]
    both = {"reasoning": "a", "reasoning_content": "b"}
    assert mended(both, REASONING, CONTENT)[0]["message"] == both


def test_an_answer_that_is_too_large_passes() -> None:
    fix = WholeFixing(Fixing([QWEN], bytes))
    piece = b"x" * (LARGEST // 2)
    assert fix.feed(piece) + fix.feed(piece) == b""
    assert fix.feed(b"y") == piece + piece + b"y"
    assert fix.feed(b"z") + fix.finish() == b"z"
    assert fix.fixing.reports()[0].warnings


def test_names_are_checked() -> None:
    assert fixes.problem([QWEN, END]) is None
    assert "Unknown compatibility fix: x." in str(fixes.problem(["x"]))
    assert "twice" in str(fixes.problem([END, END]))
    assert fixes.problem("x") == "Fixes are a list of their names."
    for text in (f"{QWEN}, {END}", f"{QWEN}\n {END}\n", json.dumps([QWEN, END])):
        assert fixes.names_in(text) == [QWEN, END]
    assert all(each.about and each.risk for each in fixes.FIXES)
