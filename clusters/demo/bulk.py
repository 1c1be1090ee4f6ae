"""Placeholder until the bulk is written."""

from collections.abc import Callable


def make_members(count: int, *, tell: Callable[[int], object]) -> None:
    """Make members."""


def make_clusters(count: int, *, factsheets: int, tell: Callable[[int], object]) -> None:
    """Make clusters."""
