"""The demonstration: real facts as they are, an account for everybody, and no mixture with what is made up."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, timedelta
from io import BytesIO, StringIO

import pikepdf
import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clusters.actions.effects import next_reference
from clusters.choices import ParticipationStatus, State
from clusters.demo.world import World
from clusters.kept_snapshot import cached_snapshot
from clusters.models import Cluster, Participation
from clusters.rules.joining import way_in
from community import jobs, lifecycle
from community.actions.job import retry_job
from community.choices import ConsentPurpose, NutsVersion, PartnerRole
from community.demo_accounts import DEMO_ACCOUNTS
from community.mails import render
from community.models import DemoMarker, Event, Job, Member, Message, Project, Territory, User, WorkingGroup
from community.verification import verify_history
from factsheets.actions.issue import draw_first
from factsheets.demo import batches
from factsheets.models import Issue
from factsheets.pdf import BUSY
from tests.clusters.demo.clusters_of import REAL, cluster_of
from tests.factories import make_user

ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
COORDINATORS = ("coordinator", "coordinator1", "coordinator2", "coordinator3", "coordinator4")


def verdict_on(cluster: Cluster, verb: str, user: User) -> str | None:
    """Return None when the button is not shown, "" when it may be pressed, else the reason."""
    for offer in lifecycle.of(cluster).offers(cluster, by=user, at=timezone.now()):
        if offer.verb.code == verb:
            return "" if offer.verdict else str(offer.verdict.reason)
    return None


pytestmark = [pytest.mark.usefixtures("world"), pytest.mark.django_db]


class TestFacts:
    """What is real."""

    def test_the_69_regions_have_different_places_on_the_tile_map(self) -> None:
        places = list(Territory.objects.filter(is_programme_region=True).values_list("column", "row"))
        assert len(places) == 69
        assert len(set(places)) == 69
        assert (None, None) not in places

    def test_a_region_that_was_split_is_reached_from_both_halves(self) -> None:
        lisbon = Territory.objects.get(nuts_version=NutsVersion.NUTS_2021, code="PT17")
        assert lisbon.name == "Área Metropolitana de Lisboa"
        halves = lisbon.mapped_from.filter(nuts_version=NutsVersion.NUTS_2024).values_list("code", "name")
        assert sorted(halves) == [("PT1A", "Grande Lisboa"), ("PT1B", "Península de Setúbal")]

    def test_a_country_without_regions_is_a_region_itself(self) -> None:
        bosnia = Territory.objects.get(code="BA")
        assert (bosnia.nuts_version, bosnia.is_programme_region, bosnia.country) == ("", True, "BA")
        albania = Territory.objects.get(code="AL")
        assert sorted(albania.mapped_from.values_list("code", flat=True))[:3] == ["AL01", "AL02", "AL03"]

    def test_both_governance_projects_and_14_thematic_ones_are_there(self) -> None:
        assert Counter(Project.objects.values_list("family", flat=True)) == {"governance": 2, "transfer": 14}
        for acronym in ("C4N", "D4N"):
            project = Project.objects.get(acronym=acronym)
            assert (project.starts_on, project.ends_on) == (date(2023, 1, 1), date(2029, 9, 30))

    def test_what_public_sources_leave_uncertain_stays_blank(self) -> None:
        coastrust = Project.objects.get(acronym="COASTRUST")
        assert (coastrust.title, coastrust.type, coastrust.specific_objective) == ("", "", None)
        germ = Project.objects.get(acronym="GERM OF LIFE")
        assert not germ.partnerships.filter(role=PartnerRole.LP).exists()

    def test_nine_projects_have_ended_and_five_have_no_known_end(self) -> None:
        thematic = Project.objects.filter(family="transfer")
        assert thematic.filter(ends_on__lt=date(2026, 11, 25)).count() == 9
        assert thematic.filter(ends_on=None).count() == 5

    def test_each_consortium_is_as_large_as_published(self) -> None:
        for project in Project.objects.exclude(partner_count=None):
            roles = Counter(project.partnerships.values_list("role", flat=True))
            assert (project.acronym, roles["LP"] + roles["PP"]) == (project.acronym, project.partner_count)
            if project.associated_count is not None:
                assert (project.acronym, roles["AP"]) == (project.acronym, project.associated_count)

    def test_the_first_group_was_called_otherwise_once(self) -> None:
        group = WorkingGroup.objects.get(code="WG1")
        assert group.title_on(date(2023, 10, 1)) == "Area-based conservation"
        assert group.title_on(date(2026, 1, 1)) == "Connectivity of ecosystems"

    def test_the_second_group_has_two_coordinators_and_the_others_one(self) -> None:
        found = {group.code: group.coordinators(date(2026, 11, 25)).count() for group in WorkingGroup.objects.all()}
        assert found == {"WG1": 1, "WG2": 2, "WG3": 1, "WG4": 1}

    def test_the_clusters_of_2025_keep_their_days(self, world: World) -> None:
        assert {key: cluster_of(world, key).started_on for key in REAL} == REAL
        day = cluster_of(world, "mpa-governance-day")
        assert (day.starts_on, day.ends_on) == (date(2025, 7, 3), date(2025, 7, 3))

    def test_every_thematic_project_has_a_solution_in_the_catalogue(self) -> None:
        without = Project.objects.filter(family="transfer").exclude(solutions__status="published")
        assert list(without) == []


class TestAccounts:
    """What each of the published accounts finds."""

    def test_every_published_account_takes_the_password(self) -> None:
        for account in DEMO_ACCOUNTS:
            assert User.objects.get(email=account.address).check_password("demo"), account.address

    def test_nobody_else_has_a_password(self) -> None:
        published = [account.address for account in DEMO_ACCOUNTS]
        assert [u.email for u in User.objects.exclude(email__in=published) if u.has_usable_password()] == []

    @pytest.mark.parametrize("key", COORDINATORS)
    def test_a_proposal_with_a_lead_waits_for_every_coordinator(self, world: World, key: str) -> None:
        user = world.account(key)
        waiting = [c for c in Cluster.objects.waiting_for_decision() if verdict_on(c, "approve", user) == ""]
        assert any(cluster.has_lead for cluster in waiting)

    def test_the_proposal_of_the_only_coordinator_goes_to_stand_ins(self, world: World) -> None:
        cluster = cluster_of(world, "nature-accounts")
        assert "four eyes" in (verdict_on(cluster, "approve", world.account("coordinator3")) or "")
        assert verdict_on(cluster, "approve", world.account("coordinator1")) == ""

    def test_one_proposal_lacks_an_adoption_plan(self, world: World) -> None:
        cluster = cluster_of(world, "pay-for-meadows")
        assert cluster.adoption_plan == ""
        assert cluster.has_lead

    def test_the_lead_is_asked_to_lead_what_the_member_proposed(self, world: World) -> None:
        cluster = cluster_of(world, "river-rooms")
        assert cluster.proposer == world.people["member"]
        assert verdict_on(cluster, "accept_lead", world.account("lead")) == ""

    def test_the_lead_can_nearly_conclude_a_cluster(self, world: World) -> None:
        reason = verdict_on(cluster_of(world, "beach-wrack"), "conclude", world.account("lead"))
        assert reason == "Stage 6 is neither done nor dropped."

    def test_people_wait_for_an_answer_of_the_lead(self, world: World) -> None:
        asked = cluster_of(world, "salt-wells").participations.filter(status=ParticipationStatus.REQUESTED)
        assert asked.count() == 2

    def test_two_wait_for_a_place_in_a_full_cluster_and_the_member_is_the_first(self, world: World) -> None:
        cluster = cluster_of(world, "river-meadows")
        waiting = [row.member for row in cluster.participations.waiting().select_related("member")]
        assert waiting == [world.people["member"], world.people["rafael"]]
        client = Client()
        client.force_login(world.account("member"))
        assert "as number 1" in client.get(f"/clusters/{cluster.name}/people/").content.decode()

    def test_the_member_has_a_draft_and_a_returned_proposal(self, world: World) -> None:
        mine = Cluster.objects.filter(proposer=world.people["member"])
        assert set(mine.values_list("state", flat=True)) >= {State.DRAFT, State.RETURNED, State.SUBMITTED}
        assert way_in(world.account("member"), cluster_of(world, "anchors-off")) is not None

    def test_the_member_reads_a_draft_that_was_shared(self, world: World) -> None:
        shared = Cluster.objects.visible_to(world.account("member")).filter(proposer=world.people["lead"])
        assert State.DRAFT in shared.values_list("state", flat=True)

    def test_the_external_partner_takes_part_in_a_running_cluster(self, world: World) -> None:
        row = Participation.objects.get(member=world.people["external"])
        assert (row.cluster.state, row.status, row.is_external) == (State.RUNNING, ParticipationStatus.ACTIVE, True)
        assert (row.asked_by, row.purpose) == (world.account("lead"), "Knows what the harbour dredges, and when")

    def test_a_one_day_cluster_is_planned(self, world: World) -> None:
        cluster = cluster_of(world, "donor-meadows-day")
        assert (cluster.state, cluster.is_one_day) == (State.APPROVED, True)


class TestCommand:
    """What the command does and refuses."""

    def run(self, *options: object) -> str:
        out = StringIO()
        call_command("demo_data", *map(str, options), stdout=out, verbosity=1)
        return out.getvalue()

    def test_a_second_run_adds_nothing(self) -> None:
        before = (Cluster.objects.count(), Event.objects.count(), Member.objects.count())
        assert self.run() == "Nothing to add.\n"
        assert (Cluster.objects.count(), Event.objects.count(), Member.objects.count()) == before

    def test_it_refuses_a_database_that_it_did_not_make(self) -> None:
        DemoMarker.objects.all().delete()
        with pytest.raises(CommandError, match=r"was not made by demo_data and holds .*35 clusters"):
            self.run()

    def test_it_tops_up_to_the_numbers_asked_for(self) -> None:
        self.run("--clusters", 44, "--members", 90)
        assert (Cluster.objects.count(), Member.objects.count()) == (44, 90)
        assert self.run("--clusters", 44, "--members", 90) == "Nothing to add.\n"

    def test_what_is_made_in_bulk_is_whole(self, world: World, thorough: bool) -> None:
        number = 200 if thorough else 50
        self.run("--clusters", 35 + number, "--members", 0)
        made = Cluster.objects.exclude(pk__in=[c.pk for c in world.clusters.values()])
        assert made.count() == number
        assert list(verify_history()) == []
        assert len(set(made.values_list("state", flat=True))) >= 8
        assert not made.filter(search_text="").exists()
        assert not made.filter(lead_organisation__is_demo=False).exists()
        for cluster in made:
            cluster.validate_constraints()
            newest = Event.objects.filter(chain=f"cluster:{cluster.pk}").order_by("-number").first()
            assert cluster.version == (newest.number + 1 if newest else 1)
            if cluster.state != State.DRAFT:
                assert Event.objects.filter(subject_id=cluster.pk, kind="cluster", at=cluster.state_since).exists()

    def test_references_go_on_where_the_bulk_ended(self, world: World) -> None:
        self.run("--clusters", 49, "--members", 0)
        reference = next_reference(2026)
        assert not Cluster.objects.filter(reference=reference).exists()


def test_the_factsheets_of_the_longest_clusters_fit_two_pages(world: World, client: Client, thorough: bool) -> None:
    client.force_login(User.objects.filter(is_staff=True)[0])
    for state in (State.RUNNING, State.CONCLUDED):
        told = {each: cached_snapshot(each, at=timezone.now()) for each in Cluster.objects.filter(state=state)}
        by_length = sorted(told, key=lambda each: len(repr(told[each])), reverse=True)
        for cluster in by_length if thorough else by_length[:3]:
            # What has outcomes before its end says both what was expected and what came of it.
            most = 3 if state == State.RUNNING and told[cluster]["outcomes"] else 2
            answer = client.get(reverse("factsheets:preview_pdf", args=[cluster.name]))
            with pikepdf.open(BytesIO(answer.content)) as file:
                assert len(file.pages) <= most, cluster.name


def test_an_account_that_is_there_already_is_foreign_data(world: World) -> None:
    make_user("somebody@registry.example")
    DemoMarker.objects.all().delete()
    with pytest.raises(CommandError, match="accounts"):
        call_command("demo_data", verbosity=0)


def test_mails_of_the_demonstration_give_no_address_away_and_name_nobody_to_strangers(world: World) -> None:
    """Each row is read, and the newest of each template as it is sent; who asks is named to whom they ask."""
    addresses = set(User.objects.values_list("email_key", flat=True))
    public = Member.objects.with_consent(ConsentPurpose.PUBLIC)
    silent = set(Member.objects.exclude(pk__in=public).values_list("name", flat=True))
    newest, wrong = dict[str, Message](), list[str]()

    def look(row: Message, text: str) -> None:
        own = {row.to.email_key if row.to else "", str(row.params.get("reply_to", "")).lower()}
        found = {word.lower() for word in ADDRESS.findall(text)} & addresses - own
        asker = row.event.by if row.event is not None else None
        names = silent - {asker.get_full_name() if asker is not None else ""} if row.to is None else set[str]()
        wrong.extend(f"{row.template} {row.pk}: {word}" for word in [*found, *(name for name in names if name in text)])

    for row in Message.objects.select_related("to__member", "event__by__member", "link").order_by("pk"):
        look(row, str(row.params))
        newest[row.template] = row
    for row in newest.values():
        mail = render(row, token="x" * 43)
        look(row, "\n".join([mail.subject, str(mail.extra_headers), str(mail.body), *map(str, mail.alternatives)]))
    assert len(newest) > 20
    assert wrong == []


def test_a_job_that_ended_with_a_failure_stands_among_the_jobs_and_is_tried_again(world: World) -> None:
    """Documents are left to the worker here, so two are drawn before the job is told."""
    for issue in Issue.objects.factsheets().order_by("-issued_at", "-pk")[:2]:
        draw_first(issue=issue)
    batches._do(world, world.now - timedelta(days=9))
    user = world.account(batches.BY)
    job = Job.objects.asked_by(user).get(task="factsheets.complete")
    assert (job.state, job.result) == ("done", {"done": 1, "failed": 1})
    client = Client()
    client.force_login(user)
    assert "Make missing factsheets and PDFs" in client.get("/jobs/").content.decode()
    page = client.get(f"/jobs/{job.pk}/").content.decode()
    assert "Done, but 1 failed" in page
    assert str(BUSY) in page
    retry_job(job=job, by=user)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert job.result == {"done": 2, "failed": 0}
