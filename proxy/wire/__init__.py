"""The dialects that Weir understands, in the order in which they claim a path.

`proxy/recording/facts.py` asks `format_for` after the client is served. AGENTS.md
beside this file says how to add one.
"""

from __future__ import annotations

from functools import lru_cache

from proxy.wire.anthropic_batches import AnthropicBatches, AnthropicBatchResults
from proxy.wire.anthropic_messages import AnthropicCountTokens, AnthropicMessages
from proxy.wire.base import WireFormat
from proxy.wire.bedrock_converse import BedrockConverse, BedrockCountTokens
from proxy.wire.bedrock_invoke import BedrockEmbed, BedrockInvoke, BedrockRerank
from proxy.wire.chat_deferred import DeferredChat, FetchedChat, StoredChat
from proxy.wire.cohere_chat import CohereChat
from proxy.wire.cohere_embed import CohereEmbed
from proxy.wire.dashscope import DashScope
from proxy.wire.dashscope_embed import DashScopeEmbed
from proxy.wire.databricks import DatabricksEndpoint
from proxy.wire.gemini import GeminiCountTokens, GeminiEmbed, GeminiGenerate
from proxy.wire.gemini_batches import GeminiBatches, GeminiFileContent
from proxy.wire.gemini_interactions import GeminiInteractions, StoredInteraction
from proxy.wire.lm_studio import LMStudioChat
from proxy.wire.mistral import MistralAgents, MistralFim
from proxy.wire.mistral_conversations import MistralConversations
from proxy.wire.mistral_ocr import MistralOcr
from proxy.wire.ollama import OllamaChat, OllamaEmbed, OllamaGenerate, OllamaModels
from proxy.wire.openai_batches import OpenAIBatches, OpenAIFileContent
from proxy.wire.openai_chat import OpenAIChat
from proxy.wire.openai_completions import OpenAICompletions
from proxy.wire.openai_embeddings import OpenAIEmbeddings
from proxy.wire.openai_media import OPENAI_AUDIO, OPENAI_FILES, OPENAI_IMAGES
from proxy.wire.openai_models import OpenAIModels
from proxy.wire.openai_responses import OpenAIResponses
from proxy.wire.raw import Raw
from proxy.wire.rerank import Rerank
from proxy.wire.responses_stored import ResponsesInputTokens, StoredResponse
from proxy.wire.vertex_predict import VertexPredict

RAW = Raw()
_LONGEST_KNOWN = 200
"""Characters of a path whose format is remembered."""

# The first that claims a path has it: the more special ones stand before the others.
FORMATS: tuple[WireFormat, ...] = (
    DeferredChat(),
    FetchedChat(),
    StoredChat(),
    OpenAIChat(),
    OpenAIResponses(),
    AnthropicMessages(),
    AnthropicCountTokens(),
    GeminiGenerate(),
    GeminiCountTokens(),
    GeminiEmbed(),
    VertexPredict(),
    DatabricksEndpoint(),
    OllamaChat(),
    OllamaGenerate(),
    OllamaEmbed(),
    OllamaModels(),
    OpenAIEmbeddings(),
    BedrockConverse(),
    BedrockCountTokens(),
    BedrockEmbed(),
    BedrockRerank(),
    BedrockInvoke(),
    LMStudioChat(),
    CohereChat(),
    CohereEmbed(),
    DashScope(),
    DashScopeEmbed(),
    Rerank(),
    GeminiInteractions(),
    StoredInteraction(),
    StoredResponse(),
    ResponsesInputTokens(),
    AnthropicBatchResults(),
    AnthropicBatches(),
    GeminiBatches(),
    GeminiFileContent(),
    OpenAIBatches(),
    OpenAIFileContent(),
    MistralFim(),
    MistralAgents(),
    MistralConversations(),
    MistralOcr(),
    OpenAICompletions(),
    OPENAI_AUDIO,
    OPENAI_IMAGES,
    OPENAI_FILES,
    OpenAIModels(),
    RAW,
)


def format_for(method: str, path: str) -> WireFormat:
    """The format of an upstream path (no host, no query); `raw` when none claims it."""
    find = _known_format_for if len(path) <= _LONGEST_KNOWN else _format_for
    return find(method.upper(), path.rstrip("/"))


def _format_for(method: str, path: str) -> WireFormat:
    return next((each for each in FORMATS if each.claims(method, path)), RAW)


_known_format_for = lru_cache(maxsize=512)(_format_for)


def format_named(name: str) -> WireFormat:
    """The format with this slug, as stored with a request; `raw` when it is gone."""
    return next((each for each in FORMATS if each.name == name), RAW)
