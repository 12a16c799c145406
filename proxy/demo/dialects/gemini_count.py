"""Gemini's token count, `POST …/models/M:countTokens`. Pure."""

from __future__ import annotations

from urllib.parse import unquote

from proxy.demo.answer import Answer
from proxy.demo.asked import Json, Prompt, as_dict
from proxy.demo.counting import turn_tokens
from proxy.demo.dialects.base import OnePiece
from proxy.demo.dialects.gemini import google_error, read_turns


class GeminiCount(OnePiece):
    def claims(self, method: str, path: str) -> bool:
        return method == "POST" and unquote(path).endswith(":countTokens")

    def read(self, body: Json, path: str, query: str) -> Prompt:
        model = unquote(path).rpartition("/")[2].partition(":")[0]
        asked = as_dict(body.get("generateContentRequest")) or body
        return Prompt(model=model, turns=read_turns(asked), body=body)

    def whole(self, answer: Answer, prompt: Prompt) -> Json:
        return {"totalTokens": sum(map(turn_tokens, prompt.turns))}

    def error(self, status: int, message: str) -> Json:
        return google_error(status, message)
