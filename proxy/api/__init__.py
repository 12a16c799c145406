"""`/api/models`, `/api/providers`, `/api/routes`, `/api/defaults`: read, try, change.

Joined in `observe/api.py`. One router: what reads and what writes share addresses.
"""

from __future__ import annotations

from proxy.api import changing_providers, changing_routes, saved, sending, summary
from proxy.api.reading import router

__all__ = [
    "changing_providers",
    "changing_routes",
    "router",
    "saved",
    "sending",
    "summary",
]
