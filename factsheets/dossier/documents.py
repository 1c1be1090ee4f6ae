"""`factsheets/`: every edition that was issued about the cluster, under its dated name, and its reports."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any, Final

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from community.contributions import Words
from factsheets import storage
from factsheets.dossier.archive import Archive
from factsheets.dossier.parts import Part, dossier_parts
from factsheets.dossier.reader import Reader
from factsheets.models import CopReport, Edition
from factsheets.reasons import WHY

_FOLDER: Final = "factsheets"
_ENDINGS: Final = {"article": ".html", "pdf": ".pdf", "data": ".json"}
_EDITIONS: Final = (
    *("version", "face", "issued_at", "issued_for", "language", "revision", "state", "made_at", "why", "kind"),
    *("file", "sha256", "size", "in_dossier", "address", "chain_number", "chain_hash"),
)
#: The rows of a dossier are of one moment, and the files are not: a withdrawal deletes them meanwhile.
GONE: Final = gettext_lazy("missing, or withdrawn while this was written")
_REPORTS: Final = ("title", "sent_on", "address")


def write(archive: Archive, reader: Reader) -> list[str]:
    """Add the files, the list of all editions, and the reports in which the cluster stands."""
    lacking: list[str] = []
    rows = list(_rows(archive, reader, lacking))
    archive.table(f"{reader.folder}{_FOLDER}/editions.csv", _EDITIONS, rows, exact={"sha256", "chain_hash"})
    reports = CopReport.objects.sent().about(reader.cluster).for_list()
    lines = [
        {"title": row.title, "sent_on": row.state_since, "address": _address(row.get_absolute_url())} for row in reports
    ]
    archive.table(f"{reader.folder}{_FOLDER}/reported.csv", _REPORTS, lines)
    return lacking


def _rows(archive: Archive, reader: Reader, lacking: list[str]) -> Iterator[dict[str, Any]]:
    """Add the files of each edition, and yield a line for each: also for what was withdrawn or is missing."""
    folder = f"{reader.folder}{_FOLDER}"
    editions = Edition.objects.for_reference(reader.cluster.name).for_pages()
    for edition in editions.order_by("version", "language", "revision"):
        for kind, ending in _ENDINGS.items():
            digest = getattr(edition, f"{kind}_sha256")
            if not digest:
                continue
            path = f"{folder}/v{edition.version}/revision-{edition.revision}/{edition.file_stem}{ending}"
            found = "withdrawn"
            if edition.is_current:
                stored = getattr(edition, f"{kind}_file")
                found = archive.file(path, partial(storage.opened, stored), digest)
            if found in ("missing", "damaged"):
                lacking.append(_("%(path)s: the stored file is %(how)s.") % {"path": path, "how": said(found, GONE)})
            yield _line(edition, kind, path, digest, found)


def _line(edition: Edition, kind: str, path: str, digest: str, found: str) -> dict[str, Any]:
    issue = edition.issue
    return {
        "version": edition.version,
        "face": issue.face,
        "issued_at": issue.issued_at,
        "issued_for": issue.reason if issue.reason in WHY else "",
        "language": edition.language,
        "revision": edition.revision,
        "state": edition.state,
        "made_at": edition.made_at,
        "why": edition.why,
        "kind": kind,
        "file": path if found == "here" else "",
        "sha256": digest,
        "size": getattr(edition, f"{kind}_size"),
        "in_dossier": found,
        "address": _address(edition.get_absolute_url()),
        "chain_number": issue.history_number or "",
        "chain_hash": issue.history_hash,
    }


def said(found: str, gone: Words) -> str:
    """Return why a file is not in the dossier, as a word of a sentence; `gone` says it of one that is not there."""
    return str(gone) if found == "missing" else _("damaged")


def _address(path: str) -> str:
    return f"{settings.SITE_URL.rstrip('/')}{path}"


dossier_parts.register(
    "factsheets",
    Part(
        "factsheets/",
        gettext_lazy(
            "Every edition of every version that was issued, in all languages: the page as a fragment of HTML in "
            "UTF-8, the PDF and the data as JSON. A folder holds one revision of one version. editions.csv lists them "
            "all with their checksums. An edition that was withdrawn, because a person in it no longer wants to be "
            "named, is listed as withdrawn: its files are gone, its checksums stay, so that a copy in somebody's hands "
            "is still recognised. reported.csv names the reports to the community in which the cluster stands."
        ),
        write,
        order=20,
    ),
)
