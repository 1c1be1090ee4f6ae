"""Who has no part in a cluster reads a page that others read before: nothing older in it, and nothing more."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clusters.actions.condition import confirm_condition, meet_condition
from clusters.choices import PUBLIC_STATES, Capacity, State
from clusters.coordination_sentences import INTERNAL_VERBS
from clusters.lifecycle import VERBS
from clusters.models import Cluster
from clusters.tables.strangers import drawn, page_of
from community import contributions
from community.actions.file import remove_file
from community.actions.transition import transition
from community.choices import ConsentPurpose, FileVisibility, RedactionReason, Standing
from community.contributions import PageSection
from community.events import redact
from community.models import Consent, Event, File, Member, Need, Organisation, Project, Solution, Term, WorkingGroup
from community.permissions import Refusal
from factsheets.actions.issue import issue_factsheet
from factsheets.actions.revise import withdraw_edition
from factsheets.choices import Face
from factsheets.models import Edition, Issue
from tests import factories as make
from tests.cast import ROLES, Cast, make_cast, make_cluster, share
from tests.clusters.test_every_writer import PRESSES, arguments
from tests.clusters.test_lifecycle_pages import client_of
from tests.matrix.places import make_condition, make_file, make_follow_up

pytestmark = pytest.mark.django_db

#: Whoever has no part: `other_lead` coordinates nothing and leads nothing here, `other_external` was invited elsewhere.
STRANGERS = ("visitor", "member", "other_lead", "other_external", "superuser")


#: What a press takes beside what it must have.
RIGHTS: dict[str, Any] = {"rights_holder": "The region", "licence": "CC BY 4.0", "is_free_for_eu_use": True}
FURTHER: dict[str, dict[str, Any]] = {
    "evidence.add_outcome_file": {**RIGHTS, "title": "Readings", "visibility": FileVisibility.PUBLIC},
    "evidence.add_evidence": {**RIGHTS, "title": "Readings", "visibility": FileVisibility.PUBLIC},
    "invitation.send_invitations": {"text": "new@port.example"},
    "room_file.add_room_file": {**RIGHTS, "visibility": FileVisibility.PUBLIC},
    "panel.ask_question": {"values": {"text": "Who keeps the sluice?"}},
    "panel.reword_question": {"values": {"text": "Who keeps the sluice at night?"}},
}
#: Every press in the long run, every day a third of them, always the same.
SOME_PRESSES = list(PRESSES) if os.environ.get("THOROUGH") == "1" else sorted(PRESSES)[::3]
#: Kinds whose events stand in the history of a public cluster.
PARTS = ("stage", "objective", "participation", "invitation", "condition", "outcome", "follow_up")


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def main_of(client: Client, cluster: Cluster) -> str:
    """Return the page below its header, or the status and where it leads."""
    answer = client.get(cluster.get_absolute_url())
    if answer.status_code != 200:
        return f"{answer.status_code} {answer.headers.get('Location', '')}"
    text = answer.content.decode()
    return text[text.index("<main") : text.index("</main>")]


class Readers:
    """Some who read clusters' pages again and again."""

    def __init__(self, cast: Cast, roles: tuple[str, ...] = ("visitor", "member")) -> None:
        self.clients = {role: client_of(cast, role) for role in roles}

    def read(self, clusters: list[Cluster]) -> dict[tuple[str, int], str]:
        return {(role, row.pk): main_of(client, row) for row in clusters for role, client in self.clients.items()}

    def find_nothing_old(self, clusters: list[Cluster] | None = None) -> dict[tuple[str, int], str]:
        """Compare what they read with pages for which nothing was kept; return it."""
        rows = list(Cluster.objects.order_by("pk")) if clusters is None else clusters
        found = self.read(rows)
        cache.clear()
        assert found == self.read(rows)
        return found


@pytest.mark.parametrize("name", SOME_PRESSES)
@pytest.mark.wide
def test_no_press_leaves_an_older_page(cast: Cast, name: str) -> None:
    readers, cluster = Readers(cast), make_cluster(cast, State.RUNNING)
    given = {**arguments(PRESSES[name], cluster, cast), **FURTHER.get(name, {})}
    rows, told = (
        list(Cluster.objects.order_by("pk")),
        Event.objects.exclude(verb__in=INTERNAL_VERBS).filter(kind__in=PARTS),
    )
    before, known = readers.read(rows), told.count()
    for role in ("coordinator", "lead", "member", "proposer"):
        with suppress(Refusal):
            PRESSES[name](**{**given, "by": cast.user(role)})
            break
    after = readers.find_nothing_old(list(Cluster.objects.filter(pk__in=[row.pk for row in rows]).order_by("pk")))
    assert told.count() == known or after != before, "what is told in the history is read at once"


