"""What administrators are told of stored files that are missing or damaged, and how far the look at all of them is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clusters.visibility import viewer
from community.contributions import DeskItem
from community.models import User
from factsheets.models import Booklet, DamagedFile, Edition, FileRound


@dataclass(frozen=True)
class Damage:
    """The files that are bad, each with the documents that hold it, how many there are, and the newest whole look."""

    files: list[tuple[DamagedFile, list[str]]]
    count: int
    seen: FileRound | None


def damage_for(user: User, most: int) -> Damage | None:
    """Return what an administrator is shown, at most so many files; None for everybody else. Five queries."""
    if not viewer(user, timezone.localdate()).is_administrator:
        return None
    rows = list(DamagedFile.objects.all()[: most + 1])
    count = len(rows) if len(rows) <= most else DamagedFile.objects.count()
    held = _held([row.name for row in rows[:most]])
    return Damage([(row, held.get(row.name, [])) for row in rows[:most]], count, FileRound.objects.finished().first())


def _held(names: list[str]) -> dict[str, list[str]]:
    """Return the documents that hold these files, in words, by file; two queries, none without files."""
    found: dict[str, list[str]] = {}
    if not names:
        return found
    words = _("%(reference)s, version %(version)d, revision %(revision)d, %(language)s")
    for edition in Edition.objects.holding(set(names)).order_by("reference", "-version", "language", "-revision"):
        label = words % {
            "reference": edition.reference,
            "version": edition.version,
            "revision": edition.revision,
            "language": edition.language,
        }
        for name in edition.files:
            found.setdefault(name, []).append(label)
    for booklet in Booklet.objects.filter(file__in=names):
        found.setdefault(booklet.file, []).append(_("Booklet: %(title)s") % {"title": booklet.title})
    return found


def items(user: User, on: date) -> Iterable[DeskItem]:
    """Yield one line for administrators where stored files are missing or damaged; one query, of nobody else."""
    if not viewer(user, on).is_administrator:
        return
    found = list(DamagedFile.objects.order_by("found_at").values_list("found_at", flat=True)[:1000])
    if found:
        title = ngettext(
            "%(count)d stored file is missing or damaged", "%(count)d stored files are missing or damaged", len(found)
        )
        yield DeskItem(
            verb=_("See which"),
            title=title % {"count": len(found)},
            why=_("What was issued can't be handed out. Put the files back from a backup."),
            url=f"{reverse('factsheets:missing')}#h-damage",
            since=found[0],
        )
