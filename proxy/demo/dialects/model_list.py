"""The lists of the demo's models, `GET …/models`, in OpenAI's and Gemini's shape. Pure.

OpenAI's list also carries the fields that Anthropic clients look for.
"""

from __future__ import annotations

from typing import Any

from proxy.demo.answer import Answer
from proxy.demo.asked import Json, Prompt
from proxy.demo.behaviour import MODELS
from proxy.demo.dialects.base import OnePiece
from proxy.demo.dialects.gemini import google_error
from proxy.demo.dialects.openai_chat import OpenAIChat

BUILT = 1_767_225_600
"""A fixed date (2026-01-01), so that the list is the same every time."""


class ModelList(OnePiece):
    def claims(self, method: str, path: str) -> bool:
        return method == "GET" and "/models" in path

    def read(self, body: Json, path: str, query: str) -> Prompt:
        name = path.rpartition("/models")[2].strip("/")
        return Prompt(model=name, turns=())

    def whole(self, answer: Answer, prompt: Prompt) -> Json:
        if prompt.model:
            return _entry(prompt.model)
        return {
            "object": "list",
            "data": [_entry(name) for name in MODELS],
            "has_more": False,
            "first_id": MODELS[0],
            "last_id": MODELS[-1],
        }

    def error(self, status: int, message: str) -> Json:
        return OpenAIChat().error(status, message)


class GeminiModelList(OnePiece):
    def claims(self, method: str, path: str) -> bool:
        return method == "GET" and "/v1beta/models" in path

    def read(self, body: Json, path: str, query: str) -> Prompt:
        return ModelList().read(body, path, query)

    def whole(self, answer: Answer, prompt: Prompt) -> Json:
        if prompt.model:
            return _gemini_entry(prompt.model)
        return {"models": [_gemini_entry(name) for name in MODELS]}

    def error(self, status: int, message: str) -> Json:
        return google_error(status, message)


def _entry(name: str) -> dict[str, Any]:
    return {
        "id": name,
        "object": "model",
        "created": BUILT,
        "owned_by": "weir",
        "type": "model",
        "display_name": name,
        "created_at": "2026-01-01T00:00:00Z",
    }


def _gemini_entry(name: str) -> dict[str, Any]:
    return {
        "name": f"models/{name}",
        "displayName": name,
        "version": "1",
        "inputTokenLimit": 1_048_576,
        "outputTokenLimit": 65_536,
        "supportedGenerationMethods": ["generateContent", "countTokens"],
    }
