"""Figures: of a run, of an hour, of one run beside another."""

from __future__ import annotations
