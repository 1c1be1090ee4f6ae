"""What a store of files raises that does not answer, or refuses: it says nothing of the file that was asked for."""

from __future__ import annotations


class StoreAway(OSError):
    """The store did not answer or refused, so nobody knows whether a file is there and whole."""
