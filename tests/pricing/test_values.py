"""Values are compared and remembered as frozen ones are, and made faster."""

from __future__ import annotations

import dataclasses
from timeit import repeat

from pricing.usage import Usage
from pricing.values import dataclass


@dataclass(frozen=True, slots=True)
class Plain:
    one: int = 1
    two: int = 2
    three: int = 3
    four: int = 4
    five: int = 5


@dataclasses.dataclass(frozen=True, slots=True)
class Frozen:
    one: int = 1
    two: int = 2
    three: int = 3
    four: int = 4
    five: int = 5


def test_equal_values_are_one_key() -> None:
    assert Plain(two=3) == Plain(two=3) != Plain()
    assert {Usage(input=1): "same"}[Usage(input=1)] == "same"
    assert dataclasses.replace(Plain(), five=6) == Plain(five=6)


def test_a_value_is_made_in_half_the_time_of_a_frozen_one() -> None:
    assert 2 * min(repeat(Plain, number=2000)) < min(repeat(Frozen, number=2000))


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """With a field behind those that have a default."""

    one: int = 1
    two: int


@dataclass(slots=True, kw_only=True)
class Named:
    one: int
    two: int = 2
    three: list[int] = dataclasses.field(default_factory=list)


def test_fields_are_given_by_name_whatever_their_order() -> None:
    assert (Told(two=2).one, Told(one=3, two=2).one) == (1, 3)
    assert Named(one=1, three=[3]) == dataclasses.replace(Named(one=1), three=[3])
    assert Named(one=1).three is not Named(one=1).three
