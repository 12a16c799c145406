"""Keys are known by how they look; names of models and products are none."""

from __future__ import annotations

import re

import pytest

from proxy.secrets.shapes import BEARER, HINT, KEY, title_of

BODY = "aB3" * 30
KEYS = {
    "ek_" + BODY[:32]: "OpenAI ephemeral key",
    "nvapi-" + BODY[:64]: "NVIDIA key",
    "pplx-" + BODY[:48]: "Perplexity key",
    "fw_" + BODY[:24]: "Fireworks key",
    "csk-" + BODY[:48]: "Cerebras key",
    "ghp_" + "A" * 36: "GitHub token",
    "github_pat_" + BODY[:22] + "_" + BODY[:59]: "GitHub token",
    "AKIA" + "AB23" * 4: "AWS key id",
    "ASIA" + "AB23" * 4: "AWS key id",
    "rpa_" + "AB3" * 14: "RunPod key",
    "hf_" + BODY[:34]: "Hugging Face token",
    "gsk_" + BODY[:52]: "Groq key",
    "xai-" + BODY[:80]: "xAI key",
    "sk-ant-api03-" + BODY + "-_AA": "Anthropic key",
    "sk-or-v1-" + "0a" * 32: "OpenRouter key",
    "sk-proj-" + BODY: "API key",
    "sk_live_" + BODY[:24]: "API key",
    "AIzaSy" + BODY[:33]: "Google key",
    "ya29.a0AfB_" + BODY: "Google token",
    "r8_" + BODY[:37]: "Replicate key",
    "glpat-" + BODY[:20]: "GitLab token",
    "xoxb-123456789012-" + BODY[:24]: "Slack token",
    "shpat_" + "0a" * 16: "Shopify token",
    "dp.pt." + BODY[:43]: "Doppler token",
    "pscale_tkn_" + BODY[:43]: "PlanetScale token",
    "figd_" + BODY[:40]: "Figma token",
    "sntrys_eyJ" + BODY + "_" + BODY[:43]: "Sentry token",
    "sbp_" + "0a" * 20: "Supabase key",
    "ATATT3xFfGF0" + BODY + "=" + "0A" * 4: "Atlassian token",
    "NRAK-" + "A0B" * 9: "New Relic key",
    "PMAK-" + "0a" * 12 + "-" + "0a" * 17: "Postman key",
    "AGE-SECRET-KEY-1" + "Q3" * 29: "age key",
    "llx-" + BODY[:48]: "LlamaCloud key",
    "pylf_v1_us_" + BODY[:42]: "Logfire token",
    "key-" + "0a" * 16: "Mailgun key",
    "sk.eyJ1Ijoi" + BODY[:40] + "." + BODY[:22]: "Mapbox token",
    "eyJhbGciOiJFUzI1NiJ9.eyJ4IjoxfQ.c2ln": "JWT",
}


@pytest.mark.parametrize(("key", "title"), KEYS.items())
def test_a_key_is_found_whole_and_named(key: str, title: str) -> None:
    text = f'say "{key}", please'
    found = re.search(KEY, text)
    assert found is not None
    assert found.group() == key
    assert title_of(key) == title
    assert re.search(HINT, text), "the quick look must not miss it"


@pytest.mark.parametrize(
    "text",
    [
        *(
            "xai-grok-4-fast-reasoning",
            "skywork-reasoning-large-70b",
            "hf_hub_download",
        ),
        *(
            "hf-internal-testing-tiny-random",
            "fw_update_progress_bar",
            "task-force-of-17",
        ),
        *("resp_68af4030baa48193b0b43b4c2a176a1a0e6967589f080e78", "rpa_process_names"),
        *("sk_learn_feature_names_in", "ASIAPACIFIC", "disk-usage-of-the-whole-tree"),
        *("cache-key-" + "0a" * 16, "restore_key-" + "0a" * 16),
    ],
)
def test_other_words_are_no_keys(text: str) -> None:
    assert re.search(KEY, text) is None


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("Bearer abc1234567890", True),
        ("got bearer abcdefghijklmnopqrstuvwxyz", True),
        ("Basic dXNlcjpwYXNz", True),
        ('Bearer realm="OpenAI API", error="invalid_token"', False),
        ("the bearer authentication scheme", False),
        ("Basic question: why?", False),
    ],
)
def test_a_scheme_is_followed_by_a_credential(text: str, is_one: bool) -> None:
    assert bool(re.search(BEARER, text)) is is_one
