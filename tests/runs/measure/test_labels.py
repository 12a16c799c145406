"""Every metric is called something that people say."""

from __future__ import annotations

from runs.experiments.beside import SHOWN
from runs.experiments.kinds import OWN_METRICS
from runs.measure.labels import LABELS, WANTED, label
from runs.measure.metrics import METRICS


def test_no_reader_sees_a_program_s_name() -> None:
    every = {metric.name: metric for metric in (*METRICS, *OWN_METRICS)}
    assert set(LABELS) <= set(every)
    assert set(SHOWN) <= set(every)
    assert {metric.wanted for metric in every.values()} <= set(WANTED)
    told = [label(name) for name in every]
    assert len(set(told)) == len(told)
    assert not [each for each in told if "_" in each or each.endswith(" ms")]
    assert label("score:tests") == "Score tests"