LIFE: tuple[tuple[str, str, Mapping[str, Any]], ...] = (
    ("approve", "coordinator", {"conditions": [{"text": "Name a taker.", "due_on": None}]}),
    ("start", "lead", {}),
    ("pause", "lead", {"reason": "The harbour is closed."}),
    ("undo", "lead", {}),
    ("pause", "lead", {"reason": "The harbour is closed again."}),
    ("resume", "lead", {"reason": "It is open."}),
    ("step_down", "lead", {"reason": "A new post."}),
    ("adopt", "coordinator", {"reason": "To keep it going."}),
    ("settle", "", {}),
    ("conclude", "coordinator", {"lessons": "Ask the planners first.", "has_no_outcome": True}),
    ("correct", "coordinator", {"reason": "A word was wrong.", "lessons": "Ask the planners at once."}),
    ("reopen", "mission_coordinator", {"reason": "One annex more."}),
    ("discontinue", "mission_coordinator", {"reason": "Nobody leads it."}),
    ("propose_again", "member", {}),
)


@pytest.mark.wide
def test_a_page_follows_its_cluster_from_step_to_step(cast: Cast) -> None:
    readers, cluster = Readers(cast), make_cluster(cast, State.SUBMITTED, starts_on=timezone.localdate())
    cluster.stages.update(status="done", actual_start_on=timezone.localdate(), actual_end_on=timezone.localdate())
    pages = {readers.find_nothing_old([cluster])["visitor", cluster.pk]}
    for number, (verb, role, details) in enumerate(LIFE, 1):
        cluster = Cluster.objects.get(pk=cluster.pk)
        if verb == "settle":
            condition = cluster.conditions.get()
            meet_condition(condition=condition, by=cast.accounts["deputy_lead"], note="Igoumenitsa.")
            confirm_condition(condition=condition, by=cast.accounts["mission_coordinator"])
        else:
            transition(cluster, verb, by=cast.user(role), **details)
        pages.add(readers.find_nothing_old([cluster])["visitor", cluster.pk])
        assert len(pages) == number + (verb != "propose_again"), verb  # a draft is nobody else's to see


@pytest.mark.both
def test_a_page_follows_what_goes_into_its_cluster_and_what_proposes_it_again(cast: Cast) -> None:
    readers, into = Readers(cast), make_cluster(cast, State.RUNNING)
    ended = make_cluster(cast, State.DISCONTINUED)
    readers.find_nothing_old([into, ended])
    gone = make_cluster(cast, State.APPROVED, title="What went in", follows=ended)
    assert "Proposed again as:" in readers.find_nothing_old([into, ended, gone])["visitor", ended.pk]
    transition(gone, "merge", by=cast.user("mission_coordinator"), into=into, reason="The same question.")
    found = readers.find_nothing_old([into, ended, gone])
    assert "Merged into this one:" in found["visitor", into.pk]
    assert found["visitor", gone.pk] == f"301 {into.get_absolute_url()}"
    Cluster.objects.filter(pk=gone.pk).update(title="Called otherwise", state_before=State.SUBMITTED)
    found = readers.find_nothing_old([into])
    assert "Called otherwise" not in found["visitor", into.pk]
    assert "Called otherwise" in found["member", into.pk], "who sees what was proposed"


@pytest.mark.both
def test_who_may_see_a_cluster_is_never_known_from_before(cast: Cast) -> None:
    cluster, client = make_cluster(cast, State.RUNNING), client_of(cast, "visitor")
    for state in (*State, State.RUNNING):
        into = make_cluster(cast, State.APPROVED) if state == State.MERGED else None
        fields = {"state": state, "merged_into": into, "ended_on": timezone.localdate(), "state_before": State.RUNNING}
        Cluster.objects.filter(pk=cluster.pk).update(**fields)
        assert (page_of(cluster.name, AnonymousUser(), timezone.localdate()) is None) is (state not in PUBLIC_STATES)
        status = client.get(cluster.get_absolute_url()).status_code
        assert status == (301 if into else 200 if state in PUBLIC_STATES else 404), state


def issue(cluster: Cluster) -> Issue:
    reason, now = "As it is today.", timezone.now()
    return issue_factsheet(cluster=cluster, face=Face.FORWARD, reason=reason, by=None, at=now, accepts_missing_pdf=True)


@pytest.mark.both
def test_a_page_follows_the_newest_edition_of_its_factsheet(cast: Cast) -> None:
    readers, cluster = Readers(cast), make_cluster(cast, State.RUNNING)
    edition = Edition.objects.get(issue=issue(cluster))
    before = readers.find_nothing_old([cluster])
    withdraw_edition(edition=edition, reason=RedactionReason.CONSENT, by=None, at=timezone.now())
    after = readers.find_nothing_old([cluster])
    assert ["h-factsheet" in text for text in (*before.values(), *after.values())] == [True, True, False, False]


