"""Mistral's own endpoints that answer in the chat shape: fill-in-the-middle, agents.

`POST /v1/fim/completions` has a prompt and a suffix, `POST /v1/agents/completions` an
agent in place of a model (docs.mistral.ai, API reference). Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from proxy.wire.base import Message, RequestFacts
from proxy.wire.lenient import clean, string
from proxy.wire.members import Members
from proxy.wire.openai_chat import OpenAIChat
from proxy.wire.openai_completions import read_prompt
from proxy.wire.openai_embeddings import text_messages

GAP = "⟨…⟩"
"""Stands between prompt and suffix: what the model is to write."""


class MistralFim(OpenAIChat):
    """`POST …/fim/completions`."""

    name = "mistral-fim"
    operation = "completion"

    def claims(self, method: str, path: str) -> bool:
        return method == "POST" and path.endswith("/fim/completions")

    def read_request(self, body: bytes, path: str) -> RequestFacts:
        outer = Members(body)
        return read_prompt(outer, _text(outer))

    def read_messages(self, body: bytes) -> Sequence[Message]:
        return text_messages([_text(Members(body))])


class MistralAgents(OpenAIChat):
    """`POST …/agents/completions`; the answer names the model."""

    name = "mistral-agents"

    def claims(self, method: str, path: str) -> bool:
        return method == "POST" and path.endswith("/agents/completions")

    def read_request(self, body: bytes, path: str) -> RequestFacts:
        asked = super().read_request(body, path)
        return replace(asked, model=asked.model or Members(body).short("agent_id"))


def _text(outer: Members) -> str:
    prompt, suffix = string(outer.get("prompt")), string(outer.get("suffix"))
    return clean(f"{prompt}{GAP}{suffix}" if suffix else prompt)
