"""What a request's messages tell: what it goes on from, the user's words, what is new.

A request extends an earlier one when the earlier one's last digest is in it.
"""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from proxy.wire import format_for
from proxy.wire.base import Message, Part, RequestFacts
from proxy.wire.heard import DIGEST_SIZE
from proxy.wire.lenient import on_one_line
from proxy.wire.talk import answer_to

MARK = {"cache_control": {"type": "ephemeral", "ttl": "1h"}}


def history(body: Any, path: str = "/v1/messages") -> tuple[bytes, ...]:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return format_for("POST", path).read_request(data, path).history


def user(text: str, **more: Any) -> dict[str, Any]:
    return {"role": "user", "content": [{"type": "text", "text": text, **more}]}


def answer(text: str) -> dict[str, Any]:
    return {"role": "assistant", "content": [{"type": "text", "text": text}]}


def test_one_digest_per_part_of_what_was_said() -> None:
    digests = history({"system": "S", "messages": [user("a"), answer("b")]})
    assert [len(digest) for digest in digests] == [DIGEST_SIZE] * 2


@pytest.mark.parametrize(
    ("path", "first", "second"),
    [
        (
            "/v1/chat/completions",
            {"messages": [user("a")]},
            {"messages": [user("a"), answer("b"), user("c")]},
        ),
        (
            "/v1/responses",
            {"instructions": "S", "input": [user("a")]},
            {"instructions": "S", "input": [user("a"), answer("b"), user("c")]},
        ),
        (
            "/v1beta/models/m:generateContent",
            {"contents": [{"parts": [{"text": "a"}]}]},
            {"contents": [{"parts": [{"text": "a"}]}, {"parts": [{"text": "b"}]}]},
        ),
        (
            "/api/chat",
            {"messages": [user("a")]},
            {"messages": [user("a"), answer("b")]},
        ),
    ],
)
def test_a_longer_history_holds_the_shorter_one(
    path: str, first: Any, second: Any
) -> None:
    shorter, longer = history(first, path), history(second, path)
    assert shorter[-1] in longer
    assert longer[-1] not in shorter


def test_another_beginning_changes_every_later_digest() -> None:
    one = history({"messages": [user("a"), user("b")]})
    other = history({"messages": [user("c"), user("b")]})
    assert not set(one) & set(other)


def test_a_system_prompt_does_not_count_wherever_it_stands() -> None:
    plain = {"messages": [user("a"), answer("b")]}
    timed = {"system": "It is 10:00:09.", **plain}
    behind = {"messages": [*plain["messages"], {"role": "system", "content": "Rules"}]}
    assert history(plain) == history(timed)
    path = "/v1/chat/completions"
    assert history(plain, path) == history(behind, path)


def test_order_and_escapes_of_members_do_not_count() -> None:
    one = b'{"messages":[{"role":"user","content":"caf\\u00e9"}]}'
    other = '{"messages": [{"content": "café", "role": "user"}]}'.encode()
    assert history(one) == history(other)


def test_reasoning_and_what_a_tool_gave_do_not_count() -> None:
    def body(result: str, *thoughts: dict[str, Any]) -> dict[str, Any]:
        call = {
            "type": "tool_use",
            "id": "t1",
            "name": "Read",
            "input": {"a": 1, "b": 2},
        }
        given = {"type": "tool_result", "tool_use_id": "t1", "content": result}
        told = {"role": "assistant", "content": [*thoughts, call]}
        return {"messages": [user("a"), told, {"role": "user", "content": [given]}]}

    thought = {"type": "thinking", "thinking": "hm", "signature": "s"}
    assert history(body("long", thought)) == history(body("[cleared]"))


@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": ")])
def test_cache_marks_that_move_do_not_count(separators: tuple[str, str]) -> None:
    plain = {"system": "S", "messages": [user("a"), answer("b"), user("c")]}
    marked = {
        "system": [{"type": "text", "text": "S", **MARK}],
        "messages": [user("a", **MARK), answer("b"), user("c", **MARK)],
    }
    data = json.dumps(marked, separators=separators).encode()
    expected = json.dumps(plain, separators=separators).encode()
    assert history(data) == history(expected)


def test_a_text_may_become_a_list_of_one_text() -> None:
    as_text = {"messages": [{"role": "user", "content": 'say "hi" \\ [{'}]}
    assert history(as_text) == history({"messages": [user('say "hi" \\ [{')]})


