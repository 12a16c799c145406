"""Declared tools, by name."""

from __future__ import annotations

import pytest

from observe.rendering.tool_definitions import declared


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
    ],
)  # fmt: skip
def test_tools_are_named_in_every_dialect(body: bytes, names: list[str]) -> None:
    assert list(declared(body)) == names
