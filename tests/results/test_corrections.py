"""What a lead does with a correction, and steps and edits of an uptake that somebody else changed meanwhile."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.test import Client

from clusters.models import Cluster, Outcome
from community.permissions import Refusal
from results.actions.confirmation import settle_correction
from results.actions.evidence import add_uptake_file
from results.actions.uptake import change_step, update_uptake
from results.models import Uptake, UptakeConfirmation
from tests.cast import Cast
from tests.factories import NOW, TODAY
from tests.results.making import answered, asked, make_uptake

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
EARLIER = date(2026, 3, 1)


@pytest.fixture
def lead(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.user("lead"))
    return client


def corrected(cast: Cast, uptake: Uptake, **values: Any) -> UptakeConfirmation:
    return answered(asked(cast, uptake)[1], "corrected", **values)


def settle(client: Client, row: UptakeConfirmation) -> str:
    """Press “Take it over”; return the page that follows."""
    path = f"/uptakes/{row.uptake_id}/questions/{row.pk}/settle/"
    return client.post(path, {"take_over": "1"}, follow=True).content.decode()


def test_private_words_stay_private_when_another_kind_is_taken_over(cast: Cast, uptake: Uptake, lead: Client) -> None:
    row = corrected(cast, uptake, corrected_kind="scaled_up", said="Between us: the mayor is against it.")
    assert "Taken over. The organisation is asked to confirm it" in settle(lead, row)
    uptake.refresh_from_db()
    assert (uptake.kind, uptake.adaptation) == ("scaled_up", "")
    assert "the mayor" not in Client().get(f"/uptakes/{uptake.pk}/").content.decode()


def test_words_become_public_only_where_both_sides_are_told(cast: Cast, uptake: Uptake, lead: Client) -> None:
    path = asked(cast, uptake)[1]
    assert "Only with “Adapted” it may become public" in Client().get(path).content.decode()
    row = answered(path, "corrected", corrected_kind="adapted", said="Two gauges more.")
    page = lead.get(f"/uptakes/{uptake.pk}/").content.decode()
    assert "their words stand on the page as what was adapted: everybody reads them" in page
    settle(lead, row)
    uptake.refresh_from_db()
    assert uptake.adaptation == "Two gauges more."
    assert "Taken over. The organisation is asked to confirm it" in settle(lead, row)
    assert UptakeConfirmation.objects.count() == 2


def test_a_correction_in_words_is_edited_by_hand_and_then_confirmed(cast: Cast, uptake: Uptake, lead: Client) -> None:
    row = corrected(cast, uptake, corrected_kind="as_is", said="It is the other valley.")
    page = lead.get(f"/uptakes/{uptake.pk}/").content.decode()
    assert ("They corrected it in words" in page, 'name="take_over"' in page) == (True, False)
    assert "They corrected it in words" in settle(lead, row)
    uptake.refresh_from_db()
    assert (uptake.statement, UptakeConfirmation.objects.count()) == (1, 1)
    update_uptake(uptake=uptake, by=cast.user("lead"), seen_version=uptake.version, in_use_on=EARLIER)
    assert "It is corrected: have it confirmed" in lead.get(f"/uptakes/{uptake.pk}/").content.decode()
    assert "Taken over. The organisation is asked to confirm it" in settle(lead, row)
    uptake.refresh_from_db()
    assert (uptake.statement, UptakeConfirmation.objects.open().get().statement) == (2, 2)


@pytest.mark.parametrize("what", ["evidence_url", "tailoring", "outcome", "disclosure", "file"])
def test_what_raises_no_statement_is_corrected_by_hand_too(cast: Cast, uptake: Uptake, what: str) -> None:
    update_uptake(uptake=uptake, by=cast.user("lead"), seen_version=uptake.version, tailoring="One gauge.")
    row = corrected(cast, uptake, said="That is not quite right.")
    uptake.refresh_from_db()
    with time_machine.travel(NOW + timedelta(minutes=5), tick=False):
        with pytest.raises(Refusal, match="They corrected it in words"):
            settle_correction(confirmation=row, by=cast.user("lead"), take_over=True)
        _change(cast, uptake, what)
        page = _lead(cast).get(f"/uptakes/{uptake.pk}/").content.decode()
        assert ("It is corrected: have it confirmed" in page, "They corrected it in words" in page) == (True, False)
        settled = settle_correction(confirmation=row, by=cast.user("lead"), take_over=True)
    uptake.refresh_from_db()
    assert settled.asked is not None
    assert (uptake.statement, settled.asked.statement, settled.row.is_taken_over) == (1, 1, True)


def _lead(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.user("lead"))
    return client


def _change(cast: Cast, uptake: Uptake, what: str) -> None:
    by = cast.user("lead")
    if what == "disclosure":
        change_step(uptake=uptake, verb="uptake.undisclosed", by=by, reason="They asked for it.")
    elif what == "file":
        rights = {"rights_holder": "Water Board", "licence": "CC BY 4.0", "is_free_for_eu_use": True}
        content = ContentFile(b"31 wells", "wells.txt")
        add_uptake_file(uptake=uptake, by=by, content=content, title="Wells", **rights)
    else:
        outcome = Outcome.objects.create(cluster=uptake.cluster, kind="transference", title="Handed over")
        given: dict[str, Any] = {
            "evidence_url": "https://water.example/new",
            "tailoring": "Two gauges.",
            "outcome": outcome,
        }
        update_uptake(uptake=uptake, by=by, seen_version=uptake.version, **{what: given[what]})


def test_a_day_of_use_of_what_is_only_committed_asks_for_the_step(cast: Cast, cluster: Cluster, lead: Client) -> None:
    uptake = make_uptake(cast, cluster, state="committed")
    row = corrected(cast, uptake, corrected_kind="scaled_up", corrected_on=EARLIER)
    page = lead.get(f"/uptakes/{uptake.pk}/").content.decode()
    assert f'href="/uptakes/{uptake.pk}/in-use/"' in page
    assert 'name="take_over"' not in page
    assert "note the step “In use” with that day first" in settle(lead, row)
    row.refresh_from_db()
    assert row.settled_at is None
    change_step(uptake=uptake, verb="uptake.in_use", by=cast.user("lead"), in_use_on=EARLIER)
    settle(lead, row)
    uptake.refresh_from_db()
    assert (uptake.kind, uptake.in_use_on) == ("scaled_up", EARLIER)


@pytest.mark.parametrize("stop", ["uptake.stopped", "uptake.set_back"])
def test_nothing_is_taken_over_into_what_is_not_stated_any_more(cast: Cast, uptake: Uptake, stop: str) -> None:
    row = corrected(cast, uptake, corrected_kind="scaled_up")
    for _time in range(2 if stop == "uptake.set_back" else 1):
        change_step(uptake=uptake, verb=stop, by=cast.user("lead"), reason="It was too early.")
    with pytest.raises(Refusal, match="once it has committed itself"):
        settle_correction(confirmation=row, by=cast.user("lead"), take_over=True)


def test_the_page_says_when_the_organisation_is_not_asked_again(cast: Cast, uptake: Uptake, lead: Client) -> None:
    row = corrected(cast, uptake, corrected_kind="scaled_up")
    UptakeConfirmation.objects.filter(pk=row.pk).update(address="", address_key="")
    page = settle(lead, row)
    assert "The organisation is not asked again: The address is not kept any more. Ask it below." in page
    assert "is asked to confirm it as it stands now" not in page
    assert not UptakeConfirmation.objects.open().exists()


def test_a_stopped_uptake_says_what_its_step_asked_for(cast: Cast, uptake: Uptake, lead: Client) -> None:
    change_step(uptake=uptake, verb="uptake.stopped", by=cast.user("lead"), reason="No money.")
    uptake.refresh_from_db()
    page = f"/uptakes/{uptake.pk}/edit/"
    sent = {field.html_name: field.value() or "" for field in lead.get(page).context["form"]}
    for wrong, words in (
        ({"kind": "adapted", "adaptation": ""}, "Say what was adapted, and why."),
        ({"kind": ""}, "Say how it is taken up."),
        ({"in_use_on": ""}, "Say since when it is in use."),
    ):
        answer = lead.post(page, {**sent, **wrong})
        assert (wrong, answer.status_code, words in answer.content.decode()) == (wrong, 422, True)
        values = {name: value or ("" if name != "in_use_on" else None) for name, value in wrong.items()}
        with pytest.raises(Refusal, match=words):
            update_uptake(uptake=uptake, by=cast.user("lead"), seen_version=uptake.version, **values)
    done = lead.post(page, {**sent, "kind": "adapted", "adaptation": "Two gauges more."})
    assert done.status_code == 302
    Uptake.objects.filter(pk=uptake.pk).update(in_use_on=None)
    with pytest.raises(Refusal, match=r"Edit it first\. Say since when it is in use\."):
        change_step(uptake=uptake, verb="uptake.taken_up_again", by=cast.user("lead"), reason="Money.")


def test_a_stale_step_shows_what_was_saved_and_can_be_pressed_again(cast: Cast, cluster: Cluster, lead: Client) -> None:
    uptake = make_uptake(cast, cluster, state="committed")
    page = f"/uptakes/{uptake.pk}/in-use/"
    form = lead.get(page).context["form"]
    sent: dict[str, Any] = {}
    for field in form:
        sent[field.html_name] = field.value() or ""
        if not field.is_hidden:
            sent[field.html_initial_name] = field.value() or ""
    sent |= {"in_use_on": TODAY.isoformat()}
    theirs = {"kind": "adapted", "adaptation": "Two gauges more."}
    update_uptake(uptake=uptake, by=cast.user("deputy_lead"), seen_version=uptake.version, **theirs)
    stale = lead.post(page, {**sent, "evidence_url": "https://water.example/map"})
    body = stale.content.decode()
    assert (stale.status_code, "Deputy" in body, "Two gauges more." in body, "<del>" in body) == (409, True, True, True)
    data = {name: value for name, value in stale.context["form"].data.items() if value != ""}
    assert lead.post(page, data).status_code == 302
    uptake.refresh_from_db()
    found = (uptake.state, uptake.kind, uptake.adaptation, uptake.evidence_url)
    assert found == ("in_use", "adapted", "Two gauges more.", "https://water.example/map")
