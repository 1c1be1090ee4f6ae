"""Answering for an adopting organisation through the link in a mail: confirm, refuse, correct. No account is needed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clusters.actions.parts import check_fields, known_only
from clusters.models import Cluster
from community import links
from community.actions.file import store_file
from community.models import SignedLink, User
from community.permissions import Refusal
from results.actions.confirmation import CONFIRMATION_KEYS
from results.actions.parts import record
from results.choices import ANSWERED, ConfirmationStatus, UptakeKind
from results.models import Uptake, UptakeConfirmation
from results.notifications.confirmation import ask, call_off, question_of, tell_answer
from results.querysets.confirmation import PURPOSE
from results.rules.confirmation import is_answerable, is_renewable, mailbox, own_mailboxes, speaks_for_adopter
from results.rules.uptake import day_problem

#: What the page behind the link may write.
FIELDS = (
    "person_name",
    "function",
    "organisation_name",
    "document_url",
    "document_number",
    "said",
    "corrected_kind",
    "corrected_on",
)
NO_DOCUMENT = gettext_lazy("Add the document that shows it: a file, its address or its number in your register.")
OWN = gettext_lazy(
    "Nobody confirms what they declared themselves. Pass the mail on to somebody of the adopting organisation."
)
CHANGED = gettext_lazy(
    "The cluster changed what it states while you were reading. Your text is still here: read what it says now, then "
    "answer again."
)


def open_confirmation(
    token: str, *, by: User | None, at: datetime | None = None
) -> tuple[SignedLink, UptakeConfirmation]:
    """Return link and question behind a token, to be answered; changes nothing.

    Raises:
        Refusal: the token is unknown ("unknown"), was sent to somebody else than who is signed in ("wrong_account"),
            or asks nothing any more ("closed"), with the reason.
    """
    link = links.find(token, PURPOSE)
    row = question_of(link) if link is not None else None
    if link is None or row is None:
        raise Refusal(links.UNKNOWN, "unknown")
    if by is not None and by.email_key != link.address_key:
        raise Refusal(links.WRONG_ACCOUNT, "wrong_account")
    verdict = is_answerable(row)
    if not verdict:
        raise Refusal.of(verdict)
    links.refuse_closed(link, at or timezone.now())
    return link, row


@transaction.atomic
def answer_adopter(
    *,
    link: SignedLink,
    by: User | None,
    answer: str,
    seen_statement: int,
    document: Mapping[str, Any] | None = None,
    at: datetime | None = None,
    **values: Any,
) -> UptakeConfirmation:
    """Say for the adopting organisation that it is so, that it is not, or how it is: one event, the lead is told.

    Order of effects: lock the cluster and the uptake, judge, write, keep the document, use the link up, call off what
    waits to be sent. A confirmation documents the statement that was shown, and no later one.

    Args:
        by: who is signed in; None for whoever holds the link.
        seen_statement: the statement that the page showed.
        document: a file with its rights, as `community.actions.file.store_file` takes them.
        values: `FIELDS`.

    Raises:
        Refusal: the link or the question is closed ("closed"), was sent to somebody else ("wrong_account"), what is
            stated changed meanwhile ("stale"), its account leads or coordinates the cluster or works for another
            organisation, or something is missing.
    """
    at = at or timezone.now()
    given = known_only(values, FIELDS)
    if answer not in ANSWERED:
        raise Refusal(_("Choose an answer."))
    row = _locked(link)
    if row.uptake.statement != seen_statement:
        raise Refusal(CHANGED, "stale")
    if mailbox(link.address_key) in own_mailboxes(row.uptake, row.asked_by):
        raise Refusal(OWN)
    verdict = speaks_for_adopter(row.uptake, link.address_key, timezone.localdate(at))
    if not verdict:
        raise Refusal.of(verdict)
    _write(row, answer, given, has_file=document is not None, at=at)
    if document is not None and answer != ConfirmationStatus.REFUSED:
        row.document = _kept(row, document, by=by, at=at)
    row.version += 1
    row.save()
    links.use(link, by=by, at=at)
    call_off(row)
    data = {"confirmation": row.pk, "statement": row.statement}
    event = record(row.uptake, answer, by=by, at=at, data=data, message=row.said)
    tell_answer(row, event=event)
    return row


@transaction.atomic
def ask_for_new_link(*, link: SignedLink, at: datetime | None = None) -> None:
    """Send a fresh link to the address of one that has run out, once a day; silent when that is not open to it."""
    at = at or timezone.now()
    row = _held(link)
    if row is None or not link.address or not is_renewable(row, is_over=links.has_run_out(link, at=at)):
        return
    if row.status == ConfirmationStatus.EXPIRED:
        row.status, row.answered_at = ConfirmationStatus.OPEN, None
        row.save(update_fields=["status", "answered_at"])
    day = timezone.localdate(at).isoformat()
    ask(row, by=row.asked_by, at=at, key=f"confirmation:{row.pk}:anew:{day}")


def can_renew(link: SignedLink, *, at: datetime) -> bool:
    """Tell whether who holds a link that acts no more may ask for a new one."""
    row = question_of(link)
    return row is not None and bool(link.address) and is_renewable(row, is_over=links.has_run_out(link, at=at))


def _locked(link: SignedLink) -> UptakeConfirmation:
    """Return the question as it is now, the cluster's and the uptake's rows locked.

    Raises:
        Refusal: it is gone, or asks nothing any more.
    """
    row = _held(link)
    if row is None:
        raise Refusal(links.UNKNOWN, "unknown")
    verdict = is_answerable(row)
    if not verdict:
        raise Refusal.of(verdict)
    return row


def _held(link: SignedLink) -> UptakeConfirmation | None:
    """Return the question of a link as it is now, the cluster's and the uptake's rows locked; None where it is gone."""
    found = UptakeConfirmation.objects.filter(pk=link.subject_id).values_list("uptake", "uptake__cluster").first()
    uptake_id, cluster_id = found or (0, 0)
    Cluster.objects.select_for_update(of=("self",)).filter(pk=cluster_id).first()
    Uptake.objects.select_for_update(of=("self",)).filter(pk=uptake_id).first()
    return question_of(link) if link.purpose == PURPOSE else None


def _write(row: UptakeConfirmation, answer: str, given: Mapping[str, Any], *, has_file: bool, at: datetime) -> None:
    """Write the answer into the row; it is saved by the caller.

    Raises:
        Refusal: name or function is missing, a confirmation has no document, a refusal no reason, or a correction
            corrects nothing.
    """
    for name, value in given.items():
        setattr(row, name, value.strip() if isinstance(value, str) else value)
    row.status, row.answered_at, row.statement = answer, at, row.uptake.statement
    if not row.person_name or not row.function:
        raise Refusal(_("Say who you are: your name, and your function in the organisation."))
    if answer == ConfirmationStatus.CONFIRMED:
        row.organisation_name = row.uptake.organisation.name
        if not (has_file or row.document_url or row.document_number):
            raise Refusal(NO_DOCUMENT)
    if answer != ConfirmationStatus.CORRECTED:
        row.corrected_kind, row.corrected_on = "", None
    if answer == ConfirmationStatus.REFUSED and not row.said:
        raise Refusal(_("Say in a sentence why it is not so."), "reason")
    if answer == ConfirmationStatus.CORRECTED:
        if not (row.corrected_kind or row.corrected_on or row.said):
            raise Refusal(_("Say what is right: the kind, the day, or a sentence."))
        if row.corrected_on is not None and (problem := day_problem(row.corrected_on, timezone.localdate(at))):
            raise Refusal(problem)
        if row.corrected_kind == UptakeKind.ADAPTED and not (row.said or row.uptake.adaptation):
            raise Refusal(_("Say what was adapted, and why."))
    check_fields(row, leave_out=CONFIRMATION_KEYS)


def _kept(row: UptakeConfirmation, document: Mapping[str, Any], *, by: User | None, at: datetime) -> Any:
    """Keep the document beside the confirmation; restricted, because it holds names, unless it says otherwise.

    Raises:
        Refusal: it is of no allowed type, empty or too big, or its rights are not stated.
    """
    try:
        return store_file(subject=row, by=by, at=at, **document)
    except ValidationError as error:
        raise Refusal(error.messages[0]) from error
