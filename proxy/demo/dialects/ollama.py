"""Ollama's own API, `POST /api/chat` and `/api/generate`: NDJSON, streaming unless
told otherwise. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from proxy.demo.answer import Answer
from proxy.demo.asked import Json, Prompt, Turn, as_count, as_dict, as_dicts, as_text
from proxy.demo.dialects.base import dump
from proxy.demo.dialects.openai_chat import read_tools

PER_TOKEN_NS = 20_000_000


class Ollama:
    def claims(self, method: str, path: str) -> bool:
        return method == "POST" and path.endswith(("/api/chat", "/api/generate"))

    def read(self, body: Json, path: str, query: str) -> Prompt:
        turns = [_turn(message) for message in as_dicts(body.get("messages"))]
        if path.endswith("/api/generate"):
            turns = [Turn(role="user", text=as_text(body.get("prompt")))]
        return Prompt(
            model=as_text(body.get("model")),
            turns=tuple(turns),
            tools=read_tools(body),
            framing="none" if body.get("stream") is False else "ndjson",
            max_tokens=as_count(as_dict(body.get("options")).get("num_predict")),
            body=body,
        )

    def whole(self, answer: Answer, prompt: Prompt) -> Json:
        content = _said(answer, prompt, answer.text)
        return {**_head(answer), **content, **_ending(answer)}

    def stream(self, answer: Answer, prompt: Prompt) -> Iterator[bytes]:
        head = {**_head(answer), "done": False}
        for piece in answer.pieces():
            yield dump({**head, **_said(answer, prompt, piece)}) + b"\n"
        if answer.tool:
            yield dump({**head, **_said(answer, prompt, "")}) + b"\n"
        last = (
            {"response": ""} if "prompt" in prompt.body else {"message": _message("")}
        )
        yield dump({**_head(answer), **last, **_ending(answer)}) + b"\n"

    def error(self, status: int, message: str) -> Json:
        return {"error": message}

    def stream_error(self, message: str) -> bytes:
        return dump(self.error(500, message)) + b"\n"


def _turn(message: Json) -> Turn:
    role = as_text(message.get("role"))
    images = message.get("images")
    return Turn(
        role=role,
        text=as_text(message.get("content")),
        tool_results=1 if role == "tool" else 0,
        images=len(images) if isinstance(images, list) else 0,
    )


def _head(answer: Answer) -> dict[str, Any]:
    at = datetime.fromtimestamp(answer.created, UTC).isoformat()
    return {"model": answer.model, "created_at": at.replace("+00:00", "Z")}


def _message(text: str) -> dict[str, Any]:
    return {"role": "assistant", "content": text}


def _said(answer: Answer, prompt: Prompt, text: str) -> dict[str, Any]:
    if "prompt" in prompt.body:
        return {"response": text}
    message = _message(text)
    if answer.tool:
        call = {"name": answer.tool, "arguments": answer.parsed_arguments()}
        message["tool_calls"] = [{"function": call}]
    return {"message": message}


def _ending(answer: Answer) -> dict[str, Any]:
    count = answer.count
    return {
        "done": True,
        "done_reason": "length" if answer.is_cut_short else "stop",
        "total_duration": PER_TOKEN_NS * (count.output + 8),
        "load_duration": PER_TOKEN_NS,
        "prompt_eval_count": count.input,
        "prompt_eval_duration": PER_TOKEN_NS * 7,
        "eval_count": count.output,
        "eval_duration": PER_TOKEN_NS * count.output,
    }
