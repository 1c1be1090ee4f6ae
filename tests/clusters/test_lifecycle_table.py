"""The full table state x verb x role: written out here, compared with what page and action allow."""

from __future__ import annotations

import pytest
from django.utils import timezone

from clusters.amendment_lifecycle import AMENDMENT
from clusters.choices import Capacity, State
from clusters.lifecycle import CLUSTER
from clusters.models import Cluster
from clusters.notifications.lifecycle import AUDIENCE_LABELS, AUDIENCES
from clusters.panel_lifecycle import PLACE, QUESTION
from clusters.permissions import capacities, deciding_members
from community.actions.transition import registered_effects, transition
from community.exchange_lifecycle import EXCHANGE
from community.models import Event
from community.permissions import Refusal
from community.solution_lifecycle import SOLUTION
from factsheets.report_lifecycle import REPORT
from results.lifecycle import UPTAKE
from results.policy_lifecycle import STATEMENT
from results.review_lifecycle import REVIEW
from tests.cast import Cast, make_cast, make_cluster
from tests.factories import make_affiliation

pytestmark = pytest.mark.django_db

DECIDE = {"coordinator", "mission_coordinator"}
LEAD = {"lead", "deputy_lead"}
RUN = LEAD | DECIDE | {"coordinator_proposer"}
MEMBERS = RUN | {
    "admin",
    "member",
    "participant",
    "proposer",
    "other_lead",
    "other_coordinator",
    "stand_in",
}
S = State

#: (verb, state) -> roles that may press it, on a complete cluster whose lead accepted and whose proposer is `proposer`.
#: `coordinator_proposer` is here a second coordinator of the group; `stand_in`, `other_coordinator` have another one.
ALLOWED: dict[tuple[str, str], set[str]] = {
    ("discard", S.DRAFT): {"proposer"},
    ("submit", S.DRAFT): {"proposer", "lead"},
    ("submit", S.RETURNED): {"proposer", "lead"},
    ("decline_lead", S.SUBMITTED): set(),
    ("take_back_lead", S.SUBMITTED): {"lead"},
    ("take_back_lead", S.RETURNED): {"lead"},
    ("recall", S.SUBMITTED): {"proposer"},
    ("return", S.SUBMITTED): DECIDE | {"coordinator_proposer"},
    ("approve", S.SUBMITTED): DECIDE | {"coordinator_proposer"},
    ("decline", S.SUBMITTED): DECIDE | {"coordinator_proposer"},
    ("decline", S.RETURNED): DECIDE | {"coordinator_proposer"},
    ("withdraw", S.SUBMITTED): {"proposer"},
    ("withdraw", S.RETURNED): {"proposer"},
    ("move", S.SUBMITTED): DECIDE | {"coordinator_proposer"},
    ("step_down", S.APPROVED): {"lead"},
    ("step_down", S.RUNNING): {"lead"},
    ("step_down", S.PAUSED): {"lead"},
    ("start", S.APPROVED): RUN,
    ("pause", S.RUNNING): RUN,
    ("resume", S.PAUSED): RUN,
    ("conclude", S.RUNNING): RUN,
    ("conclude", S.PAUSED): RUN,
    ("discontinue", S.APPROVED): RUN,
    ("discontinue", S.RUNNING): RUN,
    ("discontinue", S.PAUSED): RUN,
    ("correct", S.CONCLUDED): RUN,
    ("correct", S.DISCONTINUED): RUN,
    ("merge", S.SUBMITTED): DECIDE | {"coordinator_proposer"},
    ("merge", S.RETURNED): DECIDE | {"coordinator_proposer"},
    ("merge", S.APPROVED): DECIDE | {"coordinator_proposer"},
    **{("propose_again", state): MEMBERS for state in (S.CONCLUDED, S.DISCONTINUED, S.DECLINED, S.WITHDRAWN, S.MERGED)},
    ("reopen", S.CONCLUDED): DECIDE | {"coordinator_proposer", "admin"},
    ("reopen", S.DISCONTINUED): DECIDE | {"coordinator_proposer", "admin"},
    ("reopen", S.DECLINED): DECIDE | {"coordinator_proposer", "admin"},
    ("reopen", S.WITHDRAWN): DECIDE | {"coordinator_proposer", "admin", "proposer"},
}
#: What the verbs' forms ask besides.
DETAILS = {
    "conclude": {"lessons": "Begin with the form."},
    "discontinue": {"lessons": "Begin with the form."},
    "correct": {"lessons": "Begin with the form, early."},
}


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def details(verb: str, cast: Cast) -> dict[str, object]:
    """Return what makes a complete attempt of the verb."""
    if verb == "merge":
        return {"into": make_cluster(cast, State.APPROVED)}
    return {"working_group": cast.other_group} if verb == "move" else DETAILS.get(verb, {})


