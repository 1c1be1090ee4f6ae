"""Raising a need, saying "me too", and saying how far it has come."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community import contributions, platform_mails, search
from community.actions.twins import THERE, refuse_other_words, says_the_same
from community.choices import NeedStatus, Urgency
from community.events import record
from community.folding import fold_key
from community.models import Member, MeToo, Need, Term, Territory, User
from community.permissions import Refusal
from community.rights import can_edit_need, can_raise_need, can_say_me_too, can_set_need_status

ASKED = _("You have this question open already. Open it and change it there: nothing is entered yet.")
SAID = _("You say “me too” here already, with the line “%(note)s”. This one is not entered yet.")
SAID_BARE = _("You say “me too” here already, without a line. This one is not entered yet.")
STALE = _("Somebody saved this need while you were writing. Your text is still here: compare, then save again.")


@transaction.atomic
def raise_need(
    *,
    by: User,
    question: str,
    description: str = "",
    urgency: str = Urgency.NORMAL,
    territories: Iterable[Territory] = (),
    challenges: Iterable[Term] = (),
    solution_types: Iterable[Term] = (),
    at: datetime | None = None,
) -> Need:
    """Enter a need in the name of the member's organisation of that day; one event.

    A no-op that returns the first one when the same member has the same question
    open already, with the same words (a form sent twice).

    Raises:
        Refusal: the account may not raise needs, or the question is open already and says otherwise.
        ValidationError: a text is too long or holds signs that are not allowed.
    """
    at = at or timezone.now()
    if not (verdict := can_raise_need(by)) or by.member is None:
        raise Refusal.of(verdict)
    member = Member.objects.select_for_update().get(pk=by.member.pk)
    if (same := _open_need(member, question)) is not None:
        given = {"description": description, "urgency": urgency, "territories": territories, "challenges": challenges}
        given["solution_types"] = solution_types
        url = reverse("community:need", args=[same.pk])
        refuse_other_words(same, given, at="question", words=ASKED, url=url)
        return same
    need = Need(question=question, description=description, urgency=urgency, raised_by=member, raised_at=at)
    need.organisation = member.organisation_on(timezone.localdate(at))
    need.search_text = search.search_text_of(need)
    need.full_clean()
    need.save(force_insert=True)
    _set_related(need, territories, challenges, solution_types)
    detail = {"question": question}
    event = record(verb="raise_need", subject=need, by=by, at=at, data={"urgency": urgency}, detail=detail)
    platform_mails.tell_followers(need, event, need.challenges.all(), by=by)
    return need


@transaction.atomic
def reword_need(
    *,
    need: Need,
    by: User,
    seen_version: int,
    question: str,
    description: str,
    urgency: str,
    territories: Iterable[Territory],
    challenges: Iterable[Term],
    solution_types: Iterable[Term],
) -> Need:
    """Change a need's words; one event with the old and the new ones. A no-op writes none.

    Raises:
        Refusal: not allowed, or somebody saved another version meanwhile (code "stale").
        ValidationError: a text is too long or holds signs that are not allowed.
    """
    row = Need.objects.select_for_update(of=("self",)).get(pk=need.pk)
    if not (verdict := can_edit_need(by, row)):
        raise Refusal.of(verdict)
    if row.version != seen_version:
        raise Refusal(STALE, "stale")
    before = {"question": row.question, "description": row.description, "urgency": row.urgency}
    row.question, row.description, row.urgency = question, description, urgency
    row.search_text = search.search_text_of(row)
    row.version += 1
    row.full_clean()
    row.save(update_fields=["question", "description", "urgency", "search_text", "version"])
    _set_related(row, territories, challenges, solution_types)
    after = {"question": question, "description": description, "urgency": urgency}
    changes = {name: [before[name], after[name]] for name in before if before[name] != after[name]}
    record(verb="reword_need", subject=row, by=by, data={"version": row.version}, detail={"changes": changes})
    return row


@transaction.atomic
def say_me_too(*, need: Need, by: User, note: str = "", instead: bool = False, at: datetime | None = None) -> MeToo:
    """Note that another member has the same need; one event. Said twice in the same words, the first one stays.

    `instead` puts the note in the place of what was said before: that is taken back, with an event of its own.

    Raises:
        Refusal: no member, the own need, or a closed one; or it was said already with another note (code "there").
        ValidationError: the note holds signs that are not allowed.
    """
    at = at or timezone.now()
    row = Need.objects.select_for_update(of=("self",)).get(pk=need.pk)
    if not (verdict := can_say_me_too(by, row)) or by.member is None:
        raise Refusal.of(verdict)
    said = MeToo.objects.filter(need=row, member=by.member).first()
    if said is not None and says_the_same(said.note, note):
        return said
    if said is not None:
        if not instead:
            raise Refusal((SAID if said.note else SAID_BARE) % {"note": said.note}, THERE)
        said.delete()
        record(verb="take_back_me_too", subject=row, by=by, at=at)
    organisation = by.member.organisation_on(timezone.localdate(at))
    said = MeToo(need=row, member=by.member, organisation=organisation, note=note, said_at=at)
    said.full_clean()
    said.save(force_insert=True)
    record(verb="say_me_too", subject=row, by=by, at=at, data={"me_too": said.pk})
    return said


@transaction.atomic
def take_back_me_too(*, need: Need, by: User) -> bool:
    """Take "me too" back; one event. A no-op that returns False when it was not said."""
    row = Need.objects.select_for_update(of=("self",)).get(pk=need.pk)
    deleted, _models = MeToo.objects.filter(need=row, member=by.member).delete()
    if not deleted:
        return False
    record(verb="take_back_me_too", subject=row, by=by)
    return True


@transaction.atomic
def set_need_status(*, need: Need, status: NeedStatus, by: User, note: str = "") -> Need:
    """Say how far a need has come, with a note why; one event. A no-op when it says so already.

    From then on it stays so whatever clusters do; saying "unmet" lets it follow them again.

    Raises:
        Refusal: `by` neither raised the need nor keeps the registry's lists.
        ValidationError: the note holds signs that are not allowed.
    """
    row = Need.objects.select_for_update(of=("self",)).get(pk=need.pk)
    if not (verdict := can_set_need_status(by, row)):
        raise Refusal.of(verdict)
    follows = status == NeedStatus.OPEN
    status = _progress_of(row) if follows else status
    if row.status == status and row.is_set_by_hand is not follows:
        return row
    before, row.status, row.status_note = row.status, status, note
    row.is_set_by_hand = not follows
    row.version += 1
    row.full_clean()
    row.save(update_fields=["status", "status_note", "is_set_by_hand", "version"])
    data = {"from": before, "to": status}
    record(verb="set_need_status", subject=row, by=by, data=data, detail={"reason": note} if note else None)
    _end_what_works_for(row, timezone.now())
    return row


@transaction.atomic
def follow_clusters(*, need_id: int, at: datetime | None = None) -> bool:
    """Let a need follow what clusters do with it; one event by the registry.

    The apps above are asked with the row locked, so that two clusters which end at once see each other. A no-op that
    returns False when it says so already, or when a person said how far it is.
    """
    row = Need.objects.select_for_update(of=("self",)).get(pk=need_id)
    if row.is_set_by_hand or row.status == (status := _progress_of(row)):
        return False
    before, row.status = row.status, status
    row.version += 1
    row.save(update_fields=["status", "version"])
    record(verb="set_need_status", subject=row, by=None, at=at, data={"from": before, "to": status})
    _end_what_works_for(row, at or timezone.now())
    return True


def _end_what_works_for(need: Need, at: datetime) -> None:
    """Let the apps above end what they began for a need that is answered or closed now."""
    if not need.is_open:
        for end in contributions.need_endings:
            end(need.pk, at)


def _progress_of(need: Need) -> NeedStatus:
    """Return how far the work has brought a need: unmet, taken up or answered."""
    said = [NeedStatus(progress(need.pk)) for progress in contributions.need_progress]
    order = [NeedStatus.OPEN, NeedStatus.TAKEN_UP, NeedStatus.ANSWERED]
    return max(said, key=order.index, default=NeedStatus.OPEN)


def _open_need(member: Member, question: str) -> Need | None:
    """Return the member's open need of that question, compared on the folded key."""
    return next((need for need in member.needs.open() if fold_key(need.question) == fold_key(question)), None)


def _set_related(
    need: Need, territories: Iterable[Territory], challenges: Iterable[Term], solution_types: Iterable[Term]
) -> None:
    need.territories.set(territories)
    need.challenges.set(challenges)
    need.solution_types.set(solution_types)
