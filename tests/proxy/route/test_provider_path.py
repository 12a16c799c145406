from __future__ import annotations

import pytest

from proxy.route.provider_path import provider_path
from proxy.route.rules import UpstreamProvider
from tests.proxy.route.routing_cases import provider

AZURE = provider(
    "azure",
    "https://r.openai.azure.com/openai",
    base_urls={"openai": "https://r.openai.azure.com/openai/v1"},
)
ZAI = provider(
    "zai",
    "https://api.z.ai/api/paas/v4",
    base_urls={"anthropic": "https://api.z.ai/api/anthropic/v1"},
)
COHERE = provider(
    "cohere",
    "https://api.cohere.com",
    base_urls={"openai": "https://api.cohere.com/compatibility/v1"},
)

ALIBABA = provider("alibaba", "https://dashscope.aliyuncs.com/compatible-mode/v1")
DASHSCOPE = "/api/v1/services/aigc/text-generation/generation"


@pytest.mark.parametrize(
    ("row", "rest", "path"),
    [
        (AZURE, "/openai/deployments/d/x", "/openai/deployments/d/x"),
        (AZURE, "/chat/completions", "/openai/v1/chat/completions"),
        (AZURE, "/v1/chat/completions", "/openai/v1/chat/completions"),
        (AZURE, "/openai/v1/responses", "/openai/v1/responses"),
        (ZAI, "/api/paas/v4/chat/completions", "/api/paas/v4/chat/completions"),
        (ZAI, "/chat/completions", "/api/paas/v4/chat/completions"),
        (ZAI, "/v4/models", "/api/paas/v4/models"),
        (ZAI, "/api/anthropic/v1/messages", "/api/anthropic/v1/messages"),
        (ZAI, "/v1/messages", "/api/anthropic/v1/messages"),
        (ALIBABA, DASHSCOPE, DASHSCOPE),
        (ALIBABA, "/v1/chat/completions", "/compatible-mode/v1/chat/completions"),
        (COHERE, DASHSCOPE, DASHSCOPE),
        (COHERE, "/v2/chat", "/v2/chat"),
        (COHERE, "/v1/embed", "/v1/embed"),
        (COHERE, "/v1/chat/completions", "/compatibility/v1/chat/completions"),
        (COHERE, "/compatibility/v1/embeddings", "/compatibility/v1/embeddings"),
        (COHERE, "", "/"),
    ],
)
def test_whatever_base_a_client_was_given_the_path_is_right(
    row: UpstreamProvider, rest: str, path: str
) -> None:
    assert provider_path(row, rest.encode())[1] == path.encode()
