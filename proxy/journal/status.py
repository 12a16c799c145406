"""How far recording is behind, and what was lost: for `/readyz`, pages and the doctor.

Reads the journal's files and the stored positions; costs a few file stats.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from proxy.journal import losses
from proxy.journal.format import Frame, Kind, read_tail
from proxy.journal.segments import Segment, segments
from runs import store

_SAMPLE = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class JournalStatus:
    """What waits in the journal."""

    waiting_bytes: int
    waiting_records: int
    """Finished exchanges not in the database yet; counted up to 4 MiB, then
    extrapolated."""
    lag_s: float
    """Age of the oldest of them; 0 when nothing waits."""
    lost_requests: int
    lost_bodies: int


def read(directory: Path, host: str) -> JournalStatus:
    found = segments(directory)
    # First what no host has yet: a recorder that takes it over meanwhile hides nothing.
    unclaimed = store.of_no_host([segment.name for segment in found])
    positions = unclaimed | store.positions(host)
    waiting = 0
    records = 0.0
    oldest = 0.0
    for segment in found:
        start = positions.get(segment.name, 0)
        behind = max(0, segment.size() - start)
        if not behind:
            continue
        waiting += behind
        count, ended_at = _sample(segment, start, behind)
        records += count
        oldest = min(oldest or ended_at, ended_at or oldest)
    lost_requests, lost_bodies = losses.total(directory)
    return JournalStatus(
        waiting_bytes=waiting,
        waiting_records=round(records),
        lag_s=max(0.0, round(time.time() - oldest, 3)) if oldest else 0.0,
        lost_requests=lost_requests + store.lost(host),
        lost_bodies=lost_bodies,
    )


def _sample(segment: Segment, start: int, behind: int) -> tuple[float, float]:
    """`(finished exchanges, when the first of them ended)` behind `start`."""
    found, end = segment.read(start, min(behind, _SAMPLE))
    tails = [
        frame
        for frame in found
        if isinstance(frame, Frame)
        and frame.kind is Kind.TAIL
        and read_tail(frame.payload).final
    ]
    if not tails or end == start:
        return 0.0, 0.0
    # Everything behind the position was written after the segment's last commit.
    began = _uid_time(read_tail(tails[0].payload).uid)
    return len(tails) * behind / (end - start), began


def _uid_time(uid: bytes) -> float:
    """UUIDv7: its first 48 bits are Unix milliseconds."""
    return int.from_bytes(uid[:6], "big") / 1000
