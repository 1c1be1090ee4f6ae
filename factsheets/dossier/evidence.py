"""`evidence/`: the files that show what is said, each with its type, its rights and its checksum."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any, Final

from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clusters.rules.evidence import evidence_for
from clusters.rules.room_files import versions_for
from community.models import File
from community.uploads import SUFFIXES
from factsheets.dossier.archive import Archive
from factsheets.dossier.documents import said
from factsheets.dossier.parts import Part, dossier_parts
from factsheets.dossier.reader import Reader
from results.models import Uptake
from results.tables.uptake import files_for

_FILES: Final = (
    *("folder", "of", "title", "name_as_uploaded", "media_type", "size", "sha256", "rights_holder", "licence"),
    *("who_may_fetch_it", "holds_names", "uploaded_at", "keep_until", "in_dossier", "file"),
)
#: As for documents: who takes a file off meanwhile deletes it.
GONE: Final = gettext_lazy("missing, or taken off while this was written")
_LONGEST: Final = 60
#: A file, the folder it goes into, and what it shows.
Found = tuple[File, str, str]


def write(archive: Archive, reader: Reader) -> list[str]:
    """Add the files, and the list that says of each what it is and whether it is there.

    What holds names of persons goes into a dossier for auditors only: who may fetch it here may not hand it on.
    """
    lacking: list[str] = []
    archive.table("evidence/files.csv", _FILES, list(_rows(archive, reader, lacking)), exact={"sha256"})
    return lacking


def _rows(archive: Archive, reader: Reader, lacking: list[str]) -> Iterator[dict[str, Any]]:
    for file, folder, of in sorted(_found(reader), key=lambda one: (one[1], one[0].pk)):
        path = f"evidence/{folder}/{file.pk:05d}_{slugify(file.title)[:_LONGEST] or 'file'}{_suffix(file)}"
        found = "holds names"
        if reader.names_all or not file.holds_names:
            found = archive.file(path, partial(file.content.storage.open, str(file.content.name)), file.sha256)
        if found in ("missing", "damaged"):
            lacking.append(_("%(path)s: the stored file is %(how)s.") % {"path": path, "how": said(found, GONE)})
        yield {
            "folder": folder,
            "of": of,
            "title": file.title,
            "name_as_uploaded": file.original_name,
            "media_type": file.content_type,
            "size": file.size,
            "sha256": file.sha256,
            "rights_holder": file.rights_holder,
            "licence": file.licence,
            "who_may_fetch_it": file.visibility,
            "holds_names": file.holds_names,
            "uploaded_at": file.uploaded_at,
            "keep_until": file.retain_until,
            "in_dossier": found,
            "file": path if found == "here" else "",
        }


def _suffix(file: File) -> str:
    return SUFFIXES.get(file.content_type, "")


def _found(reader: Reader) -> Iterator[Found]:
    """Yield each file that the reader may fetch: of stages, outcomes, uptakes, meetings and reviewed solutions."""
    cluster, user = reader.cluster, reader.user
    present = File.objects.present()
    open_ = present if user is None else evidence_for(user, cluster)
    for stage in cluster.stages.order_by("position", "pk"):
        yield from _of(open_.filter(stages=stage), "stages", stage.title)
    for outcome in cluster.outcomes.order_by("pk"):
        yield from _of(open_.filter(outcomes=outcome), "outcomes", outcome.title)
    for uptake in reader.uptakes:
        yield from _of_uptake(reader, uptake)
    in_room = present if user is None else present.filter(pk__in=versions_for(user, cluster).values("file"))
    for meeting in reader.meetings:
        yield from _of(in_room.filter(meetings=meeting), "meetings", str(meeting))
    for solution in {row.solution_id: row.solution for row in reader.reviews}.values():
        yield from _of(present.public().about(solution), f"solutions/{solution.pk}", solution.title)


def _of_uptake(reader: Reader, uptake: Uptake) -> Iterator[Found]:
    """Yield the files of an uptake, and the documents by which the organisation confirmed it."""
    title = f"{uptake.solution.title}, {uptake.organisation.name}"
    if reader.user is not None:
        files: Iterable[File] = files_for(reader.user, uptake)
    else:
        present = File.objects.present()
        files = (present.filter(uptakes=uptake) | present.filter(confirmations__uptake=uptake)).distinct()
    for file in files:
        yield file, "uptakes" if file.kind == "uptake" else "confirmations", title


def _of(files: Iterable[File], folder: str, title: str) -> Iterator[Found]:
    return ((file, folder, title) for file in files)


dossier_parts.register(
    "evidence",
    Part(
        "evidence/",
        gettext_lazy(
            "The files that show what is said: of stages, outcomes, uptakes, confirmations and meetings, and "
            "the public files of solutions that were reviewed. files.csv names each with its media type, rights "
            "holder, licence and checksum, and says where one is missing, damaged, or left out because it holds names."
        ),
        write,
        order=110,
    ),
)
