"""What became of a request since the call before."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from observe.rendering.base import Subject
from observe.rendering.changed import Changed, Changes, changes
from proxy.wire import format_for
from runs.record import Side

SYSTEM = {"role": "system", "content": "Be brief."}
TASK = {"role": "user", "content": "Mend the gate"}
DONE = {"role": "assistant", "content": "Done."}
READ = {"type": "function", "function": {"name": "read", "description": "Reads"}}


def asked(messages: Sequence[Any], **members: Any) -> Subject:
    body = json.dumps({"model": "m", "messages": messages, **members}).encode()
    wire = format_for("POST", "/v1/chat/completions")
    return Subject(data=body, side=Side.REQUEST, wire=wire)


def told(found: Sequence[Changed]) -> list[tuple[str, str]]:
    return [(each.kind, each.name) for each in found]


def test_a_history_that_grew_keeps_its_beginning() -> None:
    more = {"role": "user", "content": "And the door?"}
    found = changes(asked([SYSTEM, TASK]), asked([SYSTEM, TASK, DONE, more]))
    assert told(found.messages) == [
        ("added", "assistant, message 3"),
        ("added", "user, message 4"),
    ]
    assert found.messages[1].text == "And the door?"
    assert (found.kept, found.broken_at) == (2, "")


def test_a_system_prompt_with_a_clock_breaks_it_at_once() -> None:
    clock = {"role": "system", "content": "Be brief. It is 12:01."}
    found = changes(asked([SYSTEM, TASK]), asked([clock, TASK]))
    [edited] = found.messages
    assert (edited.kind, edited.name) == ("edited", "system prompt")
    assert edited.lines is not None
    assert [line.text for line in edited.lines if line.kind == "added"] == [
        "+Be brief. It is 12:01."
    ]
    assert (found.kept, found.broken_at) == (0, "system prompt")


def test_messages_that_went_are_told_beside_those_that_stayed() -> None:
    found = changes(asked([SYSTEM, TASK, DONE, TASK]), asked([SYSTEM, DONE, TASK]))
    assert told(found.messages) == [("removed", "user, message 2")]
    assert found.broken_at == "user, message 2"


def test_tools_stand_before_messages_in_a_cache() -> None:
    other = {"type": "function", "function": {"name": "read", "description": "Looks"}}
    found = changes(asked([SYSTEM], tools=[READ]), asked([TASK], tools=[other]))
    assert told(found.tools) == [("edited", "read")]
    assert found.broken_at == "tool definitions: read was edited"


def test_tools_and_parameters_come_and_go() -> None:
    found = changes(
        asked([TASK], tools=[READ], temperature=1, seed=3),
        asked([TASK], temperature=0, top_p=0.5),
    )
    assert told(found.tools) == [("removed", "read")]
    assert sorted(told(found.parameters)) == [
        ("added", "top_p"),
        ("edited", "temperature"),
        ("removed", "seed"),
    ]


def test_a_text_that_was_cut_within_a_character_can_be_shown() -> None:
    half = "cut \ud83d"
    cut = {"type": "function", "function": {"name": half, "description": half}}
    found = changes(
        asked([TASK], tools=[cut], stop=half),
        asked([{"role": "user", "content": half}], stop="end"),
    )
    assert [told(part) for part in (found.tools, found.messages, found.parameters)] == [
        [("removed", "cut \ufffd")],
        [("edited", "user, message 1")],
        [("edited", "stop")],
    ]
    everything = [*found.tools, *found.messages, *found.parameters]
    shown = [each.text for each in everything]
    shown += [line.text for each in everything for line in each.lines or ()]
    assert "\ufffd" in "".join(shown).encode().decode()


def test_the_same_request_has_no_changes() -> None:
    assert not changes(asked([SYSTEM, TASK]), asked([SYSTEM, TASK]))


def test_what_is_no_json_has_no_tools_and_parameters() -> None:
    raw = Subject(data=b"[" * 5000, side=Side.REQUEST)
    nothing = Changes(messages=[], tools=[], parameters=[], kept=0, broken_at="")
    assert changes(raw, raw) == nothing


def test_hundreds_of_other_messages_are_told_one_by_one() -> None:
    one = [{"role": "user", "content": f"a {n}"} for n in range(300)]
    other = [{"role": "user", "content": f"b {n}"} for n in range(301)]
    found = changes(asked(one), asked(other))
    assert told(found.messages)[-1] == ("added", "user, message 301")
    assert len(found.messages) == 301