def test_text_about_cache_control_counts() -> None:
    one = {"messages": [user('{"cache_control": {"type": "ephemeral"}, "a": 1}')]}
    other = {"messages": [user('{"a": 1}')]}
    assert history(one) != history(other)


def test_lone_surrogates_later_on_do_not_change_earlier_digests() -> None:
    first = b'{"messages":[{"role":"user","content":"a"}]}'
    second = first[:-2] + b', {"role":"user","content":"\\ud83d"}]}'
    assert history(first)[-1] == history(second)[0]
    assert len(history(second)) == 2


def test_a_cut_body_keeps_its_model_and_says_so() -> None:
    body = b'{"model":"m","stream":true,"messages":[{"role":"user","content":"a"},{"ro'
    facts = format_for("POST", "/v1/messages").read_request(body, "/v1/messages")
    assert (facts.model, facts.stream) == ("m", True)
    assert facts.notes == ("The request body is not a whole JSON object.",)


def chat(*messages: dict[str, Any], **more: Any) -> RequestFacts:
    return read({"messages": list(messages), **more}, "/v1/chat/completions")


def read(body: Any, path: str) -> RequestFacts:
    return format_for("POST", path).read_request(json.dumps(body).encode(), path)


def said(text: str) -> dict[str, Any]:
    return {"role": "user", "content": text}


def called(call_id: str, name: str = "shell", arguments: str = "{}") -> dict[str, Any]:
    function = {"name": name, "arguments": arguments}
    calls = [{"id": call_id, "type": "function", "function": function}]
    return {"role": "assistant", "content": None, "tool_calls": calls}


def gave(call_id: str, text: str) -> dict[str, Any]:
    return {"role": "tool", "tool_call_id": call_id, "content": text}


ASIDES = {
    "codex AGENTS.md": "# AGENTS.md instructions for /repo\n\n<INSTRUCTIONS>\nBe",
    "codex skill": "<skill>\n<name>way</name>\nlong skill text\n</skill>",
    "codex abort": "<turn_aborted>\nThe user interrupted the turn.\n</turn_aborted>",
    "codex permissions": "<permissions instructions>ro</permissions instructions>",
    "codex shell": "<user_shell_command>\nls\n</user_shell_command>",
    "claude command": "<command-name>/x</command-name><command-args></command-args>",
    "claude output": "<local-command-stdout>Bye!</local-command-stdout>",
    "claude reminder": "<system-reminder>\nToday is Tuesday.\n</system-reminder>",
    "claude interrupt": "[Request interrupted by user for tool use]",
    "cline": "<environment_details>\n# VSCode Visible Files\n</environment_details>",
    "cline result": "[read_file for 'a.py'] Result:\n1 | x",
    "copilot": "<reminderInstructions>\nBe brief\n</reminderInstructions>",
    "gemini": "<session_context>\nThis is the Gemini CLI.\n</session_context>",
    "gemini check": "Analyze *only* the content and structure of your immediately "
    "preceding response",
    "crush": "<system_reminder>No todos yet.</system_reminder>",
    "aider": "# 1 SEARCH/REPLACE block failed to match!\n\n## No exact match",
    "compaction": "Your task is to create a detailed summary of the conversation so",
    "codex compaction": "You are performing a CONTEXT CHECKPOINT COMPACTION. Create",
}


@pytest.mark.parametrize("aside", ASIDES.values(), ids=list(ASIDES))
def test_what_a_harness_writes_is_no_message_of_the_users(aside: str) -> None:
    loop = [said("real question"), called("c1"), gave("c1", "x")]
    plain, more = chat(*loop), chat(*loop, said(aside))
    assert (more.preview, more.turn) == ("real question", plain.turn)


@pytest.mark.parametrize(
    "text",
    [
        "<task>\nadd a check\n</task>",
        "<user_query>\nadd a check\n</user_query>",
        "<context>\nfile.py\n</context>\n<userRequest>\nadd a check\n</userRequest>",
        "<system-reminder>Tuesday</system-reminder>\nadd a check",
        "add a check\n<environment_details>\n# Time\n12:00\n</environment_details>",
    ],
)
def test_the_users_words_come_out_of_a_harnesss_wrapper(text: str) -> None:
    assert chat(said(text)).preview == "add a check"
    assert chat(said(text)).history == chat(said("add a check")).history


