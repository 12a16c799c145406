"""Weir's own errors as the client libraries of each dialect read them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from proxy.errors import STATUS_OF_CODE, RoutingError, WeirError, error_body
from proxy.exchange import Dialect

REFUSED = RoutingError("INVALID_PROVIDER_PREFIX", "No “such” provider.")
SHAPES: dict[Dialect, dict[str, Any]] = {
    Dialect.OPENAI: {
        "error": {
            "message": REFUSED.message,
            "type": "weir_error",
            "param": None,
            "code": REFUSED.code,
        }
    },
    Dialect.ANTHROPIC: {
        "type": "error",
        "error": {"type": "not_found_error", "message": REFUSED.message},
    },
    Dialect.GEMINI: {
        "error": {"code": 404, "message": REFUSED.message, "status": REFUSED.code}
    },
    Dialect.OLLAMA: {"error": REFUSED.message},
}


@pytest.mark.parametrize("dialect", Dialect)
def test_each_dialect_has_its_shape_and_weirs_own_code(dialect: Dialect) -> None:
    body = json.loads(error_body(REFUSED, dialect))
    assert body.pop("weir") == {"code": REFUSED.code}
    assert body == SHAPES[dialect]


@pytest.mark.parametrize("code", STATUS_OF_CODE)
def test_anthropics_type_goes_by_the_status(code: str) -> None:
    """What is nobody's fault but the server's is `api_error`."""
    body = json.loads(error_body(WeirError(code, "m"), Dialect.ANTHROPIC))
    is_ours = STATUS_OF_CODE[code] in (426, 500, 502, 503, 507, 508)
    assert (body["error"]["type"] == "api_error") is is_ours


def test_a_lone_surrogate_in_a_message_is_no_second_error() -> None:
    assert b"?" in error_body(WeirError("INVALID_PATH", "\ud800"), Dialect.OPENAI)
