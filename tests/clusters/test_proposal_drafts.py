"""A draft is written step by step and saved at any point."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError
from django.db.transaction import atomic

from clusters.choices import State
from clusters.models import Cluster, Objective, Stage
from clusters.rules.examples import EXAMPLES, as_example
from community.actions.transition import transition
from community.permissions import Refusal
from tests import factories as make
from tests.cast import Cast, make_cluster
from tests.clusters.form_reader import buttons_of, fields_of
from tests.clusters.proposal_pages import Writer

pytestmark = pytest.mark.django_db


def test_every_step_of_an_empty_draft_can_be_saved_as_it_is(writer: Writer, draft: Cluster) -> None:
    for step in range(1, 6):
        answer = writer.save(step)
        assert (answer.status_code, answer["Location"]) == (302, writer.url(step))
    draft.refresh_from_db()
    assert draft.version == 1


DEADLINE = "Say what sets that deadline: a call, a law, a season."


@pytest.mark.parametrize("by_itself", [False, True])
def test_a_deadline_is_saved_before_it_says_what_sets_it(writer: Writer, draft: Cluster, by_itself: bool) -> None:
    answer = writer.save(3, deadline_on="1 May 2027", **({"autosave": "1"} if by_itself else {}))
    assert answer.status_code in (200, 302)
    draft.refresh_from_db()
    assert (draft.deadline_on, draft.deadline_reason) == (date(2027, 5, 1), "")
    assert DEADLINE in writer.client.get(writer.url(5)).content.decode()
    with pytest.raises(Refusal, match="Say what sets that deadline"):
        transition(draft, "submit", by=draft.proposer.user)


def test_a_proposed_deadline_says_what_sets_it(cast: Cast) -> None:
    cluster = make_cluster(cast, State.SUBMITTED)
    writer = Writer(cast.accounts["proposer"], cluster)
    answer = writer.save(3, starts_on="1 March 2026", ends_on="20 March 2026", deadline_on="1 May 2027")
    assert answer.status_code == 422
    assert DEADLINE in answer.content.decode()
    with pytest.raises(IntegrityError), atomic():
        Cluster.objects.filter(pk=cluster.pk).update(deadline_on="2027-05-01", deadline_reason="")


def test_the_first_step_stores_what_is_typed(writer: Writer, draft: Cluster) -> None:
    need = make.make_need()
    theme, goal = make.make_term(), make.make_term("sdg", "sdg-15")
    objective = make.make_term("objective", "RSO2.7")
    answer = writer.save(
        1,
        "next",
        title="Who stops the anchors",
        question="Which rule stops anchoring\r\nwithin one season?",
        need=str(need.pk),
        need_text="First line.\r\nSecond line.",
        focus="both",
        levels=["local", "national"],
        themes=[str(theme.pk)],
        sdgs=[str(goal.pk)],
        specific_objective=str(objective.pk),
        language="el",
    )
    draft.refresh_from_db()
    assert answer["Location"] == writer.url(2)
    assert (draft.title, draft.question) == ("Who stops the anchors", "Which rule stops anchoring within one season?")
    assert (draft.need, draft.need_text) == (need, "First line.\nSecond line.")
    assert (draft.focus, draft.language, draft.specific_objective) == ("both", "el", objective)
    assert {row.level for row in draft.levels.all()} == {"local", "national"}
    assert ([*draft.themes.all()], [*draft.sdgs.all()]) == ([theme], [goal])
    assert "anchors" in draft.search_text


def test_the_second_step_stores_objectives_outcomes_limits_and_places(writer: Writer, draft: Cluster) -> None:
    place = make.make_territory("EL30", is_programme_region=True)
    writer.save(
        2,
        **{
            "objectives-0-text": "Compare four rules",
            "objectives-0-criterion": "One page",
            "objectives-1-text": "Choose one",
            "objectives-1-criterion": "",
            "objectives-2-text": "  ",
            "objectives-2-criterion": "",
            "kind_adoption": "on",
            "note_adoption": "two parks",
            "note_networking": "dropped, for its box is not ticked",
            "out_of_scope": "Moorings",
            "territories": [str(place.pk)],
        },
    )
    draft.refresh_from_db()
    assert [(row.text, row.criterion) for row in draft.objectives.all()] == [
        ("Compare four rules", "One page"),
        ("Choose one", ""),
    ]
    assert [(row.kind, row.note) for row in draft.expected_outcomes.all()] == [("adoption", "two parks")]
    assert (draft.out_of_scope, [*draft.territories.all()]) == ("Moorings", [place])


def test_the_third_step_stores_days_and_stages(writer: Writer, draft: Cluster) -> None:
    writer.save(
        3,
        **{
            "starts_on": "1 March 2027",
            "ends_on": "2027-09-30",
            "deadline_on": "31.12.2027",
            "deadline_reason": "the end of the call",
            "stages-0-title": "Kick-off",
            "stages-0-kind": "meeting",
            "stages-0-planned_start_on": "1/3/2027",
            "stages-0-planned_end_on": "1 Mar 2027",
            "stages-0-deliverable": "Notes",
        },
    )
    draft.refresh_from_db()
    assert (draft.starts_on, draft.ends_on) == (date(2027, 3, 1), date(2027, 9, 30))
    assert (draft.deadline_on, draft.deadline_reason) == (date(2027, 12, 31), "the end of the call")
    stage = draft.stages.get()
    assert (stage.title, stage.kind, stage.deliverable) == ("Kick-off", "meeting", "Notes")
    assert (stage.planned_start_on, stage.planned_end_on) == (date(2027, 3, 1), date(2027, 3, 1))


def test_one_day_needs_one_day_only(writer: Writer, draft: Cluster) -> None:
    writer.save(3, starts_on="12 May 2027", ends_on="31 April 2027", one_day="on")
    draft.refresh_from_db()
    assert draft.is_one_day
    assert "checked" in writer.page(3).split('name="one_day"')[1][:120]


def test_the_fifth_step_stores_results_and_the_plan(cast: Cast, writer: Writer, draft: Cluster) -> None:
    writer.save(5, solutions=[str(cast.solution.pk)], adoption_plan="Two parks write it into their order.")
    draft.refresh_from_db()
    assert ([*draft.solutions.all()], draft.adoption_plan) == (
        [cast.solution],
        "Two parks write it into their order.",
    )


@pytest.mark.parametrize(
    ("step", "typed", "sentence"),
    [
        (1, {"title": "x" * 101}, "Shorten this to 100 characters. It has 101."),
        (1, {"question": "a\u202eb"}, "This text holds an invisible sign."),
        (1, {"focus": "sideways"}, "Choose from the list."),
        (1, {"themes": ["999999"]}, "Choose from the list."),
        (1, {"need": "999999"}, "Choose from the list."),
        (2, {"territories": ["999999"]}, "Choose from the list."),
        (2, {"objectives-0-text": "x" * 301}, "Shorten this to 300 characters. It has 301."),
        (3, {"starts_on": "31 April 2027"}, "31 April does not exist. Did you mean 30 April?"),
        (3, {"stages-0-title": "S", "stages-0-planned_end_on": "30 February 2027"}, "30 February does not exist."),
        (
            3,
            {"stages-0-planned_start_on": "2 May 2027", "stages-0-planned_end_on": "1 May 2027"},
            "The end lies before the start.",
        ),
        (3, {"stages-0-title": "S", "stages-0-kind": "party"}, "Choose from the list."),
        (3, {"starts_on": "0001-01-01"}, "Choose a day from 1 January 2010 on."),
        (3, {"ends_on": "9999-12-31"}, "Choose a day until 31 December 2100."),
        (4, {"size_limit": "many"}, "Write a number, such as 12."),
        (4, {"size_limit": "1"}, "Choose a number from 2 to 500."),
        (4, {"working_group": "999999"}, "Choose from the list."),
        (4, {"lead": "nobodyknown1"}, "Choose a member from the directory."),
        (5, {"solutions": ["999999"]}, "Choose from the list."),
        (5, {"solutions": ["x"]}, "Choose from the list."),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence_and_stays_as_it_was_typed(
    writer: Writer, draft: Cluster, step: int, typed: dict[str, object], sentence: str
) -> None:
    answer = writer.save(step, **typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert "<title>Error:" in page
    for name, text in typed.items():
        if isinstance(text, str) and name not in ("focus", "need", "lead", "working_group", "stages-0-kind"):
            assert fields_of(page)[name] == [text]
    draft.refresh_from_db()
    assert draft.version == 1


def test_the_text_of_an_example_is_marked_until_it_is_replaced(writer: Writer, draft: Cluster) -> None:
    Cluster.objects.filter(pk=draft.pk).update(title=as_example(EXAMPLES[0].title))
    Objective.objects.create(cluster=draft, text=str(EXAMPLES[0].objectives[0][0]))
    Stage.objects.create(cluster=draft, position=1, title="Ours", deliverable=as_example("One page with the rule"))
    for step, fields in ((1, "title"), (2, "objective 1"), (3, "deliverable of stage 1")):
        page = writer.page(step)
        assert "is-example" in page
        assert page.count("This is still the text of the example. Write your own.") == 1
        assert f"Replace the example by your own text: {fields}." in page
    writer.save(1, title="One of our own")
    assert "is-example" not in writer.page(1)


def test_what_is_missing_leads_to_its_field(writer: Writer, draft: Cluster) -> None:
    page = writer.page(1)
    for place in ("1/#id_title", "2/#objectives", "3/#id_starts_on", "4/#lead", "2/#expected_outcomes"):
        assert f'href="/clusters/{draft.name}/edit/{place}"' in page
    for step, idents in {
        1: ("id_title", "id_question", "id_need_text"),
        2: ("objectives", "expected_outcomes", "id_out_of_scope"),
        3: ("id_starts_on", "id_ends_on", "stages"),
        4: ("id_working_group_group", "lead"),
        5: ("solutions", "id_adoption_plan"),
    }.items():
        page = writer.page(step)
        assert [ident for ident in idents if f'id="{ident}"' not in page] == []


def test_rows_come_go_and_move_without_a_script_and_nothing_is_stored(writer: Writer, draft: Cluster) -> None:
    for position, title in enumerate("ABC", start=1):
        Stage.objects.create(cluster=draft, position=position, title=title)

    def titles(page: str) -> list[str]:
        return [value[0] for key, value in sorted(fields_of(page).items()) if key.endswith("-title")]

    typed = writer.typed(3, **{"stages-1-title": "B, typed"})
    page = writer.post(3, typed, "row:stages:down:1").content.decode()
    assert titles(page) == ["A", "C", "B, typed"]
    assert 'id="stages-2-down"' in page.split(" autofocus")[0].rpartition("<button")[2]
    page = writer.post(3, fields_of(page), "row:stages:remove:0").content.decode()
    assert titles(page) == ["C", "B, typed"]
    page = writer.post(3, fields_of(page), "row:stages:add").content.decode()
    assert titles(page) == ["C", "B, typed", ""]
    assert "Not saved yet" in page
    assert [stage.title for stage in draft.stages.all()] == ["A", "B", "C"]
    writer.post(3, fields_of(page), "save")
    assert [stage.title for stage in draft.stages.all()] == ["C", "B, typed"]


@pytest.mark.parametrize(
    "do", ["row:stages:up:0", "row:stages:down:9", "row:stages:remove:x", "row:nothing:add", "row", "lead:", "find:x"]
)
def test_a_button_that_cannot_be_pressed_changes_nothing(writer: Writer, draft: Cluster, do: str) -> None:
    Stage.objects.create(cluster=draft, position=1, title="Only")
    page = writer.post(3, writer.typed(3), do)
    assert page.status_code == 200
    assert fields_of(page.content.decode())["stages-0-title"] == ["Only"]


def test_with_htmx_a_small_button_draws_the_form_alone(writer: Writer, draft: Cluster) -> None:
    page = writer.post(2, writer.typed(2), "row:objectives:add", htmx=True).content.decode()
    assert page.lstrip().startswith("<form")
    assert "data-changed" in page


def test_five_objectives_are_the_most(writer: Writer, draft: Cluster) -> None:
    rows = {f"objectives-{number}-text": f"Objective {number}" for number in range(7)}
    page = writer.post(2, {**writer.typed(2), **rows}, "row:objectives:add").content.decode()
    assert "Five objectives are the most" in page
    assert "row:objectives:add" not in buttons_of(page)
    writer.post(2, {**writer.typed(2), **rows}, "save")
    assert draft.objectives.count() == 5


def test_territories_are_narrowed_and_the_ticked_ones_stay(writer: Writer, draft: Cluster) -> None:
    attica = make.make_territory("EL30", name="Attiki", is_programme_region=True)
    make.make_territory("EL43", name="Kriti", is_programme_region=True)
    split = make.make_territory("HR03", name="Jadranska Hrvatska", is_programme_region=True)
    typed = writer.typed(2, territories=[str(split.pk)], find_territories="átti")
    for htmx in (False, True):
        page = writer.post(2, typed, "find:territories", htmx=htmx).content.decode()
        assert [name for name in ("Attiki", "Kriti", "Jadranska") if name in page] == ["Attiki", "Jadranska"]
        assert page.count(" checked") == (1 if htmx else page.count(" checked"))
    assert f'id="territory-{attica.pk}"' in page
    assert draft.territories.count() == 0


def test_results_are_narrowed_to_the_published_and_the_ticked_ones_stay(cast: Cast, writer: Writer) -> None:
    hidden = make.make_solution("Flood draft", status="draft", published_at=None)
    other = make.make_solution("Drone patrol")
    typed = writer.typed(5, solutions=[str(other.pk)], find_solutions="flood")
    page = writer.post(5, typed, "find:solutions", htmx=True).content.decode()
    assert "Flood storage method" in page
    assert "Drone patrol" in page
    assert "Flood draft" not in page
    assert writer.save(5, solutions=[str(hidden.pk)]).status_code == 422


def test_enter_in_a_search_box_finds_instead_of_saving(writer: Writer, draft: Cluster) -> None:
    make.make_need("Who pays for the marsh?")
    page = writer.post(1, writer.typed(1, title="Typed", find_need="marsh"), "enter").content.decode()
    assert "Who pays for the marsh?" in page
    draft.refresh_from_db()
    assert draft.title == ""
    writer.post(1, writer.typed(1, title="Typed"), "enter")
    draft.refresh_from_db()
    assert draft.title == "Typed"


def test_a_complete_draft_is_proposed_from_the_last_step_with_what_is_typed_there(cast: Cast) -> None:
    cluster = make_cluster(cast, State.DRAFT)
    writer = Writer(cast.accounts["proposer"], cluster)
    assert "propose" in buttons_of(writer.page(5))
    answer = writer.post(5, writer.typed(5, adoption_plan="Typed last"), "propose")
    assert (answer.status_code, answer["Location"]) == (307, f"/clusters/{cluster.name}/submit/")
    writer.client.post(answer["Location"], fields_of(writer.page(5)))
    cluster.refresh_from_db()
    assert (cluster.state, cluster.adoption_plan) == (State.SUBMITTED, "Typed last")


def test_the_button_that_proposes_says_what_it_waits_for(cast: Cast, writer: Writer) -> None:
    page = writer.page(5)
    assert "propose" not in buttons_of(page)
    assert "7 things are still missing." in page
    cluster = make_cluster(cast, State.DRAFT, lead=cast.member("coordinator"))
    page = Writer(cast.accounts["proposer"], cluster).page(5)
    assert "propose" not in buttons_of(page)
    assert "is not an organisation of the named lead today" in page


def test_the_title_of_a_step_names_the_proposal(writer: Writer, draft: Cluster) -> None:
    assert f"<title>Step 1 of 5, Question and need: {draft.name} ·" in writer.page(1)
    Cluster.objects.filter(pk=draft.pk).update(title="Sea & <sand>")
    assert "<title>Step 3 of 5, Dates and roadmap: Sea &amp; &lt;sand&gt; ·" in writer.page(3)
