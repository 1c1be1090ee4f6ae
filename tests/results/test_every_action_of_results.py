"""Every action on uptakes: one transaction, one event, and nobody presses it who may not."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import transaction

from clusters.choices import State
from clusters.models import Cluster
from community.links import mint
from community.models import Event, File, SignedLink
from community.permissions import Refusal
from community.verification import verify_history
from results.actions import answer, answerer, confirmation, evidence, follow_up
from results.actions import review as reviews
from results.actions import uptake as uptakes
from results.models import Uptake, UptakeConfirmation
from results.querysets.confirmation import PURPOSE
from results.sentences import SENTENCES
from tests.cast import Cast, make_cluster
from tests.clusters.test_every_action_atomic import Back, breaks, statements, written
from tests.database import changed, contents
from tests.factories import NOW, TODAY, make_organisation
from tests.results.making import ADDRESS, make_uptake
from tests.results.making_reviews import make_review

pytestmark = [pytest.mark.django_db, pytest.mark.wide, pytest.mark.usefixtures("clock")]
RIGHTS = {"title": "Wells", "rights_holder": "Region of the Gulf", "licence": "CC BY 4.0", "is_free_for_eu_use": True}
Press = Callable[..., Any]


class Scenes:
    """What each action is pressed with; `by` is given by who asks."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.cluster: Cluster = make_cluster(cast, State.RUNNING)

    def uptake(self, **values: Any) -> Uptake:
        return make_uptake(self.cast, self.cluster, **values)

    def question(self, uptake: Uptake | None = None) -> UptakeConfirmation:
        address = f"mira{UptakeConfirmation.objects.count()}@water.example"
        given = {"uptake": uptake or self.uptake(), "by": self.cast.user("lead"), "address": address}
        return confirmation.ask_adopter(**given, at=NOW - timedelta(days=4))

    def link(self, row: UptakeConfirmation, *, ended: bool = False) -> SignedLink:
        ends = NOW + timedelta(days=-1 if ended else 60)
        return mint(PURPOSE, subject=row, address=row.address, by=None, expires_at=ends)[0]

    def answered(self, said: str, **values: Any) -> UptakeConfirmation:
        given = {"person_name": "Mira Horvat", "function": "Head of water", "said": "So it is.", **values}
        link = self.link(self.question())
        return answer.answer_adopter(link=link, by=None, answer=said, seen_statement=1, **given)

    def file(self, uptake: Uptake) -> File:
        content = ContentFile(b"31 wells", "wells.txt")
        return evidence.add_uptake_file(uptake=uptake, by=self.cast.user("lead"), content=content, **RIGHTS)

    def press(self, name: str) -> Press:
        """Return the press of an action by its module and name."""
        scene: Press = getattr(self, name.replace(".", "_"))()
        return scene

    def uptake_record_uptake(self) -> Press:
        given = {"solution": self.cast.solution, "organisation": make_organisation(), "state": "aware"}
        return partial(uptakes.record_uptake, cluster=self.cluster, **given)

    def uptake_update_uptake(self) -> Press:
        return partial(uptakes.update_uptake, uptake=self.uptake(), seen_version=1, tailoring="Croatian.")

    def uptake_change_step(self) -> Press:
        return partial(uptakes.change_step, uptake=self.uptake(state="aware"), verb="uptake.interested")

    def uptake_remove_uptake(self) -> Press:
        return partial(uptakes.remove_uptake, uptake=self.uptake(state="aware"), seen_version=1)

    def evidence_add_uptake_file(self) -> Press:
        content = ContentFile(b"32 wells", "wells.txt")
        return partial(evidence.add_uptake_file, uptake=self.uptake(), content=content, **RIGHTS)

    def evidence_remove_uptake_file(self) -> Press:
        uptake = self.uptake()
        return partial(evidence.remove_uptake_file, uptake=uptake, file=self.file(uptake))

    def confirmation_ask_adopter(self) -> Press:
        return partial(confirmation.ask_adopter, uptake=self.uptake(), address=ADDRESS)

    def confirmation_remind_adopter(self) -> Press:
        return partial(confirmation.remind_adopter, confirmation=self.question())

    def confirmation_take_question_back(self) -> Press:
        return partial(confirmation.take_question_back, confirmation=self.question())

    def confirmation_settle_correction(self) -> Press:
        row = self.answered("corrected", corrected_kind="scaled_up")
        return partial(confirmation.settle_correction, confirmation=row, take_over=True)

    def confirmation_remind_adopter_by_clock(self) -> Press:
        return partial(confirmation.remind_adopter_by_clock, self.question().pk, on=TODAY, key="reminder:x")

    def confirmation_forget_adopters(self) -> Press:
        confirmation.take_question_back(confirmation=self.question(), by=self.cast.user("lead"))
        return partial(confirmation.forget_adopters, NOW + timedelta(days=61))

    def answer_answer_adopter(self) -> Press:
        given = {"person_name": "Mira Horvat", "function": "Head of water", "document_number": "2026/17"}
        link = self.link(self.question())
        return partial(answer.answer_adopter, link=link, answer="confirmed", seen_statement=1, **given)

    def answer_ask_for_new_link(self) -> Press:
        return partial(answer.ask_for_new_link, link=self.link(self.question(), ended=True))

    def answerer_correct_answerer(self) -> Press:
        row = self.answered("corrected", corrected_kind="scaled_up")
        given = {"seen_version": row.version, "person_name": "Mira Horvat Kos", "function": "Head of water"}
        return partial(answerer.correct_answerer, confirmation=row, **given)

    def answerer_take_answerer_out(self) -> Press:
        return partial(answerer.take_answerer_out, confirmation=self.answered("corrected", corrected_kind="scaled_up"))

    def review_begin_review(self) -> Press:
        return partial(reviews.begin_review, cluster=self.cluster, solution=self.cast.solution)

    def review_update_review(self) -> Press:
        review = make_review(self.cast, self.cluster)
        given = {"summary": "New words.", "recommendations": ["Name a port."], "verdict": "fit"}
        return partial(reviews.update_review, review=review, seen_version=review.version, **given)

    def review_discard_review(self) -> Press:
        return partial(reviews.discard_review, review=make_review(self.cast, self.cluster))

    def review_act_on_review(self) -> Press:
        review = make_review(self.cast, self.cluster)
        return partial(reviews.act_on_review, review=review, verb="review.published")

    def follow_up_follow_up_uptakes(self) -> Press:
        said = {self.uptake().pk: "stopped"}
        given = {"cluster": self.cluster, "answers": said, "note": "Over.", "at": NOW}
        return partial(follow_up.follow_up_uptakes, **given)


