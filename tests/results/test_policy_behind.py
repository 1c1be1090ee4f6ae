"""What stands behind a statement's evidence: clusters that were discontinued, files that were taken off."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.utils.html import strip_tags

from clusters.actions.evidence import remove_outcome_file
from clusters.choices import State
from clusters.models import Cluster, Outcome
from community.models import File
from factsheets.exports import table_of_statement
from factsheets.imprint import Imprint
from factsheets.models import Issue
from factsheets.rendering.statement import draw_statement
from results.actions import policy as actions
from results.actions.evidence import add_uptake_file, remove_uptake_file
from results.policy_summary import changes_since
from tests.cast import Cast, make_cluster
from tests.factories import NOW
from tests.matrix.places import make_outcome_file
from tests.results.making_policy import Statements
from tests.results.test_policy import adopted, discussed, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

LEFT, GONE = "Its cluster was discontinued on 12 May 2026.", "A file that showed it was taken off on 12 May 2026."


def discontinue(cluster: Cluster) -> None:
    Cluster.objects.filter(pk=cluster.pk).update(state=State.DISCONTINUED, ended_on=date(2026, 5, 12))


def take_off(cast: Cast, cluster: Cluster) -> File:
    """Put a file on the cluster's outcome and take it off again."""
    outcome = cluster.outcomes.get(title="The annex is used")
    file = make_outcome_file(cast, outcome)
    remove_outcome_file(outcome=outcome, file=file, by=cast.user("lead"), reason="A wrong table stood in it.")
    return file


def test_who_writes_reads_of_the_cluster_and_the_files_behind_each_piece(cast: Cast) -> None:
    cluster = make_cluster(cast, State.RUNNING)
    statement = discussed(cast, cluster)
    client, address = signed_in(cast, "coordinator"), f"/policy/{statement.pk}/"
    before = client.get(address).text
    assert ("discontinued" in before, "taken off" in before) == (False, False)
    take_off(cast, cluster)
    discontinue(cluster)
    text = client.get(address).text
    assert (text.count(LEFT), text.count(GONE)) == (2, 1)
    assert "All that bears this line came of discontinued clusters" in text
    actions.take_from_under(piece=statement.lines.get().evidence.get(kind="outcome"), by=cast.user("coordinator"))
    for page in (f"/policy/{statement.pk}/lines/{statement.lines.get().pk}/evidence/", "/policy/evidence/"):
        text = client.get(page).text
        assert (LEFT in text, GONE in text) == (True, True), page


def test_a_version_freezes_what_stood_behind_its_evidence_and_its_document_says_so(cast: Cast) -> None:
    cluster = make_cluster(cast, State.RUNNING)
    statement = discussed(cast, cluster)
    take_off(cast, cluster)
    discontinue(cluster)
    by = cast.user("mission_coordinator")
    version = actions.act(statement=statement, verb="statement.adopted", by=by).versions.get()
    outcome, uptake = version.snapshot["lines"][0]["evidence"]
    assert [(one["discontinued_on"], one["file_removed_at"]) for one in (outcome, uptake)] == [
        ("2026-05-12", "2026-05-12T12:00:00+03:00"),
        ("2026-05-12", None),
    ]
    assert changes_since(version.snapshot) == {}
    text = Client().get(f"/policy/{statement.pk}/").text
    assert (text.count(LEFT), text.count(GONE), "not as they were" in text) == (2, 1, False)
    imprint = Imprint(face="", language="en", address="https://registry.example/policy/1/v1/en/")
    document = strip_tags(draw_statement(version.snapshot, imprint, {}).article).replace("\xa0", " ")
    assert "A file that showed it was taken off: 12 May 2026" in document
    assert document.count("Discontinued, 12 May 2026") == 3
    header, *rows = table_of_statement(version.snapshot).decode("utf-8-sig").splitlines()
    assert header.endswith("discontinued_on,file_removed_at")
    assert [row.count("2026-05-12T12:00:00+03:00") for row in rows] == [1, 0]
    Cluster.objects.update(state=State.RUNNING, ended_on=None)
    assert set(changes_since(version.snapshot).values()) == {"Its cluster was discontinued then, and is not any more."}


def test_what_becomes_of_cluster_and_files_after_the_adoption_is_told_beside_each_piece(cast: Cast) -> None:
    cluster = make_cluster(cast, State.RUNNING)
    statement = adopted(cast, cluster)
    snapshot = statement.versions.get().snapshot
    assert changes_since(snapshot) == {}
    take_off(cast, cluster)
    outcome, uptake = cluster.outcomes.get(title="The annex is used"), cluster.uptakes.get()
    assert changes_since(snapshot) == {("outcome", outcome.pk): GONE}
    discontinue(cluster)
    assert changes_since(snapshot) == {("outcome", outcome.pk): f"{LEFT} {GONE}", ("uptake", uptake.pk): LEFT}
    text = Client().get(f"/policy/{statement.pk}/").text
    assert (f"Since the adoption: {LEFT} {GONE}" in text, "2 pieces of evidence are not as they were" in text) == (
        True,
        True,
    )
    older = {**snapshot, "as_of": "2026-05-13"}
    for piece in older["lines"][0]["evidence"]:
        del piece["discontinued_on"], piece["file_removed_at"]
    assert changes_since(older) == {}
    assert len(changes_since({**older, "as_of": "2026-05-12"})) == 2


