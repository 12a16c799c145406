"""What an exchange is called, from its first record on.

Made by `proxy/journal/live_exchange.py`, and by `proxy/own_calls/` for what Weir itself
sends. Pure.
"""

from __future__ import annotations

import os
import time
from random import Random

# Unique, not secret: a generator of our own, seeded by the system in each process.
_random = Random()
os.register_at_fork(after_in_child=_random.seed)
_LOW = (1 << 62) - 1


def new_uid() -> bytes:
    """A UUIDv7 (RFC 9562): ordered by time, so indexes grow at their end."""
    chance = _random.getrandbits(74)
    front = time.time_ns() // 1_000_000 << 16 | 0x7000 | chance >> 62
    return (front << 64 | 1 << 63 | chance & _LOW).to_bytes(16, "big")
