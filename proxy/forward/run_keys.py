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
from urllib.parse import unquote_to_bytes

from proxy.exchange import Inbound

PREFIX = b"sk-weir-"
RUN_HEADER = b"x-weir-run"
MARK = b"-weir-"
"""Part of both."""
LONGEST_NAME = 400
_KEY = re.compile(rb"sk-weir-[A-Za-z0-9_-]*")

ValidKeys = Mapping[str, float]
"""Digest of each key that counts → when it expires, Unix time."""


def taken_out(inbound: Inbound) -> Inbound:
    """What names a run as `run_key` and `run_name`, and no run key anywhere else.

    The same value when nothing does, as with nearly all requests.
    """
    # Everything in one search: this is asked of every request.
    everything = b"\n".join(chain.from_iterable(inbound.headers))
    in_headers = MARK in everything and (
        PREFIX in everything or RUN_HEADER in everything
    )
    query = inbound.query
    in_query = PREFIX in query or (b"%" in query and PREFIX in unquote_to_bytes(query))
    return _read(inbound) if in_headers or in_query else inbound


def _read(inbound: Inbound) -> Inbound:
    name, keys = "", list[bytes]()
    headers = []
    for header in inbound.headers:
        if found := _KEY.search(header[1]):
            keys.append(found.group())
            continue
        if header[0] == RUN_HEADER:
            name = header[1].decode("utf-8", "replace").strip()[:LONGEST_NAME]
        headers.append(header)
    kept = []
    for pair in inbound.query.split(b"&"):
        if found := _KEY.search(unquote_to_bytes(pair)):
            keys.append(found.group())
        else:
            kept.append(pair)
    return replace(
        inbound,
        headers=headers,
        query=b"&".join(kept),
        run_key=sha256(keys[0]).hexdigest() if keys else "",
        run_name=name,
    )


def is_valid(digest: str, valid: ValidKeys, now: float) -> bool:
    """Issued, not revoked, and not past its time."""
    return valid.get(digest, 0.0) > now
