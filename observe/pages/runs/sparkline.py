"""A run's requests over its time, as small as a word: a line of bars, and below them a
mark wherever some failed.

Drawn by `templates/runs/_sparkline.html` in a row of the list of runs.
"""

from __future__ import annotations

from dataclasses import dataclass

from observe import formats
from runs.measure.shapes import PARTS, Shape, ShapePart

SLOT = 4
"""Pixels of a part, a gap of one included."""
TALLEST, LANE = 14, 5
"""Pixels of the highest bar, and of the lane below it."""


@dataclass(frozen=True, slots=True)
class Sparkline:
    """Two paths of SVG, and the same in words."""

    bars: str
    marks: str
    told: str
    width: int = PARTS * SLOT
    height: int = TALLEST + LANE + 1


def sparkline(shape: Shape | None) -> Sparkline | None:
    """None: nothing has come."""
    if shape is None:
        return None
    most = max(part.requests for part in shape.parts)
    return Sparkline(
        bars="".join(_bar(part, most) for part in shape.parts),
        marks="".join(_mark(part) for part in shape.parts if part.errors),
        told=_told(shape, most),
    )


def _bar(part: ShapePart, most: int) -> str:
    high = max(round(TALLEST * part.requests / most), 1)
    return f"M{part.number * SLOT} {TALLEST}v-{high}h{SLOT - 1}v{high}z"


def _mark(part: ShapePart) -> str:
    """A triangle."""
    left = part.number * SLOT
    return f"M{left} {TALLEST + LANE}l1.5-4 1.5 4z"


def _told(shape: Shape, most: int) -> str:
    n, failed = shape.requests, shape.errors
    within = formats.duration(shape.length_s * 1000)
    text = f"{n:,} request{'' if n == 1 else 's'} within {within}"
    if len(shape.parts) > 1:
        text += f", at most {most:,} in {formats.duration(shape.part_s * 1000)}"
    where = sum(1 for part in shape.parts if part.errors)
    if not failed:
        return f"{text}, none failed"
    return f"{text}; {failed:,} failed, in {where} of {len(shape.parts)} bars"
