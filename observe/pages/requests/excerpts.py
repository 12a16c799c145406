"""Where the requests of a page say what was searched for, as far as that is told fast.

Read from their bodies: the newest text first, since an older one was found at the
request that brought it. Called by `listing.py`.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from observe.rendering.found import Excerpt, Sought
from proxy.recording.texts import newest_texts
from runs.bodies.reader import BodyReader
from runs.models import CapturedRequest

PATIENCE_S = 0.1
"""For all of a page: what was not told by then stays without."""
LARGEST = 2 * 1024 * 1024
"""Bytes of bodies that are looked through for one."""


def excerpts(rows: Sequence[CapturedRequest], sought: Sought) -> dict[int, Excerpt]:
    """Request → its hit."""
    if not sought.phrases:
        return {}
    until = time.monotonic() + PATIENCE_S
    reader = BodyReader()
    small = [row for row in rows if row.request_bytes + row.response_bytes <= LARGEST]
    found = reader.find_from_newest([row.pk for row in small])
    told: dict[int, Excerpt] = {}
    for row in small:
        if time.monotonic() > until:
            break
        for text in newest_texts(row, found.get(row.pk, {}), reader):
            if excerpt := sought.excerpt(text):
                told[row.pk] = excerpt
                break
    return told
