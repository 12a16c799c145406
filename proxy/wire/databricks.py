"""Databricks' serving endpoints: mostly chats, as OpenAI's.

`POST /serving-endpoints/E/invocations` reaches models of one's own, embeddings and
agents as well, whose answers are what they are: any JSON is one
(docs.databricks.com, "Query foundation models" and "Query serving endpoints for custom
models"). Pure.
"""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import unquote

from proxy.wire.answered import Expects
from proxy.wire.base import RequestFacts, ResponseReader
from proxy.wire.lenient import short
from proxy.wire.openai_chat import ChatTake, OpenAIChat
from proxy.wire.reading import Reader

_PATH = re.compile(r"/serving-endpoints/([^/]+)/invocations$")


class DatabricksEndpoint(OpenAIChat):
    """The path names the model, where the body doesn't."""

    name = "databricks-endpoint"

    def claims(self, method: str, path: str) -> bool:
        return method == "POST" and _PATH.search(path) is not None

    def read_request(self, body: bytes, path: str) -> RequestFacts:
        facts = super().read_request(body, path)
        told = None if facts.model else _PATH.search(path)
        return replace(facts, model=short(unquote(told[1]))) if told else facts

    def reader(self, status: int, content_type: str) -> ResponseReader:
        return Reader(ChatTake(), status, content_type, Expects.JSON)
