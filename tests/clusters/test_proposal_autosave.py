"""A draft saves itself, and never over somebody else's text."""

from __future__ import annotations

import pytest

from clusters.models import Cluster
from community.models import Event, Message
from tests.cast import Cast
from tests.clusters.form_reader import fields_of
from tests.clusters.proposal_pages import Writer

pytestmark = pytest.mark.django_db


def test_a_draft_saves_itself_and_says_when(writer: Writer, draft: Cluster) -> None:
    answer = writer.post(1, writer.typed(1, title="By itself"), htmx=True, autosave="1")
    part = answer.content.decode()
    assert answer.status_code == 200
    assert "Saved at" in part
    assert "<form" not in part
    draft.refresh_from_db()
    assert (draft.title, draft.version) == ("By itself", 2)
    assert not Event.objects.exists()
    assert not Message.objects.exists()


def test_after_an_autosave_the_same_page_goes_on_saving(writer: Writer, draft: Cluster) -> None:
    typed = writer.typed(2, **{"objectives-0-text": "First"})
    part = writer.post(2, typed, htmx=True, autosave="1").content.decode()
    typed["seen"] = [part.split('id="id_seen" value="')[1][:64]]
    typed["objectives-0-text"] = ["First, and more"]
    assert writer.post(2, typed, htmx=True, autosave="1").status_code == 200
    assert (
        writer.post(2, {**typed, "seen": ["stale"]}, htmx=True, autosave="1").status_code == 200
    )  # the same text again
    assert [row.text for row in draft.objectives.all()] == ["First, and more"]


def test_an_autosave_of_what_cannot_be_says_so_and_stores_nothing(writer: Writer, draft: Cluster) -> None:
    answer = writer.post(3, writer.typed(3, starts_on="31 April 2027"), htmx=True, autosave="1")
    assert answer.status_code == 422
    assert 'href="#id_starts_on"' in answer.content.decode()
    assert "31 April does not exist" in answer.content.decode()
    draft.refresh_from_db()
    assert draft.starts_on is None


def test_two_windows_on_one_step_lose_neither_text(writer: Writer, draft: Cluster) -> None:
    first = writer.typed(1, title="Of the first window")
    second = writer.typed(1, title="Of the second window", question="Only here?")
    assert writer.post(1, first).status_code == 302
    answer = writer.post(1, second)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "in another window" in page
    assert "Of the first window" in page
    assert fields_of(page)["title"] == ["Of the second window"]
    assert "Only here?" in page
    draft.refresh_from_db()
    assert draft.title == "Of the first window"
    assert writer.post(1, fields_of(page)).status_code == 302
    draft.refresh_from_db()
    assert (draft.title, draft.question) == ("Of the second window", "Only here?")


def test_an_autosave_on_changed_ground_shows_both_and_leaves_the_form_alone(writer: Writer, draft: Cluster) -> None:
    first = writer.typed(2, **{"objectives-0-text": "Of the first"})
    second = writer.typed(2, **{"objectives-0-text": "Of the second"})
    writer.post(2, first)
    answer = writer.post(2, second, htmx=True, autosave="1")
    part = answer.content.decode()
    assert answer.status_code == 409
    assert "Of the first" in part
    assert "Of the second" in part
    assert "<form" not in part
    assert [row.text for row in draft.objectives.all()] == ["Of the first"]


def test_two_people_on_different_steps_do_not_get_in_each_others_way(
    cast: Cast, writer: Writer, draft: Cluster
) -> None:
    Cluster.objects.filter(pk=draft.pk).update(lead=cast.member("lead"), lead_organisation=cast.organisation)
    lead = Writer(cast.accounts["lead"], draft)
    of_proposer, of_lead = writer.typed(1, title="By the proposer"), lead.typed(5, adoption_plan="By the lead")
    assert writer.post(1, of_proposer).status_code == 302
    assert lead.post(5, of_lead).status_code == 302
    draft.refresh_from_db()
    assert (draft.title, draft.adoption_plan) == ("By the proposer", "By the lead")


def test_who_else_may_have_written_is_named(cast: Cast, writer: Writer, draft: Cluster) -> None:
    Cluster.objects.filter(pk=draft.pk).update(lead=cast.member("lead"), lead_organisation=cast.organisation)
    mine = writer.typed(1, title="Mine")
    Writer(cast.accounts["lead"], draft).save(1, title="Of the lead")
    assert "or by Lead Person" in writer.post(1, mine).content.decode()
