"""What bears a line, who counts as a writer, and what a reader is told: by the statement's pages and mails."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core import mail as post
from django.test import Client
from django.utils.formats import date_format

from clusters.actions.outcome import remove_outcome
from clusters.choices import State
from clusters.models import Outcome
from community.actions.outbox import send_outbox
from community.models import Message
from community.permissions import Refusal
from factsheets.models import Issue
from results.actions import policy as actions
from results.actions.policy_comment import comment_on_statement
from results.choices import UptakeStep
from results.models import LineEvidence, StatementVersion, Uptake
from results.policy_summary import bears, changes_since, of_uptake, public_uptakes
from tests.cast import Cast, make_cluster
from tests.factories import NOW, TODAY
from tests.results.making import make_uptake
from tests.results.test_policy import LINE, adopted, begun, discussed, outcome_of, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def test_what_is_gone_or_not_public_bears_no_line_and_is_taken_away(cast: Cast) -> None:
    cluster = make_cluster(cast, State.RUNNING)
    statement = discussed(cast, cluster)
    outcome, mission = cluster.outcomes.get(title="The annex is used"), cast.user("mission_coordinator")
    with pytest.raises(Refusal, match="A line of a policy statement rests on this outcome"):
        remove_outcome(outcome=outcome, by=cast.user("lead"), seen_version=outcome.version)
    lead = Client()
    lead.force_login(cast.user("lead"))
    asked = lead.get(f"/clusters/{outcome.cluster.name}/outcomes/{outcome.pk}/remove/").text
    assert ("A line of a policy statement rests" in asked, "Remove this outcome</button>" in asked) == (True, False)
    outcome.delete()
    cluster.uptakes.update(is_disclosed=False)
    with pytest.raises(Refusal, match="Line 1 rests on nothing yet"):
        actions.act(statement=statement, verb="statement.adopted", by=mission)
    client, page = signed_in(cast, "coordinator"), f"/policy/{statement.pk}/"
    assert LINE in client.get("/policy/evidence/").text
    shown = client.get(page).text
    assert (shown.count("Rests on nothing yet."), shown.count("It is not on record any more, or not public")) == (1, 2)
    for address in re.findall(r'action="([^"]+/remove/)"', shown):
        assert client.post(address).status_code == 302
    assert LineEvidence.objects.count() == 0
    other = outcome_of(cluster)
    actions.put_under(line=statement.lines.get(), by=mission, kind="outcome", subject_id=other.pk)
    actions.act(statement=statement, verb="statement.withdrawn", by=mission, reason="It is out of date.")
    remove_outcome(outcome=other, by=cast.user("lead"), seen_version=other.version)


def test_an_uptake_bears_a_line_while_it_is_committed_or_in_use(cast: Cast) -> None:
    cluster, mission = make_cluster(cast, State.RUNNING), cast.user("mission_coordinator")
    statement = discussed(cast, cluster)
    shape = of_uptake(public_uptakes().get())
    assert {step for step in UptakeStep if bears({**shape, "state": step})} == {"committed", "in_use"}
    assert not any(bears({**shape, "state": step, "is_refused": True}) for step in UptakeStep)
    LineEvidence.objects.all().delete()
    early = make_uptake(cast, cluster, name="Board of the Cape", state="aware")
    actions.put_under(line=statement.lines.get(), by=mission, kind="uptake", subject_id=early.pk)
    client, reads = signed_in(cast, "coordinator"), f"/policy/{statement.pk}/"
    assert "An uptake bears a line only while it is committed or in use, and" in client.get(reads).text
    assert LINE in client.get("/policy/evidence/").text
    with pytest.raises(Refusal, match="Line 1 rests only on uptakes that are not committed, stopped"):
        actions.act(statement=statement, verb="statement.adopted", by=cast.user("coordinator_proposer"))


def test_who_begins_or_opens_a_version_counts_among_those_who_wrote_it(cast: Cast) -> None:
    statement, mission = adopted(cast), cast.user("mission_coordinator")
    for verb in ("revised", "opened"):
        statement = actions.act(statement=statement, verb=f"statement.{verb}", by=mission)
        assert list(statement.writers.all()) == [cast.member("mission_coordinator")]
    with pytest.raises(Refusal, match="began or opened it"):
        actions.act(statement=statement, verb="statement.adopted", by=mission)
    statement = actions.act(statement=statement, verb="statement.taken_back", by=cast.user("coordinator"))
    actions.act(statement=statement, verb="statement.opened", by=cast.user("coordinator"))
    with pytest.raises(Refusal, match="began or opened it"):
        actions.act(statement=statement, verb="statement.adopted", by=cast.user("coordinator"))
    actions.act(statement=statement, verb="statement.adopted", by=cast.user("coordinator_proposer"))
    assert StatementVersion.objects.count() == 2


def test_a_mail_tells_of_the_version_of_its_event_when_it_leaves_after_the_next_was_begun(cast: Cast) -> None:
    statement, by = begun(cast), cast.user("coordinator")
    outcome = outcome_of(make_cluster(cast, State.RUNNING))
    actions.put_under(line=statement.lines.get(), by=by, kind="outcome", subject_id=outcome.pk)
    until = TODAY + timedelta(days=3)
    actions.act(statement=statement, verb="statement.opened", by=by, comments_until=until)
    comment_on_statement(statement=statement, by=cast.user("member"), text="Say which wetlands.")
    statement = actions.act(statement=statement, verb="statement.adopted", by=cast.user("mission_coordinator"))
    statement = actions.act(statement=statement, verb="statement.revised", by=by)
    given = {"title": "A canary title", "audience": "A canary audience", "summary": "A canary summary"}
    actions.update_statement(statement=statement, by=by, seen_version=statement.version, **given)
    actions.add_line(statement=statement, by=by, text="A canary line")
    Message.objects.update(due_at=NOW)
    send_outbox(at=NOW)
    sent = [mail for mail in post.outbox if "Let wetlands count" in mail.subject]
    assert {(mail.subject.partition(":")[0]) for mail in sent} >= {"Adopted"}
    assert len(sent) == Message.objects.count()
    told = "\n".join(str(mail.message()) for mail in post.outbox)
    assert ("canary" in told, date_format(until, "j F Y") in told) == (False, True)


def test_a_withdrawn_statement_names_the_button_that_leads_on_and_only_versions_that_were_issued(cast: Cast) -> None:
    by, issued = cast.user("coordinator"), "The versions that were issued stay"
    client = signed_in(cast, "coordinator")
    for statement, is_issued in ((discussed(cast), False), (adopted(cast), True)):
        if is_issued:
            assert "It is adopted: press “Write the next version”" in client.get(f"/policy/{statement.pk}/").text
        actions.act(statement=statement, verb="statement.withdrawn", by=by, reason="It is out of date.")
        page = client.get(f"/policy/{statement.pk}/").text
        assert [words in page for words in (issued, "No version of it was issued.")] == [is_issued, not is_issued]
        assert "It is withdrawn: press “Write on…” to make it a draft again." in page


WORDS = "Flood levels fell by 12 cm in two of three winters."


def test_a_version_keeps_what_its_evidence_said_and_each_change_of_it_is_told(cast: Cast) -> None:
    statement = discussed(cast, make_cluster(cast, State.RUNNING))
    outcome, uptake = Outcome.objects.get(title="The annex is used"), Uptake.objects.get()
    held = {"description": WORDS, "evidence_url": "https://floods.example/report", "participants_count": 40}
    Outcome.objects.update(**held)
    Uptake.objects.update(kind="adapted", adaptation="Smaller basins, as the bay is built up.")
    mission = cast.user("mission_coordinator")
    statement = actions.act(statement=statement, verb="statement.adopted", by=mission)
    version = statement.versions.get()
    first, second = version.snapshot["lines"][0]["evidence"]
    assert {name: first[name] for name in held} == held
    assert second["adaptation"] == "Smaller basins, as the bay is built up."
    assert changes_since(version.snapshot) == {}
    changes = (
        ({"description": "No effect was found."}, f"Its words were changed since then. It said: “{WORDS}”"),
        ({"participants_count": 4}, "Its numbers were corrected since then."),
        ({"countries_count": 3}, "Its numbers were corrected since then."),
        ({"evidence_url": ""}, "at another address, or at none. It was at https://floods.example/report"),
    )
    for values, told in changes:
        row = Outcome.objects.filter(pk=outcome.pk)
        row.update(**values)
        assert told in changes_since(version.snapshot)["outcome", outcome.pk], values
        row.update(**held, organisations_count=None, countries_count=None)
    Uptake.objects.update(adaptation="Nothing of note.")
    assert "What was adapted was: “Smaller basins" in changes_since(version.snapshot)["uptake", uptake.pk]
    Outcome.objects.update(description="No effect was found.")
    page = Client().get(f"/policy/{statement.pk}/").text
    assert (WORDS in page, "2 pieces of evidence are not as they were" in page) == (True, True)
    assert Issue.objects.get(kind="statement").snapshot == version.snapshot


def test_a_version_that_was_adopted_before_words_were_kept_is_compared_by_what_it_holds(cast: Cast) -> None:
    snapshot = adopted(cast, make_cluster(cast, State.RUNNING)).versions.get().snapshot
    later = ("description", "adaptation", "evidence_url", "participants_count", "organisations_count")
    for piece in snapshot["lines"][0]["evidence"]:
        for name in (*later, "countries_count"):
            piece.pop(name, None)
    Outcome.objects.update(description=WORDS, participants_count=40)
    assert changes_since(snapshot) == {}
    Outcome.objects.update(title="Called otherwise")
    assert list(changes_since(snapshot).values()) == ["It is called “Called otherwise” now."]
