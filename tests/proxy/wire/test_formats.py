"""Each upstream path, with any prefix, has the one format that speaks it."""

from __future__ import annotations

import pytest

from proxy.wire import FORMATS, RAW, format_for, format_named

PATHS = [
    ("POST", "/v1/chat/completions", "openai-chat"),
    ("POST", "/openai/v1/chat/completions", "openai-chat"),
    ("POST", "/api/v1/chat/completions/", "openai-chat"),
    ("post", "/openai/deployments/D/chat/completions", "openai-chat"),
    ("GET", "/v1/chat/completions", "raw"),
    ("POST", "/v1/completions", "openai-completions"),
    ("POST", "/completion", "openai-completions"),
    ("POST", "/v1/responses", "openai-responses"),
    ("POST", "/v1/responses/compact", "openai-responses"),
    ("GET", "/v1/responses/resp_1", "raw"),
    ("POST", "/v1/responses/resp_1/cancel", "raw"),
    ("POST", "/v1/messages", "anthropic-messages"),
    ("POST", "/api/anthropic/v1/messages", "anthropic-messages"),
    ("POST", "/v1/messages/count_tokens", "anthropic-count-tokens"),
    ("POST", "/v1/messages/batches", "raw"),
    ("POST", "/v1/threads/thread_1/messages", "raw"),
    ("POST", "/v1beta/models/gemini-2.5-pro:generateContent", "gemini-generate"),
    ("POST", "/v1/models/gemini-2.5-pro:streamGenerateContent", "gemini-generate"),
    ("POST", "/v1beta/models/g%3AgenerateContent", "gemini-generate"),
    ("POST", "/v1beta/models/g:countTokens", "gemini-count-tokens"),
    ("POST", "/v1beta/models/g:batchEmbedContents", "gemini-embed"),
    ("POST", "/v1beta/models/g:predict", "raw"),
    ("POST", "/v1internal:streamGenerateContent", "gemini-generate"),
    ("POST", "/api/chat", "ollama-chat"),
    ("POST", "/api/generate", "ollama-generate"),
    ("POST", "/api/embed", "ollama-embed"),
    ("POST", "/api/embeddings", "ollama-embed"),
    ("GET", "/api/tags", "ollama-models"),
    ("POST", "/api/show", "ollama-models"),
    ("POST", "/v1/embeddings", "openai-embeddings"),
    ("GET", "/v1/models", "models"),
    ("GET", "/api/v1/models/openai/gpt-4o", "models"),
    ("POST", "/v1/audio/speech", "openai-audio"),
    ("POST", "/v1/images/edits", "openai-images"),
    ("GET", "/v1/files/file-1/content", "openai-files"),
    ("GET", "/", "raw"),
    ("POST", "", "raw"),
]


@pytest.mark.parametrize(("method", "path", "name"), PATHS)
def test_path_belongs_to_its_format(method: str, path: str, name: str) -> None:
    assert format_for(method, path).name == name


def test_names_are_unique_and_lead_back_to_their_format() -> None:
    names = [each.name for each in FORMATS]
    assert len(set(names)) == len(names)
    assert [format_named(name) for name in names] == list(FORMATS)
    assert format_named("gone") is RAW


def test_raw_stands_last_because_it_claims_all() -> None:
    assert FORMATS[-1] is RAW
