"""Runs side by side: `/runs/compare?run=A&run=B`."""

from __future__ import annotations
