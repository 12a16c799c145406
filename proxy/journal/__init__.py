"""What is kept of an exchange: written by workers, read by the recorder."""

from __future__ import annotations
