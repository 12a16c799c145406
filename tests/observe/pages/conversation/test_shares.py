"""What a context is made of, in the words of agents that were recorded."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from observe.pages.conversation.calls import Call
from observe.pages.conversation.shares import Shares, shares
from pricing.usage import Usage
from tests import make

pytestmark = pytest.mark.django_db
RECORDED = Path(__file__).parents[3] / "clients" / "recorded"


@dataclass(frozen=True)
class Agent:
    """Of its recorded session, and of the last request in it."""

    name: str
    wire_format: str
    tools: int
    """Of its own; Codex has some in a namespace beside them."""
    called: str


AGENTS = (
    Agent("codex", "openai-responses", 8, "exec_command"),
    Agent("opencode", "openai-chat", 10, "bash"),
    Agent("opencode-anthropic", "anthropic-messages", 10, "bash"),
    Agent("gemini", "gemini-generate", 15, "run_shell_command"),
    Agent("qwen", "openai-chat", 15, "run_shell_command"),
)


def told(asked: dict[str, Any], path: str, wire_format: str) -> Shares:
    row = make.stored(
        wire_format=wire_format,
        path=path,
        usage=Usage(input=2_000, output=10),
        bodies=(make.body(json.dumps(asked)),),
    )
    found = shares(Call(row, 1, "main"))
    assert found
    return found


@pytest.mark.parametrize("agent", AGENTS, ids=lambda agent: agent.name)
def test_an_agent_s_context_is_told_by_its_parts(agent: Agent) -> None:
    each = json.loads((RECORDED / f"{agent.name}.json").read_text("utf-8"))[-1]
    found = told(each["request"], each["path"], agent.wire_format)
    assert [part.name for part in found.parts] == [
        *("system", "tools", "user", "answers", "results"),
    ]
    assert sum(part.tokens for part in found.parts) == pytest.approx(2_000, abs=4)
    by_name = {server.name: server for server in found.servers}
    own = by_name.pop("the harness")
    assert len(own.tools) == agent.tools
    assert [tool.name for tool in own.tools if tool.is_called] == [agent.called]
    assert list(by_name) == (["multi_agent_v1"] if agent.name == "codex" else [])
    beside = sum(len(server.tools) for server in by_name.values())
    assert found.declared == len(found.unused) + 1 == agent.tools + beside
    # Definitions are told tool by tool, and together they are their share.
    [tools] = [part.tokens for part in found.parts if part.name == "tools"]
    assert sum(server.tokens for server in found.servers) == pytest.approx(tools, abs=9)


def test_tools_of_mcp_servers_and_pictures_are_told_apart() -> None:
    function = {"parameters": {"type": "object"}, "description": "x" * 200}
    names = ("mcp__tracker__find", "mcp__tracker__put", "read_file")
    document = {"type": "text", "media_type": "text/plain", "data": "word " * 200}
    picture = {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="}
    asked = {
        "system": "s" * 400,
        "tools": [
            *({"name": name, "input_schema": function} for name in names),
            {"type": "mcp_toolset", "mcp_server_name": "wiki"},
        ],
        "messages": [
            {
                "role": "user",
                "content": [
                    {"type": "image", "source": picture},
                    {"type": "document", "source": document},
                ],
            },
            {
                "role": "assistant",
                "content": [
                    {"type": "tool_use", "id": "t", "name": names[0], "input": {}}
                ],
            },
        ],
    }
    found = told(asked, "/v1/messages", "anthropic-messages")
    assert [(s.name, len(s.tools)) for s in found.servers] == [
        *(("tracker", 2), ("the harness", 1), ("wiki", 1)),
    ]
    # Of a whole server nobody knows which of its tools were called.
    assert found.unused == ["mcp__tracker__put", "read_file"]
    [files] = [part for part in found.parts if part.name == "files"]
    whole = sum(part.share for part in found.parts)
    assert whole == pytest.approx(1)
    # A picture counts for about a thousand tokens, a text for its characters.
    system = next(part for part in found.parts if part.name == "system")
    assert files.share / system.share == pytest.approx((4_000 + 1_000) / 400, rel=0.02)
