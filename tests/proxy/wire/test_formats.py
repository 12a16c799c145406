"""Each upstream path, with any prefix, has the one format that speaks it."""

from __future__ import annotations

import pytest

from proxy.wire import FORMATS, RAW, format_for, format_named
from runs.grouping.placing import NAMED_AGAIN

PATHS = [
    ("POST", "/v1/chat/completions", "openai-chat"),
    ("POST", "/openai/v1/chat/completions", "openai-chat"),
    ("POST", "/api/v1/chat/completions/", "openai-chat"),
    ("post", "/openai/deployments/D/chat/completions", "openai-chat"),
    ("POST", "/ml/v1/text/chat", "openai-chat"),
    ("POST", "/serving-endpoints/e/invocations", "databricks-endpoint"),
    ("POST", "/ml/v1/deployments/d/text/chat_stream", "openai-chat"),
    ("POST", "/ml/v1/text/generation", "raw"),
    ("POST", "/x/publishers/mistralai/models/m%402411:rawPredict", "openai-chat"),
    (
        "POST",
        "/x/publishers/mistralai/models/mistral-ocr-2505:rawPredict",
        "mistral-ocr",
    ),
    ("POST", "/v1/contextualizedembeddings", "openai-embeddings"),
    ("POST", "/v1/multimodalembeddings", "raw"),
    ("GET", "/v1/chat/completions", "raw"),
    ("GET", "/v1/chat/completions/chatcmpl-1", "openai-chat-stored"),
    ("POST", "/v1/chat/completions/chatcmpl-1", "openai-chat-stored"),
    ("GET", "/v1/chat/completions/chatcmpl-1/messages", "raw"),
    ("POST", "/async/chat/completions", "openai-chat-deferred"),
    ("GET", "/v1/async/sonar/r1", "openai-chat-fetched"),
    ("GET", "/v1/chat/deferred-completion/r1", "openai-chat-fetched"),
    ("GET", "/api/paas/v4/async-result/r1", "openai-chat-fetched"),
    ("POST", "/v1/completions", "openai-completions"),
    ("POST", "/completion", "openai-completions"),
    ("POST", "/v1/responses", "openai-responses"),
    ("POST", "/v1/responses/compact", "openai-responses"),
    ("GET", "/v1/responses/resp_1", "openai-responses-stored"),
    ("POST", "/v1/responses/resp_1/cancel", "openai-responses-stored"),
    ("DELETE", "/v1/responses/resp_1", "raw"),
    ("GET", "/v1/responses/resp_1/input_items", "raw"),
    ("POST", "/v1/responses/input_tokens", "openai-responses-input-tokens"),
    ("POST", "/v1/messages", "anthropic-messages"),
    ("POST", "/api/anthropic/v1/messages", "anthropic-messages"),
    ("POST", "/v1/messages/count_tokens", "anthropic-count-tokens"),
    ("POST", "/v1/messages/batches", "anthropic-batches"),
    ("POST", "/v1/messages/batches/msgbatch_1/cancel", "anthropic-batches"),
    ("GET", "/v1/messages/batches/msgbatch_1/results", "anthropic-batch-results"),
    ("POST", "/v1/threads/thread_1/messages", "raw"),
    ("POST", "/v1beta/models/gemini-2.5-pro:generateContent", "gemini-generate"),
    ("POST", "/v1/models/gemini-2.5-pro:streamGenerateContent", "gemini-generate"),
    ("POST", "/v1beta/models/g%3AgenerateContent", "gemini-generate"),
    ("POST", "/v1beta/models/g:countTokens", "gemini-count-tokens"),
    ("POST", "/v1beta/models/g:batchEmbedContents", "gemini-embed"),
    ("POST", "/v1beta/models/g:predict", "vertex-predict"),
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
    ("GET", "/v1/files/file-1", "openai-files"),
    ("GET", "/v1/files/file-1/content", "openai-file-content"),
    ("GET", "/v1/batches", "openai-batches"),
    ("POST", "/v1/batch/jobs", "openai-batches"),
    ("POST", "/openai/v1/batches/batch_1/cancel", "openai-batches"),
    ("GET", "/v1beta/batches/1", "gemini-batches"),
    ("POST", "/v1beta/batches/1:cancel", "gemini-batches"),
    ("POST", "/v1beta/models/g:batchGenerateContent", "gemini-batches"),
    ("GET", "/download/v1beta/files/f:download", "gemini-file-content"),
    ("POST", "/v1beta/interactions", "gemini-interactions"),
    ("GET", "/v1beta/interactions/i1", "gemini-interaction-stored"),
    ("POST", "/v1beta/interactions/i1/cancel", "gemini-interaction-stored"),
    ("POST", "/model/us.amazon.nova-lite-v1%3A0/converse", "bedrock-converse"),
    ("POST", "/aws/model/a.b-v1:0/converse-stream", "bedrock-converse"),
    ("POST", "/model/a.b/invoke", "bedrock-invoke"),
    ("POST", "/model/a.b/invoke-with-response-stream", "bedrock-invoke"),
    ("POST", "/model/cohere.embed-english-v3/invoke", "bedrock-embed"),
    ("POST", "/model/cohere.rerank-v3-5:0/invoke", "bedrock-rerank"),
    ("POST", "/model/a.b/count-tokens", "bedrock-count-tokens"),
    ("POST", "/model/a.b/async-invoke", "raw"),
    ("POST", "/invoke", "raw"),
    ("POST", "/v2/chat", "cohere-chat"),
    ("POST", "/v1/chat", "cohere-chat"),
    ("POST", "/v2/embed", "cohere-embed"),
    ("POST", "/v2/rerank", "rerank"),
    ("POST", "/rerank", "rerank"),
    ("POST", "/api/v1/chat", "lm-studio-chat"),
    ("POST", "/lm-studio/api/v1/chat", "lm-studio-chat"),
    ("POST", "/v1/fim/completions", "mistral-fim"),
    ("POST", "/v1/agents/completions", "mistral-agents"),
    (
        "POST",
        "/api/v1/services/aigc/multimodal-generation/generation",
        "dashscope",
    ),
    (
        "POST",
        "/api/v1/services/embeddings/text-embedding/text-embedding",
        "dashscope-embed",
    ),
    ("POST", "/v1/conversations", "mistral-conversations"),
    ("POST", "/v1/conversations/conv_1/restart", "mistral-conversations"),
    ("GET", "/v1/conversations/conv_1/history", "raw"),
    ("POST", "/v1/ocr", "mistral-ocr"),
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


def test_grouping_speaks_of_formats_that_exist() -> None:
    names = [each.name for each in FORMATS]
    for beginning in NAMED_AGAIN:
        assert any(name.startswith(beginning) for name in names), beginning
