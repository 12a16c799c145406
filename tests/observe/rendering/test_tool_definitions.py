"""Declared tools, by name."""

from __future__ import annotations

import pytest

from observe.rendering.tool_definitions import declared, definitions, server_of


@pytest.mark.parametrize(
    ("body", "names"),
    [
        (b"no json", []),
        (b"[]", []),
        (b'{"tools": "all"}', []),
        (b'{"tools": [{"name": "a", "input_schema": {}}, 7]}', ["a"]),
        (b'{"tools": [{"functionDeclarations": [{"name": "a"}, {"name": "b"}]}]}',
         ["a", "b"]),
        (b'{"toolConfig": {"tools": [{"toolSpec": {"name": "a"}}]}}', ["a"]),
        (b'{"tools": [{"type": "web_search"}]}', ["web_search"]),
        (b'{"tools": [{"googleSearch": {}}]}', ["googleSearch"]),
    ],
)  # fmt: skip
def test_tools_are_named_in_every_dialect(body: bytes, names: list[str]) -> None:
    assert list(declared(body)) == names


def test_tools_are_told_by_the_server_that_has_them() -> None:
    inner = '{"type": "function", "name": "find"}, {"type": "function", "name": "put"}'
    space = f'{{"type": "namespace", "name": "mcp__crm__", "tools": [{inner}]}}'
    there = '{"type": "mcp", "server_label": "wiki", "server_url": "https://x.example"}'
    kept = '{"type": "mcp_toolset", "mcp_server_name": "notes"}'
    own = '{"type": "function", "name": "run"}'
    body = f'{{"tools": [{space}, {there}, {kept}, {own}]}}'.encode()
    assert [(each.name, each.server) for each in definitions(body)] == [
        *(("find", "crm"), ("put", "crm"), ("wiki", "wiki"), ("notes", "notes")),
        ("run", ""),
    ]


@pytest.mark.parametrize(
    ("name", "server"),
    [
        ("mcp__tracker__find_issue", "tracker"),
        ("mcp__my_tracker__find__all", "my_tracker"),
        ("mcp_tracker_find_issue", "tracker"),
        ("tracker__find", "tracker"),
        ("read_file", ""),
        ("__private", ""),
        ("mcp__tracker__", ""),
    ],
)
def test_harnesses_name_an_mcp_server_in_its_tools(name: str, server: str) -> None:
    assert server_of(name) == server
