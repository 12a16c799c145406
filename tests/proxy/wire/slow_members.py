"""What all dialects say alike, asked member by member: the slow and plain way.

What `sampling.py`, `session_ids.py` and `fingerprints.py` give must equal this.
"""

from __future__ import annotations

import hashlib
import re

import msgspec

from proxy.wire import fingerprints, sampling, session_ids
from proxy.wire.lenient import folded, record
from proxy.wire.members import Members
from proxy.wire.sampling import Sampling

PASSING = re.compile(
    rb"\d{4}-\d\d-\d\d|[A-Z][a-z]{2} [A-Z][a-z]{2} \d+ \d{4}"
    rb"|[0-9a-f]{8,}(?:-[0-9a-f]{4,})*|(?:/[\w.@-]+){2,}|\d+"
)


def read_sampling(asked: Members, depth: int = 0) -> Sampling:
    lengths = [_number(asked.raw(name)) for name in sampling.LENGTHS]
    most = next((int(each) for each in lengths if each is not None and each > 0), None)
    temperature = _number(asked.raw("temperature"))
    for name in sampling.INSIDE:
        inner = asked.raw(name)
        if inner.startswith(b"{") and depth < sampling.DEEPEST:
            deeper = read_sampling(Members(inner), depth + 1)
            temperature = deeper.temperature if temperature is None else temperature
            most = deeper.max_tokens if most is None else most
    return Sampling(temperature, most)


def _number(raw: bytes) -> float | None:
    try:
        value = msgspec.json.decode(raw, type=float | str) if raw else None
        number = float(value) if value is not None else None
    except ValueError:
        return None
    return number if number is not None and abs(number) < 10**12 else None


def session_of(body: Members) -> tuple[str | None, str]:
    metadata = body.record("metadata")
    if hint := session_ids._in_user_id(metadata.get("user_id")):
        return hint, "body:metadata.user_id"
    for path in session_ids.FIELDS:
        value: object = body.get(path[0]) if body.raw(path[0]) else None
        for name in path[1:]:
            value = record(value).get(name)
        if isinstance(value, str) and value.strip():
            rule = f"body:{'.'.join(path).removesuffix('.id')}"
            return folded(value, session_ids.LONGEST), rule
    return None, ""


def hashes(asked: Members) -> tuple[str, str]:
    """Of the system prompt and of the tools."""
    if asked.raw("request").startswith(b"{"):
        asked = Members(asked.raw("request"))
    named = [asked.raw(name) for name in fingerprints._SYSTEMS]
    system = b"".join(each for each in named if each != b"null")
    if not system:
        first = asked.beginning("messages", fingerprints._LONGEST_SYSTEM)
        found = [each for each in first if fingerprints._SYSTEM.search(each[:4096])]
        system = b"".join(found)
    tools = b"".join(asked.raw(name) for name in fingerprints._TOOLS)
    return hash_of(system), hash_of(tools)


def hash_of(text: bytes) -> str:
    if not text or text in (b"null", b"[]"):
        return ""
    plain = PASSING.sub(b"#", text)
    return hashlib.sha256(plain).hexdigest()[:12]