def test_a_second_file_that_is_taken_off_is_told_and_a_file_of_an_uptake_as_well(cast: Cast) -> None:
    cluster = make_cluster(cast, State.RUNNING)
    statement = discussed(cast, cluster)
    take_off(cast, cluster)
    by = cast.user("mission_coordinator")
    snapshot = actions.act(statement=statement, verb="statement.adopted", by=by).versions.get().snapshot
    uptake, lead = cluster.uptakes.get(), cast.user("lead")
    rights = {"rights_holder": "Region", "licence": "CC BY 4.0", "is_free_for_eu_use": True, "visibility": "cop"}
    file = add_uptake_file(uptake=uptake, by=lead, content=ContentFile(b"Wells", "a.txt"), title="Wells", **rights)
    later = NOW + timedelta(minutes=5)
    remove_uptake_file(uptake=uptake, file=file, by=lead, at=later)
    outcome = cluster.outcomes.get(title="The annex is used")
    second = make_outcome_file(cast, outcome, title="Annex 5")
    remove_outcome_file(outcome=outcome, file=second, by=lead, reason="Wrong.", at=later)
    assert changes_since(snapshot) == {("outcome", outcome.pk): GONE, ("uptake", uptake.pk): GONE}


def test_the_page_of_an_issued_statement_says_that_evidence_changed_since(cast: Cast) -> None:
    cluster = make_cluster(cast, State.RUNNING)
    made = Statements(cast, cluster)
    issue = Issue.objects.get(kind="statement")
    address = f"/policy/{made.adopted.pk}/v{issue.version}/en/"
    assert "not as it was" not in Client().get(address).text
    Outcome.objects.filter(title="Annex in use, 1").update(description="No effect was found.")
    text = Client().get(address).text
    assert "1 piece of evidence is not as it was when this was adopted." in text
    assert f'href="/policy/{made.adopted.pk}/"' in text


def test_a_piece_and_the_chain_say_how_many_took_part(cast: Cast) -> None:
    cluster = make_cluster(cast, State.RUNNING)
    statement = discussed(cast, cluster)
    outcomes = Outcome.objects.filter(title="The annex is used")
    outcomes.update(participants_count=40, organisations_count=1, countries_count=3)
    by = cast.user("mission_coordinator")
    actions.act(statement=statement, verb="statement.adopted", by=by)
    reach = "40 participants · 1 organisation · in 3 countries"
    there = f"/clusters/{outcomes.get().cluster.name}/outcomes/#outcome-{outcomes.get().pk}"
    assert f'<a href="{there}">The annex is used</a>' in Client().get(f"/policy/{statement.pk}/").text
    for page in (f"/policy/{statement.pk}/", f"/chain/outcome/{outcomes.get().pk}/"):
        assert reach in " ".join(Client().get(page).text.split()), page
    outcomes.update(participants_count=4)
    text = Client().get(f"/policy/{statement.pk}/").text
    assert (reach in text, "Its numbers were corrected since then." in text) == (True, True)


def test_no_link_of_an_adopted_line_leads_to_what_is_gone(cast: Cast) -> None:
    cluster = make_cluster(cast, State.RUNNING)
    statement = adopted(cast, cluster)
    client, address = Client(), f"/policy/{statement.pk}/"
    uptake, outcomes = cluster.uptakes.get(), f"/clusters/{cluster.reference}/outcomes/"
    links = (f'href="/uptakes/{uptake.pk}/"', f'href="{outcomes}"', f'href="{outcomes}#outcome-')
    assert [client.get(address).text.count(link) for link in links] == [1, 2, 1]
    cluster.uptakes.update(is_disclosed=False)
    text = client.get(address).text
    assert [text.count(link) for link in links] == [0, 2, 1]
    assert (uptake.solution.title in text, "It is not on record any more, or not public." in text) == (True, True)
    Cluster.objects.update(state=State.SUBMITTED)
    assert client.get(outcomes).status_code == 404
    assert [client.get(address).text.count(link) for link in links] == [0, 0, 0]


def test_a_file_that_came_after_the_adoption_showed_nothing_then(cast: Cast) -> None:
    cluster = make_cluster(cast, State.RUNNING)
    statement, lead = adopted(cast, cluster), cast.user("lead")
    outcome = cluster.outcomes.get(title="The annex is used")
    snapshot = statement.versions.get().snapshot
    shown, late = make_outcome_file(cast, outcome), make_outcome_file(cast, outcome, title="Annex 5")
    File.objects.filter(pk=late.pk).update(uploaded_at=NOW + timedelta(days=1))
    remove_outcome_file(outcome=outcome, file=late, by=lead, reason="Wrong.", at=NOW + timedelta(days=3))
    assert changes_since(snapshot) == {}
    text = Client().get(f"/policy/{statement.pk}/").text
    assert ("taken off" in text, "not as they were" in text) == (False, False)
    remove_outcome_file(outcome=outcome, file=shown, by=lead, reason="Wrong.", at=NOW + timedelta(minutes=5))
    assert changes_since(snapshot) == {("outcome", outcome.pk): GONE}
    assert GONE in Client().get(f"/policy/{statement.pk}/").text
