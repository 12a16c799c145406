"""Where a request goes: from its address and model to an upstream. All pure."""

from __future__ import annotations
