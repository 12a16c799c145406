"""`runs/store/endpoints.py`: few of them, whatever ids and models paths have."""

from __future__ import annotations

import pytest

from runs.store.endpoints import endpoint


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/v1/chat/completions", "/v1/chat/completions"),
        ("/openai/v1/chat/completions", "/openai/v1/chat/completions"),
        ("/v1/responses/resp_68af4030592c81938ec0", "/v1/responses/{id}"),
        ("/v1/files/file-abc123def456/content", "/v1/files/{id}/content"),
        ("/v1/models/gpt-5-mini", "/v1/models/{model}"),
        ("/v1/models", "/v1/models"),
        (
            "/v1beta/models/gemini-3-pro:streamGenerateContent",
            "/v1beta/models/{model}:streamGenerateContent",
        ),
        (
            "/openai/deployments/my-gpt/chat/completions",
            "/openai/deployments/{model}/chat/completions",
        ),
        ("/a/6f1e0f9c-14a5-4a8e-9f43-0d1a2b3c4d5e/b", "/a/{id}/b"),
        ("/proxy/api.groq.com/openai/v1/x", "/proxy/api.groq.com/openai/v1/x"),
        ("/v1/batches/12345", "/v1/batches/{id}"),
        ("", ""),
        ("/", "/"),
    ],
)
def test_ids_and_models_are_taken_out(path: str, expected: str) -> None:
    assert endpoint(path) == expected


def test_long_paths_are_bounded() -> None:
    assert len(endpoint("/" + "/".join(["segment"] * 500))) <= 255
    assert endpoint("/" + "x" * 5000) == "/{id}"
