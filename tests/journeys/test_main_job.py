"""The main job over HTTP: from five steps of a proposal to two issued factsheets, on both databases.

Three people fill in the forms that their pages hold. The twin in a real browser is `tests/browser/test_journey.py`.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core import mail
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from clusters.choices import State
from clusters.models import Cluster, Decision
from community.choices import JobState, MessageState
from community.models import Event, Job, Member, Message
from factsheets.models import Issue
from tests import factories as make
from tests.clusters.form_reader import fields_of

pytestmark = [pytest.mark.both, pytest.mark.django_db(transaction=True)]

TITLE = "Salt marsh in the flood plan"
QUESTION = "How does a flood plan count a salt marsh, so that restoring it is paid for?"
FORM = re.compile(r"<form\b[^>]*>.*?</form>", re.S)


class Person:
    """Somebody who works through pages: opens one, changes what its form holds, sends it."""

    def __init__(self, member: Member) -> None:
        self.member = member
        self.client = Client()
        assert member.user is not None
        self.client.force_login(member.user)

    def page(self, url: str) -> str:
        """Open a page."""
        answer = self.client.get(url, follow=True)
        assert answer.status_code == 200, (url, answer.status_code)
        return answer.content.decode()

    def fill(self, url: str, holding: str, **changes: object) -> HttpResponse:
        """Send the form on the page at `url` that holds the field `holding`, with changes; it must be taken."""
        html = self.page(url)
        form = next(found for found in FORM.findall(html) if f'name="{holding}"' in found)
        whole = re.sub(r"<form\b[^>]*>", '<form id="it">', form, count=1)
        typed = {**fields_of(whole, "it"), **changes}
        answer = self.client.post(url, typed)
        if answer.status_code == 307:  # the browser sends the same form on, to the page of the verb
            answer = self.client.post(answer.headers["Location"], typed)
        assert answer.status_code == 302, (url, answer.status_code, answer.content.decode())
        return answer

    def press(self, cluster: Cluster, verb: str, **changes: object) -> None:
        """Do a verb on its page."""
        self.fill(f"/clusters/{cluster.name}/{verb}/", "seen", **changes)
        cluster.refresh_from_db()


@pytest.fixture
def people() -> dict[str, Person]:
    """The people of the journey, the group that decides and the result that is transferred."""
    gulf = make.make_lead_organisation("Region of the Gulf", country="EL")
    group = make.make_working_group("WG4", "Ecosystem restoration")
    make.make_solution("Flood storage method for marshes", project=make.make_project("WETLAND"))
    consents = ("directory",)
    proposer = make.make_member("Claire Astier", organisation=make.make_organisation("Blue Plan"), consents=consents)
    return {
        "proposer": Person(proposer),
        "lead": Person(make.make_member("Eleni Markou", organisation=gulf, consents=consents)),
        "coordinator": Person(make.make_coordinator(group, "Sofia Renner")),
    }


def propose(person: Person, lead: Member) -> Cluster:
    """Fill in the five steps, and propose."""
    start = person.page("/clusters/propose/")
    code = re.search(r'name="code" value="([a-z]{8})"', start)
    assert code is not None
    person.client.post("/clusters/propose/", {"start": "empty", "code": code[1]})
    draft = Cluster.objects.get()
    today = timezone.localdate()
    day = today.isoformat()
    group, solution = draft_choices()
    words: tuple[dict[str, object], ...] = (
        {
            "title": TITLE,
            "question": QUESTION,
            "need_text": "Three regions restore marshes and no plan counts them.",
            "focus": "territorial",
            "levels": ["regional"],
        },
        {
            "objectives-0-text": "Fit the method to two regional plans.",
            "objectives-0-criterion": "Two annexes that planners have read.",
            "kind_answer": "on",
        },
        {
            "starts_on": day,
            "ends_on": today.replace(year=today.year + 1, month=6, day=30).isoformat(),
            "stages-0-title": "Kick-off with planners",
            "stages-0-planned_start_on": day,
            "stages-0-planned_end_on": day,
            "stages-0-deliverable": "Roadmap, version 1",
        },
        {"working_group": group, "lead": lead.key},
        {"solutions": [solution], "adoption_plan": "Two regions put the annex into their next plan."},
    )
    for number, changes in enumerate(words, 1):
        do = "propose" if number == len(words) else "next"
        person.fill(f"/clusters/{draft.name}/edit/{number}/", "do", **changes, do=do)
    draft.refresh_from_db()
    return draft


def draft_choices() -> tuple[int, int]:
    """Return the keys of the one group and of the one solution that the forms offer."""
    from community.models import Solution, WorkingGroup

    return WorkingGroup.objects.get().pk, Solution.objects.get().pk


def test_a_cluster_goes_from_proposal_to_a_reported_factsheet(people: dict[str, Person], tmp_path: Path) -> None:
    proposer, lead, coordinator = people["proposer"], people["lead"], people["coordinator"]
    cluster = propose(proposer, lead.member)
    reference = f"M4N-CL-{timezone.localdate().year}-01"
    assert (cluster.state, cluster.title, cluster.reference) == (State.SUBMITTED, TITLE, reference)
    assert cluster.lead == lead.member

    lead.press(cluster, "accept-lead")
    assert cluster.lead_accepted_at is not None
    assert TITLE in coordinator.page("/review/")
    coordinator.press(cluster, "return", reason="Say what is out of scope.")
    assert cluster.state == State.RETURNED

    assert "Say what is out of scope." in proposer.page(f"/clusters/{cluster.name}/history/")
    proposer.fill(f"/clusters/{cluster.name}/edit/2/", "do", out_of_scope="Flash floods in built-up areas.", do="save")
    proposer.press(cluster, "submit")
    assert (cluster.state, cluster.reference) == (State.SUBMITTED, reference)

    coordinator.press(cluster, "approve")
    assert cluster.state == State.APPROVED
    assert list(Issue.objects.values_list("version", "face")) == [(1, "forward")]

    work(lead, cluster)
    assert sorted(Issue.objects.values_list("version", "face")) == [(1, "forward"), (2, "backward")]
    read_the_documents(cluster, tmp_path)
    what_the_records_say(cluster, people)


def work(lead: Person, cluster: Cluster) -> None:
    """Start, complete the stage, record an outcome, conclude."""
    lead.press(cluster, "start")
    assert (cluster.state, cluster.baselines.count()) == (State.RUNNING, 1)
    at, day = f"/clusters/{cluster.name}", timezone.localdate().isoformat()
    stage = cluster.stages.get()
    lead.fill(f"{at}/roadmap/{stage.pk}/complete/", "actual_end_on", actual_start_on=day, actual_end_on=day)
    assert cluster.stages.get().status == "done"
    title = "The annex is written and read by two planning offices"
    lead.fill(f"{at}/outcomes/add/", "title", kind="answer", title=title)
    assert cluster.outcomes.get().kind == "answer"
    lead.press(cluster, "conclude", lessons="Ask the planners for their form first.")
    assert (cluster.state, cluster.follow_ups.exists()) == (State.CONCLUDED, True)


def read_the_documents(cluster: Cluster, folder: Path) -> None:
    """A visitor downloads both versions; the newest says what the cluster is and what came of it."""
    visitor = Client()
    assert visitor.get(f"/clusters/{cluster.name}/factsheet/").status_code == 200
    newest = visitor.get(f"/clusters/{cluster.name}/factsheet.pdf")
    assert (newest.status_code, newest.headers["Content-Type"]) == (200, "application/pdf")
    name = f"{cluster.reference}_v2_{timezone.localdate().isoformat()}_en.pdf"
    assert name in newest.headers["Content-Disposition"]
    text = words_of(newest, folder)
    for words in (TITLE, "Region of the Gulf", "Kick-off with planners", "The annex is written", "What came of it"):
        assert words in text, words
    first = words_of(visitor.get(f"/factsheets/{cluster.reference}/v1/en.pdf"), folder)
    assert TITLE in first
    assert "Kick-off with planners" in first
    assert "The annex is written" not in first
    # Names stand in a document only with the consent to that; nobody here gave it.
    assert [name for name in ("Astier", "Markou", "Renner") if name in text + first] == []


def words_of(answer: HttpResponse, folder: Path) -> str:
    """Return the text of a PDF as pdftotext reads it."""
    path = folder / "factsheet.pdf"
    path.write_bytes(answer.content)
    text = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True).stdout
    return " ".join(text.split())


def what_the_records_say(cluster: Cluster, people: dict[str, Person]) -> None:
    """One event a step, the two decisions, and nothing left undone."""
    verbs = list(Event.objects.about(cluster).order_by("number").values_list("verb", flat=True))
    life = ["submit", "accept_lead", "return", "proposal.edited", "submit", "approve", "start", "conclude"]
    assert [verb for verb in verbs if verb in life] == life
    assert list(Decision.objects.order_by("pk").values_list("verb", flat=True)) == ["return", "approve"]
    assert Decision.objects.filter(decided_by=people["coordinator"].member).count() == 2
    assert Job.objects.exclude(state=JobState.DONE).count() == 0
    late = Message.objects.exclude(state=MessageState.SENT)
    assert {message.template for message in late} <= {"clusters/return"}  # it may be taken back for 30 seconds
    told: Callable[[str], set[str]] = lambda part: {m.to[0] for m in mail.outbox if part in m.subject.lower()}  # noqa: E731
    assert all(len(message.to) == 1 for message in mail.outbox)
    addresses = {name: person.member.user.email for name, person in people.items() if person.member.user}
    assert {addresses["proposer"], addresses["lead"]} <= told("approved")
