"""What may be uploaded: told by its bytes, never by its name or by what the browser says of it.

Documents, sheets, slides, plain text, PDF and pictures. Pictures are written anew, so that what a camera noted about
place and person does not travel along; an office file with macros in it is refused.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from django.core.files.base import ContentFile
from django.utils.translation import gettext_lazy as _

from community.permissions import Refusal

#: Larger pictures take the memory of a server; a poster scanned at 300 dpi is smaller.
MAX_PIXELS = 40_000_000
#: An office file unpacks to a few times its size, a bomb to thousands.
MAX_PARTS, MAX_UNPACKED = 4000, 400 * 1024 * 1024
PDF, TEXT, CSV = "application/pdf", "text/plain", "text/csv"
_OFFICE = "application/vnd.openxmlformats-officedocument."
_OPEN = "application/vnd.oasis.opendocument."
#: Type -> how the name of a file of that type ends.
SUFFIXES = {
    PDF: ".pdf",
    "image/png": ".png",
    "image/jpeg": ".jpg",
    f"{_OFFICE}wordprocessingml.document": ".docx",
    f"{_OFFICE}spreadsheetml.sheet": ".xlsx",
    f"{_OFFICE}presentationml.presentation": ".pptx",
    f"{_OPEN}text": ".odt",
    f"{_OPEN}spreadsheet": ".ods",
    f"{_OPEN}presentation": ".odp",
    TEXT: ".txt",
    CSV: ".csv",
}
_FOLDERS = {
    "word/": f"{_OFFICE}wordprocessingml.document",
    "xl/": f"{_OFFICE}spreadsheetml.sheet",
    "ppt/": f"{_OFFICE}presentationml.presentation",
}
NOT_ALLOWED = _(
    "This is no file of an allowed type: PDF, PNG, JPEG, Word, Excel, PowerPoint, OpenDocument, text or CSV."
)
BROKEN_PICTURE = _("This picture can't be read. Save it again as PNG or JPEG.")
HAS_MACROS = _("This file holds macros or programs. Save it without them.")
TOO_MUCH_INSIDE = _("This file unpacks to more than a document needs.")


@dataclass(frozen=True)
class Upload:
    """A file that may be kept: its bytes (a picture's written anew), its type, and its name with the fitting ending."""

    content: Any
    content_type: str
    name: str


def checked(content: Any, name: str) -> Upload:
    """Return what may be kept of an uploaded file.

    Args:
        content: an open Django file.
        name: as the browser gave it; only its stem is kept.

    Raises:
        Refusal: its bytes are of no allowed type, broken, hold macros, or would unpack to too much.
    """
    content.seek(0)
    head = content.read(16)
    content.seek(0)
    if head.startswith(b"%PDF-"):
        kind = PDF
    elif head.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")):
        kind = "image/png" if head.startswith(b"\x89") else "image/jpeg"
        content = _written_anew(content, kind)
    elif head.startswith(b"PK\x03\x04"):
        kind = _office_type(content)
    else:
        kind = _text_type(content, name)
    content.seek(0)
    return Upload(content, kind, f"{_stem(name)}{SUFFIXES[kind]}")


def _stem(name: str) -> str:
    """Return the name without folders, without a known ending, and without signs that no name of a file holds."""
    path = PurePath(name.replace("\\", "/").replace("\0", ""))
    stem = path.stem if path.suffix.lower() in {*SUFFIXES.values(), ".jpeg"} else path.name
    return "".join(sign for sign in stem if sign.isprintable() and sign not in '<>:"|?*').strip(" .")[:120] or "file"


def _written_anew(content: Any, kind: str) -> ContentFile[bytes]:
    """Return the picture's pixels in a new file, upright, without what was noted about it."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    form = "PNG" if kind == "image/png" else "JPEG"
    try:
        with Image.open(content, formats=[form]) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise Refusal(_("This picture has more than %(most)d million pixels.") % {"most": MAX_PIXELS // 10**6})
            plain = ImageOps.exif_transpose(picture)
            plain.info = {}
            stored = io.BytesIO()
            plain.save(stored, format=form, **({"quality": 90} if form == "JPEG" else {}))
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError) as error:
        raise Refusal(BROKEN_PICTURE) from error
    return ContentFile(stored.getvalue())


def _office_type(content: Any) -> str:
    """Return the type of an office file, looking at the list of its parts and not into them."""
    try:
        with zipfile.ZipFile(content) as package:
            parts = package.infolist()
            if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
                raise Refusal(TOO_MUCH_INSIDE)
            names = [part.filename for part in parts]
            if any(name.lower().endswith(("vbaproject.bin", ".exe", ".js")) or "/activeX/" in name for name in names):
                raise Refusal(HAS_MACROS)
            if "mimetype" in names and package.getinfo("mimetype").file_size < 100:
                kind = package.read("mimetype").decode("ascii", "replace").strip()
                if any(name.startswith(("Basic/", "Scripts/")) for name in names):
                    raise Refusal(HAS_MACROS)
            else:
                folders = [kind for folder, kind in _FOLDERS.items() if any(name.startswith(folder) for name in names)]
                kind = folders[0] if "[Content_Types].xml" in names and folders else ""
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError) as error:
        raise Refusal(NOT_ALLOWED) from error
    if kind not in SUFFIXES:
        raise Refusal(NOT_ALLOWED)
    return kind


def _text_type(content: Any, name: str) -> str:
    """Return plain text or CSV for what is UTF-8 without control signs and does not begin as a web page does."""
    try:
        text = content.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refusal(NOT_ALLOWED) from error
    if any(sign < " " and sign not in "\t\n\r\f" for sign in text) or text.lstrip()[:1] == "<":
        raise Refusal(NOT_ALLOWED)
    return CSV if name.lower().endswith(".csv") else TEXT
