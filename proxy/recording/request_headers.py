"""What the headers of a request tell of who calls, asked in one look.

Read by `proxy/recording/assemble.py`; `session.py`, `client.py` beside it and
`proxy/wire/purposes.py` say what each of them means. A client sends the same headers
with every call, whatever stands in them: which rules their names concern is remembered.
Pure.
"""

from __future__ import annotations

from collections.abc import Sequence

from pricing.values import dataclass
from proxy.recording.client import client_key, may_tell_client
from proxy.recording.session import may_tell_session, told_session
from proxy.wire.purposes import AGENT_HEADERS, SUBAGENT_HEADER, agent_of, told_by_header

MOST, LONGEST = 1024, 4096
"""Remembered sets of names, and the characters of one."""


@dataclass(frozen=True, slots=True)
class ToldInHeaders:
    """ "" where nothing is told."""

    user_agent: str
    client_key: str
    session: str
    session_rule: str
    purpose: str
    agent: str


@dataclass(frozen=True, slots=True)
class _Concerned:
    """Which rules have something to look at, by the names alone."""

    session: bool
    client: bool
    agent: bool


_known: dict[tuple[str, ...], _Concerned] = {}


def told_in(headers: Sequence[tuple[str, str]], query: str) -> ToldInHeaders:
    first = dict(reversed(headers))  # of a name that comes twice, the first
    rules = _concerned(tuple(first))
    told = told_session(headers) if rules.session else None
    return ToldInHeaders(
        first.get("user-agent", ""),
        client_key(headers if rules.client else (), query),
        told.key if told else "",
        told.rule if told else "",
        told_by_header(headers) if rules.agent else "",
        agent_of(headers) if rules.agent else "",
    )


def _concerned(names: tuple[str, ...]) -> _Concerned:
    found = _known.get(names)
    if found is None:
        found = _Concerned(
            any(map(may_tell_session, names)),
            any(map(may_tell_client, names)),
            not {SUBAGENT_HEADER, *AGENT_HEADERS}.isdisjoint(names),
        )
        if sum(map(len, names)) <= LONGEST:
            if len(_known) >= MOST:
                _known.clear()
            _known[names] = found
    return found
