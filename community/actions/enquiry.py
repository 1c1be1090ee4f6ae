"""Questions from outside: asked, passed on by who owns the address, taken back, forgotten.

Whoever types an address may not own it. So nothing goes to the contact before the link in a mail to that address was
pressed, the mail holds nothing that was typed, and the record says nothing of a question that nobody stood by.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from community import enquiry_mails, links, notifications
from community.choices import EnquiryStatus, MessageState
from community.enquiry_mails import PURPOSE
from community.events import record
from community.folding import fold_key
from community.models import Enquiry, Message, SignedLink, Solution
from community.permissions import Refusal
from community.rules.enquiry import FORGOTTEN_AFTER, WAITS_DAYS, may_pass_on, within_limits
from community.rules.solution import has_reachable_contact

#: The verb of the event: it names nobody and holds no words.
ASKED = "ask_contact"


@transaction.atomic
def ask_contact(
    *, solution: Solution, address: str, name: str, text: str, organisation: str = "", at: datetime | None = None
) -> Enquiry:
    """Keep a question until its writer presses the link that goes to the address; a no-op where it waits already.

    No event: nobody has shown yet that they asked. The solution's row is locked, so that two at once count as two.

    Raises:
        Refusal: no mail would reach the contact, something is missing or too long, or too many within a day.
    """
    at = at or timezone.now()
    row = Solution.objects.select_for_update(of=("self",)).select_related("contact__user").get(pk=solution.pk)
    if not (reachable := has_reachable_contact(row)):
        raise Refusal.of(reachable)
    asked = Enquiry(solution=row, address=address, name=name.strip(), organisation=organisation.strip())
    asked.text, asked.asked_at = text.strip(), at
    same = Enquiry.objects.waiting().filter(solution=row, address_key=fold_key(address), text=asked.text).first()
    if same is not None:
        return same
    _check(asked)
    if not (fits := within_limits(row, address, at)):
        raise Refusal.of(fits)
    asked.save(force_insert=True)
    enquiry_mails.ask_to_confirm(asked, at=at)
    return asked


def _check(asked: Enquiry) -> None:
    """Refuse what a form should have refused: nothing is kept by halves."""
    if not (asked.address and asked.name and asked.text):
        raise Refusal(_("Say who you are, where the answer goes and what you want to know."))
    try:
        asked.clean_fields(exclude=["solution", "address_key"])
    except ValidationError as error:
        raise Refusal(" ".join(error.messages)) from error


def open_enquiry(token: str, *, at: datetime | None = None) -> tuple[SignedLink, Enquiry]:
    """Return the link of a mail and the question that it sends; changes nothing.

    Raises:
        Refusal: the link does not act (code "unknown" or "closed"), or there is nothing to send any more.
    """
    link = links.open_link(token, PURPOSE, at=at)
    row = Enquiry.objects.select_related("solution__contact__user", "solution__project").filter(pk=link.subject_id)
    found = row.first()
    if found is None or found.status != EnquiryStatus.WAITING:
        raise Refusal(links.UNKNOWN, "unknown")
    return link, found


@transaction.atomic
def pass_on_enquiry(*, link: SignedLink, at: datetime | None = None) -> Enquiry:
    """Use the link up and send the question to the contact: one mail, one event; the words leave the row.

    The event holds neither words nor who asked.

    Raises:
        Refusal: the link does not act any more; or no mail would reach the contact, or very many did today (code
            "kept": nothing is used up then, and the link sends the question later).
    """
    at = at or timezone.now()
    row = _locked(link)
    used = links.use(link, by=None, at=at)
    if not (may := may_pass_on(row.solution, used.expires_at or at, at)):
        raise Refusal.of(may)
    event = record(verb=ASKED, subject=row.solution, by=None, at=at)
    enquiry_mails.pass_on(row, event)
    _end(row, EnquiryStatus.PASSED_ON, at)
    return row


@transaction.atomic
def drop_enquiry(*, link: SignedLink, at: datetime | None = None) -> Enquiry:
    """Use the link up and forget the question at once, with name and address: for whoever did not ask it, too.

    Raises:
        Refusal: the link does not act any more.
    """
    at = at or timezone.now()
    row = _locked(link)
    links.use(link, by=None, at=at)
    _end(row, EnquiryStatus.DROPPED, at)
    _forget(Enquiry.objects.filter(pk=row.pk))
    return row


@transaction.atomic
def forget_enquiries(now: datetime) -> int:
    """End questions whose link has run out, and empty name and address of those that ended long ago.

    Returns how many were emptied. Mails and links lose the address with it.
    """
    _expire(now)
    return _forget(Enquiry.objects.ended_before(now - FORGOTTEN_AFTER))


def forget_enquiries_of(keys: Iterable[str], *, at: datetime) -> int:
    """End and empty what was asked from addresses (their folded keys), in the caller's transaction; return how many.

    For an erasure: mails about it that wait are called off.
    """
    known = list(keys)
    for row in Enquiry.objects.waiting().filter(address_key__in=known):
        _end(row, EnquiryStatus.DROPPED, at)
    return _forget(Enquiry.objects.filter(address_key__in=known))


def _expire(now: datetime) -> None:
    """End what waits and has no link that acts, or whose mail never left."""
    waiting = Enquiry.objects.waiting()
    ids = list(waiting.values_list("pk", flat=True))
    open_links = SignedLink.objects.open().filter(kind="enquiry", subject_id__in=ids)
    acting = {link.subject_id for link in open_links if link.is_open_at(now)}
    too_old = now - timedelta(days=WAITS_DAYS)
    for row in waiting.filter(pk__in=ids):
        if row.pk not in acting or row.asked_at <= too_old:
            _end(row, EnquiryStatus.EXPIRED, now)


def _end(row: Enquiry, status: EnquiryStatus, at: datetime) -> None:
    """End a question with its links and what waits to be sent; its words are gone from here."""
    row.status, row.ended_at, row.text = status, at, ""
    row.save(update_fields=["status", "ended_at", "text"])
    links.revoke_for(row, purpose=PURPOSE)
    notifications.call_off(row)


def _forget(rows: QuerySet[Enquiry]) -> int:
    """Empty who asked in the questions, their mails and their links."""
    found = list(rows.values_list("pk", flat=True))
    about = {"kind": "enquiry", "subject_id__in": found}
    mails = Message.objects.filter(**about).exclude(state=MessageState.QUEUED)
    mails.exclude(to_address="").update(to_address="")
    SignedLink.objects.filter(**about).exclude(address="").update(address="", address_key="")
    return Enquiry.objects.filter(pk__in=found).update(address="", address_key="", name="", organisation="")


def _locked(link: SignedLink) -> Enquiry:
    """Return the question of a link, its solution locked first.

    Raises:
        Refusal: it is gone.
    """
    row = Enquiry.objects.filter(pk=link.subject_id).first()
    if row is None:
        raise Refusal(links.UNKNOWN, "unknown")
    rows = Solution.objects.select_for_update(of=("self",)).select_related("contact__user", "project")
    row.solution = rows.get(pk=row.solution_id)
    return row