@pytest.mark.parametrize("state", State.values)
def test_each_role_may_do_in_each_state_what_the_table_says(state: str, cast: Cast) -> None:
    cluster = make_cluster(cast, state)
    now = timezone.now()
    allowed: dict[str, set[str]] = {}
    for verb in (verb.code for verb in CLUSTER if verb.has_page):
        for role, user in cast.accounts.items():
            attempt = CLUSTER.attempt(cluster, verb, by=user, at=now, reason="Because.", details=details(verb, cast))
            if CLUSTER.judge(attempt):
                allowed.setdefault(verb, set()).add(role)
    assert allowed == {verb: roles for (verb, source), roles in ALLOWED.items() if source == state and roles}


@pytest.mark.parametrize("state", State.values)
def test_a_button_is_enabled_exactly_when_the_verb_is_allowed(state: str, cast: Cast) -> None:
    cluster = make_cluster(cast, state)
    for role, user in cast.accounts.items():
        enabled = {o.verb.code for o in CLUSTER.offers(cluster, by=user, at=timezone.now()) if o.verdict}
        expected = {verb for (verb, source), roles in ALLOWED.items() if source == state and role in roles}
        assert enabled == expected, role


@pytest.mark.parametrize(("verb", "state"), sorted(ALLOWED))
def test_every_allowed_verb_changes_state_as_the_table_says(verb: str, state: str, cast: Cast) -> None:
    for role in sorted(ALLOWED[verb, state]):
        cluster = make_cluster(cast, state)
        before = cluster.state_before
        after = transition(cluster, verb, by=cast.user(role), reason="Because.", **details(verb, cast))
        row = CLUSTER.verb(verb)
        if verb == "discard":
            assert after.pk is None
            continue
        after.refresh_from_db()
        if verb == "propose_again":
            assert (after.state, after.version) == (state, 1)
            assert Cluster.objects.drafts_after(after, cast.user(role).member.pk).count() == 1
            continue
        target = row.target if isinstance(row.target, str) else before if row.target else state
        assert after.state == target, role
        event = Event.objects.about(after).first()
        assert event is not None
        assert (event.verb, event.by, event.data["from"], event.data["to"]) == (verb, cast.user(role), state, target)


def test_a_refused_verb_changes_nothing_and_says_why(cast: Cast) -> None:
    cluster = make_cluster(cast, State.SUBMITTED)
    with pytest.raises(Refusal) as refusal:
        transition(cluster, "return", by=cast.user("coordinator"), reason="  ")
    assert str(refusal.value) == "Say why: those who are told read it word for word."
    cluster.refresh_from_db()
    assert cluster.state == State.SUBMITTED
    assert Event.objects.count() == 0


@pytest.mark.parametrize("verb", ["approve", "return", "decline", "move"])
@pytest.mark.parametrize("party", ["proposer", "lead", "deputy"])
def test_nobody_decides_on_what_they_propose_or_lead(verb: str, party: str, cast: Cast) -> None:
    judge = cast.member("coordinator")
    changed = {"proposer": {"proposer": judge}, "lead": {"lead": judge}, "deputy": {}}[party]
    cluster = make_cluster(cast, State.SUBMITTED, **changed)
    if party == "deputy":
        cluster.participations.filter(role="deputy").update(member=judge)
    with pytest.raises(Refusal) as refusal:
        transition(cluster, verb, by=judge.user, reason="Good.", **details(verb, cast))
    assert "four eyes" in str(refusal.value)
    assert refusal.value.code == "forbidden"


