"""What finished sessions came to, kept from one report to the next.

Asked by `runs/experiments/outcomes.py`. Kept figures hold as long as the run's figures
over time (`runs/rollups/`) are the ones that they were made beside: a request that
comes, goes or is priced anew changes those in its own transaction. Where requests are
read again, they are forgotten.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

import msgspec

from runs.measure.figures import Statistics
from runs.models import Rollup, Session, SessionFigures
from runs.rollups.figures import STORED
from runs.rollups.steps import HOUR_S
from runs.version import weir_version


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFigures:
    """All of a session that is read from its requests."""

    statistics: Statistics
    turns: int
    context_growth: float | None
    goodput: float | None
    identity: dict[str, str]


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(KeptFigures)


def of_all(
    sessions: Sequence[Session], about: str, measure: Callable[[Session], KeptFigures]
) -> dict[int, KeptFigures]:
    """Session → its figures; `about` is what else they depend on."""
    keys = _keys(sessions, about)
    kept = SessionFigures.objects.filter(session__in=[each.pk for each in sessions])
    found = {
        pk: read
        for pk, key, data in kept.values_list("pk", "key", "data")
        if key == keys[pk] and (read := _read(data)) is not None
    }
    missing = [each for each in sessions if each.pk not in found]
    made = {each.pk: measure(each) for each in missing}
    _keep(made, keys)
    return found | made


def _keys(sessions: Sequence[Session], about: str) -> Mapping[int, str]:
    """What each session's figures are made from, as a digest."""
    digests = {
        each.run_id: sha256(f"{weir_version()}\0{about}\0".encode())
        for each in sessions
    }
    rows = Rollup.objects.filter(step_s=HOUR_S, run__in=list(digests))
    for run, *told in rows.order_by("pk").values_list("run", "pk", *STORED):
        plain = (
            bytes(value) if isinstance(value, memoryview) else value for value in told
        )
        digests[run].update(repr(tuple(plain)).encode())
    return {each.pk: digests[each.run_id].hexdigest() for each in sessions}


def _read(data: bytes | memoryview) -> KeptFigures | None:
    """None where another version wrote it in another shape."""
    try:
        return _DECODER.decode(data)
    except msgspec.MsgspecError:
        return None


def _keep(made: Mapping[int, KeptFigures], keys: Mapping[int, str]) -> None:
    """Those to which nothing more can come."""
    rows = [
        SessionFigures(session_id=pk, key=keys[pk], data=_ENCODER.encode(figures))
        for pk, figures in made.items()
        if not figures.statistics.pending
    ]
    SessionFigures.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["session"],
        update_fields=["key", "data"],
    )
