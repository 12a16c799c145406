"""Whose call it is, as far as its credential tells: a fingerprint, never the key.

Read by `proxy/recording/request_headers.py`; grouping keeps calls of several clients
apart by it. What is signed anew for each request (AWS) or changes as it is used
(cookies) tells nobody. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable

from proxy.headers import API_KEYS, CREDENTIALS
from proxy.journal.masking import FINGERPRINT

_CHANGE = frozenset({b"cookie", b"set-cookie", b"x-amz-security-token"})
_API_KEYS = frozenset(name.decode() for name in API_KEYS)
_OTHERS = frozenset(name.decode() for name in CREDENTIALS - API_KEYS - _CHANGE)
_SIGNED = "AWS4-"


def may_tell_client(name: str) -> bool:
    """Whether a header of this name is looked at."""
    return name in _API_KEYS or name in _OTHERS


def client_key(headers: Iterable[tuple[str, str]], query: str) -> str:
    """The mark of the surest credential: an API key, another header's, the query's."""
    others = ""
    for name, value in headers:
        if name in _API_KEYS or name in _OTHERS:
            found = None if value.startswith(_SIGNED) else FINGERPRINT.search(value)
            if found and name in _API_KEYS:
                return found.group()
            others = others or (found.group() if found else "")
    if others or not query:
        return others
    found = FINGERPRINT.search(query)
    return found.group() if found else ""