def every() -> dict[str, Press]:
    """Return the actions on uptakes and peer reviews by module and name."""
    found = {}
    for module in (uptakes, evidence, confirmation, answer, answerer, reviews, follow_up):
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if not name.startswith("_") and function.__module__ == module.__name__ and hasattr(function, "__wrapped__"):
                found[f"{module.__name__.rpartition('.')[2]}.{name}"] = function
    return found


ACTIONS = every()
#: Pressed by the clock, or by whoever holds a link: nobody's rights are asked.
BY_NOBODY = {
    "confirmation.remind_adopter_by_clock",
    "confirmation.forget_adopters",
    "answer.answer_adopter",
    "answer.ask_for_new_link",
}
#: Pressed by administrators, and by them alone.
BY_ADMINISTRATORS = {"answerer.correct_answerer", "answerer.take_answerer_out"}
#: Whose rights the action of the follow-up itself has asked.
WITHIN = {"follow_up.follow_up_uptakes"}
LEADING = {"confirmation.ask_adopter", "confirmation.remind_adopter", "confirmation.take_question_back"} | {
    "confirmation.settle_correction",
    "review.act_on_review",
}


def presser(cast: Cast, name: str) -> Any:
    """Return who may press an action."""
    return cast.user("admin" if name in BY_ADMINISTRATORS else "lead")


def pressed(name: str, press: Press, by: Any) -> Press:
    """Return the press with who presses it, where the action asks."""
    takes_by = "by" in inspect.signature(ACTIONS[name]).parameters
    return partial(press, by=None if name in BY_NOBODY else by) if takes_by else press


def test_an_action_on_uptakes_that_breaks_leaves_the_database_as_it_was(cast: Cast, thorough: bool) -> None:
    tables = set(contents())
    for name in sorted(ACTIONS):
        with suppress(Back), transaction.atomic():
            press = pressed(name, Scenes(cast).press(name), presser(cast, name))
            found = statements(press)
            besides = () if thorough else tables - written(found, tables)
            assert written(found, tables), f"{name} writes nothing in its scene"
            before = contents(besides)
            last = next(number for number in range(len(found), 0, -1) if breaks(press, number))
            for number in range(1, last + 1) if thorough else [last]:
                breaks(press, number)
                assert changed(before, contents(besides)) == {}, (name, number)
            raise Back


@pytest.mark.parametrize("role", ["member", "other_lead", "other_coordinator", "admin", "superuser", "participant"])
def test_whoever_may_not_press_is_refused_by_the_action_itself(cast: Cast, role: str) -> None:
    for name in sorted(set(ACTIONS) - BY_NOBODY - WITHIN):
        is_theirs = role == "admin" and name in BY_ADMINISTRATORS
        if is_theirs or (role == "participant" and name not in LEADING | BY_ADMINISTRATORS):
            continue
        with suppress(Back), transaction.atomic():
            press = pressed(name, Scenes(cast).press(name), cast.user(role))
            events = Event.objects.count()
            with pytest.raises(Refusal) as caught:
                press()
            assert (name, caught.value.code, Event.objects.count()) == (name, "forbidden", events)
            raise Back


#: Verbs that no press above writes: further steps and answers, which other tests press.
ELSEWHERE = {
    *("uptake.mentoring", "uptake.committed", "uptake.in_use", "uptake.set_back", "uptake.taken_up_again"),
    *("uptake.disclosed", "uptake.undisclosed", "uptake.refused", "uptake.correction_set_aside"),
    *("uptake.found_confirmed", "uptake.found_adapted", "uptake.found_unknown"),
}


def test_each_verb_has_a_sentence_and_stands_in_the_chain(cast: Cast) -> None:
    for name in sorted(ACTIONS):
        pressed(name, Scenes(cast).press(name), presser(cast, name))()
    verbs = set(Event.objects.filter(kind="uptake").values_list("verb", flat=True))
    assert (verbs - set(SENTENCES), sorted(set(SENTENCES) - verbs - ELSEWHERE)) == (set(), [])
    assert [finding for finding in verify_history() if finding.is_fault] == []
