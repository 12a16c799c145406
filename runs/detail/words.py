"""What most packed details have in common, as the start of a zstd dictionary. Pure.

NEVER change these bytes: every stored detail is packed against them. A better list
would be a second dictionary beside this one.
"""

# ruff: noqa: E501 - wrapping anew would change the bytes.
from __future__ import annotations

WORDS = b"\n".join(
    [
        b"notes tools_offered tool_calls answer_preview service_tier default priority",
        b"x-ms-region openai-organization x-request-id req_0 anthropic-organization-id",
        b"anthropic-ratelimit-input-tokens-limit anthropic-ratelimit-input-tokens-",
        b"remaining anthropic-ratelimit-input-tokens-reset anthropic-ratelimit-output-",
        b"tokens-limit anthropic-ratelimit-requests-limit anthropic-ratelimit-requests",
        b"x-ratelimit-limit-requests x-ratelimit-limit-tokens x-ratelimit-remaining-",
        b"requests x-ratelimit-remaining-tokens x-ratelimit-reset-requests x-ratelimit-",
        b"reset-tokens openai-processing-ms openai-version 2020-10-01 openai-model",
        b"strict-transport-security max-age=31536000; includeSubDomains; preload",
        b"x-content-type-options nosniff cf-cache-status DYNAMIC cf-ray alt-svc h3=",
        b'":443"; ma=86400 set-cookie server cloudflare nginx uvicorn via 1.1 google',
        b"vary Accept-Encoding x-envoy-upstream-service-time cache-control no-cache",
        b"content-type text/event-stream; charset=utf-8 date Mon, Nov 2026 GMT",
        b"x-stainless-arch x64 x-stainless-async false x-stainless-lang python js",
        b"x-stainless-os Linux MacOS x-stainless-package-version x-stainless-runtime",
        b"CPython node x-stainless-runtime-version 3.12 v22 x-stainless-read-timeout",
        b"x-stainless-retry-count 0 x-stainless-timeout 600 x-stainless-helper-method",
        b"anthropic-version 2023-06-01 anthropic-beta anthropic-dangerous-direct-browser",
        b"x-app cli x-session-id x-session-affinity ses_ session-id thread-id originator",
        b"user-agent OpenAI/Python AsyncOpenAI/Python Anthropic/Python claude-cli/2.0",
        b"codex_exec GeminiCLI google-genai-sdk/ gl-python/ python-httpx/ aiohttp/",
        b"x-goog-api-client x-goog-api-key x-api-key authorization Bearer masked sha256:",
        b"host 127.0.0.1:8080 localhost:8080 connection keep-alive accept */*",
        b"accept-encoding gzip, deflate, br, zstd accept-language en transfer-encoding",
        b"chunked content-length content-type application/json accept application/json",
        b"quote status priced no_usage no_price cost_usd provider openai anthropic",
        b"google openrouter model gpt-5 claude-sonnet gemini price_id price_model",
        b"matched_by equals prefix contains tier lines kind input tokens usd_per_million",
        b"cost_usd note kind cache_read tokens usd_per_million cost_usd note kind",
        b"cache_write_5m kind output tokens usd_per_million cost_usd note formula",
        b" \xc3\x97 $1.25/M +  \xc3\x97 $10.00/M = $0.00 why no price is known for",
        b"session_rule header:x-session-id body:metadata.user_id body:prompt_cache_key",
        b"query client 127.0.0.1: upstream_url https://api.openai.com/v1/chat/completions",
        b"https://api.anthropic.com/v1/messages?beta=true https://openrouter.ai/api/v1/",
        b"https://generativelanguage.googleapis.com/v1beta/models/ reason fallback route",
        b"the provider's prefix request_headers sent_headers response_headers response_id",
        b"chatcmpl- msg_ resp_ upstream_ms chunk_count gap_median_ms gap_max_ms",
        b"chunk_times audio_tokens",
    ]
)
