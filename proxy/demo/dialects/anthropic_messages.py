"""Anthropic messages, `POST …/messages`. Pure.

Anthropic's `input_tokens` leave out what came from the cache.
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
from proxy.demo.dialects.base import sse

ERROR_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    429: "rate_limit_error",
    529: "overloaded_error",
}


class AnthropicMessages:
    def claims(self, method: str, path: str) -> bool:
        return method == "POST" and path.endswith("/messages")

    def read(self, body: Json, path: str, query: str) -> Prompt:
        choice = as_dict(body.get("tool_choice"))
        kind = as_text(choice.get("type")) or "auto"
        names = {"any": "required", "tool": as_text(choice.get("name"))}
        return Prompt(
            model=as_text(body.get("model")),
            turns=(*_system(body), *map(_turn, as_dicts(body.get("messages")))),
            tools=tuple(
                Tool(
                    name=as_text(tool.get("name")),
                    schema=as_dict(tool.get("input_schema")),
                )
                for tool in as_dicts(body.get("tools"))
                if "input_schema" in tool
            ),
            tool_choice=names.get(kind, kind),
            framing="sse" if body.get("stream") is True else "none",
            max_tokens=as_count(body.get("max_tokens")),
            body=body,
        )

    def whole(self, answer: Answer, prompt: Prompt) -> Json:
        return {
            **_head(answer),
            "content": [block for block, _ in _blocks(answer)],
            "stop_reason": _stop_reason(answer),
            "usage": _usage(answer, answer.count.output),
        }

    def stream(self, answer: Answer, prompt: Prompt) -> Iterator[bytes]:
        message = {**_head(answer), "content": [], "usage": _usage(answer, 1)}
        yield _event("message_start", message=message) + _event("ping")
        for index, (block, deltas) in enumerate(_blocks(answer)):
            yield _event(
                "content_block_start", index=index, content_block=_empty(block)
            )
            for delta in deltas:
                yield _event("content_block_delta", index=index, delta=delta)
            yield _event("content_block_stop", index=index)
        ending = {"stop_reason": _stop_reason(answer), "stop_sequence": None}
        usage = {"output_tokens": answer.count.output}
        yield _event("message_delta", delta=ending, usage=usage) + _event(
            "message_stop"
        )

    def error(self, status: int, message: str) -> Json:
        kind = ERROR_TYPES.get(status, "api_error")
        return {"type": "error", "error": {"type": kind, "message": message}}

    def stream_error(self, message: str) -> bytes:
        return sse(self.error(529, message), "error")


def _event(kind: str, **fields: Any) -> bytes:
    return sse({"type": kind, **fields}, kind)


def _system(body: Json) -> tuple[Turn, ...]:
    text = text_parts(body.get("system"))
    return (Turn(role="system", text=text),) if text else ()


def _turn(message: Json) -> Turn:
    content = message.get("content")
    parts = as_dicts(content)
    results = [part for part in parts if part.get("type") == "tool_result"]
    texts = [
        text_parts(content),
        *(text_parts(part.get("content")) for part in results),
    ]
    used = [str(part.get("input")) for part in parts if part.get("type") == "tool_use"]
    return Turn(
        role="tool" if results else as_text(message.get("role")),
        text="\n".join(filter(None, [*texts, *used])),
        tool_results=len(results),
        images=sum(part.get("type") == "image" for part in parts),
    )


def _head(answer: Answer) -> dict[str, Any]:
    return {
        "id": f"msg_{answer.id}",
        "type": "message",
        "role": "assistant",
        "model": answer.model,
        "stop_reason": None,
        "stop_sequence": None,
    }


def _blocks(answer: Answer) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Each finished content block with the deltas that stream it."""
    if answer.reasoning:
        thought = {
            "type": "thinking",
            "thinking": answer.reasoning,
            "signature": "demo",
        }
        yield (
            thought,
            [
                {"type": "thinking_delta", "thinking": answer.reasoning},
                {"type": "signature_delta", "signature": "demo"},
            ],
        )
    if answer.tool:
        half = len(answer.arguments) // 2
        parts = (answer.arguments[:half], answer.arguments[half:])
        deltas = [{"type": "input_json_delta", "partial_json": part} for part in parts]
        yield _tool_use(answer), deltas
    else:
        pieces = answer.pieces()
        deltas = [{"type": "text_delta", "text": piece} for piece in pieces]
        yield {"type": "text", "text": answer.text}, deltas


def _tool_use(answer: Answer) -> dict[str, Any]:
    return {
        "type": "tool_use",
        "id": f"toolu_{answer.id}",
        "name": answer.tool,
        "input": answer.parsed_arguments(),
    }


def _empty(block: Json) -> Json:
    """A block as its start event shows it: the deltas fill it."""
    blank = {"text": "", "thinking": "", "signature": "", "input": {}}
    return {key: blank.get(key, value) for key, value in block.items()}


def _stop_reason(answer: Answer) -> str:
    if answer.tool:
        return "tool_use"
    return "max_tokens" if answer.is_cut_short else "end_turn"


def _usage(answer: Answer, output: int) -> dict[str, Any]:
    return {
        "input_tokens": answer.count.input - answer.count.cached,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": answer.count.cached,
        "output_tokens": output,
        "service_tier": "standard",
    }
