"""Requests and answers that were written as files: found, and let go with their rows.

`proxy/recording/raw_files.py` writes them; `retention.py` beside this asks when it is
done. A name begins with the time and has the request's id behind it.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from uuid import UUID

from runs.models import CapturedRequest

TIME = "%Y-%m-%d_%H-%M-%S"
_ID_AT = slice(24, 56)
_STEP = 500
BEGUN = ".tmp"
"""Behind a name while it is written, and a point before it: what a crash leaves."""


def found(directory: Path) -> list[Path]:
    if not directory.is_dir():
        return []
    kinds = (".bin", ".json", BEGUN)
    return [file for file in directory.iterdir() if file.suffix in kinds]


def prune(directory: Path, before: datetime, *, keep_runs: bool) -> int:
    """Those of requests that started before then; how many files went."""
    edge = before.strftime(TIME)
    old = sorted(file for file in found(directory) if _name(file) < edge)
    gone = 0
    for at in range(0, len(old), _STEP):
        step = old[at : at + _STEP]
        kept = _of_runs(step) if keep_runs else frozenset()
        for file in step:
            if file.suffix == BEGUN or _name(file)[_ID_AT] not in kept:
                file.unlink(missing_ok=True)
                gone += 1
    return gone


def _of_runs(files: list[Path]) -> frozenset[str]:
    ids = {_name(file)[_ID_AT] for file in files}
    rows = CapturedRequest.objects.filter(
        uid__in=[UUID(each) for each in ids if _is_id(each)]
    )
    uids = rows.filter(run__isnull=False).values_list("uid", flat=True)
    return frozenset(uid.hex for uid in uids)


def _name(file: Path) -> str:
    return file.name.lstrip(".")


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
