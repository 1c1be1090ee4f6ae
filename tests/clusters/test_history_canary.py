"""What is read in a history is what is read elsewhere: each word that somebody wrote is for those it was written to."""

from __future__ import annotations

import pytest
from django.core.files.base import ContentFile

from clusters.actions import condition, meeting, outcome, parting, roadmap, room, room_file, room_message
from clusters.actions import participation as people
from clusters.actions.amendment import act, comment_on_amendment, decide_amendment, suggest_amendment
from clusters.actions.evidence import add_evidence
from clusters.actions.invitation import send_invitations
from clusters.choices import State
from clusters.models import Cluster, Participation
from community.actions.transition import transition
from community.models import Member, User
from tests import factories as make
from tests.cast import Cast, make_cast, make_cluster
from tests.clusters.scene_facts import LATER, LATER_END, RIGHTS, pilot
from tests.clusters.test_lifecycle_pages import client_of
from tests.matrix.places import make_condition

pytestmark = [pytest.mark.django_db]

ALL = {"visitor", "member", "other_external", "other_coordinator", "external", "participant", "proposer", "newcomer"}
KEEP = {"deputy_lead", "coordinator", "admin"}
WORK = {"external", "participant", "proposer", "newcomer", *KEEP}
#: What is said in a history, and to whom: everything else that was written stands in none.
READ: dict[str, set[str]] = {
    **dict.fromkeys(("pause", "drop", "waive", "note", "outcome", "stage", "title accepted"), ALL | KEEP),
    **dict.fromkeys(("step down", "adopt"), WORK),
    **dict.fromkeys(("meeting", "decision", "cancel", "hide", "subject"), WORK),
    **dict.fromkeys(
        ("ask 1", "ask 3", "ask 4", "declined", "ended", "left", "invite", "invitation declined", "by address"), KEEP
    ),
    **dict.fromkeys(("ask 2", "accepted"), KEEP | {"newcomer"}),
    **dict.fromkeys(("suggested", "turned down"), KEEP | {"participant"}),
    **dict.fromkeys(("put forward", "comment"), KEEP),
}


class Words:
    """Words that occur nowhere else, by what they were written for."""

    def __init__(self) -> None:
        self.known: dict[str, str] = {}

    def __call__(self, what: str) -> str:
        return self.known.setdefault(what, f"zq{what.replace(' ', '')}qz")

    def found(self, text: str) -> set[str]:
        return {what for what, word in self.known.items() if word in text}


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def come_and_go(cast: Cast, cluster: Cluster, say: Words) -> Member:
    """Let people ask, be answered, leave and be invited; return the one who is in."""
    lead: User = cast.user("lead")
    new = [make.make_member(organisation=cast.organisation, consents=("directory",)) for _number in range(5)]

    def ask(number: int) -> Participation:
        words = say(f"ask {number + 1}")
        return people.enter(
            cluster=cluster, by=new[number].user, way="ask", organisation=cast.organisation, message=words
        )

    people.answer_request(participation=ask(0), by=lead, accept=False, reason=say("declined"))
    people.answer_request(participation=ask(1), by=lead, accept=True, reason=say("accepted"))
    row = people.answer_request(participation=ask(2), by=lead, accept=True)
    people.leave(participation=row, by=new[2].user, reason=say("left"))
    row = people.answer_request(participation=ask(3), by=lead, accept=True)
    parting.end_participation(participation=row, by=lead, seen="active", reason=say("ended"))
    row = people.invite(cluster=cluster, by=lead, member=new[4], message=say("invite"))
    people.answer_invitation(participation=row, by=new[4].user, accept=False, reason=say("invitation declined"))
    text, purpose = f"{say('address')}@port.example", say("purpose")
    send_invitations(cluster=cluster, by=lead, text=text, purpose=purpose, message=say("by address"))
    return new[1]


def amend(cast: Cast, cluster: Cluster, say: Words) -> None:
    """Let a participant's suggestion be turned down, and the lead's be accepted in part."""
    lead: User = cast.user("lead")
    wished = {"title": say("title refused")}
    row = suggest_amendment(cluster=cluster, by=cast.user("participant"), wished=wished, reason=say("suggested"))
    act(amendment=row, verb="amendment.turned_down", by=lead, reason=say("turned down"))
    wished = {"title": say("title accepted"), "question": say("question refused")}
    row = suggest_amendment(cluster=cluster, by=lead, wished=wished, reason=say("put forward"))
    comment_on_amendment(amendment=row, by=cast.user("coordinator"), text=say("comment"))
    decide_amendment(amendment=row, by=cast.user("coordinator"), accepted=["title"], reason=say("refused in part"))


def work(cast: Cast, cluster: Cluster, say: Words) -> None:
    """Let things be said in the room, at stages and conditions."""
    lead, coordinator = cast.user("lead"), cast.user("coordinator")
    thread = room.start_thread(cluster=cluster, by=lead, title=say("thread"), text=say("words"))
    room.hide_comment(comment=thread, by=coordinator, reason=say("hide"))
    content = ContentFile(b"31 wells", "a.txt")
    file = {"content": content, "title": say("file of the room"), "visibility": "room", **RIGHTS}
    room_file.add_room_file(cluster=cluster, by=lead, **file)
    called = meeting.call_meeting(
        cluster=cluster, by=lead, title=say("meeting"), agenda=say("agenda"), starts_at=LATER, ends_at=LATER_END
    )
    meeting.note_decision(meeting=called, by=lead, text=say("decision"))
    meeting.cancel_meeting(meeting=called, by=lead, reason=say("cancel"))
    seen = room_message.seal_of(room_message.recipients_of(cluster, lead))
    room_message.send_message(cluster=cluster, by=lead, subject=say("subject"), text=say("letter"), seen=seen)
    stage = roadmap.update_stage(stage=pilot(cluster), by=lead, seen_version=1, note=say("note"), title=say("stage"))
    restricted = {"content": content, "title": say("restricted file"), "visibility": "restricted", **RIGHTS}
    add_evidence(stage=stage, by=lead, **restricted)
    stage.refresh_from_db()
    roadmap.drop_stage(stage=stage, by=lead, seen_version=stage.version, reason=say("drop"))
    outcome.add_outcome(cluster=cluster, by=lead, kind="answer", title=say("outcome"))
    condition.waive_condition(condition=make_condition(cast, cluster), by=coordinator, reason=say("waive"))


def test_each_word_of_a_history_is_read_by_those_it_was_written_to(cast: Cast) -> None:
    cluster, say = make_cluster(cast, State.RUNNING, join_policy="application"), Words()
    newcomer = come_and_go(cast, cluster, say)
    amend(cast, cluster, say)
    work(cast, cluster, say)
    transition(cluster, "pause", by=cast.user("lead"), reason=say("pause"))
    transition(cluster, "step_down", by=cast.user("lead"), reason=say("step down"))
    transition(cluster, "adopt", by=cast.user("coordinator"), reason=say("adopt"))
    found: dict[str, set[str]] = {}
    for role in sorted(ALL | KEEP):
        client = client_of(cast, "visitor" if role == "newcomer" else role)
        if role == "newcomer":
            client.force_login(newcomer.user)
        found[role] = say.found(client.get(f"{cluster.get_absolute_url()}history/").content.decode())
    assert found == {role: {what for what, roles in READ.items() if role in roles} for role in ALL | KEEP}
