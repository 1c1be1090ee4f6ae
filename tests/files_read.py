"""What a person, or a program, reads in a file that a page hands out: text, enclosed files, properties."""

from __future__ import annotations

import io
import subprocess
import zipfile
from pathlib import Path

import pikepdf
from django.http import HttpResponse


def text_of(answer: HttpResponse, folder: Path) -> str:
    """Return the words of an answer: pages, CSV, JSON, the text of XLSX, DOCX, PDF and archives, and the headers."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
    kind = answer.headers.get("Content-Type", "")
    headers = str(dict(answer.headers))
    if "spreadsheet" in kind or "wordprocessing" in kind:
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            return headers + " ".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))
    if kind == "application/zip":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            inside = [words_of(archive.read(name), name, folder) for name in archive.namelist()]
            return headers + " ".join([*archive.namelist(), *inside])
    return headers + words_of(content, kind, folder)


def words_of(content: bytes, kind: str, folder: Path) -> str:
    """Return the text of a file; `kind` is its type or its name. A PDF's enclosed files and properties are read too."""
    if not kind.endswith("pdf"):
        return content.decode()
    path = folder / "read.pdf"
    path.write_bytes(content)
    text = subprocess.run(["pdftotext", path, "-"], capture_output=True, text=True, check=True).stdout
    with pikepdf.open(path) as file:
        about = [str(dict(file.docinfo.items())), bytes(file.Root.Metadata.read_bytes()).decode()]
        with file.open_outline() as outline:
            about += _titles(outline.root)
        enclosed = [attached.get_file().read_bytes().decode() for attached in file.attachments.values()]
        return " ".join([text, *about, *file.attachments, *enclosed])


def _titles(items: list[pikepdf.OutlineItem]) -> list[str]:
    return [words for item in items for words in (item.title, *_titles(item.children))]
