"""Advice on factsheets: who gave it, by their own choice and consent, and what a withdrawn consent does."""

from __future__ import annotations

from typing import Any

import pytest

from clusters.actions.panel import move_place
from clusters.choices import State
from clusters.kept_snapshot import cached_snapshot
from clusters.models import Cluster
from clusters.summary import snapshot
from community.actions.consent import withdraw_consent
from community.choices import ConsentPurpose, RedactionReason
from factsheets import pdf, storage
from factsheets.actions.issue import issue_factsheet
from factsheets.actions.revise import withdraw_naming
from factsheets.choices import EditionState, Face
from factsheets.exports import without_keys
from factsheets.imprint import Imprint
from factsheets.models import Edition, EditionName
from factsheets.pdf import Press
from factsheets.rendering.factsheet import draw_factsheet
from factsheets.summary import persons_in
from tests import factories as make
from tests.cast import Cast, make_cast
from tests.factories import NOW
from tests.matrix.places_panel import make_panel

pytestmark = [pytest.mark.django_db]


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def advised(cast: Cast) -> Cluster:
    """A running cluster with one published answer, credited by name."""
    question = make_panel(cast, published=True)
    place = question.answers.get()
    move_place(panel_place=place, step="panel.credited", by=place.asked.user, credit="named")
    assert question.cluster is not None
    return Cluster.objects.get(pk=question.cluster.pk)


@pytest.fixture
def _without_pdf(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spare the time: the press is taken, and nobody waits for it."""
    press = Press(pdf.Limits(queue_seconds=0))
    press._lock.acquire()
    monkeypatch.setattr(pdf, "_press", press)


def issued(cluster: Cluster) -> Edition:
    made = issue_factsheet(
        cluster=cluster, face=Face.FORWARD, reason="approve", by=None, at=NOW, accepts_missing_pdf=True
    )
    return made.editions.order_by("-revision")[0]


def article(edition: Edition) -> str:
    return storage.read(edition.article_file).decode()


@pytest.mark.usefixtures("_without_pdf")
def test_a_name_needs_choice_and_consent_and_goes_when_the_consent_goes(cast: Cast, advised: Cluster) -> None:
    person = cast.member("member")
    without = article(issued(advised))
    assert ("Advice by" in without, "Region of the Gulf" in without, person.name in without) == (True, True, False)
    make.make_consent(person, ConsentPurpose.NAMED)
    edition = issued(advised)
    assert person.name in article(edition)
    assert [row.member for row in EditionName.objects.filter(edition=edition)] == [person]
    withdraw_consent(member=person, purpose=ConsentPurpose.NAMED, by=None, at=NOW)
    found = withdraw_naming(member=person, reason=RedactionReason.CONSENT, by=None, at=NOW)
    assert [row.pk for row in found] == [edition.pk]
    edition.refresh_from_db()
    assert (edition.state, edition.files) == (EditionState.WITHDRAWN, [])


def test_a_snapshot_of_before_is_drawn_and_one_without_advice_has_no_heading(cast: Cast, advised: Cluster) -> None:
    now = snapshot(advised, at=NOW)
    before: Any = {name: value for name, value in now.items() if name != "advice"}
    bare: Any = {**now, "advice": []}
    imprint = Imprint(face=Face.BACKWARD, language="en", address="https://registry.example/x/")
    drawn = [draw_factsheet(one, imprint).article for one in (now, before, bare)]
    assert ["Advice by" in html for html in drawn] == [True, False, False]
    assert cast.member("member").key in persons_in(now)
    assert cast.member("member").key not in persons_in(before)
    (line,) = without_keys(now, {})["advice"]
    assert [one["person"] for one in line["given_by"]] == [None]
    assert "advice" not in without_keys(before, {})


def test_what_is_kept_of_a_snapshot_is_not_old_once_a_credit_changes(advised: Cluster) -> None:
    def credited() -> list[bool]:
        found = cached_snapshot(Cluster.objects.get(pk=advised.pk), at=NOW)["advice"]
        return [one["person"] is not None for line in found for one in line["given_by"]]

    assert credited() == [True]
    place = advised.panel_questions.get().answers.get()
    move_place(panel_place=place, step="panel.credited", by=place.asked.user, credit="organisation")
    assert credited() == [False]
    assert advised.state == State.RUNNING
