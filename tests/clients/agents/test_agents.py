"""Agent CLIs through a tool loop: the same straight and through Weir, all recorded.

Each runs where its program is on the PATH, and skips elsewhere:

    npm install --prefix DIR @openai/codex opencode-ai @google/gemini-cli \
        @qwen-code/qwen-code
    PATH=DIR/node_modules/.bin:$PATH .venv/bin/python -m pytest tests/clients/agents -rs
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.clients.agents.cli import AGENTS, KEY, MODEL, SAYS, Agent
from tests.clients.desk import Desk, is_good
from tests.clients.provider import Call
from tests.server import Row

pytestmark = [pytest.mark.timeout(240)]
EACH = pytest.mark.parametrize("agent", AGENTS, ids=lambda agent: agent.name)


def shape(calls: list[Call]) -> list[Any]:
    """What of an agent's calls must not depend on who stands in between."""
    # `connection` is between neighbours: each side of a proxy has its own.
    return sorted(
        (call.method, call.path, sorted(call.headers.keys() - {"connection"}))
        for call in calls
    )


@EACH
def test_a_tool_loop(desk: Desk, agent: Agent, tmp_path: Path) -> None:
    if not agent.is_here:
        pytest.skip(f"needs {agent.program} on the PATH")
    folder = tmp_path / "run"
    calls = desk.provider.calls

    begin = len(calls)
    straight = agent.run(desk.provider.url, folder)
    middle, newest = len(calls), desk.newest()
    through = agent.run(desk.weir.url, folder)

    assert SAYS in straight
    assert SAYS in through
    came = [call for call in calls[begin:middle] if "upgrade" not in call.headers]
    assert shape(calls[middle:]) == shape(came)
    rows = [
        row
        for row in desk.rows_after(newest, len(came), at_least=True)
        if row["error_code"] != "WEBSOCKET_NOT_SUPPORTED"
    ]
    check_rows(desk, agent, rows)


def check_rows(desk: Desk, agent: Agent, rows: list[Row]) -> None:
    for row in rows:
        is_good(row, MODEL, stream=True)
        assert row["output_tokens"]
        assert row["wire_format"] in (agent.wire_format, "openai-chat")
        assert KEY not in str(desk.detail(row))
    loop = [row for row in rows if desk.detail(row).tools_offered]
    assert [row["tool_call_count"] for row in loop] == [1, 1, 0]
    assert [list(desk.detail(row).tool_calls) for row in loop] == [
        [agent.tool],
        [agent.tool],
        [],
    ]
    conversations = {row["conversation_id"] for row in loop}
    assert len(conversations) == 1
    [told] = desk.weir.query(
        "SELECT rule FROM runs_conversation WHERE id = ?", conversations.pop()
    )
    assert told["rule"] == agent.session_rule
