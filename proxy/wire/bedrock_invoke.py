"""Amazon Bedrock's InvokeModel: each model family's own body at Bedrock's path.

Claude takes and gives Anthropic's messages, Nova Converse's, the newer Mistral, Qwen
and gpt-oss models chat completions; the older ones have a prompt (AWS user guide,
"Inference request parameters and response fields for foundation models"). A stream is
AWS's binary event stream; its last object carries `amazon-bedrock-invocationMetrics`.
Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from proxy.wire.answered import Expects
from proxy.wire.anthropic_messages import AnthropicMessages
from proxy.wire.base import Message, RequestFacts, ResponseReader, WireFormat
from proxy.wire.bedrock_converse import BedrockConverse
from proxy.wire.bedrock_families import FamilyTake
from proxy.wire.bedrock_paths import bedrock_path, is_call
from proxy.wire.lenient import Record, dump, record, rows, short
from proxy.wire.members import Members
from proxy.wire.openai_chat import OpenAIChat
from proxy.wire.openai_embeddings import input_texts, text_messages
from proxy.wire.openai_messages import read_message
from proxy.wire.reading import Reader
from proxy.wire.rerank import RerankTake
from proxy.wire.talk import read_talk

# The name of the metrics in base64, at each of its three alignments: whole frames are
# not taken apart on their way to the client.
_METRICS_IN_BASE64 = (
    rb"W1hem9uLWJlZHJvY2staW52b2NhdGlvbk1ldHJpY3",
    rb"FtYXpvbi1iZWRyb2NrLWludm9jYXRpb25NZXRyaWNz",
    rb"hbWF6b24tYmVkcm9jay1pbnZvY2F0aW9uTWV0cmlj",
)
_ANTHROPIC, _CONVERSE, _CHAT = AnthropicMessages(), BedrockConverse(), OpenAIChat()
_PROMPTS = ("prompt", "inputText", "message", "texts", "query", "textToImageParams")


class BedrockInvoke:
    """`POST …/model/{id}/invoke` and `…/invoke-with-response-stream`."""

    name = "bedrock-invoke"
    operation = "chat"
    terminal_marks: tuple[bytes, ...] = (
        b'"amazon-bedrock-invocationMetrics"',
        rb'"bytes":\s*"[^"]*?(?:' + b"|".join(_METRICS_IN_BASE64) + b")",
    )
    verbs: tuple[str, ...] = ("invoke", "invoke-with-response-stream")

    def claims(self, method: str, path: str) -> bool:
        return is_call(method, path, self.verbs)

    def read_request(self, body: bytes, path: str) -> RequestFacts:
        outer, where = Members(body), bedrock_path(path)
        dialect = _dialect(outer)
        asked = dialect.read_request(body, path) if dialect else _of_prompt(outer)
        return replace(
            asked,
            model=short(where.model) if where else asked.model,
            stream=where is not None and where.verb.endswith("-stream"),
        )

    def read_messages(self, body: bytes) -> Sequence[Message]:
        outer = Members(body)
        dialect = _dialect(outer)
        return dialect.read_messages(body) if dialect else text_messages(_texts(outer))

    def reader(self, status: int, content_type: str) -> ResponseReader:
        return Reader(FamilyTake(), status, content_type, Expects.CONTENT)


class BedrockEmbed(BedrockInvoke):
    """InvokeModel of a model that embeds."""

    name = "bedrock-embed"
    operation = "embeddings"
    terminal_marks = ()
    verbs = ("invoke",)
    sort = "embed"

    def claims(self, method: str, path: str) -> bool:
        where = bedrock_path(path) if super().claims(method, path) else None
        return where is not None and self.sort in where.model

    def reader(self, status: int, content_type: str) -> ResponseReader:
        return Reader(FamilyTake(), status, content_type, Expects.JSON)


class BedrockRerank(BedrockEmbed):
    """InvokeModel of a model that reranks."""

    name = "bedrock-rerank"
    operation = "rerank"
    sort = "rerank"

    def reader(self, status: int, content_type: str) -> ResponseReader:
        return Reader(RerankTake(), status, content_type, Expects.JSON)


def _dialect(outer: Members) -> WireFormat | None:
    """Whose body it is; None for a prompt."""
    if not outer.raw("messages"):
        return None
    if outer.raw("anthropic_version"):
        return _ANTHROPIC
    first: Record = next(iter(rows(outer.get("messages"))), {})
    content = first.get("content")
    block = record(content[0]) if isinstance(content, list) and content else {}
    is_converse = bool(block) and "type" not in block
    return _CONVERSE if is_converse else _CHAT


def _of_prompt(outer: Members) -> RequestFacts:
    raws = [dump({"role": "user", "content": text}) for text in _texts(outer)[:8]]
    return read_talk(
        outer,
        [raw.encode() for raw in raws],
        read_message,
        model=None,
        stream=False,
        tools_offered=0,
    )


def _texts(outer: Members) -> list[str]:
    for name in _PROMPTS:
        if name == "textToImageParams":
            text = outer.record(name).get("text")
            return [text] if isinstance(text, str) else []
        if texts := input_texts(outer, name):
            return texts
    return []
