"""Gemini, `POST …/models/M:generateContent` and `:streamGenerateContent`. Pure.

The model is in the path; a stream is SSE with `alt=sse`, a JSON array without.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, unquote

from proxy.demo.answer import Answer
from proxy.demo.asked import (
    Framing,
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
from proxy.demo.dialects.base import dump, sse

# Google takes both spellings: its Python SDK and LiteLLM send some with underscores.
_FUNCTIONS = ("functionDeclarations", "function_declarations")
_SCHEMA = ("parametersJsonSchema", "parameters_json_schema", "parameters")
_RESULT = ("functionResponse", "function_response")
_USED = ("functionCall", "function_call")
_MEDIA = ("inlineData", "inline_data", "fileData", "file_data")
_CALL = re.compile(r"/models/([^/:]+):(generateContent|streamGenerateContent)$")
STATUS_NAMES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    503: "UNAVAILABLE",
}


class Gemini:
    def claims(self, method: str, path: str) -> bool:
        return method == "POST" and _CALL.search(unquote(path)) is not None

    def read(self, body: Json, path: str, query: str) -> Prompt:
        match = _CALL.search(unquote(path))
        model, verb = match.groups() if match else ("", "generateContent")
        config = as_dict(body.get("generationConfig"))
        return Prompt(
            model=model,
            turns=read_turns(body),
            tools=_tools(body),
            tool_choice=_choice(body),
            framing=_framing(verb, query),
            max_tokens=as_count(config.get("maxOutputTokens")),
            body=body,
        )

    def whole(self, answer: Answer, prompt: Prompt) -> Json:
        parts = list(_parts(answer, [answer.text]))
        return _response(answer, parts, _finish_reason(answer))

    def stream(self, answer: Answer, prompt: Prompt) -> Iterator[bytes]:
        parts = list(_parts(answer, answer.pieces()))
        for index, part in enumerate(parts):
            is_last = index == len(parts) - 1
            finish = _finish_reason(answer) if is_last else None
            event = _response(answer, [part], finish)
            if prompt.framing == "sse":
                # Google's own ends its lines with CRLF.
                yield b"data: " + dump(event) + b"\r\n\r\n"
            else:
                ending = b"]" if is_last else b""
                yield (b",\r\n" if index else b"[") + dump(event) + ending

    def error(self, status: int, message: str) -> Json:
        return google_error(status, message)

    def stream_error(self, message: str) -> bytes:
        return sse(google_error(503, message))


def google_error(status: int, message: str) -> Json:
    name = STATUS_NAMES.get(status, "INTERNAL")
    return {"error": {"code": status, "message": message, "status": name}}


def read_turns(body: Json) -> tuple[Turn, ...]:
    contents = body.get("contents")
    turns = [_turn(content) for content in as_dicts(contents)]
    system = as_dict(body.get("systemInstruction") or body.get("system_instruction"))
    if text := text_parts(system.get("parts")):
        turns.insert(0, Turn(role="system", text=text))
    return tuple(turns)


def _turn(content: Json) -> Turn:
    parts = as_dicts(content.get("parts"))
    results = [found for part in parts if (found := _either(part, *_RESULT))]
    calls = [str(found) for part in parts if (found := _either(part, *_USED))]
    role = as_text(content.get("role")) or "user"
    texts = [text_parts(parts), *map(str, results), *calls]
    return Turn(
        role="tool" if results else role,
        text="\n".join(filter(None, texts)),
        tool_results=len(results),
        images=sum(_either(part, *_MEDIA) is not None for part in parts),
    )


def _tools(body: Json) -> tuple[Tool, ...]:
    declared = [
        function
        for tool in as_dicts(body.get("tools"))
        for function in as_dicts(_either(tool, *_FUNCTIONS))
    ]
    return tuple(
        Tool(
            name=as_text(each.get("name")),
            schema=as_dict(_either(each, *_SCHEMA)),
        )
        for each in declared
    )


def _either(value: Json, *names: str) -> object:
    """The first of these that is there."""
    return next((value[name] for name in names if name in value), None)


def _choice(body: Json) -> str:
    config = as_dict(as_dict(body.get("toolConfig")).get("functionCallingConfig"))
    modes = {"NONE": "none", "ANY": "required"}
    return modes.get(as_text(config.get("mode")), "auto")


def _framing(verb: str, query: str) -> Framing:
    if verb != "streamGenerateContent":
        return "none"
    return "sse" if parse_qs(query).get("alt") == ["sse"] else "array"


def _parts(answer: Answer, texts: list[str]) -> Iterator[dict[str, Any]]:
    if answer.reasoning:
        yield {"text": answer.reasoning, "thought": True}
    if answer.tool:
        call = {"name": answer.tool, "args": answer.parsed_arguments()}
        yield {"functionCall": call}
    else:
        yield from ({"text": text} for text in texts or [""])


def _finish_reason(answer: Answer) -> str:
    return "MAX_TOKENS" if answer.is_cut_short else "STOP"


def _response(answer: Answer, parts: list[Any], finish: str | None) -> dict[str, Any]:
    candidate: dict[str, Any] = {
        "content": {"parts": parts, "role": "model"},
        "index": 0,
    }
    if finish:
        candidate["finishReason"] = finish
    count = answer.count
    usage = {
        "promptTokenCount": count.input,
        "candidatesTokenCount": count.output - count.reasoning,
        "totalTokenCount": count.total,
    }
    if count.cached:
        usage["cachedContentTokenCount"] = count.cached
    if count.reasoning:
        usage["thoughtsTokenCount"] = count.reasoning
    return {
        "candidates": [candidate],
        "usageMetadata": usage,
        "modelVersion": answer.model,
        "responseId": answer.id,
    }
