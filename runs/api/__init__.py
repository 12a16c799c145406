"""The routers of the JSON API: a file per subject; `observe/api.py` joins them."""

from __future__ import annotations
