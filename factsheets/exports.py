"""The data file of a document: what the document says, for programs; attached to the PDF and served beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.conf import settings

from clusters.snapshot_shape import MemberKey, Snapshot
from factsheets import sentences
from factsheets.imprint import Imprint


def canonical(value: Any) -> bytes:
    """Return the one way to write a JSON value of ours: sorted keys, UTF-8, a line break at the end."""
    return (json.dumps(value, sort_keys=True, ensure_ascii=False, indent=1) + "\n").encode()


def data_file(content: Mapping[str, Any], imprint: Imprint, *, reference: str, data_format: str, subject: str) -> bytes:
    """Return the data of one edition as JSON; the same arguments give the same bytes.

    `content` is what the document says, under the word `subject`: its snapshot with persons named where they may be,
    and left out otherwise, for the keys of a snapshot stay inside the registry.
    """
    return canonical(
        {
            "format": data_format,
            "issue": {
                "reference": reference,
                "version": imprint.version,
                "revision": imprint.revision,
                "face": imprint.face,
                "language": imprint.language,
                "issued_at": imprint.issued_at.isoformat(timespec="seconds") if imprint.issued_at else None,
                "issued_by": imprint.issuer,
                "replaces": imprint.replaces[0] if imprint.replaces else None,
                "address": imprint.address,
                "history": {"entry": imprint.history[0], "sha256": imprint.history[1]} if imprint.history else None,
                "licence": sentences.LICENCE,
                "funding": f"{sentences.co_funded(imprint.language)}. {settings.PROGRAMME_NAME}",
                "demonstration": imprint.is_demo,
            },
            subject: content,
        }
    )


def without_keys(snapshot: Snapshot, names: Mapping[MemberKey, str]) -> dict[str, Any]:
    """Return the snapshot with names in place of persons' keys, and nothing where a person may not be named."""
    need = snapshot["need"]
    lead = snapshot["lead"]
    advice = [
        {**line, "given_by": [{**one, "person": names.get(one["person"] or "")} for one in line["given_by"]]}
        for line in snapshot.get("advice", [])
    ]
    return {
        **snapshot,
        "lead": {**lead, "person": names.get(lead["person"] or "")},
        "need": {**need, "raised_by_person": names.get(need["raised_by_person"] or "")} if need else None,
        "participants": [
            {**line, "persons": [names[key] for key in line["persons"] if key in names]}
            for line in snapshot["participants"]
        ],
        **({"advice": advice} if advice else {}),
    }
