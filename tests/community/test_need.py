"""Needs: raised once, reworded without losing a text, joined by others."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from community.actions.need import STALE, raise_need, reword_need, say_me_too, set_need_status, take_back_me_too
from community.choices import NeedStatus
from community.models import Event, MeToo, Need
from community.permissions import Refusal
from tests import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.both]


def reworded(need: Need, by: Any, **changes: Any) -> Need:
    """Reword a need, with everything else as it was."""
    values = {
        "seen_version": need.version,
        "question": need.question,
        "description": need.description,
        "urgency": need.urgency,
        "territories": [],
        "challenges": [],
        "solution_types": [],
    }
    return reword_need(need=need, by=by, **{**values, **changes})


def test_a_member_raises_a_need_for_the_organisation_of_that_day() -> None:
    organisation = make.make_organisation("Region of Crete")
    member = make.make_member(organisation=organisation)
    region, challenge = make.make_territory("EL43"), make.make_term()
    need = raise_need(by=member.user, question="Πώς κρατάμε την παραλία;", territories=[region], challenges=[challenge])
    assert (need.raised_by, need.organisation, need.status) == (member, organisation, NeedStatus.OPEN)
    assert list(need.territories.all()) == [region]
    assert list(Need.objects.matching("πως παραλια")) == [need]
    event = Event.objects.get()
    assert (event.verb, event.by, event.detail.body) == (
        "raise_need",
        member.user,
        {"question": "Πώς κρατάμε την παραλία;"},
    )


def test_the_same_question_sent_twice_is_one_need() -> None:
    user = make.make_member().user
    first = raise_need(by=user, question="Who pays?")
    assert raise_need(by=user, question="WHO  pays?") == first
    assert raise_need(by=make.make_member().user, question="Who pays?") != first
    assert Event.objects.count() == 2


def test_people_outside_the_community_raise_no_needs() -> None:
    for user in (make.make_external().user, make.make_user(), make.make_member(account={"is_active": False}).user):
        with pytest.raises(Refusal) as refusal:
            raise_need(by=user, question="Who pays?")
        assert refusal.value.code == "forbidden"


def test_a_question_of_two_lines_is_refused_and_nothing_is_written() -> None:
    with pytest.raises(ValidationError):
        raise_need(by=make.make_member().user, question="Who\nBcc: pays?")
    assert (Need.objects.count(), Event.objects.count()) == (0, 0)


def test_rewording_keeps_old_and_new_words_in_the_record() -> None:
    need = make.make_need("Who pays?")
    changed = reworded(need, need.raised_by.user, question="Who pays for seagrass?")
    assert (changed.version, list(Need.objects.matching("seagrass"))) == (2, [need])
    assert Event.objects.get().detail.body == {"changes": {"question": ["Who pays?", "Who pays for seagrass?"]}}


def test_a_stale_rewording_is_refused() -> None:
    need = make.make_need()
    reworded(need, need.raised_by.user, question="One?")
    with pytest.raises(Refusal) as refusal:
        reworded(need, need.raised_by.user, question="Two?")
    assert (refusal.value.code, refusal.value.reason) == ("stale", STALE)
    assert Need.objects.get().question == "One?"


def test_only_who_raised_it_or_an_administrator_rewords_an_open_need() -> None:
    need = make.make_need()
    with pytest.raises(Refusal, match="Only who raised this need"):
        reworded(need, make.make_member().user, question="Mine?")
    assert reworded(need, make.make_admin(), question="Better?").question == "Better?"
    set_need_status(need=need, status=NeedStatus.CLOSED, by=need.raised_by.user, note="No longer wanted")
    need.refresh_from_db()
    with pytest.raises(Refusal, match="This need is closed"):
        reworded(need, need.raised_by.user, question="Again?")


def test_me_too_is_said_once_by_others_and_can_be_taken_back() -> None:
    need, other = make.make_need(), make.make_member(organisation=make.make_organisation())
    said = say_me_too(need=need, by=other.user, note="With us it is the harbour.")
    assert say_me_too(need=need, by=other.user) == said
    assert said.organisation == other.organisation_on(make.TODAY)
    assert Need.objects.with_me_too_count().get().me_too_count == 1
    assert (take_back_me_too(need=need, by=other.user), take_back_me_too(need=need, by=other.user)) == (True, False)
    assert MeToo.objects.count() == 0
    assert list(Event.objects.order_by("number").values_list("verb", flat=True)) == ["say_me_too", "take_back_me_too"]


def test_nobody_says_me_too_to_the_own_or_a_closed_need() -> None:
    need = make.make_need()
    with pytest.raises(Refusal, match="raised this need yourself"):
        say_me_too(need=need, by=need.raised_by.user)
    closed = make.make_need(status=NeedStatus.CLOSED)
    with pytest.raises(Refusal, match="is closed"):
        say_me_too(need=closed, by=make.make_member().user)
    with pytest.raises(Refusal, match="for members of the community"):
        say_me_too(need=need, by=make.make_external().user)


def test_the_status_is_set_with_a_note_and_recorded_once() -> None:
    need = make.make_need()
    by = need.raised_by.user
    for _time in range(2):
        row = set_need_status(need=need, status=NeedStatus.ANSWERED, by=by, note="By cluster 7")
    assert (row.status, row.status_note) == (NeedStatus.ANSWERED, "By cluster 7")
    assert Event.objects.get().data == {"from": "open", "to": "answered"}
    with pytest.raises(Refusal):
        set_need_status(need=need, status=NeedStatus.OPEN, by=make.make_member().user)
