"""What a header or a query pair may say, however it is spelt.

A credential of Weir's own must not go upstream in any dress: `guard.py` and
`run_keys.py` look for theirs in each of these readings. Pure.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

_BASIC = re.compile(rb"\s*basic\s+(\S+)", re.IGNORECASE)


def readings(value: bytes) -> Iterator[bytes]:
    """As it is, percent-decoded, and what `Basic` wraps (RFC 7617)."""
    yield value
    if b"%" in value:
        yield unquote_to_bytes(value)
    if basic := _BASIC.match(value):
        # Clients leave the padding out; more of it than needed harms nobody.
        try:
            yield binascii.a2b_base64(basic[1] + b"==")
        except binascii.Error:
            return
