"""`proxy/wire/raw_messages.py`: the end of a list, read without what stands before."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from proxy.wire.base import Message
from proxy.wire.openai_messages import read_message
from proxy.wire.raw_messages import Messages, read_all

ROLES = ("user", "user", "assistant", "tool", "system", "developer", "odd")
SAID = ("", "one", 'of "system" and of "developer"', [{"type": "text", "text": "two"}])


def listed(dice: random.Random) -> Messages:
    raws = [
        {"role": dice.choice(ROLES), "content": dice.choice(SAID)}
        for _ in range(dice.randrange(12))
    ]
    return read_all([json.dumps(raw).encode() for raw in raws], read_message)


@pytest.mark.parametrize("seed", range(40))
def test_the_end_and_the_prompts_are_those_of_the_whole_list(seed: int) -> None:
    messages = listed(random.Random(seed))
    whole: list[Message] = [*messages]
    answers = [at for at, each in enumerate(whole) if each.role == "assistant"]
    assert messages.behind("assistant") == whole[answers[-1] + 1 if answers else 0 :]
    assert messages.systems() == [each for each in whole if each.role == "system"]


def test_what_stands_before_the_last_answer_is_not_read() -> None:
    read = list[Any]()

    def noting(message: dict[str, Any]) -> Any:
        read.append(message["content"])
        return read_message(message)

    said = [("system", "a"), ("user", "b"), ("assistant", "c"), ("user", "d")]
    raws = [json.dumps({"role": role, "content": text}) for role, text in said]
    messages = read_all([raw.encode() for raw in raws], noting)
    assert [each.role for each in messages.behind("assistant")] == ["user"]
    assert read == ["d", "c"]
    assert len(messages.systems()) == 1
    assert read == ["d", "c", "a"]
