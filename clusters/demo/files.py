"""Reading the demonstration's files."""

from __future__ import annotations

import csv
import tomllib
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "data"


def rows(name: str) -> list[dict[str, str]]:
    """Return the rows of a CSV file of `data/`, cells stripped."""
    with (FOLDER / name).open(encoding="utf-8", newline="") as stream:
        return [{key: (cell or "").strip() for key, cell in row.items()} for row in csv.DictReader(stream)]


def words(cell: str, separator: str = ";") -> list[str]:
    """Return the parts of a cell that lists several values."""
    return [part.strip() for part in cell.split(separator) if part.strip()]


def document(name: str) -> dict[str, Any]:
    """Return a TOML file of `data/` as plain values."""
    return tomllib.loads((FOLDER / name).read_text(encoding="utf-8"))


def documents(folder: str) -> list[dict[str, Any]]:
    """Return the TOML files of a folder of `data/` in the order of their names, each with its `key`."""
    return [{"key": path.stem, **tomllib.loads(path.read_text(encoding="utf-8"))} for path in _files(folder)]


def _files(folder: str) -> list[Path]:
    return sorted((FOLDER / folder).glob("*.toml"))


def paragraphs(text: str) -> str:
    """Return a text of a TOML file with its soft line breaks joined; blank lines and "- " lines stay."""
    blocks = []
    for block in text.strip().split("\n\n"):
        lines: list[str] = []
        for line in (one.strip() for one in block.splitlines()):
            if lines and not line.startswith("- "):
                lines[-1] = f"{lines[-1]} {line}"
            else:
                lines.append(line)
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)
