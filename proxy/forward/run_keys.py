"""Run keys (`sk-weir-…`) in a request: found in any place of a credential, taken out.

Asked by `proxy/forward/admission.py`. A run key is Weir's own: only its digest goes on,
with the journal's record of the request; the provider gets its own key in its place.
Pure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from itertools import chain

from proxy.exchange import Inbound
from proxy.forward.spellings import readings

PREFIX = b"sk-weir-"
RUN_HEADER = b"x-weir-run"
MARK = b"-weir-"
"""Part of both."""
LONGEST_NAME = 400
_KEY = re.compile(rb"(?<![A-Za-z0-9])sk-weir-[A-Za-z0-9_-]*|sk-weir-[A-Za-z0-9_-]{40,}")
"""Also one that was cut off, but no `task-weir-7`; a whole one anywhere."""

ValidKeys = Mapping[str, float]
"""Digest of each key that counts → when it expires, Unix time."""


def taken_out(inbound: Inbound) -> Inbound:
    """What names a run as `run_key` and `run_name`, and no run key anywhere else.

    The same value when nothing does, as with nearly all requests.
    """
    # Everything in one search: this is asked of every request.
    everything = b"\n".join(chain.from_iterable(inbound.headers))
    may_name = MARK in everything or MARK in inbound.query
    is_encoded = b"%" in everything or b"%" in inbound.query
    is_basic = b"asic" in everything or b"ASIC" in everything
    return _read(inbound) if may_name or is_encoded or is_basic else inbound


def _read(inbound: Inbound) -> Inbound:
    name, keys = "", list[bytes]()
    headers = []
    for header in inbound.headers:
        if found := _key_in(header[1]):
            keys.append(found)
            continue
        if header[0] == RUN_HEADER:
            name = header[1].decode("utf-8", "replace").strip()[:LONGEST_NAME]
        headers.append(header)
    kept = []
    for pair in inbound.query.split(b"&"):
        if found := _key_in(pair):
            keys.append(found)
        else:
            kept.append(pair)
    if not keys and not name:
        return inbound
    return replace(
        inbound,
        headers=headers,
        query=b"&".join(kept),
        run_key=sha256(keys[0]).hexdigest() if keys else "",
        run_name=name,
    )


def _key_in(text: bytes) -> bytes | None:
    for reading in readings(text):
        if PREFIX in reading and (found := _KEY.search(reading)):
            return found.group()
    return None


def is_in_path(raw_path: bytes) -> bool:
    """Then it can't be taken out: the upstream would read it."""
    return _key_in(raw_path) is not None


def is_valid(digest: str, valid: ValidKeys, now: float) -> bool:
    """Issued, not revoked, and not past its time."""
    return valid.get(digest, 0.0) > now
