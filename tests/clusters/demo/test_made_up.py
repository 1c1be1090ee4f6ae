"""The made-up work of the demonstration: in every state, whole, and of nobody real."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db.models import F, Q
from django.utils import timezone

from clusters.choices import ACTIVE_STATES, OutcomeKind, StageStatus, State
from clusters.demo.world import World
from clusters.models import Attendance, Cluster, Condition, Objective, Outcome, Participation, Stage
from clusters.permissions import eligible_to_lead
from community.choices import ConsentPurpose, MessageState
from community.models import Event, Job, Member, Message, Need, Organisation, Partnership, Solution, User
from community.verification import verify_history
from factsheets.models import Issue, IssueTranslation
from results.chain.kinds import UPTAKE
from results.chain.walk import chain_of
from results.choices import UptakeKind, UptakeStep
from results.models import Uptake, UptakeConfirmation
from tests.clusters.demo.clusters_of import REAL, cluster_of
from tests.results.test_chain import pairs_of_chains

#: What a document follows.
ISSUING = [
    *("approve", "conclude", "discontinue", "correct", "interim.issued"),
    *("amendment.accepted", "statement.adopted"),
]
pytestmark = [pytest.mark.usefixtures("world"), pytest.mark.django_db]


class TestMadeUp:
    """What is invented, and to whom it belongs."""

    def test_every_state_has_a_cluster(self) -> None:
        assert set(Cluster.objects.values_list("state", flat=True)) == set(State.values)

    def test_all_six_kinds_of_outcome_occur_and_files_of_every_visibility_show_some(self) -> None:
        assert set(Outcome.objects.values_list("kind", flat=True)) == set(OutcomeKind.values)
        shown = Outcome.objects.filter(evidence__isnull=False).values_list("evidence__visibility", flat=True)
        assert set(shown) == {"public", "cop", "restricted"}

    def test_uptakes_stand_on_every_step_with_every_answer_and_one_is_not_disclosed(self) -> None:
        uptakes = Uptake.objects.with_documented()
        assert not uptakes.filter(organisation__is_demo=False).exists()
        assert {row.state for row in uptakes} == set(UptakeStep)
        assert {row.kind for row in uptakes} == {"", *UptakeKind}
        answers = set(UptakeConfirmation.objects.values_list("status", flat=True))
        assert answers == {"open", "confirmed", "refused", "corrected"}
        assert (sum(row.is_documented for row in uptakes), sum(not row.is_disclosed for row in uptakes)) == (8, 1)

    def test_at_least_six_results_of_six_real_projects_lead_from_a_need_to_an_adopted_line(self) -> None:
        whole = {"need", "solution", "cluster", "uptake", "statement_line"}
        found, (down, up) = [], pairs_of_chains()
        assert down == up
        for uptake in Uptake.objects.select_related("solution__project", "cluster__working_group"):
            chain = chain_of(UPTAKE, uptake.pk, None)
            if chain and chain.start.is_documented and whole <= {node.kind for node in chain.nodes}:
                found.append(uptake)
                ends = {node.pk for node in chain.nodes if node.kind == "statement_line"}
                assert ends <= {line for pk, line in down if pk == uptake.solution_id}
        assert len({row.solution for row in found}) >= 6
        assert len({row.solution.project for row in found if row.solution.project.family == "transfer"}) >= 6
        assert len({row.cluster for row in found}) >= 4
        assert len({row.cluster.working_group for row in found}) >= 2
        assert all(row.organisation.is_demo for row in found)

    def test_nothing_invented_belongs_to_a_real_organisation(self) -> None:
        real = Q(organisation__is_demo=False)
        assert not Cluster.objects.filter(lead_organisation__is_demo=False).exists()
        assert not Participation.objects.filter(real).exists()
        assert not Attendance.objects.filter(real).exists()
        assert not Need.objects.filter(real).exists()
        assert not Member.objects.filter(affiliations__organisation__is_demo=False).exists()

    def test_no_invented_text_names_a_real_organisation(self) -> None:
        names = [
            name
            for pair in Organisation.objects.filter(is_demo=False).values_list("name", "short_name")
            for name in pair
            if name
        ]
        texts = [
            *Outcome.objects.values_list("title", flat=True),
            *Outcome.objects.values_list("description", flat=True),
        ]
        texts += Objective.objects.values_list("measured", flat=True)
        texts += Solution.objects.values_list("where_tested", flat=True)
        for column in ("question", "need_text", "adoption_plan", "practitioners_summary", "lessons"):
            texts += Cluster.objects.values_list(column, flat=True)
        assert [(name, text) for text in texts for name in names if name in text] == []

    def test_every_person_is_made_up_and_every_address_ends_in_example(self) -> None:
        assert not Member.objects.filter(is_demo=False).exists()
        assert not User.objects.exclude(email__endswith=".example").exists()

    def test_consents_vary(self) -> None:
        given = {purpose: Member.objects.with_consent(purpose).count() for purpose in ConsentPurpose.values}
        assert given["directory"] > given["named"] > 0
        assert given["directory"] > given["public"] > 0
        assert given["directory"] < Member.objects.count()

    def test_every_row_passes_the_rules_of_its_columns(self) -> None:
        for model in (
            Cluster,
            Stage,
            Objective,
            Outcome,
            Participation,
            Condition,
            Need,
            Solution,
            Organisation,
            Member,
        ):
            for row in model._default_manager.all():
                row.clean_fields(exclude=[f.name for f in model._meta.fields if f.is_relation])
                row.validate_constraints()
        for column, most in (("need_text", 600), ("out_of_scope", 300), ("adoption_plan", 1000), ("lessons", 2000)):
            assert max(len(text) for text in Cluster.objects.values_list(column, flat=True)) <= most

    def test_summaries_for_practitioners_are_as_long_as_keep_wants_them(self) -> None:
        written = Cluster.objects.exclude(practitioners_summary="").values_list("practitioners_summary", flat=True)
        assert len(written) >= 15
        assert [text for text in written if not 1000 <= len(text) <= 1500] == []
        finished = Cluster.objects.filter(state__in=[State.CONCLUDED, State.DISCONTINUED])
        assert not finished.filter(practitioners_summary="").exists()

    def test_roadmaps_have_done_running_late_planned_and_dropped_stages(self) -> None:
        assert set(Stage.objects.values_list("status", flat=True)) == set(StageStatus.values)
        assert Stage.objects.late(date(2026, 11, 25)).filter(cluster__state=State.RUNNING).count() >= 3
        assert Stage.objects.filter(baselines__planned_end_on__lt=F("actual_end_on")).exists()

    def test_running_clusters_that_are_made_up_have_a_lead_who_is_eligible_today_but_for_one(
        self, world: World
    ) -> None:
        today = timezone.localdate()
        running = {key: cluster_of(world, key) for key in world.clusters if key not in REAL}
        active = {key: one for key, one in running.items() if one.state in ACTIVE_STATES and one.lead is not None}
        entitled = Partnership.objects.filter(project__acronym__in=["C4N", "D4N", "MIRAMAR"], role__in=["LP", "PP"])
        organisations = set(entitled.values_list("organisation", flat=True))
        assert {one.lead_organisation_id for one in active.values()} <= organisations
        refused = [k for k, one in active.items() if not eligible_to_lead(one.lead, one.lead_organisation, today)]
        assert refused == ["drone-meadows"]
        assert cluster_of(world, "drone-meadows").lead_flagged_on == date(2026, 11, 6)

    def test_one_cluster_wants_a_lead(self, world: World) -> None:
        assert [c.pk for c in Cluster.objects.all() if c.is_lead_wanted] == [world.clusters["port-mud"].pk]

    def test_references_are_numbered_in_the_order_of_the_proposals(self) -> None:
        first_times = Event.objects.filter(verb="submit", data__from="draft").order_by("at").values_list("subject_id")
        assert [pk for (pk,) in first_times] == list(
            Cluster.objects.exclude(reference=None).order_by("reference").values_list("pk", flat=True)
        )

    def test_history_verifies_and_no_event_lies_ahead(self) -> None:
        assert list(verify_history()) == []
        assert not Event.objects.filter(at__gt=timezone.now()).exists()

    def test_clusters_were_changed_last_when_their_last_event_happened(self, world: World) -> None:
        for key in ("forest-management", "beach-wrack", "school-hour"):
            cluster = cluster_of(world, key)
            assert cluster.updated_at == Event.objects.filter(chain=f"cluster:{cluster.pk}").latest("number").at

    def test_everything_is_found_by_search(self) -> None:
        assert not Cluster.objects.filter(search_text="").exists()
        assert Organisation.objects.matching("ινστιτουτο").count() == 1
        assert Cluster.objects.matching("wrack").count() >= 1

    def test_mails_of_the_past_are_not_due(self) -> None:
        waiting = Message.objects.filter(state=MessageState.QUEUED)
        assert 0 < waiting.count() < 60
        assert not waiting.filter(created_at__lt=timezone.now() - timedelta(days=9)).exists()
        assert not Message.objects.filter(state=MessageState.SENT, sent_at=None).exists()

    def test_documents_bear_the_day_of_what_led_to_them(self) -> None:
        issuing = Event.objects.filter(verb__in=ISSUING)
        issues = Issue.objects.select_related("event")
        further = IssueTranslation.objects.values_list("issue__version", "language", "issue__title").order_by(
            "language"
        )
        assert list(further) == [(3, language, "A morning with those who guard dunes") for language in ("el", "fr")]
        drawing = Job.objects.filter(task="factsheets.issue").count()
        assert issues.count() == issuing.count() == drawing - len(further)
        for issue in issues:
            assert issue.event is not None
            assert issue.issued_at == issue.event.at
            assert issue.snapshot["as_of"] == str(timezone.localdate(issue.event.at))
