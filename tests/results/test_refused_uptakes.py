"""What an adopting organisation does not confirm counts nowhere as declared, until the cluster changes or stops it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.test import Client

from clusters.models import Cluster
from community.actions.file import hide_file
from community.contributions import DeskItem
from community.permissions import Refusal
from results.actions import policy
from results.actions.confirmation import settle_correction
from results.actions.uptake import change_step, update_uptake
from results.choices import Proof
from results.coverage import facts_for, idle_solutions
from results.dashboard import story_of
from results.desk import items
from results.models import Uptake, UptakeConfirmation
from results.policy_summary import bare_of, changes_since, snapshot_of, unused_evidence
from results.querysets.indicators import IndicatorFacts
from results.rules.indicators.shape import Reason, Terms
from results.rules.indicators.uptakes import solutions_taken_up
from results.summary import is_used, uptake_lines
from results.tables.evidence import offered
from results.tables.uptake import some_of, uptakes_of
from tests.cast import Cast
from tests.factories import NOW, TODAY
from tests.results.making import answered, asked, is_documented, make_uptake

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
WHY = "We never decided that, said Ana."
NOT = "Not confirmed by the organisation"
RIGHTS = {"rights_holder": "Water Board", "licence": "CC BY 4.0", "is_free_for_eu_use": True}


def refuse(cast: Cast, uptake: Uptake, address: str = "mira@water.example") -> UptakeConfirmation:
    return answered(asked(cast, uptake, address)[1], "refused", said=WHY)


def say(cast: Cast, uptake: Uptake, answer: str, *, days: int, **values: Any) -> UptakeConfirmation:
    """Let another address of the organisation answer, so many days from now."""
    uptake.refresh_from_db()
    with time_machine.travel(NOW + timedelta(days=days), tick=False):
        return answered(asked(cast, uptake, f"day{days}@water.example")[1], answer, **values)


def proof(uptake: Uptake) -> str:
    return Uptake.objects.for_page().get(pk=uptake.pk).proof


def figures(cluster: Cluster) -> dict[str, Any]:
    """Return every figure that counted the uptake as declared."""
    rows = Uptake.objects.of_cluster(cluster)
    facts = IndicatorFacts(None, TODAY).uptakes
    quick = IndicatorFacts(None, TODAY, counts_only=True).uptakes
    return {
        "list": uptakes_of(rows.for_page()).declared,
        "first rows": some_of(rows, 5).declared,
        "counted": some_of(rows, 0).declared,
        "filter": rows.of_proof(Proof.DECLARED).count(),
        "dashboard": len(story_of().uptakes),
        "coverage": len(facts_for(None).taken),
        "indicator": sum(line.is_declared for line in solutions_taken_up(facts, Terms(TODAY))),
        "quick indicator": len(quick),
        "factsheet": len(uptake_lines(cluster)),
        "used": int(is_used(cluster)),
    }


def test_what_is_not_confirmed_counts_nowhere_until_it_changes(cast: Cast, cluster: Cluster, uptake: Uptake) -> None:
    before = figures(cluster)
    assert set(before.values()) == {1}
    refuse(cast, uptake)
    assert figures(cluster) == dict.fromkeys(before, 0)
    assert (proof(uptake), is_documented(uptake)) == ("not_confirmed", False)
    rows = Uptake.objects.of_cluster(cluster)
    assert [rows.of_proof(one).count() for one in Proof] == [0, 0, 1, 0, 0]
    assert (
        uptakes_of(rows.for_page()).figures[3]
        == some_of(rows, 0).figures[3]
        == (1, "not confirmed by its organisation")
    )
    line = solutions_taken_up(IndicatorFacts(None, TODAY).uptakes, Terms(TODAY))[0]
    assert (line.reason, str(Reason(line.reason).label)) == ("not_confirmed", "The adopter did not confirm it")
    update_uptake(uptake=uptake, by=cast.user("lead"), seen_version=uptake.version, kind="scaled_up")
    assert figures(cluster) == before


def test_the_last_word_of_the_organisation_counts(cast: Cast, uptake: Uptake) -> None:
    refuse(cast, uptake)
    answered(asked(cast, uptake, "head@water.example")[1], "confirmed")
    assert (proof(uptake), is_documented(uptake)) == ("documented", True)
    with time_machine.travel(NOW.replace(hour=23), tick=False):
        refuse(cast, uptake, "board@water.example")
    assert (proof(uptake), is_documented(uptake)) == ("not_confirmed", False)
    asked(cast, uptake, "again@water.example")
    assert proof(uptake) == "not_confirmed"


@pytest.mark.both
@pytest.mark.parametrize("is_confirmed_before", [True, False])
def test_no_corrected_word_ends_a_refusal(
    cast: Cast, cluster: Cluster, uptake: Uptake, is_confirmed_before: bool
) -> None:
    nowhere = dict.fromkeys(figures(cluster), 0)
    if is_confirmed_before:
        say(cast, uptake, "confirmed", days=1)
    say(cast, uptake, "refused", days=2, said=WHY)
    row = say(cast, uptake, "corrected", days=3, said="It is the other valley.")
    for _settled in range(2):
        assert (proof(uptake), is_documented(uptake)) == ("not_confirmed", False)
        assert not any(one.is_documented for one in IndicatorFacts(None, TODAY).uptakes)
        assert figures(cluster) == nowhere
        page = Client().get(f"/uptakes/{uptake.pk}/").content.decode()
        assert ("The organisation did not confirm it." in page, "Confirmed on" in page) == (True, False)
        if row.settled_at is None:
            row = settle_correction(confirmation=row, by=cast.user("lead"), take_over=False).row


@pytest.mark.both
def test_a_corrected_kind_that_is_taken_over_is_a_new_statement(cast: Cast, uptake: Uptake) -> None:
    say(cast, uptake, "confirmed", days=1)
    say(cast, uptake, "refused", days=2, said=WHY)
    row = say(cast, uptake, "corrected", days=3, corrected_kind="scaled_up")
    assert proof(uptake) == "not_confirmed"
    settle_correction(confirmation=row, by=cast.user("lead"), take_over=True)
    assert proof(uptake) == "declared"


@pytest.mark.both
def test_only_the_confirmation_after_a_refusal_documents_and_from_its_day_on(cast: Cast, uptake: Uptake) -> None:
    first = say(cast, uptake, "confirmed", days=1)
    say(cast, uptake, "corrected", days=2, said="Two gauges, to be exact.")
    assert (proof(uptake), story_of().uptakes[0].documented_on) == ("documented", TODAY + timedelta(days=1))
    say(cast, uptake, "refused", days=3, said=WHY)
    file = {"content": ContentFile(b"We use it.", "yes.txt"), "title": "Letter", **RIGHTS}
    second = say(cast, uptake, "confirmed", days=5, document=file, document_number="")
    assert (proof(uptake), story_of().uptakes[0].documented_on) == ("documented", TODAY + timedelta(days=5))
    client = Client()
    client.force_login(cast.user("lead"))
    sheet = client.get(f"/uptakes/{uptake.pk}/").context["sheet"]
    assert [one.row.pk for one in sheet.answers if one.counts] == [sheet.confirmation.row.pk] == [second.pk]
    assert "took this back: it said later that it is not so" in client.get(f"/uptakes/{uptake.pk}/").content.decode()
    assert (first.document_number, hide_file(second.document, at=NOW + timedelta(days=6)) is None) == ("2026/17", False)
    assert (proof(uptake), is_documented(uptake)) == ("declared", False)
    assert Client().get(f"/uptakes/{uptake.pk}/").context["sheet"].confirmation is None


def test_the_picture_of_a_chain_crosses_out_what_is_denied(cast: Cast, uptake: Uptake) -> None:
    address = f"/chain/uptake/{uptake.pk}/"
    cross = '<path class="p-o-olive" d="M'
    declared = Client().get(address).content.decode()
    assert ('<circle class="p-o-olive"' in declared, cross in declared) == (True, False)
    refuse(cast, uptake)
    denied = Client().get(address).content.decode()
    assert ('<circle class="p-o-olive"' in denied, denied.count(cross)) == (True, 1)
    assert "Crossed out: its organisation did not confirm it" in denied


def test_a_commitment_that_is_denied_is_not_on_the_way(cast: Cast, cluster: Cluster) -> None:
    uptake = make_uptake(cast, cluster, state="committed")
    refuse(cast, uptake)
    rows = Uptake.objects.of_cluster(cluster)
    assert (proof(uptake), rows.of_proof(Proof.ON_THE_WAY).count(), some_of(rows, 0).on_the_way) == (
        "not_confirmed",
        0,
        0,
    )


def test_a_denied_use_does_not_end_that_a_solution_is_idle(cast: Cast, uptake: Uptake) -> None:
    uptake.cluster.solutions.clear()
    assert uptake.solution not in idle_solutions()
    refuse(cast, uptake)
    assert uptake.solution in idle_solutions()


def test_the_public_page_says_what_is_right_and_keeps_the_words(cast: Cast, cluster: Cluster, uptake: Uptake) -> None:
    refuse(cast, uptake)
    address = f"/uptakes/{uptake.pk}/"
    for page in (address, f"/clusters/{cluster.name}/uptakes/", f"/solutions/{uptake.solution_id}/"):
        shown = Client().get(page).content.decode()
        assert (page, NOT in shown, WHY in shown, "mira@" in shown) == (page, True, False, False)
    shown = Client().get(address).content.decode()
    assert ("The organisation did not confirm it." in shown, "Declared by the cluster" in shown) == (True, False)
    chain = Client().get(f"/chain/uptake/{uptake.pk}/").content.decode()
    assert ("The organisation did not confirm it." in chain, "Declared by the cluster only</span>" in chain) == (
        True,
        False,
    )
    client = Client()
    client.force_login(cast.user("lead"))
    assert WHY in client.get(address).content.decode()


def waits(cast: Cast, role: str = "lead") -> list[DeskItem]:
    return list(items(cast.user(role), TODAY))


def test_it_waits_on_the_desk_of_the_lead_until_changed_or_stopped(
    cast: Cast, cluster: Cluster, uptake: Uptake
) -> None:
    refuse(cast, uptake)
    found = waits(cast)
    assert [(one.verb, one.url) for one in found] == [("Change it or stop it", f"/uptakes/{uptake.pk}/#answers")]
    update_uptake(uptake=uptake, by=cast.user("lead"), seen_version=uptake.version, kind="scaled_up")
    assert [one.verb for one in waits(cast)] == ["Ask for confirmation"]
    uptake.refresh_from_db()
    refuse(cast, uptake, "board@water.example")
    change_step(uptake=uptake, verb="uptake.stopped", by=cast.user("lead"), reason="They do not use it.")
    assert waits(cast) == []
    assert len(story_of().uptakes) == 0


def test_it_bears_no_line_of_policy_alone(cast: Cast, cluster: Cluster, uptake: Uptake) -> None:
    by = cast.user("coordinator")
    statement = policy.begin_statement(working_group=cast.group, by=by, title="Let wetlands count")
    line, other = (policy.add_line(statement=statement, by=by, text=text) for text in ("Count them.", "Pay for them."))
    seen: dict[str, Any] = {"words": "", "everywhere": True, "kind": "uptake"}
    assert [len(one.rows) for one in offered(other, **seen)] == [1]
    assert list(unused_evidence([cast.group.pk])[1]) == [uptake]
    policy.put_under(line=line, by=by, kind="uptake", subject_id=uptake.pk)
    assert bare_of([statement]) == {statement.pk: [other]}
    then = snapshot_of(statement, at=NOW)
    refuse(cast, uptake)
    assert [len(one.rows) for one in offered(other, **seen)] == [0]
    assert bare_of([statement]) == {statement.pk: [line, other]}
    assert changes_since(then) == {("uptake", uptake.pk): "The organisation did not confirm it since then."}
    policy.remove_line(line=other, by=by)
    policy.act(statement=statement, verb="statement.opened", by=by)
    with pytest.raises(Refusal, match="stopped, or not confirmed by their organisation"):
        policy.act(statement=statement, verb="statement.adopted", by=cast.user("mission_coordinator"))
    client = Client()
    client.force_login(by)
    page = client.get(f"/policy/{statement.pk}/").content.decode()
    assert "its organisation does not deny it" in page
    assert "not confirmed by the adopting organisation" in page
    policy.take_from_under(piece=line.evidence.get(), by=by)
    assert list(unused_evidence([cast.group.pk])[1]) == []
