"""The life of a solution: entering, wording, submitting, publishing by somebody else, retiring, and its files."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.utils import timezone

from community.actions.solution import (
    STALE,
    add_solution_file,
    change_solution,
    enter_solution,
    remove_solution_file,
)
from community.actions.transition import transition
from community.choices import FileVisibility, SolutionStatus, Vocabulary
from community.desk import waiting_for
from community.models import Event, Message, Project, Solution, User
from community.permissions import Refusal
from community.rules.solution import files_for, solution_capacities
from community.solution_lifecycle import SOLUTION
from community.verification import verify_history
from tests import factories as make
from tests.factories import TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.both]

RIGHTS: dict[str, Any] = {"rights_holder": "Park of the Cape", "licence": "CC BY 4.0", "is_free_for_eu_use": True}


@pytest.fixture
def project() -> Project:
    return make.make_project("TREASURE")


@pytest.fixture
def partner(project: Project) -> Any:
    """A member of a partner of the project."""
    organisation = make.make_organisation("Park of the Cape")
    make.make_partnership(organisation, project)
    return make.make_member("Partner Person", organisation=organisation).user


@pytest.fixture
def coordinator() -> Any:
    return make.make_coordinator(make.make_working_group()).user


def words(by: User, **more: Any) -> dict[str, Any]:
    """Return all that a solution needs before it is published."""
    return {
        "title": "Φύλαξη της ακτής",
        "type": make.make_term(Vocabulary.SOLUTION_TYPE),
        "maturity": make.make_term(Vocabulary.MATURITY),
        "challenges": [make.make_term()],
        "summary": "Keeps the shore.",
        "description": "In three steps.",
        "where_tested": "On two shores.",
        "what_taker_needs": "A boat.",
        "licence": "CC BY 4.0",
        "languages": ["el", "en"],
        "contact": by.member,
        "links": [("Manual", "https://shore.example/manual", "Park of the Cape", "CC BY 4.0")],
        **more,
    }


def entered(project: Project, by: User, **more: Any) -> Solution:
    return enter_solution(project=project, by=by, values=words(by, **more))


def verbs() -> list[str]:
    return list(Event.objects.order_by("number").values_list("verb", flat=True))


def test_a_partner_enters_a_draft_that_the_public_does_not_see(project: Project, partner: User) -> None:
    row = entered(project, partner)
    assert (row.status, row.written_by, row.search_text.split()[:3]) == ("draft", partner, ["φυλαξη", "τησ", "ακτησ"])
    assert sorted(row.languages.values_list("code", flat=True)) == ["el", "en"]
    assert list(row.links.values_list("label", "position")) == [("Manual", 1)]
    assert list(Solution.objects.visible_to(None)) == []
    assert list(Solution.objects.visible_to(make.make_member().user)) == []
    assert list(Solution.objects.visible_to(partner)) == [row]
    with pytest.raises(Refusal, match="none of the partners"):
        entered(make.make_project(), partner)
    with pytest.raises(ValidationError, match="title already"):
        entered(project, partner, title="ΦΎΛΑΞΗ ΤΗΣ ΑΚΤΉΣ")


def test_it_is_published_by_a_coordinator_who_did_not_write_it(
    project: Project, partner: User, coordinator: User
) -> None:
    row = transition(entered(project, partner), "submit_solution", by=partner)
    told = Message.objects.get()
    assert (told.template, told.to) == ("community/solution_submit", coordinator)
    assert [item.title for item in waiting_for(coordinator, timezone.localdate()).items] == [row.title]
    with pytest.raises(Refusal, match="Only these may do this here: coordinators"):
        transition(row, "publish_solution", by=partner)
    own = change_solution(solution=row, by=coordinator, seen_version=row.version, values={"summary": "Keeps shores."})
    with pytest.raises(Refusal, match="another coordinator publishes it"):
        transition(own, "publish_solution", by=coordinator)
    other = make.make_coordinator(None).user
    with pytest.raises(Refusal, match="changed while you were reading"):
        transition(own, "publish_solution", by=other, seen=str(row.version))
    done = transition(own, "publish_solution", by=other, seen=str(own.version))
    assert (done.status, done.published_version, list(Solution.objects.visible_to(None))) == ("published", 1, [done])
    assert {m.to for m in Message.objects.filter(template="community/solution_publish")} == {partner, coordinator}
    assert verbs() == ["add_solution", "submit_solution", "change_solution", "publish_solution"]
    assert list(verify_history()) == []


def test_what_is_lacking_is_said_one_by_one(project: Project, partner: User) -> None:
    row = entered(project, partner, licence="", languages=[])
    with pytest.raises(Refusal) as refusal:
        transition(row, "submit_solution", by=partner)
    assert [one.field for one in refusal.value.obstacles] == ["licence", "languages"]


def test_a_coordinator_returns_it_with_a_reason_and_the_writer_hears(
    project: Project, partner: User, coordinator: User
) -> None:
    row = transition(entered(project, partner), "submit_solution", by=partner)
    with pytest.raises(Refusal, match="Say why"):
        transition(row, "return_solution", by=coordinator)
    back = transition(row, "return_solution", by=coordinator, reason="Name the boat.")
    mail = Message.objects.get(template="community/solution_return")
    assert (back.status, mail.to, mail.params["reason"]) == ("draft", partner, "Name the boat.")
    assert [item.verb for item in waiting_for(partner, timezone.localdate()).items] == ["Change it"]
    recalled = transition(transition(back, "submit_solution", by=partner), "recall_solution", by=partner)
    assert (recalled.status, waiting_for(partner, timezone.localdate()).items) == ("draft", [])


def test_each_change_after_publication_raises_the_published_version(
    project: Project, partner: User, coordinator: User
) -> None:
    row = transition(entered(project, partner), "submit_solution", by=partner)
    row = transition(row, "publish_solution", by=coordinator)
    row = change_solution(solution=row, by=partner, seen_version=row.version, values={"languages": ["it"]})
    assert (row.published_version, list(row.languages.values_list("code", flat=True))) == (2, ["it"])
    assert change_solution(solution=row, by=partner, seen_version=row.version, values={"languages": ["it"]}) == row
    assert Solution.objects.get(pk=row.pk).published_version == 2
    with pytest.raises(Refusal) as refusal:
        change_solution(solution=row, by=partner, seen_version=1, values={"summary": "Late."})
    assert (refusal.value.reason, refusal.value.code) == (STALE, "stale")
    with pytest.raises(Refusal, match="Only partners"):
        change_solution(solution=row, by=make.make_member().user, seen_version=row.version, values={"summary": "No."})


def test_a_retired_one_stays_readable_with_its_reason_and_is_put_back_as_it_was(
    project: Project, partner: User, coordinator: User
) -> None:
    row = transition(entered(project, partner), "submit_solution", by=partner)
    row = transition(row, "publish_solution", by=coordinator)
    row = transition(row, "retire_solution", by=partner, reason="The new method replaces it.")
    assert (row.status, row.status_note) == (SolutionStatus.RETIRED, "The new method replaces it.")
    assert list(Solution.objects.visible_to(None)) == [row]
    assert list(Solution.objects.visible_to(None).unretired()) == []
    with pytest.raises(Refusal, match="is retired"):
        change_solution(solution=row, by=partner, seen_version=row.version, values={"summary": "Later."})
    row = transition(row, "reopen_solution", by=partner)
    assert (row.status, row.status_note, row.published_version) == ("published", "", 1)


def test_a_coordinator_takes_a_published_one_back(project: Project, partner: User, coordinator: User) -> None:
    row = make.make_solution(project=project, written_by=partner)
    with pytest.raises(Refusal, match="Only these"):
        transition(row, "take_back_solution", by=partner, reason="A slip.")
    row = transition(row, "take_back_solution", by=coordinator, reason="The licence is another.")
    assert (row.status, Message.objects.get().to) == ("draft", partner)


def test_files_are_for_everybody_the_community_or_those_who_write(project: Project, partner: User) -> None:
    row = make.make_solution(project=project)
    kept = [
        add_solution_file(
            solution=row,
            by=partner,
            content=ContentFile(f"readings, {visibility}".encode(), "readings.txt"),
            title=f"Readings, {visibility}",
            visibility=visibility,
            **RIGHTS,
        )
        for visibility in (FileVisibility.PUBLIC, FileVisibility.COP, FileVisibility.RESTRICTED)
    ]
    assert Solution.objects.get(pk=row.pk).published_version == 4
    member = make.make_member().user
    seen = {None: 1, member: 2, make.make_external().user: 1, partner: 3}
    for user, number in seen.items():
        held = solution_capacities(user, row, TODAY)
        assert len(files_for(user, row, held)) == number
    with pytest.raises(Refusal, match="Name the rights holder"):
        add_solution_file(
            solution=row, by=partner, content=ContentFile(b"a", "a.txt"), title="A", **{**RIGHTS, "licence": " "}
        )
    remove_solution_file(solution=row, file=kept[0], by=partner)
    assert len(files_for(None, row, frozenset())) == 0
    with pytest.raises(Refusal, match="Only partners"):
        remove_solution_file(solution=row, file=kept[1], by=member)


def test_each_verb_has_words_a_mail_that_exists_and_effects_that_are_known() -> None:
    from django.template.loader import get_template

    from community.actions.transition import registered_effects
    from community.verb_words import WORDS

    for verb in SOLUTION:
        assert verb.code in WORDS
        assert set(verb.effects) <= registered_effects()
        if verb.tells:
            get_template(f"emails/community/solution_{verb.code.removesuffix('_solution')}.html")
