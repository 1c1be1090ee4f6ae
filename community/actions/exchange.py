"""Offering and asking for exchanges, saying "I would like to", and what the verbs of their life do besides."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community import exchange_mails, platform_mails, search
from community.actions.transition import effect, tells
from community.actions.twins import THERE, refuse_other_words, says_the_same
from community.choices import ExchangeStatus
from community.events import record
from community.folding import fold_key
from community.lifecycle import Attempt
from community.models import Event, ExchangeLanguage, ExchangeWish, Member, PeerExchange, User
from community.permissions import Refusal
from community.rights import MEMBERS_ONLY
from community.rules import exchange as rules

SAID = _("You said “I would like to” here already, with the line “%(note)s”. This one is not sent yet.")
SAID_BARE = _("You said “I would like to” here already, without a line. This one is not sent yet.")
OPEN = _("You have an exchange of this topic open already. Open it and change it there: nothing is entered yet.")
STALE = _("Somebody saved this exchange while you were writing. Your text is still here: compare, then save again.")
#: Columns that a form sets, and what is kept beside an exchange.
FIELDS: Final = ("kind", "topic", "description", "timing")
SETS: Final = ("challenges", "territories")
#: Who offers and who asks, with their organisations.
SIDES: Final = ("offered_by", "asked_by", "offering_organisation", "asking_organisation")
#: Verbs that write their mails themselves, before the other side is freed.
TELLS_BEFORE: Final = frozenset({"call_off_exchange", "free_exchange"})


@transaction.atomic
def open_exchange(*, by: User, is_offer: bool, values: Mapping[str, Any], at: datetime | None = None) -> PeerExchange:
    """Offer an exchange or ask for one, in the name of the member's organisation of that day; one event.

    Those whose open exchange on the other side fits hear of it. A no-op that returns the first one when the same
    member has the same topic open on the same side already, with the same words (a form sent twice).

    Args:
        values: `FIELDS` (words), `SETS` (rows) and `languages` (codes).

    Raises:
        Refusal: the account may not, holds as many open already as one person may, or one of that topic says
            otherwise.
        ValidationError: a text is too long or holds signs that are not allowed.
    """
    at = at or timezone.now()
    if not (verdict := rules.can_open_exchange(by)) or by.member is None:
        raise Refusal.of(verdict)
    member = _locked_member(by.member)
    held = [row for row in PeerExchange.objects.open().of_member(member) if row.opener == member]
    for row in held:
        if row.is_offer is is_offer and fold_key(row.topic) == fold_key(values["topic"]):
            _refuse_other_words(row, values)
            return row
    if len(held) >= rules.MOST_OPEN:
        raise Refusal(
            _("You hold %(most)d exchanges open. Withdraw or agree on one first.") % {"most": rules.MOST_OPEN}
        )
    exchange = PeerExchange(is_offer=is_offer, created_at=at, state_since=at)
    exchange.status = ExchangeStatus.OFFERED if is_offer else ExchangeStatus.ASKED
    _set_side(exchange, member, at, of_offer=is_offer)
    _set(exchange, values)
    exchange.full_clean()
    exchange.save(force_insert=True)
    _set_beside(exchange, values)
    detail = {"topic": exchange.topic}
    event = record(verb="open_exchange", subject=exchange, by=by, at=at, data={"offer": is_offer}, detail=detail)
    exchange_mails.tell_of_fit(exchange, event, by=by)
    platform_mails.tell_followers(exchange, event, exchange.challenges.all(), by=by)
    return exchange


def _refuse_other_words(row: PeerExchange, values: Mapping[str, Any]) -> None:
    """Refuse what says otherwise than the open exchange of that topic; languages that differ count too."""
    given = {name: value for name, value in values.items() if name != "languages"}
    spoken = sorted(row.languages.values_list("code", flat=True))
    differs = sorted(values.get("languages", ())) != spoken
    url = reverse("community:exchange", args=[row.pk])
    refuse_other_words(row, given, at="topic", words=OPEN, url=url, differs=differs)


def _locked_member(member: Member) -> Member:
    """Return a person, locked: who leaves the community at this moment opens nothing and says nothing any more.

    Raises:
        Refusal: they left meanwhile.
    """
    row = Member.objects.select_for_update(of=("self",), no_key=True).get(pk=member.pk)
    if not rules.is_here(row):
        raise Refusal(MEMBERS_ONLY, "forbidden")
    return row


def _set_side(exchange: PeerExchange, member: Member | None, at: datetime, *, of_offer: bool) -> None:
    """Put a person on one side, with the organisation of the day."""
    organisation = member.organisation_on(timezone.localdate(at)) if member is not None else None
    if of_offer:
        exchange.offered_by, exchange.offering_organisation = member, organisation
    else:
        exchange.asked_by, exchange.asking_organisation = member, organisation


def _set(exchange: PeerExchange, values: Mapping[str, Any]) -> None:
    for name in FIELDS:
        setattr(exchange, name, values[name])
    exchange.search_text = search.search_text_of(exchange)


def _set_beside(exchange: PeerExchange, values: Mapping[str, Any]) -> None:
    for name in SETS:
        getattr(exchange, name).set(values[name])
    wanted, had = set(values["languages"]), {row.code for row in exchange.languages.all()}
    exchange.languages.exclude(code__in=wanted).delete()
    ExchangeLanguage.objects.bulk_create(ExchangeLanguage(exchange=exchange, code=c) for c in sorted(wanted - had))


def _locked(exchange: PeerExchange) -> PeerExchange:
    return PeerExchange.objects.select_for_update(of=("self",)).get(pk=exchange.pk)


@transaction.atomic
def change_exchange(*, exchange: PeerExchange, by: User, seen_version: int, values: Mapping[str, Any]) -> PeerExchange:
    """Change what an open exchange says; one event with the old and the new words. A no-op for the same values.

    Raises:
        Refusal: not allowed, or somebody saved another version meanwhile (code "stale").
        ValidationError: a text is too long or holds signs that are not allowed.
    """
    row = _locked(exchange)
    if not (verdict := rules.can_edit_exchange(by, row)):
        raise Refusal.of(verdict)
    if row.version != seen_version:
        raise Refusal(STALE, "stale")
    before = _plain(row)
    _set(row, values)
    row.full_clean()
    row.save(update_fields=[*FIELDS, "search_text", "updated_at"])
    _set_beside(row, values)
    after = _plain(row)
    changes = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
    if not changes:
        return row
    row.version += 1
    row.save(update_fields=["version"])
    data = {"fields": sorted(changes), "version": row.version}
    record(verb="change_exchange", subject=row, by=by, data=data, detail={"changes": changes})
    return row


def _plain(row: PeerExchange) -> dict[str, Any]:
    """Return what an exchange says as JSON values."""
    return {
        **{name: getattr(row, name) for name in FIELDS},
        **{name: sorted(getattr(row, name).values_list("code", flat=True)) for name in SETS},
        "languages": sorted(row.languages.values_list("code", flat=True)),
    }


@transaction.atomic
def wish_exchange(
    *, exchange: PeerExchange, by: User, note: str = "", instead: bool = False, at: datetime | None = None
) -> ExchangeWish:
    """Say "I would like to"; one event and one mail to who opened it. Said again in the same words it is a no-op.

    `instead` puts the note in the place of what was said before: that is taken back, with an event of its own.

    Raises:
        Refusal: no member, the own exchange, one that is not open, or too many within a day, here or in all; or it
            was said already with another note (code "there").
        ValidationError: the note holds signs that are not allowed.
    """
    at = at or timezone.now()
    if by.member is not None:
        _locked_member(by.member)
    row = _locked(exchange)
    if not (verdict := rules.can_wish(by, row)) or by.member is None:
        raise Refusal.of(verdict)
    said = row.wishes.filter(member=by.member).first()
    if said is not None and says_the_same(said.note, note):
        return said
    if said is not None and not instead:
        raise Refusal((SAID if said.note else SAID_BARE) % {"note": said.note}, THERE)
    day = Event.objects.of_verbs(["wish_exchange"]).filter(by=by, at__gt=at - timedelta(days=1))
    if not (verdict := rules.has_room_for_wish(row, list(day.values_list("subject_id", flat=True)))):
        raise Refusal.of(verdict)
    if said is not None:
        said.delete()
        record(verb="take_back_wish", subject=row, by=by, at=at)
    organisation = by.member.organisation_on(timezone.localdate(at))
    said = ExchangeWish(exchange=row, member=by.member, organisation=organisation, note=note, said_at=at)
    said.full_clean()
    said.save(force_insert=True)
    event = record(verb="wish_exchange", subject=row, by=by, at=at, data={"wish": said.pk})
    exchange_mails.pass_on_wish(row, said, event)
    return said


@transaction.atomic
def take_back_wish(*, exchange: PeerExchange, by: User) -> bool:
    """Take "I would like to" back; one event. A no-op that returns False when it was not said or is agreed on.

    Raises:
        Refusal: the exchange is agreed with this person, who calls it off instead.
    """
    row = _locked(exchange)
    if by.member is not None and row.partner == by.member:
        raise Refusal(_("It is agreed with you. Call it off, and say why."), "state")
    deleted, _models = ExchangeWish.objects.filter(exchange=row, member=by.member).delete()
    if not deleted:
        return False
    record(verb="take_back_wish", subject=row, by=by)
    return True


@effect("note_agreement")
def _note_agreement(attempt: Attempt) -> None:
    """Put who was chosen on the other side, and note the days."""
    row: PeerExchange = attempt.subject
    wish = row.wishes.select_related("member").get(pk=attempt.details["wish"])
    _set_side(row, wish.member, attempt.at, of_offer=not row.is_offer)
    row.starts_on, row.ends_on = attempt.details.get("starts_on"), attempt.details.get("ends_on")
    attempt.changed |= {*SIDES, "starts_on", "ends_on"}
    attempt.facts["wish"] = wish.pk
    row.full_clean(validate_unique=False)


@effect("note_what_came")
def _note_what_came(attempt: Attempt) -> None:
    """Keep what came of it."""
    attempt.set(what_came_of_it=str(attempt.details["came"]).strip())
    attempt.subject.full_clean(validate_unique=False)
    attempt.words["came"] = attempt.subject.what_came_of_it


@effect("correct_what_came")
def _correct_what_came(attempt: Attempt) -> None:
    """Put the new words; the old ones stand in the event's detail, which an erasure empties."""
    was = attempt.subject.what_came_of_it
    attempt.set(what_came_of_it=str(attempt.details["came"]).strip())
    attempt.subject.full_clean(validate_unique=False)
    attempt.words["changes"] = {"what_came_of_it": [was, attempt.subject.what_came_of_it]}


