"""How often like runs are called different (docs/statistics.md).

    python -m bench.same                                # runs made up, several kinds
    python -m bench.same --data-dir DIR --run "nightly"    # recorded ones of a name

Of a pool of runs of one kind, some are dealt to two sides, 500 times, and compared as
`/api/runs/compare` does. Whatever is called more than noise is a false alarm: at most
6 % of the comparisons may have one, over all their metrics.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    from runs.measure.designs import RunFigures
    from runs.models import Run

POOL = 20
CALLS = 12
DRAWS = 500
SIDES = (4, 5, 8)
MOST = 0.06


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data-dir", default="", help="of recorded runs")
    parser.add_argument("--run", default="", help="their name")
    parser.add_argument("--draws", type=int, default=DRAWS)
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="weir-bench-") as folder:
        os.environ["WEIR_DATA_DIR"] = asked.data_dir or folder
        os.environ["DJANGO_SETTINGS_MODULE"] = "observe.settings"
        import django

        django.setup()
        pools = _recorded(asked.run) if asked.data_dir else _made_up()
        return max(_deal(name, pool, asked.draws) for name, pool in pools.items())


def _deal(name: str, pool: Sequence[RunFigures], draws: int) -> int:
    """1 where there are too many alarms."""
    found = {size: alarms(pool, size, draws) for size in SIDES if 2 * size <= len(pool)}
    for size, share in found.items():
        told = f"{name}: {size:2} runs a side, any metric of {draws} deals"
        print(f"{told}: {share:.1%}", flush=True)
    return int(any(share > MOST for share in found.values()))


def alarms(pool: Sequence[RunFigures], size: int, draws: int) -> float:
    """The share of comparisons in which anything is called more than noise."""
    from runs.measure.contrast import metric_comparisons
    from runs.measure.noise import Verdict

    dice, alarmed = Random(size), 0
    for _ in range(draws):
        dealt = dice.sample(pool, 2 * size)
        metrics = metric_comparisons([dealt[:size], dealt[size:]], ())
        verdicts = [each.differences[0].verdict for each in metrics]
        alarmed += Verdict.MORE_THAN_NOISE in verdicts
    return alarmed / draws


def _recorded(name: str) -> dict[str, list[RunFigures]]:
    from runs.models import Run

    found = list(Run.objects.filter(name=name)) if name else list(Run.objects.all())
    return {name or "all runs": [_figures(run) for run in found]}


def _made_up() -> dict[str, list[RunFigures]]:
    """Agents whose runs differ by mood: models have slow hours and long answers."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    kinds = {"steady": (0.05, 0.0), "moody": (0.4, 0.02), "wild": (1.0, 0.2)}
    return {
        name: [
            _figures(_run(name, Random(f"{name} {number}"), mood, failing))
            for number in range(POOL)
        ]
        for name, (mood, failing) in kinds.items()
    }


def _figures(run: Run) -> RunFigures:
    from runs.measure import statistics
    from runs.measure.designs import RunFigures
    from runs.models import CapturedRequest

    return RunFigures(statistics.of(CapturedRequest.objects.filter(run=run)))


def _run(name: str, dice: Random, mood: float, failing: float) -> Run:
    from runs import lifecycle, store
    from runs.models import CapturedRequest

    run = lifecycle.start(name, is_global=False)
    slow, long = dice.lognormvariate(0, mood), dice.lognormvariate(0, mood)
    calls = max(2, round(CALLS * dice.lognormvariate(0, mood / 2)))
    records = [_call(dice, number, slow, long, failing) for number in range(calls)]
    store.write(records, {})
    uids = [record.uid for record in records]
    CapturedRequest.objects.filter(uid__in=uids).update(run=run)
    return run


def _call(dice: Random, number: int, slow: float, long: float, failing: float) -> Any:
    from pricing.quote import Quote
    from pricing.usage import Usage
    from runs.record import ExchangeRecord, Outcome

    fails = dice.random() < failing
    output = max(2, round(200 * long * dice.lognormvariate(0, 0.6)))
    ttft = 600 * slow * dice.lognormvariate(0, 0.3)
    generating = output * 15 * slow * dice.lognormvariate(0, 0.1)
    cost = Decimal(round(output * 15 + number * 3000)) / 10**6
    told: dict[str, Any] = {
        "status": 200,
        "is_success": True,
        "ttft_ms": ttft,
        "ttfo_ms": ttft * dice.choice((1.0, 1.5)),
        "duration_ms": ttft + generating,
        "output_tokens_per_s": (output - 1) * 1000 / generating,
        "usage": Usage(input=900 * (number + 1), cache_read=300, output=output),
        "quote": Quote(status="priced", cost_usd=cost),
        "tool_calls": ("read",) * dice.randrange(3),
    }
    if fails:
        told = {"status": 429, "is_success": False, "duration_ms": 40.0}
    return ExchangeRecord(
        uid=UUID(int=dice.getrandbits(128)),
        started_at=datetime(2026, 3, 1, tzinfo=UTC) + timedelta(seconds=30 * number),
        outcome=Outcome.COMPLETED,
        method="POST",
        path="/v1/chat/completions",
        model="m-1",
        provider="openai",
        operation="chat",
        is_stream=True,
        **told,
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
