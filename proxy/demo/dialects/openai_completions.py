"""OpenAI's legacy completions, `POST …/completions`. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from proxy.demo.answer import Answer
from proxy.demo.asked import Json, Prompt, Turn, as_count, as_dict, as_text
from proxy.demo.dialects.base import sse
from proxy.demo.dialects.openai_chat import OpenAIChat, finish_reason, usage


class OpenAICompletions(OpenAIChat):
    """Chat's errors and usage, another body."""

    def claims(self, method: str, path: str) -> bool:
        return method == "POST" and path.endswith("/completions")

    def read(self, body: Json, path: str, query: str) -> Prompt:
        prompt = body.get("prompt")
        text = "\n".join(map(str, prompt)) if isinstance(prompt, list) else prompt
        return Prompt(
            model=as_text(body.get("model")),
            turns=(Turn(role="user", text=as_text(text)),),
            framing="sse" if body.get("stream") is True else "none",
            max_tokens=as_count(body.get("max_tokens")),
            body=body,
        )

    def whole(self, answer: Answer, prompt: Prompt) -> Json:
        choice = _choice(answer.text, finish_reason(answer))
        return {**_head(answer), "choices": [choice], "usage": usage(answer.count)}

    def stream(self, answer: Answer, prompt: Prompt) -> Iterator[bytes]:
        head = _head(answer)
        for piece in answer.pieces():
            yield sse({**head, "choices": [_choice(piece, None)]})
        tail = sse({**head, "choices": [_choice("", finish_reason(answer))]})
        options = as_dict(prompt.body.get("stream_options"))
        if options.get("include_usage") is True:
            tail += sse({**head, "choices": [], "usage": usage(answer.count)})
        yield tail + b"data: [DONE]\n\n"


def _head(answer: Answer) -> dict[str, Any]:
    return {
        "id": f"cmpl-{answer.id}",
        "object": "text_completion",
        "created": answer.created,
        "model": answer.model,
    }


def _choice(text: str, finish: str | None) -> dict[str, Any]:
    return {"index": 0, "text": text, "logprobs": None, "finish_reason": finish}
