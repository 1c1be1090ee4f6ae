"""Policy statements: written on evidence, discussed, adopted by somebody else, kept as they were adopted."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from clusters.choices import OutcomeKind, State
from clusters.models import Cluster, Outcome
from community.models import Comment, Event, Message
from community.permissions import Refusal
from results.actions import policy as actions
from results.actions.policy_comment import comment_on_statement, take_back_statement_comment
from results.actions.uptake import change_step
from results.models import LineEvidence, PolicyStatement, StatementLine, StatementVersion, Uptake, UptakeConfirmation
from results.policy_contributed import items
from results.policy_lifecycle import STATEMENT, content_hash
from results.policy_summary import changes_since, unused_evidence
from results.tables.evidence import offered
from results.tables.policy import resting_on
from tests.cast import ROLES, Cast, make_cluster
from tests.factories import NOW, TODAY
from tests.results.making import make_uptake

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

LINE = "Count restored coastal wetlands as flood storage."


def begun(cast: Cast, **words: Any) -> PolicyStatement:
    """Return a draft with one line, written by the coordinator of WG1."""
    given = {"title": "Let wetlands count", "audience": "Flood planners", "summary": "They store water.", **words}
    statement = actions.begin_statement(working_group=cast.group, by=cast.user("coordinator"), **given)
    actions.add_line(statement=statement, by=cast.user("coordinator"), text=LINE)
    return PolicyStatement.objects.get(pk=statement.pk)


def outcome_of(cluster: Cluster, kind: str = OutcomeKind.POLICY_EVIDENCE, title: str = "The annex is used") -> Outcome:
    return Outcome.objects.create(cluster=cluster, kind=kind, title=title, reached_on=date(2026, 4, 2))


def discussed(cast: Cast, cluster: Cluster | None = None) -> PolicyStatement:
    """Return a statement under discussion whose line rests on an outcome and an uptake."""
    statement, cluster = begun(cast), cluster or make_cluster(cast, State.RUNNING)
    line, by = statement.lines.get(), cast.user("coordinator")
    actions.put_under(line=line, by=by, kind="outcome", subject_id=outcome_of(cluster).pk, shows="It works.")
    actions.put_under(line=line, by=by, kind="uptake", subject_id=make_uptake(cast, cluster).pk)
    return actions.act(statement=statement, verb="statement.opened", by=by)


def adopted(cast: Cast, cluster: Cluster | None = None) -> PolicyStatement:
    statement = discussed(cast, cluster)
    return actions.act(statement=statement, verb="statement.adopted", by=cast.user("mission_coordinator"))


def signed_in(cast: Cast, role: str) -> Client:
    client = Client()
    if role != "visitor":
        client.force_login(cast.user(role))
    return client


# -- Writing -----------------------------------------------------------------------------------------------------------


def test_lines_are_written_moved_and_taken_out_and_a_draft_leaves_no_event(cast: Cast) -> None:
    statement, by = begun(cast), cast.user("coordinator")
    second = actions.add_line(statement=statement, by=by, text="Pay those who keep them.", heading="Pay")
    assert actions.add_line(statement=statement, by=by, text="Pay those who keep them.", heading="Pay") == second
    actions.move_line(line=second, by=by, up=True)
    assert [line.text for line in statement.lines.all()] == ["Pay those who keep them.", LINE]
    actions.move_line(line=second, by=by, up=True)
    version = PolicyStatement.objects.get(pk=statement.pk).version
    actions.update_line(line=second, by=by, seen_version=version, text="Pay who keeps them.", heading="")
    actions.remove_line(line=StatementLine.objects.get(text=LINE), by=by)
    assert [line.text for line in statement.lines.all()] == ["Pay who keeps them."]
    assert Event.objects.about(statement).count() == 0
    actions.discard_statement(statement=statement, by=by)
    assert PolicyStatement.objects.count() == 0


def test_a_stale_edit_is_refused_and_names_who_was_faster(cast: Cast) -> None:
    statement, by = begun(cast), cast.user("coordinator")
    seen = statement.version
    actions.update_statement(statement=statement, by=by, seen_version=seen, title="Wetlands count")
    with pytest.raises(Refusal) as refused:
        actions.update_statement(
            statement=statement, by=cast.user("mission_coordinator"), seen_version=seen, title="No"
        )
    assert refused.value.code == "stale"
    assert PolicyStatement.objects.get().title == "Wetlands count"
    client = signed_in(cast, "coordinator")
    page = client.post(
        f"/policy/{statement.pk}/edit/", {"title": "Mine", "language": "en", "seen_version": seen, "summary": "New"}
    )
    assert (page.status_code, 'value="Mine"' in page.text, "Wetlands count" in page.text) == (409, True, True)
    line = statement.lines.get()
    address, opened = f"/policy/{statement.pk}/lines/{line.pk}/edit/", PolicyStatement.objects.get().version
    typed = {"text": "Mine.", "heading": "", "initial-text": LINE, "initial-heading": "", "seen_version": opened}
    actions.update_line(line=line, by=by, seen_version=opened, text="Theirs.", heading="Their heading")
    page = client.post(address, typed)
    assert (page.status_code, [word in page.text for word in ("Mine.", "Theirs.")]) == (409, [True, True])
    assert 'value="Their heading"' in page.text
    again = {name: page.context["form"][name].value() for name in ("text", "heading", "seen_version")}
    assert client.post(address, again).status_code == 302
    assert StatementLine.objects.values_list("heading", "text").get() == ("Their heading", "Mine.")


@pytest.mark.parametrize("role", sorted(set(ROLES) - {"visitor", "deactivated", "superuser"}))
def test_only_the_coordinators_of_the_group_and_the_mission_write(cast: Cast, role: str) -> None:
    statement = begun(cast)
    writes = role in ("coordinator", "coordinator_proposer", "mission_coordinator")
    if writes:
        actions.add_line(statement=statement, by=cast.user(role), text="More.")
    else:
        with pytest.raises(Refusal):
            actions.add_line(statement=statement, by=cast.user(role), text="More.")
    assert StatementLine.objects.count() == 1 + writes
    assert statement.writers.filter(pk=cast.people.get(role, cast.member("lead")).pk).exists() is writes


def test_only_what_everybody_reads_is_put_under_a_line(cast: Cast) -> None:
    statement, by = begun(cast), cast.user("coordinator")
    line, running = statement.lines.get(), make_cluster(cast, State.RUNNING)
    hidden = make_uptake(cast, running, is_disclosed=False)
    proposed = outcome_of(make_cluster(cast, State.SUBMITTED))
    for kind, pk in (("uptake", hidden.pk), ("outcome", proposed.pk), ("outcome", 999_999), ("need", 1)):
        with pytest.raises(Refusal):
            actions.put_under(line=line, by=by, kind=kind, subject_id=pk)
    public = outcome_of(running)
    first = actions.put_under(line=line, by=by, kind="outcome", subject_id=public.pk)
    assert actions.put_under(line=line, by=by, kind="outcome", subject_id=public.pk) == first
    assert LineEvidence.objects.count() == 1
    portions = offered(line, words="", everywhere=False)
    shown = {(one.shape["kind"], one.shape["id"]) for portion in portions for one in portion.rows}
    assert ("uptake", hidden.pk) not in shown
    assert ("outcome", public.pk) not in shown, "it stands there already"


# -- Life --------------------------------------------------------------------------------------------------------------


def test_nobody_adopts_what_they_wrote_and_a_line_without_evidence_is_named(cast: Cast) -> None:
    statement = discussed(cast)
    actions.add_line(statement=statement, by=cast.user("coordinator"), text="Pay those who keep them.")
    with pytest.raises(Refusal, match="You wrote in it"):
        actions.act(statement=statement, verb="statement.adopted", by=cast.user("coordinator"))
    with pytest.raises(Refusal, match="Line 2 rests on nothing yet"):
        actions.act(statement=statement, verb="statement.adopted", by=cast.user("mission_coordinator"))
    assert StatementVersion.objects.count() == 0


def test_what_was_shown_is_what_is_adopted(cast: Cast) -> None:
    statement = discussed(cast)
    seen = content_hash(statement)
    line = statement.lines.get()
    version = PolicyStatement.objects.get().version
    actions.update_line(line=line, by=cast.user("coordinator"), seen_version=version, text="Another line.")
    with pytest.raises(Refusal) as refused:
        actions.act(statement=statement, verb="statement.adopted", by=cast.user("mission_coordinator"), seen=seen)
    assert refused.value.code == "stale"
    uptake, seen = Uptake.objects.get(), content_hash(statement)
    confirmed = {"document_number": "2026/17", "status": "confirmed", "answered_at": NOW, "asked_at": NOW}
    asker = {"uptake": uptake, "statement": uptake.statement, "asked_by": cast.user("lead")}
    UptakeConfirmation.objects.create(**asker, **confirmed)
    documented = content_hash(statement)
    change_step(uptake=uptake, verb="uptake.stopped", by=cast.user("lead"), reason="The pump broke.")
    assert len({seen, documented, content_hash(statement)}) == 3
    with pytest.raises(Refusal) as refused:
        actions.act(statement=statement, verb="statement.adopted", by=cast.user("mission_coordinator"), seen=documented)
    assert refused.value.code == "stale"


def test_an_adopted_version_keeps_its_evidence_and_says_what_has_changed_since(cast: Cast, clock: Any) -> None:
    cluster = make_cluster(cast, State.RUNNING)
    statement = adopted(cast, cluster)
    [version] = statement.versions.all()
    [line] = version.snapshot["lines"]
    assert (line["text"], [one["state"] for one in line["evidence"]]) == (LINE, ["policy_evidence", "in_use"])
    assert (statement.reference, statement.adopted_version, version.snapshot["as_of"]) == (
        f"M4N-PS-2026-{statement.pk:02d}",
        1,
        TODAY.isoformat(),
    )
    assert changes_since(version.snapshot) == {}
    clock.shift(3600)
    uptake = line["evidence"][1]["id"]
    row = cluster.uptakes.get(pk=uptake)
    change_step(uptake=row, verb="uptake.stopped", by=cast.user("lead"), reason="The pump broke.")
    assert changes_since(version.snapshot) == {("uptake", uptake): "Then “In use”, now “Stopped”."}
    page = Client().get(f"/policy/{statement.pk}/")
    assert "1 piece of evidence is not as it was" in page.text
    Outcome.objects.filter(pk=line["evidence"][0]["id"]).delete()
    assert changes_since(version.snapshot)["outcome", line["evidence"][0]["id"]].startswith("It is not on record")
    assert StatementVersion.objects.get().snapshot == version.snapshot


def test_the_next_version_is_read_by_nobody_else_before_it_is_adopted(cast: Cast) -> None:
    statement = adopted(cast)
    by = cast.user("coordinator")
    actions.act(statement=statement, verb="statement.revised", by=by)
    statement.refresh_from_db()
    more = {"title": "A canary title", "language": "de"}
    actions.update_statement(statement=statement, by=by, seen_version=statement.version, **more)
    version = PolicyStatement.objects.get().version
    actions.update_line(line=statement.lines.get(), by=by, seen_version=version, text="A canary line")
    for role in ("visitor", "member", "lead", "other_coordinator", "external"):
        client = signed_in(cast, role)
        for path in ("/policy/", f"/policy/{statement.pk}/", f"/working-groups/{cast.group.code}/"):
            assert "canary" not in client.get(path).text, (role, path)
    page = Client().get(f"/policy/{statement.pk}/").text
    assert (f'href="/policy/{statement.pk}/v1/en/"' in page, "/de/" in page) == (True, False)
    kept = "Version 1, “Let wetlands count”, adopted on"
    for role, is_told in (("visitor", False), ("lead", False), ("coordinator", True), ("mission_coordinator", True)):
        page = signed_in(cast, role).get(f"/policy/{statement.pk}/").text
        assert ("A canary line" in page, kept in page) == (is_told, is_told), role


@pytest.mark.parametrize(
    ("state", "readers"),
    [
        ("draft", {"coordinator", "coordinator_proposer", "mission_coordinator", "admin"}),
        (
            "discussed",
            set(ROLES) - {"visitor", "deactivated", "external", "other_external", "superuser"},
        ),
    ],
)
def test_who_finds_a_statement_that_was_never_adopted(cast: Cast, state: str, readers: set[str]) -> None:
    statement = begun(cast) if state == "draft" else discussed(cast)
    found = {role for role in ROLES if PolicyStatement.objects.visible_to(cast.user(role)).exists()}
    assert found == readers
    assert Client().get(f"/policy/{statement.pk}/").status_code == 404


def test_a_stand_in_adopts_where_nobody_else_is_left(cast: Cast) -> None:
    statement = discussed(cast)
    for role in ("coordinator", "coordinator_proposer", "mission_coordinator"):
        statement.writers.add(cast.member(role))
    names = {offer.verb.code for offer in STATEMENT.offers(statement, by=cast.user("other_coordinator"), at=NOW)}
    assert names == {"statement.adopted"}
    actions.act(statement=statement, verb="statement.adopted", by=cast.user("other_coordinator"))
    assert StatementVersion.objects.get().role == "stand_in"


def test_adopting_waits_on_the_desk_of_who_did_not_write_it(cast: Cast) -> None:
    statement = begun(cast)
    line = statement.lines.get()
    outcome = outcome_of(make_cluster(cast, State.RUNNING))
    actions.put_under(line=line, by=cast.user("coordinator"), kind="outcome", subject_id=outcome.pk)
    until = TODAY + timedelta(days=3)
    actions.act(statement=statement, verb="statement.opened", by=cast.user("coordinator"), comments_until=until)
    assert not list(items(cast.user("mission_coordinator"), until)), "comments are still asked for"
    [item] = items(cast.user("mission_coordinator"), until + timedelta(days=1))
    assert (item.url, item.due) == (f"/policy/{statement.pk}/", until + timedelta(days=14))
    assert not list(items(cast.user("coordinator"), until + timedelta(days=1)))
    assert not list(items(cast.user("lead"), until + timedelta(days=1)))


def test_mails_go_to_who_may_adopt_to_writers_and_to_commenters(cast: Cast) -> None:
    statement = discussed(cast)
    told = set(Message.objects.filter(template="results/statement_told").values_list("to", flat=True))
    assert told == {cast.user("coordinator_proposer").pk, cast.user("mission_coordinator").pk}
    comment_on_statement(statement=statement, by=cast.user("member"), text="Say which wetlands.")
    [mail] = Message.objects.filter(template="results/statement_commented")
    assert mail.to == cast.user("coordinator")
    actions.act(statement=statement, verb="statement.adopted", by=cast.user("mission_coordinator"))
    told = set(Message.objects.filter(params__verb="adopted").values_list("to", flat=True))
    assert told == {cast.user(role).pk for role in ("coordinator", "coordinator_proposer", "member")}


def test_comments_are_for_the_community_and_go_when_they_are_taken_back(cast: Cast) -> None:
    statement = discussed(cast)
    row = comment_on_statement(statement=statement, by=cast.user("member"), text="Say which wetlands.")
    assert comment_on_statement(statement=statement, by=cast.user("member"), text="Say which wetlands.") == row
    with pytest.raises(Refusal):
        comment_on_statement(statement=statement, by=cast.user("external"), text="Me, too.")
    page = signed_in(cast, "lead").get(f"/policy/{statement.pk}/")
    assert "Say which wetlands." in page.text
    with pytest.raises(Refusal):
        take_back_statement_comment(comment=row, by=cast.user("lead"))
    take_back_statement_comment(comment=row, by=cast.user("member"))
    assert Comment.objects.get().text == ""


def test_what_rests_on_something_is_found_and_what_nothing_rests_on(cast: Cast) -> None:
    cluster = make_cluster(cast, State.RUNNING)
    unused = outcome_of(cluster, title="Nobody uses it")
    statement = adopted(cast, cluster)
    [piece] = [one for one in LineEvidence.objects.all() if one.kind == "uptake"]
    assert [one.text for one in resting_on("uptake", [piece.subject_id])] == [LINE]
    outcomes, uptakes = unused_evidence([cast.group.pk])
    assert (list(outcomes), list(uptakes)) == ([unused], [])
    actions.act(statement=statement, verb="statement.revised", by=cast.user("coordinator"))
    for row in LineEvidence.objects.all():
        actions.take_from_under(piece=row, by=cast.user("coordinator"))
    outcomes, uptakes = unused_evidence([cast.group.pk])
    assert (list(outcomes), list(uptakes)) == ([unused], []), "the version that stands rests on the others"
    [line] = resting_on("uptake", [piece.subject_id])
    address = f'href="/policy/{statement.pk}/#adopted-{line.pk}"'
    for page in (f"/solutions/{cast.solution.pk}/", f"/uptakes/{piece.subject_id}/"):
        shown = Client().get(page).text
        assert (page, LINE in shown, address in shown) == (page, True, True)
    assert f'id="adopted-{line.pk}"' in Client().get(f"/policy/{statement.pk}/").text


def test_the_pages_lead_from_the_draft_to_the_adopted_version(cast: Cast) -> None:
    client, outcome = signed_in(cast, "coordinator"), outcome_of(make_cluster(cast, State.RUNNING))
    given = {"working_group": cast.group.pk, "title": "Let wetlands count", "language": "en"}
    assert client.post("/policy/new/", {**given, "title": ""}).status_code == 422
    path = client.post("/policy/new/", given)["location"]
    chosen = client.post(f"{path}lines/add/", {"text": LINE})["location"]
    assert "The annex is used" in client.get(chosen, {"q": "annex"}).text
    assert "The annex is used" not in client.get(chosen, {"q": "harbour"}).text
    client.post(chosen, {"kind": "outcome", "subject_id": outcome.pk, "shows": "It works."})
    assert client.post(f"{path}opened/", {"comments_until": "2026-05-01"}).status_code == 422
    assert client.post(f"{path}opened/").status_code == 302
    assert "You wrote in it, began or opened it: somebody else adopts it." in client.get(path).text
    mission = signed_in(cast, "mission_coordinator")
    shown = mission.get(f"{path}adopted/")
    seen = shown.context["form"]["seen"].value()
    assert mission.post(f"{path}adopted/", {"seen": seen}).status_code == 302
    page = Client().get(path)
    assert (page.status_code, LINE in page.text, "It works." in page.text) == (200, True, True)


def test_a_solution_says_how_many_more_lines_there_are_and_shows_them_all(cast: Cast) -> None:
    cluster, by = make_cluster(cast, State.RUNNING), cast.user("coordinator")
    cluster.solutions.add(cast.solution)
    statement, uptake, near = begun(cast), make_uptake(cast, cluster), outcome_of(cluster)
    for number in range(27):
        line = actions.add_line(statement=statement, by=by, text=f"Line that says {number:02d}.")
        kind, pk = ("uptake", uptake.pk) if number < 14 else ("outcome", near.pk)
        actions.put_under(line=line, by=by, kind=kind, subject_id=pk, shows="It works.")
    actions.put_under(line=statement.lines.get(text=LINE), by=by, kind="outcome", subject_id=near.pk, shows="Yes.")
    actions.act(statement=statement, verb="statement.opened", by=by)
    actions.act(statement=statement, verb="statement.adopted", by=cast.user("mission_coordinator"))
    url = f"/solutions/{cast.solution.pk}/"
    page = Client().get(url).content.decode()
    assert ("2 more lines" in page, page.count("Line that says"), page.count("more line")) == (True, 46, 2)
    assert '<a href="?all_lines=1#h-resting">2 more lines</a>' in page
    whole = Client().get(f"{url}?all_lines=1").content.decode()
    assert ("more line" in whole, {n for n in range(27) if f"Line that says {n:02d}." not in whole}) == (False, set())
