"""The session that a client names in its headers, without any set-up.

Read by `proxy/recording/request_headers.py`; the table is `proxy/wire/session_ids.py`,
ids in bodies are read with the other facts of a request. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable

from pricing.values import dataclass
from proxy.wire.session_ids import HEADERS, LONGEST, is_vendors

_KNOWN = frozenset(HEADERS)


@dataclass(frozen=True, slots=True)
class ToldSession:
    """A session id and the rule that found it, e.g. `header:session-id`."""

    key: str
    rule: str


def may_tell_session(name: str) -> bool:
    """Whether a header of this name is looked at."""
    return name in _KNOWN or is_vendors(name)


def told_session(headers: Iterable[tuple[str, str]]) -> ToldSession | None:
    values: dict[str, str] = {}
    for name, value in headers:
        if name in _KNOWN or name.endswith("id"):
            values.setdefault(name, value.strip())
    if not values:
        return None  # as with most clients
    vendors = sorted(name for name in values if is_vendors(name))
    for name in (*HEADERS, *vendors):
        if key := values.get(name):
            return ToldSession(key[:LONGEST], f"header:{name}")
    return None
