from __future__ import annotations

import pytest

from pricing.spellings import is_same_model


@pytest.mark.parametrize(
    ("asked", "served"),
    [
        ("gpt-5", "gpt-5-2025-08-07"),
        ("GPT-4o", "gpt-4o"),
        ("gpt-4", "gpt-4-0613"),
        ("gpt-4-32k", "gpt-4-32k-0613"),
        ("claude-sonnet-4-5", "claude-sonnet-4-5-20250929"),
        ("claude-sonnet-4-5@20250929", "claude-sonnet-4-5-20250929"),
        ("us.anthropic.claude-opus-4-20250514-v1:0", "claude-opus-4-20250514"),
        ("anthropic/claude-sonnet-4.5", "claude-sonnet-4-5-20250929"),
        ("claude-3-5-sonnet-latest", "claude-3-5-sonnet-20241022"),
        ("claude-opus-4-1-20250805", "claude-opus-4-1"),
        ("models/gemini-2.0-flash", "gemini-2.0-flash-001"),
        ("gemini-flash-latest", "gemini-2.5-flash-preview-09-2025"),
        ("gemini-2.5-pro", "gemini-2.5-pro-preview-05-06"),
        ("mistral-large-latest", "mistral-large-2411"),
        ("grok-4", "grok-4-0709"),
        ("kimi-k2", "kimi-k2-0711-preview"),
        ("deepseek/deepseek-r1:free", "deepseek/deepseek-r1"),
        ("meta-llama/Llama-3.1-8B:novita", "meta-llama/llama-3.1-8b"),
        ("llama3.2", "llama3.2:latest"),
        ("qwen2.5-7b-instruct", "/models/Qwen2.5-7B-Instruct-Q4_K_M.gguf"),
    ],
)
def test_a_name_in_another_dress_or_resolved_is_the_same(
    asked: str, served: str
) -> None:
    assert is_same_model(asked, served) is True


@pytest.mark.parametrize(
    ("asked", "served"),
    [
        ("gpt-5", "gpt-5-mini-2025-08-07"),
        ("gpt-4o-2024-05-13", "gpt-4o-2024-08-06"),
        ("gpt-4.1", "gpt-4"),
        ("gpt-4", "gpt-4.1-2025-04-14"),
        ("gpt-4", "gpt-4-32k"),
        ("claude-opus-4", "claude-opus-4-1-20250805"),
        ("gemini-flash-latest", "gemini-2.5-flash-lite-preview-09-2025"),
        ("o1-preview", "o1-2024-12-17"),
        ("llama3.2:1b", "llama3.2:3b"),
        ("gpt-4", "qwen2.5-7b"),
    ],
)
def test_another_model_or_another_date_is_not(asked: str, served: str) -> None:
    assert is_same_model(asked, served) is False


@pytest.mark.parametrize(
    ("asked", "served"),
    [
        ("", "gpt-5"),
        ("gpt-5", ""),
        ("openrouter/auto", "openai/gpt-5"),
        ("arn:aws:bedrock:us-east-1:1:application-inference-profile/x", "claude"),
    ],
)
def test_nothing_is_said_of_what_is_no_models_name(asked: str, served: str) -> None:
    assert is_same_model(asked, served) is None
