"""The life of a peer exchange: offered, wished for, agreed, done; what fits, who is told, and whose name is shown."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from community.actions.exchange import change_exchange, open_exchange, take_back_wish, wish_exchange
from community.actions.merging import merge_entries, preview_merge
from community.actions.transition import transition
from community.choices import ConsentPurpose, ExchangeStatus
from community.desk import waiting_for
from community.exchange_contributed import RECORDS
from community.models import Event, Message, PeerExchange
from community.permissions import Refusal
from community.rules.exchange import MOST_OPEN
from community.similar_exchanges import exchanges_near, fitting_pairs
from community.verification import verify_history
from tests import factories as make
from tests.clusters.test_every_action_atomic import breaks, statements, written
from tests.database import changed, contents
from tests.factories import TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.both]

SECRET = "Hidden Helper"


def words(**more: Any) -> dict[str, Any]:
    """Return what the form of an exchange gives."""
    fields = ("challenges", "territories", "languages")
    return (
        {"kind": "call", "topic": "Buoys for a harbour", "description": "", "timing": ""}
        | dict.fromkeys(fields, ())
        | more
    )


def mails() -> list[tuple[str, Any, Any]]:
    """Return what was queued: template, to whom, where an answer goes."""
    rows = Message.objects.filter(template__startswith="community/exchange").order_by("pk")
    return [(row.template[19:], row.to_id, row.params.get("reply_to")) for row in rows]


def test_an_offer_is_wished_for_agreed_and_done_and_everybody_hears_what_concerns_them() -> None:
    asking, offering, wishing, late = (make.make_member(f"Person {n}").user for n in "ABCD")
    asked = make.make_exchange("Who knows harbour buoys?", by=asking.member, is_offer=False)
    row = open_exchange(by=offering, is_offer=True, values=words())
    assert mails() == [("fits", asking.pk, None)]
    wish = wish_exchange(exchange=row, by=wishing, note="We lay forty.")
    wish_exchange(exchange=row, by=late)
    assert [(item.title, item.url) for item in waiting_for(offering, TODAY).items] == [
        (row.topic, f"/exchanges/{row.pk}/")
    ]
    row = transition(row, "agree_exchange", by=offering, wish=wish.pk, starts_on=TODAY, ends_on=TODAY)
    assert (row.offered_by, row.asked_by, row.status) == (offering.member, wishing.member, "agreed")
    answers = [("agreed", offering.pk, wishing.email), ("agreed", wishing.pk, offering.email), ("taken", late.pk, None)]
    assert mails()[1:] == [("wished", offering.pk, None), ("wished", offering.pk, None), *answers]
    row = transition(row, "finish_exchange", by=wishing, came="Ten buoys are out.")
    assert (row.status, row.what_came_of_it) == ("done", "Ten buoys are out.")
    assert mails()[-1] == ("done", offering.pk, None)
    verbs = ["open_exchange", "wish_exchange", "wish_exchange", "agree_exchange", "finish_exchange"]
    assert list(Event.objects.about(row).order_by("pk").values_list("verb", flat=True)) == verbs
    assert list(verify_history()) == []
    assert asked.is_open


def test_an_agreement_that_is_called_off_leaves_the_exchange_open_without_its_other_side() -> None:
    offering, wishing = make.make_member().user, make.make_member().user
    row = make.make_exchange(by=offering.member)
    wish = wish_exchange(exchange=row, by=wishing)
    transition(row, "agree_exchange", by=offering, wish=wish.pk)
    with pytest.raises(Refusal):
        take_back_wish(exchange=row, by=wishing)
    with pytest.raises(Refusal):
        transition(row, "call_off_exchange", by=wishing)
    transition(row, "call_off_exchange", by=wishing, reason="The boat sank.")
    row = PeerExchange.objects.get()
    assert (row.status, row.offered_by, row.asked_by, row.wishes.count()) == ("offered", offering.member, None, 0)
    assert mails()[-1] == ("called_off", offering.pk, None)
    row = transition(row, "withdraw_exchange", by=offering)
    assert row.status == ExchangeStatus.CANCELLED
    assert transition(row, "reopen_exchange", by=offering).status == ExchangeStatus.OFFERED


def test_who_may_not_is_told_why_and_a_form_sent_twice_counts_once() -> None:
    by, external, other = make.make_member().user, make.make_external().user, make.make_member().user
    row = open_exchange(by=by, is_offer=True, values=words())
    assert open_exchange(by=by, is_offer=True, values=words(topic="BUOYS for a harbour")) == row
    wish = wish_exchange(exchange=row, by=other)
    assert wish_exchange(exchange=row, by=other) == wish
    for attempt in (
        lambda: open_exchange(by=external, is_offer=True, values=words()),
        lambda: wish_exchange(exchange=row, by=by),
        lambda: wish_exchange(exchange=row, by=external),
        lambda: change_exchange(exchange=row, by=other, seen_version=1, values=words()),
        lambda: change_exchange(exchange=row, by=by, seen_version=9, values=words(topic="Other")),
        lambda: transition(row, "agree_exchange", by=by),
        lambda: transition(row, "agree_exchange", by=other, wish=wish.pk),
        lambda: transition(row, "finish_exchange", by=by, came="Much."),
    ):
        with pytest.raises(Refusal):
            attempt()
    assert change_exchange(exchange=row, by=by, seen_version=1, values=words(topic="Other")).version == 2
    for _number in range(MOST_OPEN - 1):
        make.make_exchange(by=by.member)
    with pytest.raises(Refusal, match="20 exchanges open"):
        open_exchange(by=by, is_offer=False, values=words())


def test_what_fits_is_said_with_its_reasons_and_never_without_a_common_language() -> None:
    shore, place = make.make_term(label="Shores"), make.make_territory("EL43", name="Kriti")
    offer = make.make_exchange("Mooring buoys for yachts", languages=("el", "en"))
    asked = make.make_exchange("Which buoys hold?", is_offer=False, languages=("en",))
    foreign = make.make_exchange("Which buoys are cheap?", is_offer=False, languages=("sl",))
    for row in (offer, asked, foreign):
        row.challenges.add(shore)
        row.territories.add(place)
    reasons = [
        "Both speak of: buoys",
        "Same challenge: Shores",
        "Same territory: Kriti",
        "Language of both: English",
        "Same form: Call",
    ]
    assert [(hit.row, hit.reasons) for hit in exchanges_near(offer)] == [(asked, reasons)]
    assert [(pair.offer, pair.request, pair.reasons) for pair in fitting_pairs().pairs] == [(offer, asked, reasons)]


def test_a_name_without_consent_is_shown_to_nobody_but_who_agreed_or_is_asked() -> None:
    hidden = make.make_member(SECRET, organisation=make.make_organisation("Park of the Cape"))
    shown = make.make_member("Shown Person", consents=(ConsentPurpose.PUBLIC,))
    row = make.make_exchange("Buoys", by=shown, offering_organisation=make.make_organisation("Port"))
    wish = wish_exchange(exchange=row, by=hidden.user, note="Call my desk")
    own = make.make_exchange("Anchors", by=hidden, asking_organisation=None)
    pages = [reverse("community:exchanges"), *(reverse("community:exchange", args=[one.pk]) for one in (row, own))]

    def reads(user: Any) -> list[bool]:
        client = Client()
        if user is not None:
            client.force_login(user)
        return [SECRET in client.get(url).content.decode() for url in pages]

    nobody = make.make_member().user
    assert (reads(None), reads(nobody), reads(shown.user)) == ([False] * 3, [False] * 3, [False, True, False])
    transition(row, "agree_exchange", by=shown.user, wish=wish.pk)
    assert (reads(None), reads(nobody), reads(shown.user)) == ([False] * 3, [False] * 3, [False, True, False])


def test_an_erased_person_leaves_no_open_offer_and_a_merged_one_takes_theirs_along() -> None:
    old, new = make.make_member(), make.make_member()
    row, other = make.make_exchange(by=old), make.make_exchange()
    for one in (old, new):
        wish_exchange(exchange=other, by=one.user)
    exchanges, wishes = RECORDS["community.exchanges"], RECORDS["community.exchange_wishes"]
    assert exchanges.erase
    by = make.make_admin()
    merge_entries(kept=new, merged=old, by=by, seen=preview_merge(kept=new, merged=old, by=by).digest)
    assert other.wishes.count() == 1
    assert [exchanges.export(one)["topic"] for one in exchanges.rows(new)] == [row.topic]
    assert [wishes.export(one)["exchange"] for one in wishes.rows(new)] == [other.topic]
    assert (exchanges.erase(new), other.wishes.count()) == (1, 0)
    assert PeerExchange.objects.get(pk=row.pk).status == ExchangeStatus.CANCELLED


def test_an_action_that_breaks_at_its_last_statement_leaves_nothing_behind() -> None:
    offering, wishing, other = (make.make_member().user for _number in range(3))
    row = make.make_exchange("Which anchors hold?", by=offering.member)
    wish = wish_exchange(exchange=row, by=wishing)
    agree = partial(transition, row, "agree_exchange", by=offering, wish=wish.pk)
    presses: dict[str, Callable[[], object]] = {
        "open": partial(open_exchange, by=other, is_offer=False, values=words(topic="Who knows anchors that hold?")),
        "change": partial(change_exchange, exchange=row, by=offering, seen_version=1, values=words(topic="Chains")),
        "wish": partial(wish_exchange, exchange=row, by=other),
        "take back": partial(take_back_wish, exchange=row, by=wishing),
        "agree": agree,
        "call off": lambda: (agree(), transition(row, "call_off_exchange", by=wishing, reason="A storm.")),
        "finish": lambda: (agree(), transition(row, "finish_exchange", by=wishing, came="Nine anchors.")),
    }
    tables = set(contents())
    for name, press in presses.items():
        found = statements(press)
        besides = tables - written(found, tables)
        before = contents(besides)
        assert any(breaks(press, number) for number in range(len(found), 0, -1)), name
        assert changed(before, contents(besides)) == {}, name
