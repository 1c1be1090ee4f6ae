"""What stops a backup or a restore."""

from __future__ import annotations


class Problem(Exception):
    """Stops a backup or a restore; its text says what is wrong and what to do."""
