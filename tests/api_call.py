"""Calls of the writing API, as a program of the same machine makes them."""

from __future__ import annotations

import json
from typing import Any

from django.test import Client

HOST = {"host": "127.0.0.1:8080"}


def call(
    method: str, path: str, body: Any = None, status: int = 200, **headers: str
) -> Any:
    """The answer's JSON and its ETag; `if_match=` and the like are headers. PATCH and
    DELETE change whatever is there, unless they say otherwise."""
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    if method in ("PATCH", "DELETE"):
        told = {"if-match": "*"} | told
    answer = Client(headers=HOST).generic(
        method,
        f"/api{path}",
        b"" if body is None else json.dumps(body).encode(),
        content_type="application/json",
        headers=told,
    )
    assert answer.status_code == status, answer.content
    found = answer.json() if answer.content else None
    return found, answer.headers.get("ETag", "")