def test_handing_the_lead_on_makes_no_stranger_of_who_wrote_or_accepted(cast: Cast) -> None:
    judge = cast.member("coordinator")
    make_affiliation(judge, cast.organisation)
    cluster = make_cluster(cast, State.SUBMITTED, lead=judge, lead_accepted_at=None)
    transition(cluster, "accept_lead", by=judge.user)
    type(cluster).objects.filter(pk=cluster.pk).update(lead=cast.member("lead"))
    cluster.refresh_from_db()
    with pytest.raises(Refusal) as refusal:
        transition(cluster, "approve", by=judge.user)
    assert refusal.value.code == "forbidden"
    assert judge not in deciding_members(cluster, timezone.localdate())
    assert not type(cluster).objects.waiting_for_decision().without_party(judge.pk).exists()


def test_a_coordinator_who_adopts_leads_and_no_longer_decides(cast: Cast) -> None:
    cluster = make_cluster(cast, State.RUNNING)
    with pytest.raises(Refusal, match="nothing to adopt"):
        transition(cluster, "adopt", by=cast.user("coordinator"), reason="To keep it going.")
    type(cast.user("lead")).objects.filter(pk=cast.user("lead").pk).update(is_active=False)
    adopted = transition(cluster, "adopt", by=cast.user("coordinator"), reason="To keep it going.")
    assert (adopted.lead, adopted.acting_lead, adopted.is_lead_wanted) == (None, cast.member("coordinator"), True)
    assert Capacity.LEAD in capacities(cast.user("coordinator"), adopted, timezone.localdate())
    transition(adopted, "pause", by=cast.user("coordinator"), reason="Until a lead is found.")


def test_concluding_again_after_an_answered_follow_up_asks_it_no_second_time(cast: Cast) -> None:
    cluster = transition(make_cluster(cast, State.RUNNING), "conclude", by=cast.user("lead"), lessons="Ask earlier.")
    cluster.follow_ups.filter(why="six_months").update(answer="confirmed", answered_at=timezone.now())
    reopened = transition(cluster, "reopen", by=cast.user("coordinator"), reason="One more annex.")
    again = transition(reopened, "conclude", by=cast.user("lead"), lessons="Ask earlier.")
    live = again.follow_ups.filter(cancelled_at=None).values_list("why", flat=True)
    assert sorted(live) == ["six_months", "twelve_months"]


def test_a_late_start_is_recorded_on_the_day_it_was(cast: Cast) -> None:
    started = transition(make_cluster(cast, State.APPROVED), "start", by=cast.user("lead"))
    assert started.started_on == timezone.localdate()


def test_a_stand_in_decides_only_where_nobody_of_the_group_may(cast: Cast) -> None:
    cluster = make_cluster(cast, State.SUBMITTED)
    stand_in = cast.user("stand_in")
    with pytest.raises(Refusal):
        transition(cluster, "approve", by=stand_in)
    cast.group.appointments.update(absent_until=timezone.localdate())
    stand_in = type(stand_in).objects.get(pk=stand_in.pk)
    approved = transition(cluster, "approve", by=stand_in)
    decision = approved.decisions.get()
    assert (decision.capacity, decision.working_group) == (Capacity.STAND_IN, cast.group)


def test_every_effect_and_audience_of_the_table_exists() -> None:
    tables = (CLUSTER, AMENDMENT, QUESTION, PLACE, UPTAKE, REVIEW, STATEMENT, REPORT, SOLUTION, EXCHANGE)
    assert {code for table in tables for verb in table for code in verb.effects} == registered_effects()
    assert {code for verb in CLUSTER for code in verb.tells} <= {*AUDIENCES}
    assert {*AUDIENCES} == {*AUDIENCE_LABELS}
