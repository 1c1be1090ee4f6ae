"""One of each noun that pages show, richly connected, which grows by further rows on every page."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.files.base import ContentFile
from django.db import models
from django.utils import timezone

from clusters.actions.amendment import decide_amendment, suggest_amendment
from clusters.actions.meeting import keep_minutes, note_decision
from clusters.actions.panel import ask_people, ask_question, move_place, move_question
from clusters.actions.proposal_comment import comment_on_proposal
from clusters.actions.room import reply, start_thread
from clusters.actions.room_file import add_version
from clusters.choices import FollowUpReason, InvitationStatus, ParticipationStatus, StageStatus, State
from clusters.models import Cluster, Objective, Outcome, PanelQuestion, Participation, RoomMessage, Stage, Translation
from clusters.notifications.follow_up import PURPOSE
from clusters.translatable import texts_of
from community.actions.solution import add_solution_file
from community.actions.transition import transition
from community.choices import ConsentPurpose, FileVisibility, ItemState, Language, PartnerRole, Vocabulary
from community.links import mint
from community.models import (
    Comment,
    ExchangeLanguage,
    ExchangeWish,
    Job,
    JobItem,
    Liaison,
    Need,
    Organisation,
    Project,
    Solution,
    SolutionLanguage,
    SolutionLink,
    WorkingGroup,
)
from factsheets.actions.issue import take_version
from factsheets.actions.missing import ask_for_missing
from factsheets.choices import Face
from factsheets.models import CopReport, Issue
from results.actions.confirmation import ask_adopter
from results.actions.evidence import add_uptake_file
from results.models import PeerReviewer, PeerReviewRecommendation, Uptake
from results.querysets.confirmation import PURPOSE as CONFIRMING
from tests import factories as make
from tests.cast import Cast, make_cast, make_cluster
from tests.factories import NOW
from tests.matrix import places_reports
from tests.matrix.places import make_comment, make_follow_up, make_invitation, make_outcome_file, make_prepared
from tests.matrix.places_room import make_begun_meeting, make_meeting, make_room_file
from tests.results.making import make_uptake
from tests.results.making_policy import Statements
from tests.results.making_reviews import make_review, published

CONSENTS = (ConsentPurpose.DIRECTORY, ConsentPurpose.PUBLIC)


class World:
    """One of each noun, richly connected, that grows by further rows on every page."""

    def __init__(self) -> None:
        self.cast: Cast = make_cast()
        self.organisation: Organisation = make.make_organisation("Blue Plan")
        self.project: Project = make.make_project("WETLAND")
        make.make_partnership(self.organisation, self.project, PartnerRole.LP)
        self.group: WorkingGroup = self.cast.group
        self.member = make.make_member("Claire Astier", organisation=self.organisation, consents=CONSENTS)
        self.need: Need = make.make_need(raised_by=self.member, organisation=self.organisation)
        self.solution: Solution = make.make_solution("Storage method", project=self.project, contact=self.member)
        self.draft: Solution = make.make_solution(project=self.project, status="draft", published_at=None)
        self.challenge = make.make_term(label="Storage in marshes")
        self.exchange = make.make_exchange("Storage in marshes", by=self.member)
        self.running: Cluster = make_cluster(self.cast, State.RUNNING, need=self.need)
        self.proposed: Cluster = make_cluster(self.cast, State.SUBMITTED)
        self.concluded: Cluster = make_cluster(self.cast, State.CONCLUDED)
        self.thread = make_comment(self.cast, self.running)
        self.meeting = make_begun_meeting(self.cast, self.running)
        self.document = make_room_file(self.cast, self.running, FileVisibility.PUBLIC)
        self.follow_up = make_follow_up(self.cast, self.concluded)
        _link, self.token = mint(PURPOSE, subject=self.follow_up, user=self.cast.user("lead"), by=None)
        make_prepared(self.cast, self.proposed)
        self.uptake = make_uptake(self.cast, self.running, solution=self.solution, organisation=self.organisation)
        self.review = published(self.cast, self.running, solution=self.solution)
        Solution.objects.filter(pk=self.solution.pk).update(published_version=2)  # its page compares what changed
        self.statements = Statements(self.cast, self.running)
        self.report = CopReport.objects.get(reference=places_reports.sent(self.cast)["reference"])
        self.report_draft = places_reports.begun(self.cast)
        self.panel, self.advice = self._ask_panel("How wet is a reed bed?"), self._ask_panel("Who measured it?")
        self._grow_panel(self.advice)
        details = {"what_came": "We know now.", "publish": True}
        move_question(question=self.advice, step="panel_question.close", by=self.cast.user("lead"), **details)
        self.issued: Cluster = make_cluster(self.cast, State.RUNNING)
        take_version(cluster=self.issued, face=Face.FORWARD, reason="approve", by=None, at=NOW)
        self.job = ask_for_missing(by=self.cast.user("coordinator"))
        self.grow()
        question = self.uptake.confirmations.get()
        _link, self.question = mint(CONFIRMING, subject=question, address=question.address, by=None)

    def _ask_panel(self, text: str) -> PanelQuestion:
        """Put a question of the running cluster to a panel."""
        expertise = [make.make_term(Vocabulary.EXPERTISE)]
        values = {"text": text, "expertise": expertise, "territories": [make.make_territory()], "languages": ["en"]}
        return ask_question(by=self.cast.user("lead"), about=self.running, values=values)

    def _grow_panel(self, question: PanelQuestion) -> None:
        """Ask somebody more, who answers, and let somebody more be near the question."""
        organisation, by = make.make_organisation(), self.cast.user("lead")
        fields: dict[str, Any] = {"organisation": organisation, "consents": (*CONSENTS, ConsentPurpose.NAMED)}
        expertise = tuple(question.expertise.all())
        one, _other = (make.make_member(expertise=expertise, **fields) for _number in range(2))
        (place,) = ask_people(question=question, members=[one], by=by)
        move_place(panel_place=place, step="panel.answered", by=one.user, text="Very.", credit="named")
        question.expertise.add(make.make_term(Vocabulary.EXPERTISE))
        question.territories.add(make.make_territory())

    def names(self) -> dict[str, Any]:
        """Return what the placeholders of the addresses stand for."""
        return self.statements.names | {
            "need": self.need.pk,
            "solution": self.solution.pk,
            "draft": self.draft.pk,
            "exchange": self.exchange.pk,
            "challenge": self.challenge.code,
            "project": self.project.code,
            "organisation": self.organisation.pk,
            "member": self.member.key,
            "group": self.group.code,
            "running": self.running.name,
            "issued": self.issued.name,
            "cluster_pk": self.running.pk,
            "proposed": self.proposed.name,
            "concluded": self.concluded.name,
            "follow_up": self.follow_up.pk,
            "token": self.token,
            "question": self.question,
            "uptake": self.uptake.pk,
            "review": self.review.pk,
            "report": self.report.reference,
            "job": self.job.pk,
            "report_draft": self.report_draft.pk,
            "outcome": self.running.outcomes.all()[0].pk,
            "panel": self.panel.pk,
            "advice": self.advice.pk,
            "thread": self.thread.pk,
            "document": self.document.pk,
            "meeting": self.meeting.pk,
            "stage": self.running.stages.filter(status=StageStatus.PLANNED).first().pk,  # type: ignore[union-attr]
            "part": self.running.participations.get(member=self.cast.member("participant")).pk,
        }

    def grow(self) -> None:
        """Add one row to every list that a page shows."""
        person = make.make_member(
            organisation=make.make_organisation(kind=make.make_term(Vocabulary.ORGANISATION_TYPE)),
            consents=CONSENTS,
            expertise=(make.make_term(Vocabulary.EXPERTISE),),
        )
        self._grow_translations(person)
        make.make_affiliation(person, self.organisation, is_main=False)
        make.make_affiliation(self.member, make.make_organisation(), is_main=False)
        make.make_partnership(self.organisation)
        make.make_partnership(project=self.project)
        make.make_appointment(person, make.make_working_group())
        make.make_appointment(make.make_member(consents=CONSENTS), self.group)
        need = make.make_need(raised_by=self.member, organisation=self.organisation)
        for row in (need, self.need):
            row.territories.add(make.make_territory())
            row.challenges.add(make.make_term())
        make.make_me_too(self.need, person)
        solution = make.make_solution(
            project=self.project, type=make.make_term(Vocabulary.SOLUTION_TYPE), contact=self.member
        )
        for result in (solution, self.solution, self.draft):
            result.challenges.add(make.make_term())
            result.tested_in.add(make.make_territory())
            number = result.links.count() + 1
            SolutionLink.objects.create(
                solution=result,
                position=number,
                label="Manual",
                address="https://a.example",
                rights_holder="Park",
                licence="MIT",
            )
            SolutionLanguage.objects.create(solution=result, code=Language.values[number])
            add_solution_file(
                solution=result,
                by=self.cast.accounts["coordinator"],
                content=ContentFile(b"%d dunes" % number, "dunes.txt"),
                title=f"Dunes {number}",
                rights_holder="Region of the Gulf",
                licence="CC BY 4.0",
                is_free_for_eu_use=True,
                visibility=FileVisibility.PUBLIC,
            )
        self._grow_exchanges(person)
        self._grow_clusters(person)

    def _grow_job(self, cluster: Cluster) -> None:
        """Give the job one more item that is done and one that failed, and ask for a further job."""
        for state in (ItemState.DONE, ItemState.FAILED):
            about = {"kind": "cluster", "subject_id": cluster.pk, "state": state, "finished_at": timezone.now()}
            number = self.job.items.count() + 1
            JobItem.objects.create(job=self.job, number=number, label=cluster.title, **about)
        Job.objects.create(task="factsheets.complete", key=f"x:{number}", by=self.cast.user("coordinator"))

    def _grow_exchanges(self, person: Any) -> None:
        """Ask for what the member offers, and say "I would like to" to the offer."""
        term, place = make.make_term(), make.make_territory()
        organisation = {"offering_organisation": self.organisation}
        more = [
            make.make_exchange("Who stores in marshes?", by=person, is_offer=False),
            make.make_exchange("Storage in fields", by=self.member, **organisation),
        ]
        make.make_term()
        for keeper in ({"working_group": self.group}, {"kind": "cluster", "subject_id": self.running.pk}):
            Liaison.objects.create(network=f"Net {Liaison.objects.count()}", kept_by=person, **keeper)
        expert = make.make_member(consents=CONSENTS, expertise=(make.make_term(Vocabulary.EXPERTISE, label="Marshes"),))
        make.make_affiliation(expert, self.organisation)
        need, solution = make.make_need(raised_by=expert), make.make_solution(contact=expert)
        make_cluster(self.cast, State.RUNNING).themes.add(self.challenge)
        for on in (need, solution):
            on.challenges.add(self.challenge)
        for row in (*more, self.exchange):
            row.challenges.add(term, self.challenge)
            row.territories.add(place)
            ExchangeLanguage.objects.create(exchange=row, code=Language.values[row.languages.count()])
        ExchangeWish.objects.create(exchange=self.exchange, member=person, organisation=make.make_organisation())

    def _grow_translations(self, person: Any) -> None:
        """Let somebody translate one more text, and issue one more language."""
        for cluster in (self.running, self.issued):
            there = Translation.objects.of_cluster(cluster)
            text = texts_of(cluster)[there.in_language("el").count()]
            part, part_id, field = text.slot
            for language in ("el", ("fr", "hr", "it", "pt")[there.exclude(language="el").count()]):
                cluster.translations.create(
                    language=language, part=part, part_id=part_id, field=field,
                    source=text.text, text="Έλη", by=person.user, at=NOW,
                )  # fmt: skip
        version = Issue.objects.factsheets().of_version(self.issued.name, 1)
        assert version is not None
        language = ("bg", "sl", "es", "fr")[version.translations.count()]
        version.translations.create(language=language, texts={"title": "Έλη"}, taken_at=NOW)

    def _grow_clusters(self, person: Any) -> None:
        for state in (State.RUNNING, State.SUBMITTED, State.APPROVED):
            further = make_cluster(
                self.cast, state, need=self.need, proposer=self.member, lead_organisation=self.organisation
            )
            further.solutions.add(self.solution)
            if state == State.SUBMITTED:
                make_prepared(self.cast, further)
            self._grow_job(further)
        words = f"Comment {Comment.objects.count()}"
        comment_on_proposal(cluster=self.proposed, by=person.user, text=words, at=timezone.now())
        make_follow_up(self.cast, make_cluster(self.cast, State.CONCLUDED))
        for why in FollowUpReason.values:
            if not self.concluded.follow_ups.filter(why=why).exists():
                make_follow_up(self.cast, self.concluded, why=why)
                break
        Outcome.objects.create(cluster=self.concluded, kind="networking", title="A further outcome")
        outcome = self.running.outcomes.all()[0]
        make_outcome_file(self.cast, outcome, f"Annex {outcome.evidence.count() + 1}")
        for cluster in (self.running, self.proposed):
            number = cluster.stages.count() + 1
            cluster.themes.add(make.make_term())
            cluster.territories.add(make.make_territory())
            cluster.solutions.add(make.make_solution())
            Objective.objects.create(cluster=cluster, position=number, text=f"Objective {number}")
            stage = Stage.objects.create(
                cluster=cluster,
                position=number,
                title=f"Stage {number}",
                planned_start_on=date(2026, 4, number),
                planned_end_on=date(2026, 4, number + 3),
                status=StageStatus.PLANNED,
                responsible=person,
            )
            Participation.objects.create(
                cluster=cluster,
                member=person,
                organisation=make.make_organisation(),
                status=ParticipationStatus.ACTIVE,
                from_on=date(2026, 3, 1),
            )
            Outcome.objects.create(cluster=cluster, kind="networking", title=f"Outcome {number}", stage=stage)
        by = self.cast.user("lead")
        transition(self.running, "pause", by=by, reason="The harbour is closed.")
        transition(self.running, "resume", by=by, reason="It is open again.")
        self._grow_amendments(by)
        self._grow_room(person)
        self._grow_invitations(person)
        self._grow_uptakes()
        self._grow_reviews(person)
        self.statements.grow()
        self._grow_reports()
        self._grow_panel(self.panel)
        self._ask_panel(f"Further question {PanelQuestion.objects.count()}?")

    def _grow_reviews(self, person: Any) -> None:
        """Let another person review the solution in its next version, and a draft wait."""
        part = self.running.participations.get(member=person)
        Solution.objects.filter(pk=self.solution.pk).update(published_version=models.F("published_version") + 1)
        published(self.cast, self.running, solution=self.solution, reviewers=[part])
        make_review(self.cast, self.running, solution=make.make_solution(project=self.project))
        row = PeerReviewer(review=self.review, member=person, organisation=part.organisation)
        row.save()
        PeerReviewRecommendation.objects.create(review=self.review, position=9 + person.pk, text="Say more.")

    def _grow_reports(self) -> None:
        """Put a further factsheet into both reports, and let one wait for a report."""
        ended = make_cluster(self.cast, State.CONCLUDED)
        issue = take_version(cluster=ended, face=Face.BACKWARD, reason="conclude", by=None, at=NOW)
        for report in (self.report, self.report_draft):
            report.factsheets.add(issue)
        waits = make_cluster(self.cast, State.CONCLUDED)
        take_version(cluster=waits, face=Face.BACKWARD, reason="conclude", by=None, at=NOW)
        CopReport.objects.create(
            working_group=self.group, title="Draft", from_on=NOW.date(), until_on=NOW.date(), begun_by=issue.by
        )

    def _grow_uptakes(self) -> None:
        """Record further uptakes of the solution, and by the organisation; ask about the first and keep a file."""
        number, steps = Uptake.objects.count(), ("in_use", "aware", "committed")
        make_uptake(self.cast, self.running, name=f"Board {number}", solution=self.solution, state=steps[number % 3])
        organisation = {"organisation": self.organisation, "solution": make.make_solution(project=self.project)}
        make_uptake(self.cast, self.running, name=f"Unused {number}", **organisation)
        ask_adopter(uptake=self.uptake, by=self.cast.user("lead"), address=f"board{number}@water.example")
        add_uptake_file(
            uptake=self.uptake,
            by=self.cast.user("lead"),
            content=ContentFile(b"%d wells" % number, "wells.txt"),
            title=f"Wells {number}",
            rights_holder="Region of the Gulf",
            licence="CC BY 4.0",
            is_free_for_eu_use=True,
            visibility=FileVisibility.PUBLIC,
        )

    def _grow_invitations(self, person: Any) -> None:
        """Ask an address that waits, let another one be taken up, and a person ask to join."""
        number = self.running.invitations.count()
        make_invitation(self.cast, self.running, f"waits{number}@port.example")
        taken = make_invitation(self.cast, self.running, f"came{number}@port.example")
        taken.status, taken.answered_at, taken.address = InvitationStatus.ACCEPTED, NOW, ""
        taken.participation = self.running.participations.get(member=person)
        taken.save()
        Participation.objects.create(
            cluster=self.running,
            member=make.make_member(),
            organisation=self.organisation,
            status=ParticipationStatus.DECLINED,
            asked_by=person.user,
            answered_by=self.cast.user("lead"),
            asked_at=NOW,
            answered_at=NOW,
        )

    def _grow_room(self, person: Any) -> None:
        """Add a thread, and to the first one a comment that mentions somebody."""
        said = {"by": person.user, "mentions": [self.cast.member("participant"), self.cast.member("lead")]}
        start_thread(cluster=self.running, title="A further question", text="And the dunes?", **said)
        reply(thread=self.thread, text="Two tables, I would say.", **said)
        number = self.document.versions.count()
        RoomMessage.objects.create(
            cluster=self.running, by=self.cast.user("lead"), subject=f"Message {number}", text="On Monday.", told=3
        )
        lead = self.cast.user("lead")
        make_meeting(self.cast, self.running, title=f"Further meeting {number}")
        note_decision(meeting=self.meeting, by=lead, text=f"Decision {number}")
        self.meeting.refresh_from_db()
        came = {make.make_organisation(): (2, 0), **{row.organisation: (2, 0) for row in self.meeting.attendance.all()}}
        keep_minutes(
            meeting=self.meeting, by=lead, minutes="All came.", attendance=came, seen_version=self.meeting.version
        )
        make_room_file(self.cast, self.running, FileVisibility.PUBLIC, title=f"Further wells {number}")
        add_version(
            room_file=self.document,
            by=person.user,
            content=ContentFile(b"%d wells" % number, "wells.txt"),
            rights_holder="Region of the Gulf",
            licence="CC BY 4.0",
            is_free_for_eu_use=True,
        )

    def _grow_amendments(self, by: Any) -> None:
        """Add an accepted amendment and one that waits."""
        for state in ("accepted", "waits"):
            title = f"Wetlands as storage, {self.running.amendments.count() + 1}"
            row = suggest_amendment(cluster=self.running, by=by, wished={"title": title}, reason="It is clearer.")
            if state == "accepted":
                decide_amendment(amendment=row, by=self.cast.user("coordinator"), accepted=["title"])
