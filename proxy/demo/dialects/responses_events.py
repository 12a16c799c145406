"""The output items of a Responses answer, and the events that build them up. Pure.

Split from `openai_responses.py` because the event grammar is the longest of all.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from proxy.demo.answer import Answer

Event = dict[str, Any]


def items(answer: Answer) -> list[Event]:
    """The finished output: reasoning first, then a tool call or a message."""
    output: list[Event] = []
    if answer.reasoning:
        summary = {"type": "summary_text", "text": answer.reasoning}
        output.append(
            {"id": f"rs_{answer.id}", "type": "reasoning", "summary": [summary]}
        )
    if answer.tool:
        output.append(
            {
                "id": f"fc_{answer.id}",
                "type": "function_call",
                "status": "completed",
                "call_id": f"call_{answer.id}",
                "name": answer.tool,
                "arguments": answer.arguments,
            }
        )
    else:
        output.append(
            {
                "id": f"msg_{answer.id}",
                "type": "message",
                "status": "incomplete" if answer.is_cut_short else "completed",
                "role": "assistant",
                "content": [text_part(answer.text)],
            }
        )
    return output


def text_part(text: str) -> Event:
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}


def events(answer: Answer, started: Event, last: Event) -> Iterator[Event]:
    """Every event of the stream, without its sequence number."""
    yield {"type": "response.created", "response": started}
    yield {"type": "response.in_progress", "response": started}
    build = {"reasoning": _reasoning, "function_call": _call, "message": _message}
    for index, item in enumerate(items(answer)):
        yield from build[item["type"]](answer, item, index)
    yield {"type": f"response.{last['status']}", "response": last}


def _added(item: Event, index: int) -> Event:
    return {"type": "response.output_item.added", "output_index": index, "item": item}


def _done(item: Event, index: int) -> Event:
    return {"type": "response.output_item.done", "output_index": index, "item": item}


def _reasoning(answer: Answer, item: Event, index: int) -> Iterator[Event]:
    at = {"item_id": item["id"], "output_index": index, "summary_index": 0}
    name = "response.reasoning_summary"
    empty = {"type": "summary_text", "text": ""}
    yield _added({**item, "summary": []}, index)
    yield {"type": f"{name}_part.added", **at, "part": empty}
    yield {"type": f"{name}_text.delta", **at, "delta": answer.reasoning}
    yield {"type": f"{name}_text.done", **at, "text": answer.reasoning}
    yield {"type": f"{name}_part.done", **at, "part": item["summary"][0]}
    yield _done(item, index)


def _call(answer: Answer, item: Event, index: int) -> Iterator[Event]:
    at = {"item_id": item["id"], "output_index": index}
    name = "response.function_call_arguments"
    half = len(answer.arguments) // 2
    yield _added({**item, "status": "in_progress", "arguments": ""}, index)
    yield {"type": f"{name}.delta", **at, "delta": answer.arguments[:half]}
    yield {"type": f"{name}.delta", **at, "delta": answer.arguments[half:]}
    yield {
        "type": f"{name}.done",
        **at,
        "name": answer.tool,
        "arguments": answer.arguments,
    }
    yield _done(item, index)


def _message(answer: Answer, item: Event, index: int) -> Iterator[Event]:
    at = {"item_id": item["id"], "output_index": index, "content_index": 0}
    yield _added({**item, "status": "in_progress", "content": []}, index)
    yield {"type": "response.content_part.added", **at, "part": text_part("")}
    for piece in answer.pieces():
        yield {
            "type": "response.output_text.delta",
            **at,
            "delta": piece,
            "logprobs": [],
        }
    yield {
        "type": "response.output_text.done",
        **at,
        "text": answer.text,
        "logprobs": [],
    }
    part = text_part(answer.text)
    yield {"type": "response.content_part.done", **at, "part": part}
    yield _done(item, index)
