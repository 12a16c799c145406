"""Open pages hear what changed: from the recorder to their websockets."""

from __future__ import annotations
