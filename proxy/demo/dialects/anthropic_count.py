"""Anthropic's token count, `POST …/messages/count_tokens`. Pure."""

from __future__ import annotations

from proxy.demo.answer import Answer
from proxy.demo.asked import Json, Prompt
from proxy.demo.counting import turn_tokens
from proxy.demo.dialects.anthropic_messages import AnthropicMessages
from proxy.demo.dialects.base import OnePiece


class AnthropicCount(OnePiece):
    def claims(self, method: str, path: str) -> bool:
        return method == "POST" and path.endswith("/messages/count_tokens")

    def read(self, body: Json, path: str, query: str) -> Prompt:
        return AnthropicMessages().read({**body, "stream": False}, path, query)

    def whole(self, answer: Answer, prompt: Prompt) -> Json:
        return {"input_tokens": sum(map(turn_tokens, prompt.turns))}

    def error(self, status: int, message: str) -> Json:
        return AnthropicMessages().error(status, message)
