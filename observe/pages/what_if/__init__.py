"""Requests at other models' prices, beside what they were captured with."""

from __future__ import annotations
