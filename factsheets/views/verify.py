"""Whether a file is one of ours: every file and snapshot that was ever issued is known by its checksum."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from clusters.rules.translation import Tongue, tongue
from factsheets.interim import ISSUED
from factsheets.models import Edition, Issue
from factsheets.withdrawals import withdrawn_at

_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_AMONG_WORDS: Final = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
#: So many checksums of a pasted list are looked up at once.
MOST: Final = 20
#: What was typed stays in the form: a list of `MOST` lines with the names of the files fits.
MOST_TYPED: Final = 3000
#: Files of more megabytes are not computed in the browser, which holds them whole.
MOST_MEGABYTES: Final = 100
#: The one line that computes a checksum, by system.
COMMANDS: Final[tuple[tuple[str | Promise, str], ...]] = (
    ("Linux", "sha256sum FILE"),
    ("macOS", "shasum -a 256 FILE"),
    (gettext_lazy("Windows, command prompt"), "certutil -hashfile FILE SHA256"),
    (gettext_lazy("Windows, PowerShell"), "Get-FileHash FILE -Algorithm SHA256"),
)


@dataclass(frozen=True)
class Hit:
    """An edition one of whose files has the checksum; `later` are the editions in its language that came after it.

    `withdrawn_at` is set where the policy statement that it documents was withdrawn.
    """

    sha256: str
    edition: Edition
    file: str
    later: list[Edition]
    withdrawn_at: datetime | None

    @property
    def tongue(self) -> Tongue:
        """The language of the edition."""
        return tongue(self.edition.language)

    @property
    def is_interim(self) -> bool:
        """Whether it was issued between approval and end."""
        event = self.edition.issue.event
        return event is not None and event.verb == ISSUED

    @property
    def newest(self) -> Edition:
        """What stands now."""
        return self.later[-1] if self.later else self.edition

    @property
    def is_superseded(self) -> bool:
        """Whether a newer version was issued, not only a revision of this one."""
        return self.newest.version > self.edition.version


@login_not_required
@require_safe
def verify(request: HttpRequest) -> HttpResponse:
    """`/factsheets/verify/?sha256=<hex>`: say which document a checksum belongs to, how it stands, what came after.

    What `sha256sum` and its like print is taken as it is, a list of several lines too.
    """
    typed = request.GET.get("sha256", "")
    digests = _digests(typed.lower())
    context: dict[str, Any] = {
        "typed": typed[:MOST_TYPED],
        "most_typed": MOST_TYPED,
        "is_asked": bool(digests),
        "commands": COMMANDS,
        "most_megabytes": MOST_MEGABYTES,
    }
    if typed.strip() and not digests:
        context["error"] = _("A SHA-256 checksum has 64 signs, 0 to 9 and a to f. This one has %(count)d.") % {
            "count": len(re.sub(r"\s+", "", typed))
        }
        return render(request, "factsheets/verify/verify.html", context, status=422)
    if digests:
        context |= _looked_up(digests[:MOST])
        context["left"], context["most"] = max(0, len(digests) - MOST), MOST
    return render(request, "factsheets/verify/verify.html", context)


def _digests(typed: str) -> list[str]:
    """Return the checksums in what was typed: one, with spaces in it too, or those of a pasted list."""
    alone = re.sub(r"\s+", "", typed)
    if _SHA256.fullmatch(alone):
        return [alone]
    return list(dict.fromkeys(_AMONG_WORDS.findall(typed)))


def _looked_up(digests: list[str]) -> dict[str, Any]:
    """Return the editions and snapshots of these checksums, and the checksums that are not ours."""
    hits, issues, unknown = [], [], []
    for digest in digests:
        rows = Edition.objects.with_checksum(digest).for_pages().with_titles().select_related("issue__event")
        found = [_hit(edition, digest) for edition in rows]
        snapshots = list(Issue.objects.with_checksum(digest).defer("snapshot").select_related("event"))
        hits += found
        issues += snapshots
        unknown += [] if found or snapshots else [digest]
    return {"found": hits, "issues": issues, "unknown": unknown, "is_list": len(digests) > 1}


def _hit(edition: Edition, digest: str) -> Hit:
    files = {
        edition.pdf_sha256: "pdf",
        edition.data_sha256: "data",
        edition.article_sha256: "article",
        edition.table_sha256: "table",
    }
    return Hit(digest, edition, files[digest], _later(edition), withdrawn_at(edition.issue))


def _later(edition: Edition) -> list[Edition]:
    """Return what came after an edition, oldest first: in its language, or in others where a version lacks it."""
    rows = list(Edition.objects.for_reference(edition.reference).for_pages())
    told = {one.version for one in rows if one.language == edition.language}
    place = (edition.version, edition.revision)
    return [
        one
        for one in reversed(rows)
        if (one.version, one.revision) > place
        and (one.language == edition.language or (one.version > edition.version and one.version not in told))
    ]
