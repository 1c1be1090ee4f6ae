"""The newest issued factsheets of many clusters, and which of the clusters have none to hand out, with the reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clusters.models import Cluster
from factsheets import storage
from factsheets.choices import EditionState, FileProblem
from factsheets.models import DamagedFile, Edition

#: At most so many clusters at once.
MOST: Final = 1000
#: Why a cluster has no file in a selection.
NOT_ISSUED: Final = _("No factsheet was issued yet.")
WITHDRAWN: Final = _("Its newest factsheet was withdrawn. A revision follows.")
NO_PDF: Final = _("Its newest factsheet was issued without a PDF.")
OTHER_LANGUAGE: Final = _("Its newest version was not issued in this language.")
AWAY: Final = _("Its file is not in the storage. Administrators find it in a backup.")
DAMAGED: Final = _("Its file is damaged. Administrators find it in a backup.")


@dataclass(frozen=True)
class Chosen:
    """The newest edition of one cluster, with what lists tell of it; `pdf_size` in bytes."""

    pk: int
    issue: int
    cluster: int
    reference: str
    title: str
    version: int
    revision: int
    language: str
    state: str
    face: str
    issued_at: datetime
    file_stem: str
    pdf_file: str
    pdf_sha256: str
    pdf_size: int
    pages: int
    data_sha256: str


@dataclass(frozen=True)
class LeftOut:
    """A cluster without a file in the selection, why, and the edition that was withdrawn or has no PDF."""

    reference: str
    title: str
    why: str | Promise
    edition: Chosen | None = None


@dataclass(frozen=True)
class Selection:
    """Editions with their PDFs, in the order of the clusters that were asked for; and what is left out."""

    chosen: tuple[Chosen, ...]
    left_out: tuple[LeftOut, ...]

    @property
    def size(self) -> int:
        """The bytes of all PDFs."""
        return sum(one.pdf_size for one in self.chosen)

    @property
    def pages(self) -> int:
        """The pages of all PDFs."""
        return sum(one.pages for one in self.chosen)


def select(keys: Sequence[int], *, language: str = "") -> Selection:
    """Return the newest edition of each cluster (keys, in order, each once), in `language` or in each cluster's own.

    Three queries, however many there are. Files that are known to be missing or damaged are left out.
    """
    rows = Cluster.objects.filter(pk__in=list(keys)).order_by().values_list("pk", "reference", "draft_code", "title")
    named = {pk: (reference or f"draft-{code}", title) for pk, reference, code, title in rows}
    newest, issued = _newest(keys, language)
    chosen: list[Chosen] = []
    left_out: list[LeftOut] = []
    for key in (key for key in dict.fromkeys(keys) if key in named):
        found = newest.get(key)
        if why := _why_not(found, is_issued=key in issued):
            left_out.append(LeftOut(*named[key], why, found))
        elif found is not None:
            chosen.append(found)
    lacking = storage.lacking(one.pdf_file for one in chosen)
    bad = DamagedFile.objects.problems() | dict.fromkeys(lacking, FileProblem.MISSING)
    words = {FileProblem.MISSING: AWAY, FileProblem.DAMAGED: DAMAGED}
    left_out += [
        LeftOut(one.reference, one.title, words[FileProblem(bad[one.pdf_file])], one)
        for one in chosen
        if one.pdf_file in bad
    ]
    return Selection(tuple(one for one in chosen if one.pdf_file not in bad), tuple(left_out))


def _why_not(found: Chosen | None, *, is_issued: bool) -> str | Promise:
    """Return why there is no file; empty where there is one."""
    if found is None:
        return OTHER_LANGUAGE if is_issued else NOT_ISSUED
    if found.state == EditionState.WITHDRAWN:
        return WITHDRAWN
    return "" if found.pdf_file else NO_PDF


def _newest(keys: Iterable[int], language: str) -> tuple[Mapping[int, Chosen], set[int]]:
    """Return the edition of the newest version by cluster, and the clusters of which any was issued; one query.

    A language is never preferred to a newer version: where the newest one lacks it, there is none.
    """
    rows = (
        Edition.objects.of_clusters(keys)
        .with_titles()
        .values_list(
            *("pk", "issue", "issue__subject_id", "reference", "title", "version", "revision", "language"),
            *("state", "issue__face", "issue__issued_at", "file_stem", "pdf_file", "pdf_sha256", "pdf_size", "pages"),
            *("data_sha256", "issue__snapshot__language"),
        )
    )
    newest: dict[int, Chosen] = {}
    versions: dict[int, int] = {}
    for *values, own in rows.iterator():
        one = Chosen(*values)
        is_newest = one.version == versions.setdefault(one.cluster, one.version)
        if is_newest and one.cluster not in newest and one.language == (language or own):
            newest[one.cluster] = one
    return newest, set(versions)
