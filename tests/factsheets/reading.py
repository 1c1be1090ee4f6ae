"""Reads PDFs the way a reader's program does: with poppler."""

from __future__ import annotations

import re
import subprocess
import tempfile
from pathlib import Path

from PIL import Image


def text_of(pdf: bytes, *, layout: bool = False, raw: bool = False) -> str:
    """Return the text of a PDF, each run of white space as one space; `raw` in the order in which it was written."""
    options = ["-layout"] * layout + ["-raw"] * raw
    out = subprocess.run(["pdftotext", *options, "-", "-"], input=bytes(pdf), capture_output=True, check=True)
    return re.sub(r"\s+", " ", out.stdout.decode())


def pictures_of(pdf: bytes, *, dots_an_inch: int) -> list[Image.Image]:
    """Return each page as a picture in colours."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["pdftoppm", "-r", str(dots_an_inch), "-png", "-", str(Path(folder) / "page")]
        subprocess.run(command, input=bytes(pdf), check=True)
        return [Image.open(file).convert("RGB") for file in sorted(Path(folder).glob("page-*.png"))]
