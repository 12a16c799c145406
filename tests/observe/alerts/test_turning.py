"""`turning.py`: two looks in a row, a while where it is said, and no flapping."""

from __future__ import annotations

from datetime import timedelta

from observe.alerts.turning import Stance
from tests.make import START


def turns(looks: str, hold_s: int = 0) -> str:
    """`x` broken, `.` not, each 15 s after the other → `F` where it fires."""
    standing, said = Stance(), ""
    for number, each in enumerate(looks):
        at = START + timedelta(seconds=15 * number)
        standing = standing.after(each == "x", at, hold_s)
        said += "F" if standing.is_firing else "-"
    return said


def test_it_fires_and_is_resolved_at_the_second_look() -> None:
    assert turns(".xx..x") == "--FF--"


def test_one_look_on_the_other_side_is_none() -> None:
    assert turns("x.x.x.xx.x.x..") == "-------FFFFFF-"


def test_it_is_held_for_a_while() -> None:
    assert turns("xxxxx.....", hold_s=45) == "---FFFFF--"
