"""Text colours are readable on their backgrounds, in both themes (WCAG AA)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TOKENS = Path(__file__).parents[2] / "observe/static/observe/tokens.css"
PAIRS = [
    *[(text, bg) for text in ("text", "muted", "faint", "accent") for bg in (
        "bg", "surface", "sunken", "hover")],
    *[(name, f"{name}-soft") for name in ("ok", "warn", "bad", "info", "violet")],
    *[(name, "surface") for name in ("ok", "warn", "bad", "info", "violet")],
    ("accent", "accent-soft"),
    ("on-accent", "accent"),
    *[(f"code-{kind}", "surface") for kind in (
        "key", "string", "number", "word", "mark")],
]  # fmt: skip


def tokens() -> dict[str, tuple[str, str]]:
    found = re.findall(
        r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)", TOKENS.read_text()
    )
    return {name: (light, dark) for name, light, dark in found}


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    ]
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "background"), PAIRS)
def test_contrast_is_at_least_4_5(text: str, background: str, theme: int) -> None:
    known = tokens()
    assert contrast(known[text][theme], known[background][theme]) >= 4.5
