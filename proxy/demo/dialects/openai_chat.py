"""OpenAI chat completions, `POST …/chat/completions`. Pure.

Reasoning comes as `reasoning_content`, as DeepSeek, vLLM and others send it.
"""

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
from proxy.demo.counting import Count
from proxy.demo.dialects.base import sse

ERROR_TYPES = {401: "authentication_error", 404: "not_found_error", 429: "rate_limit"}


class OpenAIChat:
    def claims(self, method: str, path: str) -> bool:
        return method == "POST" and path.endswith("/chat/completions")

    def read(self, body: Json, path: str, query: str) -> Prompt:
        return Prompt(
            model=as_text(body.get("model")),
            turns=tuple(_turn(message) for message in as_dicts(body.get("messages"))),
            tools=read_tools(body),
            tool_choice=read_choice(body.get("tool_choice")),
            framing="sse" if body.get("stream") is True else "none",
            max_tokens=as_count(
                body.get("max_completion_tokens") or body.get("max_tokens")
            ),
            body=body,
        )

    def whole(self, answer: Answer, prompt: Prompt) -> Json:
        message: dict[str, Any] = {"role": "assistant", "content": answer.text or None}
        if answer.reasoning:
            message["reasoning_content"] = answer.reasoning
        if answer.tool:
            message["tool_calls"] = [_call(answer)]
        choice = {
            "index": 0,
            "message": message,
            "logprobs": None,
            "finish_reason": finish_reason(answer),
        }
        return {
            **_head(answer, "chat.completion"),
            "choices": [choice],
            "usage": usage(answer.count),
        }

    def stream(self, answer: Answer, prompt: Prompt) -> Iterator[bytes]:
        head = _head(answer, "chat.completion.chunk")
        wants_usage = as_dict(prompt.body.get("stream_options")).get("include_usage")
        if wants_usage is True:
            head["usage"] = None
        yield _chunk(head, {"role": "assistant", "content": ""})
        for delta in _deltas(answer):
            yield _chunk(head, delta)
        tail = _chunk(head, {}, finish_reason(answer))
        if wants_usage is True:
            tail += sse({**head, "choices": [], "usage": usage(answer.count)})
        yield tail + b"data: [DONE]\n\n"

    def error(self, status: int, message: str) -> Json:
        kind = ERROR_TYPES.get(
            status, "server_error" if status >= 500 else "invalid_request_error"
        )
        detail = {"message": message, "type": kind, "param": None, "code": kind}
        return {"error": detail}

    def stream_error(self, message: str) -> bytes:
        return sse(self.error(500, message))


def read_tools(body: Json) -> tuple[Tool, ...]:
    functions = [
        as_dict(tool.get("function"))
        for tool in as_dicts(body.get("tools"))
        if tool.get("type") == "function"
    ]
    return tuple(
        Tool(name=as_text(each.get("name")), schema=as_dict(each.get("parameters")))
        for each in functions
    )


def read_choice(choice: object) -> str:
    """`tool_choice` as a word or a tool's name; chat and Responses spell it alike."""
    if isinstance(choice, dict):
        named = as_dict(choice.get("function")) or choice
        return as_text(named.get("name")) or "auto"
    return as_text(choice) or "auto"


def finish_reason(answer: Answer) -> str:
    if answer.tool:
        return "tool_calls"
    return "length" if answer.is_cut_short else "stop"


def usage(count: Count) -> dict[str, Any]:
    return {
        "prompt_tokens": count.input,
        "completion_tokens": count.output,
        "total_tokens": count.total,
        "prompt_tokens_details": {"cached_tokens": count.cached},
        "completion_tokens_details": {"reasoning_tokens": count.reasoning},
    }


def _turn(message: Json) -> Turn:
    content = message.get("content")
    calls = [
        as_dict(call.get("function")) for call in as_dicts(message.get("tool_calls"))
    ]
    arguments = [as_text(call.get("arguments")) for call in calls]
    role = as_text(message.get("role"))
    return Turn(
        role="system" if role == "developer" else role,
        text="\n".join(filter(None, [text_parts(content), *arguments])),
        tool_results=1 if role in ("tool", "function") else 0,
        images=sum(part.get("type") == "image_url" for part in as_dicts(content)),
    )


def _head(answer: Answer, kind: str) -> dict[str, Any]:
    return {
        "id": f"chatcmpl-{answer.id}",
        "object": kind,
        "created": answer.created,
        "model": answer.model,
        "system_fingerprint": "weir_demo",
    }


def _call(answer: Answer) -> dict[str, Any]:
    return {
        "id": f"call_{answer.id}",
        "type": "function",
        "function": {"name": answer.tool, "arguments": answer.arguments},
    }


def _deltas(answer: Answer) -> Iterator[dict[str, Any]]:
    if answer.reasoning:
        yield {"reasoning_content": answer.reasoning}
    for piece in answer.pieces():
        yield {"content": piece}
    if answer.tool:
        named = {"name": answer.tool, "arguments": ""}
        yield {"tool_calls": [{"index": 0, **_call(answer), "function": named}]}
        half = len(answer.arguments) // 2
        for part in (answer.arguments[:half], answer.arguments[half:]):
            yield {"tool_calls": [{"index": 0, "function": {"arguments": part}}]}


def _chunk(head: Json, delta: Json, finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
    return sse({**head, "choices": [choice]})
