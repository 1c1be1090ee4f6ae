"""A version in further languages: its texts are taken once, frozen, and drawn like every edition by a job."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clusters.choices import TEXT_LANGUAGES, Capacity
from clusters.models import Cluster, Translation
from clusters.rules.translation import tongue
from clusters.translatable import fitting, texts_in
from community import events, jobs
from community.models import User
from community.permissions import Refusal
from factsheets.choices import IssueKind
from factsheets.models import Issue, IssueTranslation
from factsheets.permissions import can_issue_in_language, interim_role

#: The event of who issued a version in a further language.
ISSUED_IN = "factsheet.translated"
#: Without it a document would be called one thing in its file and another on its page.
NEEDED = "title"


@transaction.atomic
def issue_in_language(
    *, issue: Issue, language: str, by: User | None, without: int = 0, at: datetime | None = None
) -> IssueTranslation:
    """Issue a version of a factsheet in another language, too, from its own snapshot.

    Order of effects: lock the cluster's row; look who asks; take the translations whose source is the snapshot's text,
    which never change afterwards; append the event; write the job that draws the edition. A no-op that returns what was
    taken, when the version was issued in this language before. `without`: so many texts may stand in the original
    language for good.

    Raises:
        Refusal: the person may not, it is no factsheet, it is the version's own language, its title is not translated
            as it stands there, or more texts are not than the person knows of.
    """
    if issue.kind != IssueKind.CLUSTER:
        raise Refusal(_("Only the factsheets of clusters are issued in several languages."), "state")
    cluster, at = Cluster.objects.select_for_update().get(pk=issue.subject_id), at or timezone.now()
    if not (verdict := can_issue_in_language(by, cluster)):
        raise Refusal.of(verdict)
    if (done := issue.translations.in_language(language).first()) is not None:
        return done
    if language not in TEXT_LANGUAGES or language == issue.snapshot["language"]:
        raise Refusal(_("A factsheet is not issued in that language."), "state")
    texts = fitting(issue.snapshot, Translation.objects.of_cluster(cluster).in_language(language))
    if NEEDED not in texts:
        raise Refusal(_("Translate at least the title, as it stands in this version. The rest may follow."), "state")
    if (left := len(texts_in(issue.snapshot)) - len(texts)) > without:
        words = ngettext(
            "%(count)d text of this version is not translated. Translate it first, or tick that it stands in the "
            "original language.",
            "%(count)d texts of this version are not translated. Translate them first, or tick that they stand in the "
            "original language.",
            left,
        )
        raise Refusal(words % {"count": left}, "state")
    data, detail = {"version": issue.version, "language": language}, {"title": tongue(language).own}
    role = interim_role(by, cluster) if by else Capacity.CLOCK
    events.record(verb=ISSUED_IN, subject=cluster, by=by, at=at, role=role, data=data, detail=detail)
    return _take(issue, language, texts, by=by, at=at)


def keep_languages(*, issue: Issue, by: User | None, at: datetime) -> list[IssueTranslation]:
    """Take a new version in the languages of those before it, where its title is translated as it stands now.

    In the transaction that took the version, which holds the cluster's row. A language that was taken is left alone.
    """
    known = IssueTranslation.objects.filter(issue__reference=issue.reference).values_list("issue", "language")
    there = {language for pk, language in known if pk == issue.pk} | {issue.snapshot["language"]}
    kept = {language for pk, language in known} - there
    rows = list(Translation.objects.of_cluster(issue.subject_id).filter(language__in=kept)) if kept else []
    taken = []
    for language in sorted({row.language for row in rows}):
        texts = fitting(issue.snapshot, [row for row in rows if row.language == language])
        if NEEDED in texts:
            taken.append(_take(issue, language, texts, by=by, at=at))
    return taken


def _take(issue: Issue, language: str, texts: dict[str, str], *, by: User | None, at: datetime) -> IssueTranslation:
    """Freeze the texts and ask for the edition."""
    row = IssueTranslation(issue=issue, language=language, texts=texts, taken_at=at, by=by)
    row.save(force_insert=True)
    jobs.enqueue(
        "factsheets.issue",
        key=f"factsheets.issue:{issue.pk}:{language}",
        subject=issue,
        by=by,
        issue=issue.pk,
        language=language,
    )
    return row
