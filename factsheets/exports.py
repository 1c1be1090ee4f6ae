"""The data of a document: what it says, for programs and spreadsheets; attached to the PDF as JSON and CSV."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.conf import settings

from clusters.imports.cells import COLUMNS
from clusters.imports.from_snapshot import cells_of
from clusters.snapshot_shape import MemberKey, Snapshot
from community.imports.outgoing import as_csv
from factsheets import sentences
from factsheets.imprint import Imprint
from factsheets.models import Edition
from factsheets.report_shape import ReportedLine, ReportSnapshot
from results.statement_shape import LineShape, StatementSnapshot

#: What the table of a statement tells of each piece of evidence; what its version did not hold yet stays empty.
EVIDENCE: Final = (
    *("kind", "title", "shows", "state", "how", "is_documented", "is_refused", "on"),
    *("organisation", "country", "territory", "cluster", "cluster_title"),
    *("discontinued_on", "file_removed_at"),
)
#: What the table of a report tells of each factsheet.
REPORTED: Final = (
    *("reference", "version", "title", "face", "state", "state_since", "issued_on", "working_group"),
    *("lead_organisation", "words", "organisations", "countries", "outcomes", "uptakes", "documented"),
    *("outcome_kinds", "outcome_participants", "outcome_organisations", "outcome_countries"),
    *("address", "data_sha256"),
)
#: Columns of a report's table that say of each outcome what is counted of it.
COUNTED: Final = {
    "outcome_kinds": "kind",
    "outcome_participants": "participants",
    "outcome_organisations": "organisations",
    "outcome_countries": "countries",
}


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
            **_translation(imprint),
            subject: content,
        }
    )


def _translation(imprint: Imprint) -> dict[str, Any]:
    """Return from what an edition in another language was translated, and what of it was not; nothing otherwise."""
    translated = imprint.translated
    if translated is None:
        return {}
    told = {
        "from": translated.language,
        "not_translated": sorted(translated.untold),
        "originals": dict(translated.originals),
    }
    return {"translation": told}


def table_of_cluster(snapshot: Snapshot) -> bytes:
    """Return a cluster's snapshot as CSV, in the columns in which `import_clusters` reads it."""
    return as_csv(COLUMNS, [cells_of(snapshot)])


def table_of_statement(snapshot: StatementSnapshot) -> bytes:
    """Return a statement as CSV: a row for each piece of evidence, beside the line that rests on it."""
    return as_csv(
        ("reference", "number", "heading", "text", *EVIDENCE),
        [
            {"reference": snapshot["reference"], **line, **{name: _cell(one, name) for name in EVIDENCE}}
            for line in snapshot["lines"]
            for one in _evidence(line)
        ],
    )


def table_of_report(snapshot: ReportSnapshot) -> bytes:
    """Return a report as CSV: a row for each factsheet in it; several values of a cell stand one a line."""
    return as_csv(
        REPORTED,
        [
            {
                **{name: str(line.get(name) or "") for name in REPORTED},
                "working_group": line["working_group"]["code"],
                "lead_organisation": (line["lead_organisation"] or {"name": ""})["name"],
                "countries": "\n".join(line["countries"]),
                "outcomes": "\n".join(line["outcomes"]),
                **{name: _counted(line, key) for name, key in COUNTED.items()},
                "organisations": str(line["organisations"]),
                "uptakes": str(line["uptakes"]),
                "documented": str(line["documented"]),
            }
            for line in snapshot["lines"]
        ],
    )


def _counted(line: ReportedLine, key: str) -> str:
    """Return one count of each outcome, one a line; an empty line where it was not said, as in all older reports."""
    counts: list[Mapping[str, Any]] = [*line.get("counts", [])]
    return "\n".join("" if one[key] is None else str(one[key]) for one in counts)


def _evidence(line: LineShape) -> Sequence[Mapping[str, Any]]:
    """Return what a line rests on; one empty piece for a line that rests on nothing, so that it has its row."""
    return line["evidence"] or [dict[str, Any]()]


def _cell(evidence: Mapping[str, Any], name: str) -> str:
    """Return one fact of a piece of evidence as a cell."""
    value = evidence.get(name)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


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


def checksums(editions: Sequence[Edition]) -> str:
    """Return the checksums of a version's files, one a line, under the dated names that downloads bear.

    What can't be downloaded stands in a comment, which `sha256sum -c` passes over: the table inside a PDF, and files of
    an edition that was withdrawn or that a later revision replaced.
    """
    newest = {row.language: row.revision for row in sorted(editions, key=lambda row: row.revision)}
    lines: list[str] = []
    for edition in sorted(editions, key=lambda row: (row.language, -row.revision)):
        stem = edition.file_stem
        named = f"{edition.reference}, version {edition.version} ({edition.language}), revision {edition.revision}"
        lines.append(f"# {named}")
        files = [(f"{stem}.pdf", edition.pdf_sha256), (f"{stem}.json", edition.data_sha256)]
        mark = "" if edition.revision == newest[edition.language] else "# replaced: "
        mark = mark if edition.is_current else "# withdrawn: "
        lines += [f"{mark}{digest}  {name}" for name, digest in files if digest]
        if edition.table_sha256 and edition.pdf_sha256:
            lines.append(f"# inside the PDF: {edition.table_sha256}  {stem}.csv")
    return "\n".join(lines) + "\n"
