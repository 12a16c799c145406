"""The ways a model name is written."""

from __future__ import annotations

import pytest

from pricing.spellings import dashed_date, spellings, split_host


@pytest.mark.parametrize(
    ("model", "spelling"),
    [
        ("GPT-4o", "gpt-4o"),
        ("gpt-5.2-20251211", "gpt-5.2-2025-12-11"),
        ("models/gemini-2.5-pro", "gemini-2.5-pro"),
        ("publishers/google/models/gemini-2.5-pro", "gemini-2.5-pro"),
        (
            "projects/p1/locations/us-central1/publishers/google/models/gemini-2.5-pro",
            "gemini-2.5-pro",
        ),
        ("openai/gpt-4o", "gpt-4o"),
        ("qwen/qwen3-coder@chutes/fp8", "qwen/qwen3-coder"),
        ("qwen/qwen3-coder:nitro", "qwen/qwen3-coder"),
        ("openai/gpt-5.2-20251211:online", "gpt-5.2-2025-12-11"),
    ],
)
def test_a_decorated_name_is_also_read_bare(model: str, spelling: str) -> None:
    assert spelling in spellings(model, ("openai",))


def test_the_literal_name_comes_first() -> None:
    assert spellings("models/X-20250101")[0] == "models/x-20250101"


@pytest.mark.parametrize("model", ["qwen/qwen3:free", "gpt-4o:batch", "llama3:8b"])
def test_a_suffix_that_means_another_model_stays(model: str) -> None:
    assert spellings(model) == [model]


def test_no_date_stays_as_it_is() -> None:
    assert dashed_date("gpt-20251345") == "gpt-20251345"
    assert dashed_date("gpt-20250231") == "gpt-20250231"


def test_a_router_name_is_split_at_the_host() -> None:
    assert split_host("Openai/GPT-oss:Novita") == ("openai/gpt-oss", "novita")
    assert split_host("openai/gpt-oss") == ("openai/gpt-oss", "")
