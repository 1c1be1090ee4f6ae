"""Evidence that no line rests on is put under one from its own row, by whoever writes the statement."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from clusters.choices import State
from community.models import WorkingGroup
from results.actions import policy as actions
from results.choices import ConfirmationStatus
from results.models import LineEvidence, PolicyStatement, UptakeConfirmation
from tests.cast import Cast, make_cluster
from tests.factories import NOW
from tests.results.making import make_uptake
from tests.results.test_policy import LINE, adopted, begun, outcome_of, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

LISTS, LEADS = "/policy/evidence/", re.compile(r'href="(/policy/evidence/\w+/\d+/)"')


def begun_in(group: WorkingGroup, cast: Cast, role: str) -> PolicyStatement:
    """Return a draft of another group, with one line."""
    statement = actions.begin_statement(working_group=group, by=cast.user(role), title="Let dunes count")
    actions.add_line(statement=statement, by=cast.user(role), text="Count dunes as dykes.")
    return statement


def test_a_row_of_unused_evidence_leads_to_the_lines_and_from_there_under_one(cast: Cast) -> None:
    cluster, statement = make_cluster(cast, State.RUNNING), begun(cast)
    pieces = {"uptake": make_uptake(cast, cluster).pk, "outcome": outcome_of(cluster).pk}
    client, line = signed_in(cast, "coordinator"), statement.lines.get()
    addresses = {f"/policy/evidence/{kind}/{pk}/" for kind, pk in pieces.items()}
    assert set(LEADS.findall(client.get(LISTS).text)) == addresses
    for kind, pk in pieces.items():
        page = client.get(f"/policy/evidence/{kind}/{pk}/")
        assert (page.status_code, LINE in page.text, "bears no line alone" in page.text) == (200, True, False)
        done = client.post(f"/policy/evidence/{kind}/{pk}/", {"line": line.pk, "shows": "It works."})
        assert (done.status_code, done["Location"]) == (302, f"/policy/{statement.pk}/#line-{line.pk}")
    assert set(LineEvidence.objects.values_list("line", "kind", "subject_id", "shows")) == {
        (line.pk, kind, pk, "It works.") for kind, pk in pieces.items()
    }
    assert LEADS.findall(client.get(LISTS).text) == []


def test_only_lines_that_one_writes_are_offered_and_taken(cast: Cast) -> None:
    mine, theirs = begun(cast), begun_in(cast.other_group, cast, "other_coordinator")
    in_force, outcome = adopted(cast), outcome_of(make_cluster(cast, State.RUNNING), title="Another annex")
    address, lines = f"/policy/evidence/outcome/{outcome.pk}/", [row.lines.get() for row in (mine, theirs, in_force)]
    offered = {
        "coordinator": [True, False, False],
        "other_coordinator": [False, True, False],
        "mission_coordinator": [True, True, False],
    }
    for role, wanted in offered.items():
        client = signed_in(cast, role)
        text = client.get(address).text
        assert [f'<option value="{line.pk}">' in text for line in lines] == wanted, role
        for line, is_offered in zip(lines, wanted, strict=True):
            before = LineEvidence.objects.count()
            done = client.post(address, {"line": line.pk})
            assert (done.status_code, LineEvidence.objects.count() - before) == (
                (302, 1) if is_offered else (422, 0)
            ), (role, line)
            line.evidence.filter(subject_id=outcome.pk, kind="outcome").delete()
    first = signed_in(cast, "mission_coordinator").get(address).text
    assert first.index("Let wetlands count") < first.index("Let dunes count"), "its own working group comes first"


def test_what_stands_under_a_line_is_not_offered_there_again_and_a_line_that_went_is_told(cast: Cast) -> None:
    statement, by = begun(cast), cast.user("coordinator")
    outcome, line = outcome_of(make_cluster(cast, State.RUNNING)), statement.lines.get()
    other = actions.add_line(statement=statement, by=by, text="Pay those who keep them.")
    actions.put_under(line=line, by=by, kind="outcome", subject_id=outcome.pk)
    client, address = signed_in(cast, "coordinator"), f"/policy/evidence/outcome/{outcome.pk}/"
    text = client.get(address).text
    assert [f'<option value="{row.pk}">' in text for row in (line, other)] == [False, True]
    assert f'/policy/{statement.pk}/#line-{line.pk}">Line 1 of Let wetlands count</a>' in text
    actions.remove_line(line=other, by=by)
    gone = client.post(address, {"line": other.pk, "shows": "It works."})
    assert (gone.status_code, "What it shows here" in gone.text) == (422, False)


def test_where_nothing_is_written_the_page_leads_to_writing(cast: Cast) -> None:
    outcome = outcome_of(make_cluster(cast, State.RUNNING))
    client, address = signed_in(cast, "coordinator"), f"/policy/evidence/outcome/{outcome.pk}/"
    text = client.get(address).text
    assert ("No statement is being written" in text, 'href="/policy/new/"' in text, "<select" in text) == (
        True,
        True,
        False,
    )
    statement = actions.begin_statement(working_group=cast.group, by=cast.user("coordinator"), title="Dunes")
    text = client.get(address).text
    assert ("No line is written yet" in text, f'href="/policy/{statement.pk}/lines/add/"' in text) == (True, True)
    assert client.post(address, {"line": "1"}).status_code == 422


def test_what_not_everybody_reads_has_no_such_page_and_what_bears_nothing_says_so(cast: Cast) -> None:
    cluster = make_cluster(cast, State.RUNNING)
    begun(cast)
    hidden = make_uptake(cast, cluster, is_disclosed=False)
    proposed = outcome_of(make_cluster(cast, State.SUBMITTED))
    client = signed_in(cast, "coordinator")
    for place in (f"uptake/{hidden.pk}", f"outcome/{proposed.pk}", "outcome/99999", "need/1", f"outcome/{9**40}"):
        assert client.get(f"/policy/evidence/{place}/").status_code == 404, place
        assert client.post(f"/policy/evidence/{place}/", {"line": "1"}).status_code == 404, place
    early = make_uptake(cast, cluster, name="Board of the Cape", state="aware")
    refused = make_uptake(cast, cluster, name="Board of the Bay")
    asked = {"statement": refused.statement, "asked_by": cast.user("lead"), "asked_at": NOW, "answered_at": NOW}
    UptakeConfirmation.objects.create(uptake=refused, status=ConfirmationStatus.REFUSED, **asked)
    for uptake in (early, refused):
        assert "It bears no line alone" in client.get(f"/policy/evidence/uptake/{uptake.pk}/").text


def test_who_writes_no_statement_reads_why_and_a_visitor_signs_in(cast: Cast) -> None:
    outcome = outcome_of(make_cluster(cast, State.RUNNING))
    address = f"/policy/evidence/outcome/{outcome.pk}/"
    for role in ("member", "lead", "admin"):
        page = signed_in(cast, role).get(address)
        assert (page.status_code, "coordinators of the working group write its statements" in page.text) == (403, True)
    assert Client().get(address)["Location"].startswith("/accounts/login/")
