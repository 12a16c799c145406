"""The client's bytes on their way up, and the answer on its way down."""

from __future__ import annotations
