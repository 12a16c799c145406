"""The gate's flags as the API's limits."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

import pytest

from observe.problem import BadUsage
from observe.remote import limits


def read(*arguments: str) -> dict[str, Any]:
    parser = ArgumentParser()
    limits.add_flags(parser)
    return limits.read(vars(parser.parse_args(arguments)))


@pytest.mark.parametrize(
    ("arguments", "field", "value"),
    [
        (("--max-cost", "0.50"), "max_cost_usd", "0.50"),
        (("--max-cost", "$1e-3"), "max_cost_usd", "0.001"),
        (("--max-requests", "1_000"), "max_requests", 1000),
        (("--max-tokens", "0"), "max_tokens", 0),
        (("--max-p95-ms", "8000"), "max_p95_ms", 8000.0),
        (("--max-p95-ms", "1.5s"), "max_p95_ms", 1500.0),
        (("--max-p95-ms", "250ms"), "max_p95_ms", 250.0),
        (("--max-error-rate", "0"), "max_error_rate", 0.0),
        (("--max-error-rate", "2.5%"), "max_error_rate", 0.025),
    ],
)
def test_a_limit_is_read(arguments: tuple[str, ...], field: str, value: object) -> None:
    assert read(*arguments) == {field: value}


def test_a_baseline_may_have_a_tolerance() -> None:
    asked = read("--baseline", "main", "--tolerance", "150%")
    assert asked == {"baseline": "main", "tolerance": 1.5}


def test_a_filter_goes_with_the_limits() -> None:
    assert read("--max-requests", "3", "--where", "agent:review") == {
        "max_requests": 3,
        "where": "agent:review",
    }


def test_nothing_asked_is_nothing() -> None:
    assert read() == {}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ("--max-cost", "cheap"),
            "--max-cost must be an amount like 0.50, not 'cheap'",
        ),
        (("--max-cost", "nan"), "--max-cost must be an amount"),
        (("--max-cost", "-1"), "--max-cost must be an amount"),
        (("--max-requests", "4.5"), "--max-requests must be a whole number"),
        (("--max-tokens", "-1"), "--max-tokens must be a whole number"),
        (("--max-p95-ms", "fast"), "--max-p95-ms must be milliseconds"),
        (("--max-p95-ms", "8parsecs"), "or 8s, not '8parsecs'"),
        (("--max-error-rate", "few%"), "or 0.05, not 'few%'"),
        (("--max-error-rate", "5"), "did you mean 5%?"),
        (("--max-error-rate", "120%"), "--max-error-rate must be at most 100%"),
        (("--where", "agent:x"), "--where goes with a limit"),
        (("--tolerance", "10%"), "--tolerance goes with --baseline"),
        (("--baseline", "a", "--tolerance", "some"), "--tolerance must be a share"),
    ],
)
def test_a_bad_limit_is_one_sentence(arguments: tuple[str, ...], said: str) -> None:
    flags = [f"{arguments[0]}={arguments[1]}", *arguments[2:]]
    with pytest.raises(BadUsage) as refused:
        read(*flags)
    assert said in str(refused.value)
