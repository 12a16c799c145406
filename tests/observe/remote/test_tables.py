"""Requests as a table: what one copies or adds up is whole at any usual width."""

from __future__ import annotations

import io
from typing import Any

import pytest
from rich.console import Console

from observe.remote.tables import RequestTable, cost

ROW: dict[str, Any] = {
    "started_at": "2026-03-01T09:00:00.000Z",
    "id": "01a21592-65e5-75e9-8c0d-4a9f3d7b2e10",
    "model": "claude-sonnet-4-5-20250929",
    "endpoint": "/v1/chat/completions",
    "status": 502,
    "outcome": "upstream_error",
    "success": False,
    "duration_ms": 945.0,
    "ttft_ms": 202.0,
    "tokens": {
        "input": 12,
        "cached_input": 0,
        "cache_write_input": None,
        "output": 340,
    },
    "cost_usd": "0.0000492",
    "unpriced": False,
    "preview": "Why does the river run to the sea, and what does it want there?",
}


def lines(width: int) -> list[str]:
    console = Console(file=io.StringIO(), width=width)
    with console.capture() as shown:
        console.print(RequestTable([ROW, ROW]))
    return shown.get().splitlines()


@pytest.mark.parametrize("width", [80, 100, 120, 160])
def test_a_request_is_a_line_with_its_id_cost_and_tokens(width: int) -> None:
    heads, *rows = lines(width)
    assert heads.split()[:2] == ["Started", "Id"]
    assert len(rows) == 2
    for row in rows:
        for whole in ("01a21592-65e5-75e9", "945 ms", "12+340", "$0.0000492", "502"):
            assert whole in row
        assert len(row.rstrip()) <= width


def test_a_wide_terminal_has_every_column() -> None:
    assert lines(160)[0].split() == [
        *("Started", "Id", "Model", "Endpoint", "Status"),
        *("Time", "TTFT", "Tokens", "Cost", "Request"),
    ]
    assert "/v1/chat/completions" in lines(160)[1]
    assert "Endpoint" not in lines(80)[0]


def test_a_cost_that_is_not_known_is_told_from_none() -> None:
    unknown = ROW | {"cost_usd": None, "unpriced": True}
    free = unknown | {"unpriced": False}
    assert (cost(ROW), cost(unknown), cost(free)) == ("$0.0000492", "unknown", "–")
