"""What an API path tells of its dialect, with or without what stands before it."""

from __future__ import annotations

import pytest

from proxy.route.dialects import spoken_at


@pytest.mark.parametrize(
    ("path", "dialect"),
    [
        (b"/v1/chat/completions", "openai"),
        (b"/opneai/chat/completions", "openai"),
        (b"/v1beta/openai/models", "openai"),
        (b"/v1/threads/t_1/messages", "openai"),
        (b"/v1/threads/t_1/messages/m_1", "openai"),
        (b"/v1/messages", "anthropic"),
        (b"/messages", "anthropic"),
        (b"/nope/v1/messages/count_tokens", "anthropic"),
        (b"/v1/messages/batches/b_1", "anthropic"),
        (b"/v1beta/models", "gemini"),
        (b"/upload/v1beta/files", "gemini"),
        (b"/v1/models/g:generateContent", "gemini"),
        (b"/v1/projects/p/publishers/google/models/g:predict", "gemini"),
        (b"/api/chat", "ollama"),
        (b"/api/tags", "ollama"),
        (b"/ollama/api/blobs/sha256:00", "ollama"),
        (b"/v1/models", None),
        (b"/v1/models/llama3:8b", None),
        (b"/v1/messagesx", None),
        (b"/api/v1/chat", None),
        (b"/a/b/api/chat", None),
        (b"/v1betax/models", None),
    ],
)
def test_a_path_shows_its_dialect(path: bytes, dialect: str | None) -> None:
    assert spoken_at(path) == dialect
