"""All that is kept of a person as files: one document in JSON, or one table a part in CSV."""

from __future__ import annotations

import csv
import json
from datetime import datetime
from io import BytesIO, StringIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from community.cells import guarded_in_csv
from community.models import Member
from community.personal import Row, document_of


def json_of(member: Member, at: datetime) -> bytes:
    """Return the document in UTF-8."""
    return json.dumps(document_of(member, at), ensure_ascii=False, indent=1).encode()


def zip_of(member: Member, at: datetime) -> bytes:
    """Return an archive with a table a part; texts that a spreadsheet would take for a formula are guarded."""
    document, held = document_of(member, at), BytesIO()
    with ZipFile(held, "w", ZIP_DEFLATED) as archive:
        archive.writestr("person.csv", _table([document["person"]]))
        archive.writestr(
            "parts.csv",
            _table([{name: part[name] for name in ("part", "title", "count")} for part in document["parts"]]),
        )
        for part in document["parts"]:
            archive.writestr(f"{part['part']}.csv", _table(part["rows"]))
    return held.getvalue()


def _table(rows: list[Row]) -> str:
    """Return rows as CSV with the mark by which Excel knows UTF-8."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    held = StringIO()
    writer = csv.writer(held)
    writer.writerow(names)
    writer.writerows([guarded_in_csv(_cell(row.get(name))) for name in names] for row in rows)
    return "\ufeff" + held.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)
