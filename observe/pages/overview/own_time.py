"""What Weir itself added to the requests of the range, and what the rest of their time
was: both add up to all of it.

docs/metrics.md defines Weir's own time; the figures over time keep it.
"""

from __future__ import annotations

from dataclasses import dataclass

from observe import formats
from runs.rollups import histogram
from runs.rollups.figures import Figures


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnTime:
    measured: int
    """Requests that have such a time."""
    unmeasured: int
    """Refused before they went anywhere, or of an older version."""
    p50: str
    p95: str
    total: str
    """All time, from the first byte of each to its end."""
    own: str
    share: str
    elsewhere: str
    """What is left: providers, networks and clients."""


def own_time(of: Figures) -> OwnTime:
    measured = sum(of.overheads.values())
    half, most = (histogram.percentile(of.overheads, part) for part in (0.5, 0.95))
    # A part of it comes behind a request's last byte: the record that closes it.
    total_us = max(of.duration_us, of.overhead_us)
    return OwnTime(
        measured=measured,
        unmeasured=of.requests - measured,
        p50=formats.duration(half),
        p95=formats.duration(most),
        total=formats.duration(total_us / 1000),
        own=formats.duration(of.overhead_us / 1000),
        share=_share(of.overhead_us, total_us),
        elsewhere=formats.duration((total_us - of.overhead_us) / 1000),
    )


def _share(part_us: int, whole_us: int) -> str:
    if not whole_us:
        return ""
    share = 100 * part_us / whole_us
    return f"{share:.2f} %" if share < 1 else f"{share:.1f} %"
