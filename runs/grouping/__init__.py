"""What belongs together: a request's run, conversation and turn."""

from __future__ import annotations
