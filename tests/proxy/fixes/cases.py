"""Answers that fixes are made for: the tests beside it split and fuzz each of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "edit",
            "parameters": {
                "type": "object",
                "properties": {
                    "path": {"type": "string"},
                    "line": {"type": "integer"},
                    "dry": {"type": ["boolean", "null"]},
                    "share": {"type": "number"},
                    "options": {"type": "object"},
                    "names": {"type": "array"},
                },
                "required": ["path"],
            },
        },
    },
    {"type": "function", "name": "look"},
]
QWEN = "qwen-tagged-tool-call-rewrite"
CONTENT = "reasoning-to-reasoning-content"
REASONING = "reasoning-content-to-reasoning"
ARGUMENTS = "tool-arguments-as-text"
END = "missing-stream-end"
DONE = b"data: [DONE]\n\n"

BLOCK = (
    "<tool_call>\n<function=edit>\n<parameter=path>\n  a b.py\n</parameter>\n"
    "<parameter=line>\n7\n</parameter>\n</function>\n</tool_call>"
)
LOOK = "<tool_call><function=look></function></tool_call>"
EDITED = ("edit", {"path": "  a b.py", "line": 7})
LOOKED: tuple[str, Any] = ("look", {})


def chunk(delta: Any, finish: str | None = None, index: int = 0, **more: Any) -> bytes:
    choice = {"index": index, "delta": delta, "finish_reason": finish}
    return b"data: " + json.dumps({"id": "c-1", "choices": [choice], **more}).encode()


def thought(
    *texts: str, index: int = 0, name: str = "reasoning_content"
) -> list[bytes]:
    return [chunk({name: text}, index=index) for text in texts]


def lines(*events: bytes, end: bytes = b"\n") -> bytes:
    return b"".join(event + end + end for event in events)


USAGE = b'data: {"id":"c-1","choices":[],"usage":{"prompt_tokens":3}}'
PING = b": ping"


@dataclass(frozen=True)
class Case:
    """A stream, the fixes on, and what is to be read of what the client gets."""

    name: str
    fixes: tuple[str, ...]
    stream: bytes
    content: str = ""
    thoughts: str = ""
    calls: tuple[tuple[str, Any], ...] = ()
    finish: str | None = "tool_calls"
    warning: str = ""
    """The beginning of it; such a stream passes byte for byte."""


def qwen(name: str, *events: bytes, end: bytes = b"\n", **told: Any) -> Case:
    stream = lines(*events, b"data: [DONE]", end=end)
    return Case(name, (QWEN,), stream, **told)


STOP = chunk({}, "stop")
CUT = chunk({}, "length")
AS_OBJECT = {"index": 0, "function": {"name": "look", "arguments": {"é": 1}}}
HI = chunk({"content": "Hi"})
CASES = (
    qwen(
        "a block in one piece",
        *thought("Let me see. ", "So: " + BLOCK),
        STOP,
        USAGE,
        content="So:",
        thoughts="Let me see. ",
        calls=(EDITED,),
    ),
    qwen(
        "a tag cut over deltas",
        *thought("Hm ", "<tool_", "call>", BLOCK[11:30], BLOCK[30:]),
        STOP,
        thoughts="Hm ",
        calls=(EDITED,),
    ),
    qwen(
        "several calls, CRLF, a ping in between",
        *thought("x<", "y", BLOCK[:40], name="reasoning"),
        PING,
        *thought(BLOCK[40:] + "\n" + LOOK, "\n", name="reasoning"),
        STOP,
        end=b"\r\n",
        thoughts="x<y",
        calls=(EDITED, LOOKED),
    ),
    qwen(
        "the second choice",
        *thought("no call", index=0),
        *thought(LOOK, index=1),
        chunk({"content": "Hi"}, index=0),
        chunk({}, "stop", 0),
        chunk({"reasoning_content": " "}, "stop", 1),
        content="Hi",
        thoughts="no call",
        calls=(LOOKED,),
    ),
    qwen("no tag", *thought("a < b"), STOP, thoughts="a < b", finish="stop"),
    qwen(
        "half a tag at the end",
        *thought("a <tool"),
        STOP,
        thoughts="a <tool",
        finish="stop",
    ),
    qwen(
        "cut by length",
        *thought(LOOK),
        chunk({}, "length"),
        calls=(LOOKED,),
        finish="length",
    ),
    *(
        qwen(f"refused: {why}", *events, warning=why)
        for why, events in {
            "malformed tagged block": [*thought('<tool_call>{"name": "look"}'), STOP],
            "undeclared tool 'rm'": [*thought(LOOK.replace("look", "rm")), STOP],
            "unknown parameter 'depth'": [
                *thought(BLOCK.replace("line", "depth")),
                STOP,
            ],
            "missing required parameter 'path'": [
                *thought("<tool_call><function=edit></function></tool_call>"),
                STOP,
            ],
            "parameter 'line' is no integer": [*thought(BLOCK.replace("7", "x")), STOP],
            "content appeared after tagged block": [*thought(LOOK + " done"), STOP],
            "missing function name": [*thought(LOOK.replace("look", "")), STOP],
            "duplicate parameter 'path'": [
                *thought(BLOCK.replace("line", "path")),
                STOP,
            ],
            "assistant content appeared after tagged block": [
                *thought(LOOK),
                chunk({"content": "so"}),
                STOP,
            ],
            "assistant content appeared alongside tagged block": [
                chunk({"content": "so"}),
                *thought(LOOK),
                STOP,
            ],
            "structured tool call appeared after tagged block": [
                *thought(LOOK),
                chunk({"tool_calls": [{"index": 0}]}),
                STOP,
            ],
            "usage/control event interrupted block": [*thought(LOOK), USAGE, STOP],
            "non-JSON SSE event interrupted block": [*thought(LOOK), b"data: ?", STOP],
            "incomplete tagged tool-call block": thought(LOOK),
        }.items()
    ),
    Case(
        "thoughts under the other name",
        (CONTENT,),
        lines(*thought("Hm", "m", name="reasoning"), STOP) + DONE,
        thoughts="Hmm",
        finish="stop",
    ),
    Case(
        "arguments as an object",
        (ARGUMENTS,),
        lines(
            chunk({"tool_calls": [AS_OBJECT]}),
            chunk({}, "tool_calls"),
        )
        + DONE,
        calls=(("look", {"é": 1}),),
    ),
    Case(
        "no end", (END,), lines(chunk({"content": "Hi"})), content="Hi", finish="stop"
    ),
    Case(
        "no finish reason, and a block: two fixes in their order",
        (END, QWEN),
        lines(*thought("a ", LOOK)) + DONE,
        thoughts="a ",
        calls=(LOOKED,),
    ),
)
