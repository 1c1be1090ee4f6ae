"""Which pairs of two lists are asked every day: diagonals, so that each of both occurs; in the long run all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from typing import TypeVar

One, Other = TypeVar("One"), TypeVar("Other")


def pairs(
    ones: Iterable[One], others: Sequence[Other], *, thorough: bool, step: int = 4
) -> Iterator[tuple[One, Other]]:
    """Yield every pair, or each `step`-th: always the same, and each of the ones with some of the others.

    `others` are at least `step`, so that nothing is left out.
    """
    assert len(others) >= step
    for (row, one), (column, other) in product(enumerate(ones), enumerate(others)):
        if thorough or (row + column) % step == 0:
            yield one, other