@pytest.mark.wide
def test_whatever_is_written_elsewhere_is_seen_at_once(cast: Cast) -> None:
    need, further = make.make_need("Who pays?", organisation=make.make_organisation("Port")), make.make_need("And why?")
    cluster = make_cluster(cast, State.RUNNING, need=need)
    cluster.further_needs.add(further)
    cluster.themes.add(make.make_term())
    condition, lead = make_condition(cast, cluster), cast.member("lead")
    stage = cluster.stages.order_by("position")[0]
    file = make_file(cast, cluster)
    File.objects.filter(pk=file.pk).update(kind="stage", subject_id=stage.pk, title="Readings")
    transition(cluster, "pause", by=cast.user("lead"), reason="A secret reason.")
    consent = make.make_consent(lead, ConsentPurpose.PUBLIC)
    event = Event.objects.about(cluster).get(verb="pause")

    def rename(rows: Any, **columns: object) -> Callable[[], object]:
        return lambda: rows.update(**columns)

    changes: dict[str, Callable[[], object]] = {
        "own column": rename(Cluster.objects.filter(pk=cluster.pk), is_recorded_afterwards=True),
        "need": rename(Need.objects.filter(pk=need.pk), question="Who pays now?"),
        "further need": rename(Need.objects.filter(pk=further.pk), question="And why not?"),
        "me too": lambda: make.make_me_too(need),
        "theme": rename(Term.objects.all(), labels={"en": "Renamed theme"}),
        "group": rename(WorkingGroup.objects.all(), title="Renamed group"),
        "organisation": rename(Organisation.objects.filter(pk=cast.organisation.pk), name="Renamed region"),
        "project": rename(Project.objects.all(), acronym="RENAMED"),
        "result": rename(Solution.objects.all(), title="Renamed result"),
        "condition": rename(type(condition).objects.all(), text="Name two harbours."),
        "lead": rename(Member.objects.filter(pk=lead.pk), name="Renamed Lead"),
        "consent": rename(Consent.objects.filter(pk=consent.pk), withdrawn_at=timezone.now()),
        "directory": lambda: make.make_consent(lead, ConsentPurpose.DIRECTORY),
        "file": rename(File.objects.filter(pk=file.pk), title="Renamed readings"),
        "restricted file": rename(File.objects.filter(pk=file.pk), visibility=FileVisibility.RESTRICTED),
        "public file": rename(File.objects.filter(pk=file.pk), visibility=FileVisibility.PUBLIC),
        "removed file": lambda: remove_file(file=file, by=cast.accounts["admin"]),
        "erased reason": lambda: redact(event.detail, reason=RedactionReason.ERASURE, by=None, at=timezone.now()),
        "factsheet": lambda: issue(cluster),
        "next version": lambda: issue(cluster),
    }
    readers, seen = Readers(cast), set()
    for what, change in changes.items():
        before = readers.find_nothing_old([cluster])
        change()
        after = readers.find_nothing_old([cluster])
        seen |= {(what, role) for role in readers.clients if after[role, cluster.pk] != before[role, cluster.pk]}
    everything = {(what, role) for what in changes for role in readers.clients}
    assert everything - seen == {("directory", "visitor")}, "whom that consent does not concern"


@pytest.mark.parametrize("state", [State.RUNNING, State.CONCLUDED])
@pytest.mark.wide
def test_nobody_reads_the_page_of_somebody_who_may_read_more_or_less(cast: Cast, state: str) -> None:
    """Everybody reads twice, so that whatever one of them left is there for the others."""
    cluster = make_cluster(cast, state)
    ended = make_cluster(cast, State.DISCONTINUED)
    Cluster.objects.filter(pk=cluster.pk).update(follows=ended)
    make_cluster(cast, State.RETURNED, follows=cluster, proposer=cast.member("other_lead"), title="Still returned")
    make_follow_up(cast, cluster)
    make_condition(cast, cluster)
    make.make_consent(cast.member("lead"), ConsentPurpose.DIRECTORY)
    readers = Readers(cast, tuple(role for role in ROLES if role != "stand_in"))
    readers.read([cluster])
    found = readers.find_nothing_old([cluster])
    named = {role for (role, _pk), page in found.items() if cast.member("lead").name in page}
    assert {"visitor", "other_external", "external", "superuser"} & named == {"external"}
    assert {"member", "participant", "lead", "admin"} <= named


