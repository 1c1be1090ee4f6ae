"""A consent that somebody gave on paper: what an administrator enters from the signed letter, and tells the person."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community.actions.consent import ADMINISTRATORS_ONLY, TO_COME, give_consent
from community.actions.own_data import kept_wording
from community.choices import ConsentWay
from community.consents import are_first_words, wording_of
from community.models import Consent, ConsentWording, Member, User
from community.permissions import Refusal
from community.person_mails import tell_of_consent
from community.visibility import is_administrator

OWN: Final = _("You agree for yourself on “My data”.")
GONE: Final = _("%(person)s was erased or merged into another entry: nothing is entered for it.")
NO_PLACE: Final = _("Say where the letter is kept, so that somebody finds it.")
NEWER_WORDS: Final = _("The words that are in use are newer than the letter. Send the person the words of today.")
STANDS: Final = _("%(person)s agreed to these words already.")
WITHDRAWN_SINCE: Final = _("%(person)s withdrew this consent on that day or later: an older letter does not revive it.")


@transaction.atomic
def give_by_letter(
    *,
    member: Member,
    purpose: str,
    language: str,
    signed_on: date,
    kept_at: str,
    by: User,
    at: datetime | None = None,
) -> Consent:
    """Note that a person agreed on paper to the words now in use; one event. It holds from this moment on.

    The event says on which day the letter was signed; its detail, which an erasure empties, where it is kept. The
    person is told, where they have an address, so that nothing is entered in their name unseen.

    Raises:
        Refusal: `by` is no administrator or the person themselves; the day is still to come or before the words;
            no place is named; the consent stands already, or was withdrawn on that day or later.
    """
    if not is_administrator(by):
        raise Refusal(ADMINISTRATORS_ONLY, "forbidden")
    at = at or timezone.now()
    if signed_on > timezone.localdate(at):
        raise Refusal(TO_COME, "day")
    if not kept_at.strip():
        raise Refusal(NO_PLACE)
    row = Member.objects.select_for_update(of=("self",)).select_related("user").get(pk=member.pk)
    words = wording_of(purpose, language)
    _refuse_letter(row, words, signed_on, by)
    letter = {"signed_on": signed_on.isoformat()}
    consent = give_consent(
        member=row,
        wording=kept_wording(words),
        by=by,
        how=ConsentWay.PAPER,
        at=at,
        asked=letter,
        kept_at=kept_at.strip(),
    )
    tell_of_consent(row, purpose=purpose, signed_on=signed_on)
    return consent


def _refuse_letter(row: Member, words: ConsentWording, signed_on: date, by: User) -> None:
    """Refuse a letter that enters nothing.

    Raises:
        Refusal: it is one's own, of nobody who is there, older than the words, answered already, or withdrawn since.
    """
    person = {"person": row.name}
    if row.user_id == by.pk:
        raise Refusal(OWN, "forbidden")
    if row.erased_at is not None or row.merged_into_id is not None:
        raise Refusal(GONE % person, "state")
    is_kept = not words._state.adding
    # The first words hold since the registry opened; they are only kept since somebody agreed to them.
    if is_kept and not are_first_words(words) and signed_on < timezone.localdate(words.created_at):
        raise Refusal(NEWER_WORDS, "day")
    given = Consent.objects.for_purpose(words.purpose).filter(member=row)
    if is_kept and given.standing().filter(wording=words).exists():
        raise Refusal(STANDS % person, "state")
    ended = [timezone.localdate(one) for one in given.values_list("withdrawn_at", flat=True) if one is not None]
    if not given.standing().exists() and any(day >= signed_on for day in ended):
        raise Refusal(WITHDRAWN_SINCE % person, "day")
