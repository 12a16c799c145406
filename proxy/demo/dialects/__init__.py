"""The dialects of the demo model, most specific first; the list is the whole wiring."""

from __future__ import annotations

from proxy.demo.dialects.anthropic_count import AnthropicCount
from proxy.demo.dialects.anthropic_messages import AnthropicMessages
from proxy.demo.dialects.base import DemoDialect
from proxy.demo.dialects.gemini import Gemini
from proxy.demo.dialects.gemini_count import GeminiCount
from proxy.demo.dialects.model_list import GeminiModelList, ModelList
from proxy.demo.dialects.ollama import Ollama
from proxy.demo.dialects.openai_chat import OpenAIChat
from proxy.demo.dialects.openai_completions import OpenAICompletions
from proxy.demo.dialects.openai_embeddings import OpenAIEmbeddings
from proxy.demo.dialects.openai_responses import OpenAIResponses

DIALECTS: tuple[DemoDialect, ...] = (
    OpenAIChat(),
    OpenAICompletions(),
    OpenAIResponses(),
    OpenAIEmbeddings(),
    AnthropicCount(),
    AnthropicMessages(),
    GeminiCount(),
    Gemini(),
    GeminiModelList(),
    ModelList(),
    Ollama(),
)


def dialect_for(method: str, path: str) -> DemoDialect | None:
    return next((each for each in DIALECTS if each.claims(method, path)), None)
