"""Who answered for an adopting organisation without an account: corrected, or taken out, as the law lets them ask.

The answer itself stands: its organisation, its day and its proof support a figure. Administrators do this on behalf of
the person, so no event repeats the words that go.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import PurePath
from typing import Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clusters.actions.parts import Predicate, check_fields
from community.actions.erasure_effects import forget_links_and_mails
from community.choices import FileVisibility, RedactionReason
from community.events import redact_all
from community.models import EventDetail, File, User
from community.permissions import Refusal
from results.actions.confirmation import CONFIRMATION_KEYS
from results.actions.parts import locked, record
from results.choices import ConfirmationStatus
from results.models import Uptake, UptakeConfirmation
from results.notifications.confirmation import call_off
from results.rules.confirmation import can_correct_answerer, can_take_answerer_out

#: What of an answer says who somebody is, or is in their words.
WORDS: Final = ("person_name", "function", "said", "message", "address")
STALE: Final = gettext_lazy("This answer was changed while you were reading. Look at it again.")


def empty(rows: QuerySet[UptakeConfirmation]) -> int:
    """Take names, words and addresses out of answers; that the organisation answered stands. Return how many.

    A question that waits ends by it. The functions stay, see `take_answerer_out`.
    """
    known = list(rows.order_by().values_list("pk", flat=True))
    forget_links_and_mails("confirmation", known)
    found = UptakeConfirmation.objects.filter(pk__in=known)
    found.filter(status=ConfirmationStatus.OPEN).update(status=ConfirmationStatus.TAKEN_BACK)
    return found.update(person_name="", said="", message="", address="", address_key="")


@transaction.atomic
def take_answerer_out(*, confirmation: UptakeConfirmation, by: User, at: datetime | None = None) -> UptakeConfirmation:
    """Take name, function, words and address out of one answer for good; one event without them.

    Order of effects: lock cluster and uptake, end a question that waits with its links and mails, empty the row, its
    mails and links, and the words of its events (each with its row in the ledger), keep its letter from everybody
    but lead and coordinators, without the name of the file. A no-op when nothing of the person is there.

    Raises:
        Refusal: `by` is no administrator, or the answer is gone.
    """
    at = at or timezone.now()
    row = _locked(confirmation, by=by, may=can_take_answerer_out)
    if not any(getattr(row, name) for name in WORDS):
        return row
    if row.status == ConfirmationStatus.OPEN:
        row.answered_at = at
        call_off(row)
    rows = UptakeConfirmation.objects.filter(pk=row.pk)
    empty(rows)
    rows.update(function="", answered_at=row.answered_at, version=row.version + 1)
    if row.document is not None:
        name = f"document{PurePath(row.document.original_name).suffix}"
        kept_back = {"visibility": FileVisibility.RESTRICTED, "holds_names": True, "original_name": name}
        File.objects.filter(pk=row.document.pk).update(**kept_back)
    redact_all(_details_of(row), reason=RedactionReason.ERASURE, by=by, at=at, erasure="")
    record(row.uptake, "answerer_taken_out", by=by, at=at, data={"confirmation": row.pk})
    row.refresh_from_db(fields=[*WORDS, "status", "answered_at", "version"])
    return row


@transaction.atomic
def correct_answerer(
    *, confirmation: UptakeConfirmation, by: User, seen_version: int, person_name: str, function: str
) -> UptakeConfirmation:
    """Write name and function of who answered as they ask for it; one event without them. A no-op for the same.

    Raises:
        Refusal: `by` is no administrator, or works on the cluster; nobody is named there, one of the two is missing
            or may not stand there, or somebody changed the answer meanwhile (code "stale").
    """
    row = _locked(confirmation, by=by, may=can_correct_answerer)
    if not row.person_name:
        raise Refusal(_("Nobody is named in this answer."), "state")
    if row.version != seen_version:
        raise Refusal(STALE, "stale")
    if not person_name.strip() or not function.strip():
        raise Refusal(_("Give name and function, or take the person out."))
    if (row.person_name, row.function) == (person_name.strip(), function.strip()):
        return row
    row.person_name, row.function = person_name.strip(), function.strip()
    check_fields(row, leave_out=CONFIRMATION_KEYS)
    row.version += 1
    row.save(update_fields=["person_name", "function", "version"])
    record(row.uptake, "answerer_corrected", by=by, at=timezone.now(), data={"confirmation": row.pk})
    return row


def _details_of(row: UptakeConfirmation) -> list[EventDetail]:
    """Return the details of events about an answer that hold words; those with a title alone stay."""
    about = {"event__kind": "uptake", "event__subject_id": row.uptake_id, "event__data__confirmation": row.pk}
    rows = EventDetail.objects.filter(**about, redaction=None)
    return [detail for detail in rows if set(detail.body or {}) - {"title"}]


def _locked(confirmation: UptakeConfirmation, *, by: User, may: Predicate) -> UptakeConfirmation:
    """Return the answer as it is now, its cluster and uptake locked.

    Raises:
        Refusal: the person may not, or it is gone.
    """
    uptake = Uptake.objects.get(pk=confirmation.uptake_id)
    _cluster, uptake = locked(uptake, by=by, may=may)
    row = uptake.confirmations.select_related("document").filter(pk=confirmation.pk).first()
    if row is None:
        raise Refusal(_("This is not there any more."), "state")
    row.uptake = uptake
    return row
