"""Documents that a test asks for in the words of another are drawn once a process: setting one takes half a second.

The same request gives the same bytes in any process, which `tests/factsheets/test_drawn.py` shows. Only what
the product's own press is asked for is kept; a press that a test makes draws, and so does every press of the long run.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from factsheets import pdf


@contextmanager
def kept() -> Iterator[dict[bytes, pdf.Pdf]]:
    """Keep what the press draws, until the block ends; a request that failed is made again."""
    own, draw, made = pdf._press, pdf.Press._in_time, dict[bytes, pdf.Pdf]()

    def in_time(press: pdf.Press, head: dict[str, Any], contents: Sequence[bytes]) -> pdf.Pdf:
        if press is not own:
            return draw(press, head, contents)
        parts = (json.dumps(head).encode(), *contents)
        key = b"".join(hashlib.sha256(part).digest() for part in parts)
        if key not in made:
            made[key] = draw(press, head, contents)
        return made[key]

    with patch.object(pdf.Press, "_in_time", in_time):
        yield made
