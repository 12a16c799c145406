"""pass@k and pass^k: how often one of k tries solves a task, how often all do. Pure.

The unbiased estimators of Chen et al., 2021 (pass@k, arXiv 2107.03374) and of tau-bench
(pass^k, arXiv 2406.12045): of n tries of a task c passed. The mean is over tasks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import comb, fsum


@dataclass(frozen=True, slots=True)
class Passing:
    k: int
    any: float
    """pass@k."""
    all: float
    """pass^k."""


def passing(tasks: Mapping[str, Sequence[bool]]) -> tuple[Passing, ...]:
    """For every k up to the tries of the task that has the fewest."""
    tries = [list(each) for each in tasks.values() if each]
    most = min(map(len, tries), default=0)
    return tuple(
        Passing(
            k,
            fsum(_any(len(t), sum(t), k) for t in tries) / len(tries),
            fsum(_all(len(t), sum(t), k) for t in tries) / len(tries),
        )
        for k in range(1, most + 1)
    )


def _any(n: int, c: int, k: int) -> float:
    return 1 - comb(n - c, k) / comb(n, k)


def _all(n: int, c: int, k: int) -> float:
    return comb(c, k) / comb(n, k)
