"""Errors that Weir itself answers with, and their shape on the wire.

    WeirError                      an answer that Weir makes instead of the upstream
    ├── RoutingError               no address, provider or upstream fits (4xx, 503)
    └── UpstreamError              the upstream gave no response (502, 504)

Codes are stable; docs/architecture.md says when each is answered, and a test holds it
to this table. Used by `proxy/app.py`. Pure.
"""

from __future__ import annotations

import json

from proxy.exchange import Dialect, HeaderList

STATUS_OF_CODE = {
    "MISSING_OR_INVALID_AUTHORIZATION_HEADER": 401,
    "INVALID_RUN_KEY": 401,
    "INVALID_PATH": 400,
    "INVALID_REQUEST": 400,
    "INVALID_PROVIDER_PREFIX": 404,
    "MODEL_NOT_FOUND": 404,
    "PROVIDER_INACTIVE": 403,
    "HOST_NOT_ALLOWED": 403,
    "PAGE_REFUSED": 403,
    "WEBSOCKET_NOT_SUPPORTED": 426,  # codex falls back to POST at once on this status
    "UPSTREAM_URL_NOT_CONFIGURED": 503,
    "UPSTREAM_CONNECTION_FAILED": 502,
    "UPSTREAM_TIMEOUT": 504,
    "INSUFFICIENT_STORAGE": 507,
    "UPSTREAM_IS_WEIR": 508,
    "INTERNAL_ERROR": 500,
}

_NEVER_BETTER = frozenset({"UPSTREAM_URL_NOT_CONFIGURED", "UPSTREAM_IS_WEIR"})
"""Asking again doesn't help before somebody has changed something, though clients try
again by themselves what has such a status."""


class WeirError(Exception):
    """An answer that Weir makes itself; `code` decides the status."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message

    @property
    def status(self) -> int:
        return STATUS_OF_CODE[self.code]


class RoutingError(WeirError):
    """The request has no place to go."""


class UpstreamError(WeirError):
    """The upstream could not be reached or did not answer in time."""


def error_body(error: WeirError, dialect: Dialect) -> bytes:
    """The JSON body in the shape that clients of this dialect parse.

    Anthropic: docs.anthropic.com "Errors"; Gemini: google.rpc.Status; Ollama: a plain
    string.
    """
    if dialect is Dialect.ANTHROPIC:
        detail = {"type": _anthropic_type(error), "message": error.message}
        shape: dict[str, object] = {"type": "error", "error": detail}
    elif dialect is Dialect.GEMINI:
        shape = {
            "error": {
                "code": error.status,
                "message": error.message,
                "status": error.code,
            }
        }
    elif dialect is Dialect.OLLAMA:
        shape = {"error": error.message}
    else:
        shape = {
            "error": {
                "message": error.message,
                "type": "weir_error",
                "param": None,
                "code": error.code,
            }
        }
    shape["weir"] = {"code": error.code}
    return json.dumps(shape, ensure_ascii=False).encode("utf-8", "replace")


def error_answer(error: WeirError, dialect: Dialect) -> tuple[HeaderList, bytes]:
    """Headers and body. `x-should-retry` is what the OpenAI and Anthropic SDKs ask
    before they look at the status."""
    body = error_body(error, dialect)
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"x-weir-error", error.code.encode()),
    ]
    if error.code in _NEVER_BETTER:
        headers.append((b"x-should-retry", b"false"))
    return headers, body


def _anthropic_type(error: WeirError) -> str:
    kinds = {
        400: "invalid_request_error",
        401: "authentication_error",
        403: "permission_error",
        404: "not_found_error",
        504: "timeout_error",
    }
    return kinds.get(error.status, "api_error")
