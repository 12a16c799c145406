"""OpenAI embeddings, `POST …/embeddings`: the same text, the same unit vector. Pure."""

from __future__ import annotations

import base64
import hashlib
import math
import struct
from typing import Any

from proxy.demo.answer import Answer
from proxy.demo.asked import Json, Prompt, Turn, as_count, as_text
from proxy.demo.counting import tokens
from proxy.demo.dialects.base import OnePiece
from proxy.demo.dialects.openai_chat import OpenAIChat

DIMENSIONS = 256
MOST_DIMENSIONS = 4096


class OpenAIEmbeddings(OnePiece):
    def claims(self, method: str, path: str) -> bool:
        return method == "POST" and path.endswith("/embeddings")

    def read(self, body: Json, path: str, query: str) -> Prompt:
        asked = body.get("input")
        texts = asked if isinstance(asked, list) else [asked]
        return Prompt(
            model=as_text(body.get("model")),
            turns=tuple(
                Turn(role="user", text=each if isinstance(each, str) else repr(each))
                for each in texts
            ),
            body=body,
        )

    def whole(self, answer: Answer, prompt: Prompt) -> Json:
        size = min(
            as_count(prompt.body.get("dimensions")) or DIMENSIONS, MOST_DIMENSIONS
        )
        in_base64 = prompt.body.get("encoding_format") == "base64"
        count = sum(tokens(turn.text) for turn in prompt.turns)
        return {
            "object": "list",
            "data": [
                {
                    "object": "embedding",
                    "index": index,
                    "embedding": _written(vector(turn.text, size), in_base64),
                }
                for index, turn in enumerate(prompt.turns)
            ],
            "model": answer.model,
            "usage": {"prompt_tokens": count, "total_tokens": count},
        }

    def error(self, status: int, message: str) -> Json:
        return OpenAIChat().error(status, message)


def vector(text: str, size: int) -> list[float]:
    """`size` numbers drawn from the text's digest, of length 1."""
    stream = hashlib.shake_128(text.encode("utf-8", "surrogatepass")).digest(size * 2)
    raw = [value - 32767.5 for value in struct.unpack(f"<{size}H", stream)]
    length = math.sqrt(sum(value * value for value in raw))
    return [value / length for value in raw]


def _written(values: list[float], in_base64: bool) -> Any:
    if not in_base64:
        return [round(value, 8) for value in values]
    return base64.b64encode(struct.pack(f"<{len(values)}f", *values)).decode()
