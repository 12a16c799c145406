"""Which dialect is spoken at an API path, wherever that path begins. Pure.

`proxy/route/addresses.py` asks for paths that are passed on as they are, and
`proxy/forward/client.py` for requests that were refused before they had an address:
Weir's own errors are written in the dialect of the client that reads them.
"""

from __future__ import annotations

import re

from proxy.exchange import AuthStyle, Dialect, HeaderList
from proxy.headers import AUTH_HEADERS, value_of

OLLAMA = frozenset(
    b"chat generate embed embeddings tags show version pull push create copy delete ps "
    b"blobs".split()
)
"""What stands below `/api/`."""
GEMINI_CALL = re.compile(
    rb"/(?:models|tunedModels|publishers/[^/]+/models)/(?P<model>[^/]+)"
    rb":(?:generateContent|streamGenerateContent|countTokens|embedContent"
    rb"|batchEmbedContents|asyncBatchEmbedContent|batchGenerateContent|predict"
    rb"|predictLongRunning|bidiGenerateContent|generateAnswer|generateMessage)"
)
_GEMINI_ROOT = re.compile(
    rb"/(?:interactions|cachedContents|fileSearchStores|tunedModels|corpora"
    rb"|generatedFiles|auth_tokens|dynamic)(?=[/:]|$)"
)
"""Collections that no other API has. Others have agents, batches, files … too: there
the key tells. Sources: ai.google.dev/api/all-methods, and google-genai's paths."""
KEY_PARAMETER = re.compile(rb"(?:^|&)key=[^&]*")
"""Google's clients may have their key in the query."""
_OTHERS_CALL = re.compile(
    rb"/(?:chat/completions|completions|embeddings|responses|messages|images|audio"
    rb"|moderations)(?:/|$)"
)
"""Calls of OpenAI's and Anthropic's APIs: clients may bring any header with a key."""
_GEMINI_VERSION = re.compile(rb"/v1(?:beta|alpha)(?:/|$)")
_OLLAMA_CALL = re.compile(
    rb"^(?:/[^/]+)?/api/(?:" + b"|".join(sorted(OLLAMA)) + rb")(?:/|$)"
)
# Looked up once: Python 3.11 takes its time to find a member of an enum.
_OPENAI, _ANTHROPIC = Dialect.OPENAI, Dialect.ANTHROPIC


def is_gemini_below_v1(
    rest: bytes, method: str, headers: HeaderList, query: bytes
) -> bool:
    """Google's SDKs call `/v1` too. Its own calls and collections tell, else its key.

    `rest` is what follows `/v1`.
    """
    if _OTHERS_CALL.match(rest):  # nearly all calls: one look
        return False
    return (
        _GEMINI_ROOT.match(rest) is not None
        or (method == "POST" and GEMINI_CALL.fullmatch(rest) is not None)
        or has_google_key(headers, query)
    )


def has_google_key(headers: HeaderList, query: bytes) -> bool:
    """Where no other API has its key."""
    named = value_of(headers, AUTH_HEADERS[AuthStyle.X_GOOG_API_KEY])
    return bool(named) or KEY_PARAMETER.search(query) is not None


def spoken_at(path: bytes) -> Dialect | None:
    """None when the path doesn't tell."""
    if path.endswith(b"/chat/completions"):  # nearly all calls: two looks, no search
        return _OPENAI
    if path.endswith(b"/messages") and b"/threads/" not in path:
        return _ANTHROPIC
    return _searched(path)


def _searched(path: bytes) -> Dialect | None:
    # Google's OpenAI-compatible API lives below its own version; OpenAI's threads have
    # messages too.
    if b"/openai/" in path or b"/threads/" in path:
        return Dialect.OPENAI
    if b"/messages/" in path:
        return Dialect.ANTHROPIC
    if (
        _GEMINI_VERSION.search(path)
        or GEMINI_CALL.search(path)
        or _GEMINI_ROOT.match(path.removeprefix(b"/v1"))
    ):
        return Dialect.GEMINI
    return Dialect.OLLAMA if _OLLAMA_CALL.match(path) else None
