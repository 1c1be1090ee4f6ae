"""What is asked every day of two lists leaves none of both out."""

from __future__ import annotations

from itertools import product

from tests.pairs import pairs


def test_every_day_each_of_both_lists_occurs_and_in_the_long_run_every_pair() -> None:
    ones, others = range(10), tuple("abcdefg")
    some = list(pairs(ones, others, thorough=False))
    assert ({one for one, _ in some}, {other for _, other in some}) == ({*ones}, {*others})
    assert len(some) * 3 < len(ones) * len(others)
    assert list(pairs(ones, others, thorough=True)) == list(product(ones, others))
