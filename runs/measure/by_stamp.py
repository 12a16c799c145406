"""What was found of a whole run, kept in memory until one of its requests changes.

Asked by `of_run.py` and by `what_if.py`; the stamp is `runs/models/run_stamp.py`'s.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

from runs.models.run_stamp import Stamp, stamp_of

Found = TypeVar("Found")


class ByStamp(Generic[Found]):
    """Of the runs of a process, those that were asked for last."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept = OrderedDict[Hashable, tuple[Stamp, Found]]()
        self._lock = Lock()

    def get(
        self,
        run: int,
        question: Hashable,
        find: Callable[[], Found],
        is_worth: Callable[[Found], bool],
    ) -> Found:
        """What is kept as an answer to the question, or found now."""
        stamp, key = stamp_of(run), (run, question)
        with self._lock:
            known = self._kept.get(key)
            if known and known[0] == stamp:
                self._kept.move_to_end(key)
                return known[1]
        # The stamp was read before: what changes meanwhile makes another one.
        found = find()
        if stamp is not None and is_worth(found):
            with self._lock:
                self._kept[key] = stamp, found
                self._kept.move_to_end(key)
                while len(self._kept) > self._most:
                    self._kept.popitem(last=False)
        return found

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()

    def __len__(self) -> int:
        return len(self._kept)
