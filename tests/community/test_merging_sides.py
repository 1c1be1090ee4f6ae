"""Merging two entries that are the two sides of one thing: nobody agrees with, wishes or advises themselves."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from clusters.actions.panel import ask_people, ask_question, move_place
from clusters.choices import PanelPlace, State
from clusters.models import PanelAnswer, PanelQuestion
from community.actions.merging import preview_merge, unmerge_entries
from community.actions.transition import transition
from community.choices import ConsentPurpose, ExchangeStatus
from community.models import ExchangeWish, Member, Need, PeerExchange, User
from community.permissions import Refusal
from tests import factories as make
from tests.cast import Cast, make_cluster
from tests.clusters.making_panels import TEXT, answered
from tests.community.making_merges import merge, refusal_of

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture
def pair() -> tuple[Member, Member]:
    return (
        make.make_member("Anna Perić", consents=(ConsentPurpose.DIRECTORY,)),
        make.make_member("Anna Peric", consents=(ConsentPurpose.DIRECTORY,)),
    )


@pytest.mark.parametrize("opens", [0, 1])
@pytest.mark.parametrize("is_offer", [True, False])
def test_an_agreement_of_the_two_with_each_other_is_called_off_first(
    client: Client, admin: User, pair: tuple[Member, Member], opens: int, is_offer: bool
) -> None:
    kept, twin = pair
    exchange = make.make_exchange(by=pair[opens], is_offer=is_offer)
    other = {"asked_by" if is_offer else "offered_by": pair[1 - opens]}
    PeerExchange.objects.filter(pk=exchange.pk).update(status=ExchangeStatus.AGREED, **other)
    plan = preview_merge(kept=kept, merged=twin, by=admin)
    assert [(one.code, one.blocked) for one in plan.blocked] == [("community.PeerExchange.offered_by", [exchange.pk])]
    client.force_login(admin)
    page = client.get(reverse("admin:community_member_merge", args=[twin.pk]), {"into": kept.pk}).content.decode()
    assert "Both are the two sides of one exchange. Call it off first." in page
    assert "mended first" in refusal_of(lambda: merge(kept, twin, admin))
    PeerExchange.objects.filter(pk=exchange.pk).update(status=ExchangeStatus.DONE)
    assert merge(kept, twin, admin).blocked == []


@pytest.mark.parametrize("opens", [0, 1])
@pytest.mark.parametrize("is_offer", [True, False])
def test_a_wish_for_what_the_other_one_opened_goes_and_comes_back(
    admin: User, pair: tuple[Member, Member], opens: int, is_offer: bool
) -> None:
    kept, twin = pair
    exchange = make.make_exchange(by=pair[opens], is_offer=is_offer)
    wish = ExchangeWish.objects.create(exchange=exchange, member=pair[1 - opens], note="With joy")
    further = ExchangeWish.objects.create(exchange=exchange, member=make.make_member())
    elsewhere = ExchangeWish.objects.create(exchange=make.make_exchange(), member=twin)
    merge(kept, twin, admin)
    assert set(ExchangeWish.objects.values_list("pk", "member")) == {
        (further.pk, further.member_id),
        (elsewhere.pk, kept.pk),
    }
    assert unmerge_entries(merged=twin, by=admin) == 0
    wish.refresh_from_db()
    exchange.refresh_from_db()
    assert (wish.member, wish.note, exchange.opener) == (pair[1 - opens], "With joy", pair[opens])


@pytest.mark.parametrize("moves", [0, 1])
@pytest.mark.parametrize("is_offer", [True, False])
def test_an_agreement_with_oneself_since_an_earlier_merge_goes_along_and_is_told(
    client: Client, admin: User, pair: tuple[Member, Member], moves: int, is_offer: bool
) -> None:
    kept, twin = pair
    exchange = make.make_exchange(by=pair[moves], is_offer=is_offer)
    other = {"asked_by" if is_offer else "offered_by": pair[moves]}
    PeerExchange.objects.filter(pk=exchange.pk).update(status=ExchangeStatus.AGREED, **other)
    client.force_login(admin)
    page = client.get(reverse("admin:community_member_merge", args=[twin.pk]), {"into": kept.pk}).content.decode()
    assert "One person is on both sides since an earlier merge." in page
    assert 'value="Merge"' in page
    assert merge(kept, twin, admin).blocked == []
    exchange.refresh_from_db()
    assert (exchange.offered_by, exchange.asked_by, exchange.status) == (kept, kept, ExchangeStatus.AGREED)
    assert unmerge_entries(merged=twin, by=admin) == 0
    exchange.refresh_from_db()
    assert (exchange.offered_by, exchange.asked_by) == (pair[moves], pair[moves])


def test_who_is_both_sides_may_call_it_off(admin: User, pair: tuple[Member, Member]) -> None:
    kept, twin = pair
    assert kept.user is not None
    exchange = make.make_exchange(by=twin)
    PeerExchange.objects.filter(pk=exchange.pk).update(status=ExchangeStatus.AGREED, asked_by=twin)
    merge(kept, twin, admin)
    exchange.refresh_from_db()
    transition(exchange, "call_off_exchange", by=kept.user, reason="It was with myself.")
    exchange.refresh_from_db()
    assert (exchange.status, exchange.offered_by, exchange.asked_by) == (ExchangeStatus.OFFERED, kept, None)


def _about_need(asker: Member, expert: Member, need: Need) -> PanelAnswer:
    assert asker.user is not None
    question = ask_question(by=asker.user, about=need, values={"text": TEXT})
    (place,) = ask_people(question=question, members=[expert], by=asker.user)
    return place


@pytest.mark.parametrize("asks", [0, 1])
def test_nobody_is_asked_to_answer_their_own_question(admin: User, pair: tuple[Member, Member], asks: int) -> None:
    kept, twin = pair
    place = _about_need(pair[asks], pair[1 - asks], make.make_need(raised_by=pair[asks]))
    merge(kept, twin, admin)
    place.refresh_from_db()
    assert (place.status, place.asked, place.question.asked_by_id) == (PanelPlace.WITHDRAWN, kept, kept.pk)
    with pytest.raises(Refusal, match="somebody else"):
        move_place(panel_place=place, step="panel.asked_again", by=kept.user)
    assert unmerge_entries(merged=twin, by=admin) == 0
    place.refresh_from_db()
    assert (place.status, place.asked, place.version) == (PanelPlace.INVITED, pair[1 - asks], 1)


def test_what_was_answered_stays_and_what_was_declined_is_not_answered_by_who_asks(
    admin: User, pair: tuple[Member, Member]
) -> None:
    kept, twin = pair
    given = _about_need(kept, twin, make.make_need(raised_by=kept))
    answered(given)
    declined = _about_need(kept, twin, make.make_need(raised_by=kept))
    move_place(panel_place=declined, step="panel.declined", by=twin.user)
    merge(kept, twin, admin)
    given.refresh_from_db()
    assert (given.status, given.asked) == (PanelPlace.ANSWERED, kept)
    with pytest.raises(Refusal, match="somebody else"):
        move_place(panel_place=PanelAnswer.objects.get(pk=declined.pk), step="panel.accepted", by=kept.user)
    move_place(panel_place=given, step="panel.credited", by=kept.user, credit="organisation")


def test_who_suggested_a_question_may_be_asked(cast: Cast, admin: User, pair: tuple[Member, Member]) -> None:
    kept, twin = pair
    cluster = make_cluster(cast, State.RUNNING)
    question = PanelQuestion.objects.create(cluster=cluster, asked_by=kept, text=TEXT)
    (place,) = ask_people(question=question, members=[twin], by=cast.user("lead"))
    merge(kept, twin, admin)
    place = PanelAnswer.objects.get(pk=place.pk)
    move_place(panel_place=place, step="panel.accepted", by=kept.user)
    assert PanelAnswer.objects.get(pk=place.pk).status == PanelPlace.ACCEPTED
