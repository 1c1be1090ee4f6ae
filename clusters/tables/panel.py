"""What the pages of advice panels show of a question to one reader."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.contrib.auth.models import AnonymousUser
from django.core.paginator import Paginator
from django.utils import timezone

from clusters.choices import PanelCredit, PanelPlace, PanelState
from clusters.models import PanelAnswer, PanelQuestion
from clusters.panel_lifecycle import PLACE, QUESTION
from clusters.rules import panel as rules
from clusters.visibility import viewer
from community.choices import ConsentPurpose, Language
from community.lifecycle import Offer
from community.models import Consent, User
from community.permissions import Verdict

#: So many of one sort stand on the list, and so many published ones on a page of it.
MOST = 50
PER_PAGE = 20

#: In these states a question may still be worded anew; afterwards the button is gone.
REWORDED: Final = (PanelState.SUGGESTED, PanelState.OPEN)


@dataclass(frozen=True)
class Sheet:
    """One question as a reader sees it.

    `answers` are those that the reader may read, `people` everybody asked (for the asking side only), `mine` the
    reader's own place; `offers` the verbs of the question's life, `saying` what the reader may do with their place.
    """

    question: PanelQuestion
    answers: list[PanelAnswer]
    people: list[PanelAnswer]
    mine: PanelAnswer | None
    named: set[int]
    offers: list[Offer]
    saying: frozenset[str]
    may_invite: bool
    may_reword: Verdict | None
    is_asking: bool
    count: int
    languages: list[str]


def sheet_of(question: PanelQuestion, user: User | AnonymousUser) -> Sheet:
    """Return what a reader is shown of a question (loaded by `for_page`).

    Names stand as elsewhere: by consent. The asking side reads the names of those whom it asked, and who answers is
    named by their own choice and consent.
    """
    on, now = timezone.localdate(), timezone.now()
    who = viewer(user, on)
    places = list(question.answers.all())
    for place in places:
        place.question = question
    by = user if isinstance(user, User) and user.is_active else None
    is_asking = rules.asks(user, question, on)
    mine = next((place for place in places if place.asked_id == who.member_id), None)
    reads = rules.reads_answers(user, question)
    answers = [place for place in places if place.status == PanelPlace.ANSWERED] if reads else []
    answers.sort(key=lambda place: (place.answered_at or now, place.pk))
    keeps = is_asking or who.is_administrator
    offers = QUESTION.offers(question, by=by, at=now) if by is not None else []
    return Sheet(
        question=question,
        answers=answers,
        people=[place for place in places if keeps],
        mine=mine if mine is not None and mine.status != PanelPlace.WITHDRAWN else None,
        named={place.asked_id for place in places} if keeps else names_credited(user, answers),
        offers=offers,
        saying=_saying(mine, by) if mine is not None and by is not None else frozenset(),
        may_invite=bool(rules.can_invite(user, question)) if by is not None else False,
        may_reword=rules.can_reword(user, question) if is_asking and question.state in REWORDED else None,
        is_asking=is_asking,
        count=len(places),
        languages=[str(Language(code).label) for code in question.languages if code in Language.values],
    )


def _saying(mine: PanelAnswer, by: User) -> frozenset[str]:
    """Return the verbs that a person may do with their own place."""
    offers = PLACE.offers(mine, by=by, at=timezone.now())
    return frozenset(offer.verb.code.removeprefix("panel.") for offer in offers if offer.verdict)


def names_credited(user: User | AnonymousUser, places: Iterable[PanelAnswer]) -> set[int]:
    """Return whose names a reader is shown beside their answers; one query at most.

    Who chose to be credited by name and agreed to be named, and the reader; who chose the organisation alone is named
    to nobody but those who asked.
    """
    rows = list(places)
    chose = {place.asked_id for place in rows if place.credit == PanelCredit.NAMED}
    own = {place.asked_id for place in rows if place.asked_id == viewer(user, timezone.localdate()).member_id}
    if not chose:
        return own
    agreed = Consent.objects.standing().for_purpose(ConsentPurpose.NAMED).filter(member__in=chose)
    return own | set(agreed.values_list("member_id", flat=True))


def listed(user: User | AnonymousUser, number: str) -> dict[str, Any]:
    """Return what the list of advice panels shows: what a reader is asked and asks, and what is published by page."""
    who = viewer(user, timezone.localdate())
    member_id = who.member_id
    mine, asking, others = [], [], []
    if member_id is not None:
        places = (
            PanelAnswer.objects.of_member(member_id).waiting().select_related("question__cluster", "question__need")
        )
        mine = list(places.order_by("question__wanted_on", "pk")[:MOST])
        undone = PanelQuestion.objects.undone().for_rows()
        asking = list(undone.asked_for(who)[:MOST])
        known = [place.question_id for place in mine] + [row.pk for row in asking]
        others = list(undone.visible_to(user).exclude(pk__in=known)[:MOST])
    published = PanelQuestion.objects.published().visible_to(user).for_rows().order_by("-published_at", "-pk")
    page_obj = Paginator(published, PER_PAGE).get_page(number)
    return {"mine": mine, "asking": asking, "others": others, "page_obj": page_obj}
