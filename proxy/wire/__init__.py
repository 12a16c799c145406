"""The dialects that Weir understands, in the order in which they claim a path.

`proxy/recording/facts.py` asks `format_for` after the client is served. AGENTS.md
beside this file says how to add one.
"""

from __future__ import annotations

from proxy.wire.anthropic_messages import AnthropicCountTokens, AnthropicMessages
from proxy.wire.base import WireFormat
from proxy.wire.gemini import GeminiCountTokens, GeminiEmbed, GeminiGenerate
from proxy.wire.ollama import OllamaChat, OllamaEmbed, OllamaGenerate, OllamaModels
from proxy.wire.openai_chat import OpenAIChat
from proxy.wire.openai_completions import OpenAICompletions
from proxy.wire.openai_embeddings import OpenAIEmbeddings
from proxy.wire.openai_media import OPENAI_AUDIO, OPENAI_FILES, OPENAI_IMAGES
from proxy.wire.openai_models import OpenAIModels
from proxy.wire.openai_responses import OpenAIResponses
from proxy.wire.raw import Raw

RAW = Raw()

# The first that claims a path has it: the more special ones stand before the others.
FORMATS: tuple[WireFormat, ...] = (
    OpenAIChat(),
    OpenAIResponses(),
    AnthropicMessages(),
    AnthropicCountTokens(),
    GeminiGenerate(),
    GeminiCountTokens(),
    GeminiEmbed(),
    OllamaChat(),
    OllamaGenerate(),
    OllamaEmbed(),
    OllamaModels(),
    OpenAIEmbeddings(),
    OpenAICompletions(),
    OPENAI_AUDIO,
    OPENAI_IMAGES,
    OPENAI_FILES,
    OpenAIModels(),
    RAW,
)


def format_for(method: str, path: str) -> WireFormat:
    """The format of an upstream path (no host, no query); `raw` when none claims it."""
    method = method.upper()
    path = path.rstrip("/")
    return next((each for each in FORMATS if each.claims(method, path)), RAW)


def format_named(name: str) -> WireFormat:
    """The format with this slug, as stored with a request; `raw` when it is gone."""
    return next((each for each in FORMATS if each.name == name), RAW)
