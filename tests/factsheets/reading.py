"""Reads PDFs the way a reader's program does: with poppler."""

from __future__ import annotations

import re
import subprocess


def text_of(pdf: bytes, *, layout: bool = False) -> str:
    """Return the text of a PDF, each run of white space as one space."""
    options = ["-layout"] if layout else []
    out = subprocess.run(["pdftotext", *options, "-", "-"], input=bytes(pdf), capture_output=True, check=True)
    return re.sub(r"\s+", " ", out.stdout.decode())