@pytest.mark.parametrize(
    "text",
    [
        "Reply in <answer>words</answer>: what is 2+2?",
        "<context>",
        "<rules>Be brief.</rules>",
        "What does <system-reminders> mean?",
    ],
)
def test_what_people_write_with_tags_stays_theirs(text: str) -> None:
    assert chat(said(text)).preview == text


def test_asides_alone_are_shown_for_want_of_words() -> None:
    facts = chat(said("<system-reminder>Tuesday</system-reminder>"))
    assert facts.preview.startswith("<system-reminder>")
    assert facts.history
    assert not facts.has_words


def test_context_that_the_harness_answers_itself_may_move_and_change() -> None:
    def files(version: str) -> list[dict[str, Any]]:
        text = f"I have *added these files to the chat* so you can edit.\n{version}"
        fine = "Ok, any changes I propose will be to those files."
        return [said(text), {"role": "assistant", "content": fine}]

    before = chat(*files("v1"), said("add a flag"))
    done = {"role": "assistant", "content": "Done."}
    after = chat(said("add a flag"), done, *files("v2"), said("document it"))
    assert before.history[-1] in after.history


def test_what_is_new_in_a_tool_loop_is_what_tools_gave() -> None:
    first = chat(said("fix it"))
    loop = [said("fix it"), called("c1", "read"), gave("c1", "line 1\nline 2")]
    second = chat(*loop)
    third = chat(*loop, called("c2", "edit"), gave("c2", "ok"))
    again = chat(*loop, said("wait"))
    told = [each.news for each in (first, second, third, again)]
    assert told == ["", "read: line 1 line 2", "edit: ok", ""]
    assert {each.preview for each in (first, second, third)} == {"fix it"}


def test_a_summary_to_go_on_from_keeps_the_message_and_is_not_said() -> None:
    summary = "This session is being continued from a previous conversation that ran"
    resumed = chat(said(summary), called("c1"), gave("c1", "x"))
    assert (resumed.is_resumed, resumed.turn != b"") == (True, True)
    assert not chat(said(summary), said("and now the tests")).is_resumed


def test_an_answer_that_is_sent_back_is_found() -> None:
    asked = chat(said("book a table"))
    words = (Part(kind="reasoning", text="hm"), Part(kind="text", text="For two? "))
    call = Part(kind="tool_call", name="shell", call_id="c1", text='{"b": 1, "a": 2}')
    answer = answer_to(asked.history, Message(role="assistant", parts=(*words, call)))
    back = {**called("c1", "shell", '{"a":2,"b":1}'), "content": "For two?"}
    later = chat(said("book a table"), back, gave("c1", "ok"))
    window = chat(back, gave("c1", "ok"), said("yes"))
    assert answer.history in later.history
    assert answer.history not in window.history
    assert answer.said in [each.digest for each in window.said]


def test_a_summary_that_comes_back_as_a_users_message_is_an_answer() -> None:
    text = "<state_snapshot>all that was done</state_snapshot>"
    message = Message(role="assistant", parts=(Part(kind="text", text=text),))
    later = chat(said(text), said("go on"))
    assert answer_to((), message).said in [each.digest for each in later.said]


@pytest.mark.parametrize(
    ("path", "more"),
    [
        ("/v1/chat/completions", {"response_format": {"type": "json_schema"}}),
        ("/v1/responses", {"text": {"format": {"type": "json_object"}}}),
        (
            "/v1/models/m:generateContent",
            {"generationConfig": {"responseMimeType": "application/json"}},
        ),
    ],
)
def test_an_answer_that_is_asked_for_as_data_is_told(path: str, more: Any) -> None:
    plain = read({"messages": [said("a")]}, path)
    told = read({"messages": [said("a")], **more}, path)
    assert (plain.is_structured, told.is_structured) == (False, bool(more))


def test_a_text_is_put_on_one_line_as_its_words_joined() -> None:
    source = random.Random(3)
    pieces = (
        " ",
        "  ",
        "\t",
        "\n",
        "\x1c",
        "\x85",
        "\xa0",
        "\u2028",
        "\u3000",
        "a",
        "é",
    )
    for _ in range(2000):
        text = "".join(source.choices(pieces, (9, *[1] * 8, 9, 3), k=8))
        assert on_one_line(text) == " ".join(text.split())