@pytest.mark.both
def test_a_part_of_ones_own_is_no_strangers(cast: Cast) -> None:
    """Each row that ties somebody to the cluster, or to one before or after it, parts their page from the others'."""
    on, cluster, member = timezone.localdate(), make_cluster(cast, State.RUNNING), cast.member("member")
    after, user = make_cluster(cast, State.RETURNED, follows=cluster), cast.accounts["member"]
    coordinator = cast.accounts["other_coordinator"]
    assert [page_of(cluster.name, who, on) is None for who in (user, coordinator, cast.accounts["admin"])] == [
        False,
        True,
        True,
    ]
    ties: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
        "proposer": (
            lambda: Cluster.objects.filter(pk=after.pk).update(proposer=member),
            lambda: Cluster.objects.filter(pk=after.pk).update(proposer=cast.member("proposer")),
        ),
        "lead": (
            lambda: Cluster.objects.filter(pk=cluster.pk).update(lead=member),
            lambda: Cluster.objects.filter(pk=cluster.pk).update(lead=cast.member("lead")),
        ),
        "acting lead": (
            lambda: Cluster.objects.filter(pk=cluster.pk).update(acting_lead=member),
            lambda: Cluster.objects.filter(pk=cluster.pk).update(acting_lead=None),
        ),
        "reader of a draft": (
            lambda: share(after, member, cast.accounts["proposer"]),
            lambda: after.shares.all().delete(),
        ),
        "participant": (
            lambda: cluster.participations.create(member=member, organisation=cast.organisation, status="left"),
            lambda: cluster.participations.filter(member=member).delete(),
        ),
    }
    for what, (tie, untie) in ties.items():
        tie()
        assert page_of(cluster.name, user, on) is None, what
        untie()
        assert page_of(cluster.name, user, on) is not None, what


@pytest.mark.both
def test_whoever_has_no_part_shares_a_page_with_their_like(cast: Cast) -> None:
    cluster, on = make_cluster(cast, State.RUNNING), timezone.localdate()
    keys = {}
    for role in STRANGERS:
        page = page_of(cluster.name, client_user(cast, role), on)
        assert page is not None, role
        keys[role] = page.key
    former = page_of(cluster.name, make.make_member(standing=Standing.FORMER).user or AnonymousUser(), on)
    assert former is not None
    assert keys["member"] == keys["other_lead"]
    assert len({*keys.values(), former.key}) == len(STRANGERS)
    tomorrow = page_of(cluster.name, cast.user("member"), on + timedelta(days=1))
    assert tomorrow is not None
    assert tomorrow.key != keys["member"]


def client_user(cast: Cast, role: str) -> Any:
    """Return who asks: a visitor is somebody too."""
    return cast.user(role) or AnonymousUser()


@pytest.mark.both
def test_what_changes_while_a_page_is_drawn_keeps_it_from_being_kept(cast: Cast) -> None:
    cluster, on, visitor = make_cluster(cast, State.RUNNING), timezone.localdate(), client_user(cast, "visitor")
    page = page_of(cluster.name, visitor, on)
    assert page is not None

    def changed_meanwhile() -> Any:
        Organisation.objects.filter(pk=cast.organisation.pk).update(name="Renamed meanwhile")
        return page_of(cluster.name, visitor, on)

    drawn(page, {"cluster": cluster}, changed_meanwhile)
    assert page.kept() is None
    drawn(page, {"cluster": cluster}, lambda: page)
    assert page.kept() is not None


@pytest.mark.both
def test_a_section_that_does_not_say_what_it_shows_keeps_the_page_from_being_kept(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster, on = make_cluster(cast, State.RUNNING), timezone.localdate()
    further = PageSection("cluster", "clusters/sections/list.html", lambda request, subject: None)
    monkeypatch.setitem(contributions.page_sections._entries, "further", further)
    assert page_of(cluster.name, client_user(cast, "visitor"), on) is None


@pytest.mark.both
def test_what_strangers_are_offered_requires_nothing_that_a_kept_page_would_not_know() -> None:
    strangers = {Capacity.MEMBER, Capacity.EXTERNAL}
    offered = [verb for verb in VERBS if any(strangers & {*verb.who_in(state)} for state in verb.sources)]
    assert [verb.code for verb in offered] == ["propose_again"]
    assert [(verb.requires, verb.four_eyes) for verb in offered] == [((), False)]


@pytest.mark.both
def test_a_page_that_was_read_before_takes_few_queries(cast: Cast) -> None:
    """The cluster's row, what it names, what stands beside it, the edition; and who reads: session, account, person."""
    cluster, found = make_cluster(cast, State.RUNNING), {}
    for role, client in Readers(cast).clients.items():
        main_of(client, cluster)
        with CaptureQueriesContext(connection) as captured:
            main_of(client, cluster)
        found[role] = len(captured)
    assert found == {"visitor": 4, "member": 7}
