"""Reads the items of a Responses input or output list.

Used by `openai_responses.py` for the request's turns and for the answer's parts. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from proxy.wire.base import Message, Part
from proxy.wire.blocks import (
    call_part,
    data_url,
    media_part,
    other_part,
    parts_of,
    result_parts,
)
from proxy.wire.hosted_results import readable, tool_names
from proxy.wire.lenient import Record, clean, dump, string
from proxy.wire.openai_messages import ROLES

_CALL_END = "_call"
_OUTPUT_END = "_output"
_ARGUMENTS = ("arguments", "input", "action", "operation", "code", "queries")
_RESULTS = ("output", "error", "outputs", "results")
"""Where a call that the provider ran itself has what came of it."""


def read_item(item: Record) -> Iterator[Message]:
    """The turn that an input item is, or nothing."""
    kind = string(item.get("type")) or "message"
    if kind == "message":
        parts = tuple(parts_of(item.get("content")))
        role = ROLES.get(string(item.get("role")), "user")
        if parts:
            yield Message(role=role, parts=parts)
    elif kind.endswith(_OUTPUT_END) or kind == "mcp_approval_response":
        yield Message(role="tool", parts=tuple(_output(item, kind)))
    elif parts := tuple(answer_parts(item)):
        yield Message(role="assistant", parts=parts)


def answer_parts(item: Record) -> list[Part]:
    """The parts of an output item."""
    kind = string(item.get("type"))
    if kind == "message":
        return parts_of(item.get("content"))
    if kind == "reasoning":
        return _reasoning(item)
    if kind == "image_generation_call":
        return _image(item)
    if kind.endswith(_CALL_END) or kind in ("program", "mcp_approval_request"):
        return [_call(item, kind), *_result(item, kind)]
    if kind.endswith(_OUTPUT_END) or kind == "mcp_approval_response":
        return _output(item, kind)
    if kind in _WORDS:
        return [Part(kind="other", text=_WORDS[kind](item))]
    return [other_part(item)] if kind else []


def _output(item: Record, kind: str) -> list[Part]:
    """What came of a call, as an item of its own."""
    call_id = item.get("call_id") or item.get("approval_request_id") or item.get("id")
    if kind == "tool_search_output":
        return [_result_part(f"Tools: {tool_names(item.get('tools'))}", call_id)]
    if kind == "mcp_approval_response":
        verdict = "Approved" if item.get("approve") else "Denied"
        reason = string(item.get("reason"))
        return [_result_part(f"{verdict}: {reason}" if reason else verdict, call_id)]
    output = item.get("output", item.get("result"))
    if _is_hosted(output):
        return [_result_part(readable(output), call_id)]
    return result_parts(output, call_id)


def _is_hosted(output: object) -> bool:
    """A shell's output: a list of what each command printed."""
    first = output[0] if isinstance(output, list) and output else output
    return isinstance(first, dict) and ("stdout" in first or "stderr" in first)


def _result(item: Record, kind: str) -> list[Part]:
    if kind == "program":
        return []
    told = next((item[name] for name in _RESULTS if item.get(name)), None)
    if told is None:
        return []
    return [_result_part(readable(told), item.get("call_id") or item.get("id"))]


def _result_part(text: str, call_id: object) -> Part:
    return Part(kind="tool_result", text=clean(text), call_id=clean(string(call_id)))


def _listed(item: Record) -> str:
    server = string(item.get("server_label"))
    names = tool_names(item.get("tools")) or readable(item.get("error"))
    return clean(f"Tools of {server}: {names}" if server else f"Tools: {names}")


_WORDS: dict[str, Callable[[Record], str]] = {
    "mcp_list_tools": _listed,
    "additional_tools": _listed,
    "compaction": lambda item: readable(item.get("summary")) or _SEALED,
    "compaction_summary": lambda item: readable(item.get("summary")) or _SEALED,
    "compaction_trigger": lambda item: "The conversation is to be compacted here.",
    "item_reference": lambda item: f"Item {clean(string(item.get('id')))}",
}
"""Items that are no call and no message."""
_SEALED = "(the conversation so far, sealed)"


def _reasoning(item: Record) -> list[Part]:
    parts = parts_of(item.get("summary")) + parts_of(item.get("content"))
    return [Part(kind="reasoning", text=part.text) for part in parts]


def _image(item: Record) -> list[Part]:
    form = string(item.get("output_format")) or "png"
    result = string(item.get("result"))
    name = string(item.get("name")) or "image_generation"
    call = call_part(name, string(item.get("revised_prompt")), item.get("id"))
    if not result:
        return [call]
    return [call, media_part("image", data_url(f"image/{form}", result))]


def _call(item: Record, kind: str) -> Part:
    """A tool call; a built-in tool is named after its item type."""
    name = string(item.get("name")) or kind.removesuffix(_CALL_END)
    values = [item[field] for field in _ARGUMENTS if item.get(field) is not None]
    value = next((each for each in values if each), values[0] if values else "")
    text = value if isinstance(value, str) else dump(value)
    return call_part(name, text, item.get("call_id") or item.get("id"))
