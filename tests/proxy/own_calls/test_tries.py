"""What is tried, as the readers of each dialect understand it."""

from __future__ import annotations

import json

import pytest

from observe.cli.verbs import VERBS
from proxy.exchange import Dialect
from proxy.own_calls.tries import PROMPTS, TryKind, try_call
from proxy.wire import format_for


@pytest.mark.parametrize("dialect", Dialect)
@pytest.mark.parametrize("kind", TryKind)
def test_each_kind_says_what_it_tries(kind: TryKind, dialect: Dialect) -> None:
    call = try_call(kind, "m-1", provider="p", speaks=(dialect,))
    path = call.path.decode().removeprefix("/p")
    form = format_for(call.method, path)
    asked = form.read_request(call.body, path)
    assert (form.operation, asked.model) == ("chat", "m-1")
    assert asked.tools_offered == (1 if kind is TryKind.TOOLS else 0)
    assert asked.images == (1 if kind is TryKind.IMAGE else 0)
    is_stream = asked.stream or b"alt=sse" in call.query
    assert is_stream == (kind is TryKind.STREAM)
    assert asked.preview == PROMPTS[kind]
    assert json.loads(call.body)


def test_the_command_knows_the_same_kinds() -> None:
    parser = VERBS["probe"].parser()
    for kind in TryKind:
        assert vars(parser.parse_args(["m", "--kind", kind.value]))["kind"] == kind
