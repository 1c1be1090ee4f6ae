"""What is half typed: a draft keeps all that can be stored; of what can't, the text stays on the page."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from clusters.choices import State
from clusters.models import Cluster, Objective, Stage
from tests import factories as make
from tests.cast import Cast, make_cluster
from tests.clusters.form_reader import fields_of
from tests.clusters.proposal_pages import Writer

pytestmark = pytest.mark.django_db

ROW = "objectives-0-text"
WAYS = pytest.mark.parametrize("by_itself", [False, True], ids=["by button", "by itself"])


def save(writer: Writer, step: int, typed: dict[str, Any], by_itself: bool) -> Any:
    return writer.save(step, **typed, **({"autosave": "1"} if by_itself else {}))


@WAYS
@pytest.mark.parametrize(
    ("step", "typed"),
    [
        (1, {"title": "A"}),
        (1, {"question": "Which"}),
        (1, {"need_text": "x" * 600}),
        (2, {"objectives-0-text": "Half"}),
        (2, {"objectives-0-criterion": "a sign without its objective"}),
        (2, {"objectives-0-text": "x" * 300, "objectives-1-text": ""}),
        (2, {"kind_adoption": "on"}),
        (3, {"starts_on": "1 May 2027"}),
        (3, {"ends_on": "1 May 2027"}),
        (3, {"deadline_on": "1 May 2027"}),
        (3, {"deadline_reason": "a call"}),
        (3, {"stages-0-planned_end_on": "1 May 2027"}),
        (3, {"stages-0-deliverable": "a list without the stage's name"}),
        (4, {"size_limit": "12"}),
        (5, {"adoption_plan": "Two"}),
    ],
)
def test_a_part_of_a_step_is_stored_and_shown_again(
    writer: Writer, step: int, typed: dict[str, str], by_itself: bool
) -> None:
    answer = save(writer, step, typed, by_itself)
    assert answer.status_code == (200 if by_itself else 302)
    shown = fields_of(writer.page(step))
    for name, text in typed.items():
        if text:
            said = "2027-05-01" if shown[name] == ["2027-05-01"] else text.replace("1 May 2027", shown[name][0])
            assert shown[name] == [said]


@WAYS
def test_an_organisation_without_a_person_is_kept(writer: Writer, draft: Cluster, by_itself: bool) -> None:
    place = make.make_organisation("Harbour Office")
    save(writer, 4, {"people-0-organisation": str(place.pk)}, by_itself)
    assert [(row.member, row.organisation) for row in draft.participations.all()] == [(None, place)]


@WAYS
@pytest.mark.parametrize(
    ("step", "wrong", "right", "kept"),
    [
        (1, {"title": "x" * 101}, {"question": "Which rule?"}, {"question": "Which rule?", "title": ""}),
        (1, {"need": "999999"}, {"title": "Anchors"}, {"title": "Anchors", "need_id": None}),
        (2, {"out_of_scope": "x" * 301}, {ROW: "Compare"}, {"out_of_scope": ""}),
        (2, {ROW: "x" * 301}, {"out_of_scope": "Moorings"}, {"out_of_scope": "Moorings"}),
        (2, {"note_adoption": "x" * 201}, {"out_of_scope": "Moorings"}, {"out_of_scope": "Moorings"}),
        (3, {"starts_on": "31 April 2027"}, {"ends_on": "1 May 2027"}, {"ends_on": date(2027, 5, 1)}),
        (
            3,
            {"ends_on": "1 May 2027"},
            {"starts_on": "2 May 2027", "deadline_reason": "a call"},
            {"starts_on": date(2027, 5, 2), "ends_on": None, "deadline_reason": "a call"},
        ),
        (3, {"stages-0-planned_end_on": "31 April 2027"}, {"starts_on": "2 May 2027"}, {"starts_on": date(2027, 5, 2)}),
        (4, {"size_limit": "many"}, {"join_policy": "application"}, {"join_policy": "application", "size_limit": None}),
        (4, {"people-0-member": "nobodyknown1"}, {"size_limit": "12"}, {"size_limit": 12}),
        (5, {"solutions": ["999999"]}, {"adoption_plan": "Two parks"}, {"adoption_plan": "Two parks"}),
    ],
)
def test_what_cannot_be_stored_holds_back_nothing_else(
    writer: Writer,
    draft: Cluster,
    step: int,
    wrong: dict[str, Any],
    right: dict[str, str],
    kept: dict[str, Any],
    by_itself: bool,
) -> None:
    answer = save(writer, step, {**wrong, **right}, by_itself)
    draft.refresh_from_db()
    assert answer.status_code == 422
    assert {name: getattr(draft, name) for name in kept} == kept
    assert [row.text for row in draft.objectives.all()] == [right[name] for name in right if name == ROW]
    page = answer.content.decode()
    assert ("Saved, all but this:" if by_itself else "Saved, all but what is to be put right") in page
    if not by_itself:
        shown = fields_of(page)
        texts = {name: text for name, text in {**wrong, **right}.items() if isinstance(text, str)}
        assert {name: shown[name] for name in texts} == {name: [text] for name, text in texts.items()}


@WAYS
def test_what_is_put_right_afterwards_is_no_conflict_with_oneself(
    writer: Writer, draft: Cluster, by_itself: bool
) -> None:
    typed = writer.typed(1, title="x" * 101, question="Which rule?")
    answer = writer.post(1, {**typed, **({"autosave": "1"} if by_itself else {})})
    seen = fields_of(
        f"<form id='step-form'>{answer.content.decode()}</form>" if by_itself else answer.content.decode()
    )["seen"]
    assert seen != [typed["seen"]]
    assert len(seen) == 1
    again = writer.post(1, {**typed, "seen": seen, "title": "Anchors"})
    draft.refresh_from_db()
    assert (again.status_code, draft.title, draft.question) == (302, "Anchors", "Which rule?")


def test_a_part_is_not_saved_over_what_somebody_else_wrote(writer: Writer, draft: Cluster) -> None:
    typed = writer.typed(1, title="x" * 101, question="Mine?")
    Cluster.objects.filter(pk=draft.pk).update(question="Theirs?")
    answer = writer.post(1, typed)
    draft.refresh_from_db()
    assert (answer.status_code, draft.question) == (409, "Theirs?")
    assert fields_of(answer.content.decode())["question"] == ["Mine?"]


def test_stored_days_are_never_turned_round_by_half_a_save(writer: Writer, draft: Cluster) -> None:
    Cluster.objects.filter(pk=draft.pk).update(starts_on=date(2027, 5, 1), ends_on=date(2027, 5, 31))
    answer = writer.save(3, starts_on="1 July 2027", ends_on="31 June 2027", deadline_reason="a call")
    draft.refresh_from_db()
    assert answer.status_code == 422
    assert (draft.starts_on, draft.ends_on) == (date(2027, 5, 1), date(2027, 5, 31))
    assert draft.deadline_reason == "a call"


def test_an_end_before_the_start_is_said_and_stays_typed(writer: Writer, draft: Cluster) -> None:
    page = writer.save(3, starts_on="2 May 2027", ends_on="1 May 2027").content.decode()
    assert "The end lies before the start. Both may be the same day." in page
    assert (fields_of(page)["starts_on"], fields_of(page)["ends_on"]) == (["2 May 2027"], ["1 May 2027"])
    draft.refresh_from_db()
    assert (draft.starts_on, draft.ends_on) == (date(2027, 5, 2), None)


def test_a_list_with_a_wrong_row_stays_as_it_is_stored(writer: Writer, draft: Cluster) -> None:
    Stage.objects.create(cluster=draft, position=1, title="Kick-off")
    Objective.objects.create(cluster=draft, text="Compare")
    answer = writer.save(3, **{"stages-0-title": "Start", "stages-0-planned_end_on": "30 February 2027"})
    assert answer.status_code == 422
    assert fields_of(answer.content.decode())["stages-0-title"] == ["Start"]
    assert [row.title for row in draft.stages.all()] == ["Kick-off"]


@pytest.mark.parametrize(("state", "stored"), [(State.RETURNED, "Kept?"), (State.SUBMITTED, "How?")])
def test_a_returned_proposal_keeps_a_part_and_a_submitted_one_none(cast: Cast, state: State, stored: str) -> None:
    cluster = make_cluster(cast, state, question="How?")
    answer = Writer(cast.accounts["proposer"], cluster).save(1, title="x" * 101, question="Kept?")
    cluster.refresh_from_db()
    assert (answer.status_code, cluster.question) == (422, stored)


def test_a_broken_hidden_field_is_said_without_its_name(writer: Writer) -> None:
    for by_itself in (False, True):
        answer = save(writer, 1, {"need": "9" * 21}, by_itself)
        page = answer.content.decode()
        assert "This page was incomplete or out of date. What you typed is kept: open the page anew." in page
        assert "Need:" not in page