@effect("note_calling_off", after=True)
def _note_calling_off(attempt: Attempt) -> None:
    """Free the other side, once those who are told are known, and forget the days and the wish.

    One that ends by it keeps both sides: they read its history.
    """
    row: PeerExchange = attempt.subject
    exchange_mails.tell(attempt)
    if row.status == ExchangeStatus.CANCELLED:
        return
    ExchangeWish.objects.filter(exchange=row, member=row.partner).delete()
    _set_side(row, None, attempt.at, of_offer=not row.is_offer)
    row.starts_on = row.ends_on = None
    row.save(update_fields=[*SIDES, "starts_on", "ends_on", "updated_at"])


@effect("free_other_side")
def _free_other_side(attempt: Attempt) -> None:
    """Free the side that an ended exchange kept; whoever it was may still be one of those who would like to."""
    row: PeerExchange = attempt.subject
    _set_side(row, None, attempt.at, of_offer=not row.is_offer)
    row.starts_on = row.ends_on = None
    attempt.changed |= {*SIDES, "starts_on", "ends_on"}


@tells("peer_exchange")
def _tell(attempt: Attempt) -> None:
    """Write the mails of a verb; of calling off they are written before the other side is freed."""
    if attempt.verb.code not in TELLS_BEFORE:
        exchange_mails.tell(attempt)
