"""OpenAI Responses, `POST …/responses`. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from proxy.demo.answer import Answer
from proxy.demo.asked import (
    Json,
    Prompt,
    Tool,
    Turn,
    as_count,
    as_dict,
    as_dicts,
    as_text,
    text_parts,
)
from proxy.demo.dialects.base import sse
from proxy.demo.dialects.openai_chat import OpenAIChat, read_choice
from proxy.demo.dialects.responses_events import events, items


class OpenAIResponses:
    def claims(self, method: str, path: str) -> bool:
        return method == "POST" and path.endswith("/responses")

    def read(self, body: Json, path: str, query: str) -> Prompt:
        functions = [
            tool
            for tool in as_dicts(body.get("tools"))
            if tool.get("type") == "function"
        ]
        return Prompt(
            model=as_text(body.get("model")),
            turns=_turns(body),
            tools=tuple(
                Tool(
                    name=as_text(each.get("name")),
                    schema=as_dict(each.get("parameters")),
                )
                for each in functions
            ),
            tool_choice=read_choice(body.get("tool_choice")),
            framing="sse" if body.get("stream") is True else "none",
            max_tokens=as_count(body.get("max_output_tokens")),
            body=body,
        )

    def whole(self, answer: Answer, prompt: Prompt) -> Json:
        return finished(answer, prompt)

    def stream(self, answer: Answer, prompt: Prompt) -> Iterator[bytes]:
        last = finished(answer, prompt)
        started = {**last, "status": "in_progress", "output": [], "usage": None}
        for number, event in enumerate(events(answer, started, last)):
            yield sse({**event, "sequence_number": number}, str(event["type"]))

    def error(self, status: int, message: str) -> Json:
        return OpenAIChat().error(status, message)

    def stream_error(self, message: str) -> bytes:
        event = {"type": "error", "code": "server_error", "message": message}
        return sse({**event, "param": None, "sequence_number": 99}, "error")


def finished(answer: Answer, prompt: Prompt) -> dict[str, Any]:
    """The response object as `response.completed` and an unstreamed answer have it."""
    reason = {"reason": "max_output_tokens"} if answer.is_cut_short else None
    return {
        "id": f"resp_{answer.id}",
        "object": "response",
        "created_at": answer.created,
        "status": "incomplete" if answer.is_cut_short else "completed",
        "error": None,
        "incomplete_details": reason,
        "instructions": prompt.body.get("instructions"),
        "max_output_tokens": prompt.max_tokens,
        "metadata": prompt.body.get("metadata") or {},
        "model": answer.model,
        "output": items(answer),
        "parallel_tool_calls": True,
        "previous_response_id": prompt.body.get("previous_response_id"),
        "temperature": prompt.body.get("temperature", 1.0),
        "tool_choice": prompt.body.get("tool_choice", "auto"),
        "tools": prompt.body.get("tools") or [],
        "top_p": prompt.body.get("top_p", 1.0),
        "usage": {
            "input_tokens": answer.count.input,
            "input_tokens_details": {"cached_tokens": answer.count.cached},
            "output_tokens": answer.count.output,
            "output_tokens_details": {"reasoning_tokens": answer.count.reasoning},
            "total_tokens": answer.count.total,
        },
    }


def _turns(body: Json) -> tuple[Turn, ...]:
    turns = []
    if instructions := as_text(body.get("instructions")):
        turns.append(Turn(role="system", text=instructions))
    asked = body.get("input")
    if isinstance(asked, str):
        turns.append(Turn(role="user", text=asked))
    return (*turns, *(_turn(item) for item in as_dicts(asked)))


def _turn(item: Json) -> Turn:
    kind = item.get("type", "message")
    if kind == "function_call_output":
        return Turn(role="tool", text=text_parts(item.get("output")), tool_results=1)
    if kind != "message":
        return Turn(role="assistant", text=as_text(item.get("arguments")))
    content = item.get("content")
    role = as_text(item.get("role"))
    return Turn(
        role="system" if role == "developer" else role,
        text=text_parts(content),
        images=sum(part.get("type") == "input_image" for part in as_dicts(content)),
    )
