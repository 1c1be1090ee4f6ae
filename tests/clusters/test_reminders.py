"""Silence: who is reminded on which day, at every boundary, once, and never of what is paused or answered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from clusters.actions.clock import start_due_clusters, withdraw_idle_proposals
from clusters.actions.prepared import announce_due_decisions, prepare_decision
from clusters.actions.reminders import plan_reminders, send_reminders, send_todays
from clusters.choices import ParticipationStatus, State
from clusters.contributed import REMINDERS_AT
from clusters.models import Cluster, FollowUp, Participation, Stage
from clusters.permissions import parties
from clusters.rules.content import content_hash
from clusters.rules.reminder_rights import parties_of
from clusters.rules.reminders import RULES, Person, Silence, Why, decide
from community import notifications
from community.actions.outbox import send_outbox
from community.actions.scheduler import enter_chores, tick
from community.models import Message
from tests.cast import Cast, make_cast, make_cluster
from tests.factories import NOW, TODAY

WHO = {name: Person(number, name) for number, name in enumerate(("lead", "coordinators", "mission", "asked"), 1)}
WHO |= {
    name: Person(number, name)
    for number, name in enumerate(("proposer", "responsible", "room", "address", "writers", "side"), 5)
}
PEOPLE = {name: (person,) for name, person in WHO.items()}
ANCHOR = date(2026, 3, 29)  # the night in which Athens puts its clocks forward

#: On which days, counted from the anchor, who gets a first mail when the clock runs every day: DESIGN, "Silence".
DAYS: dict[str, dict[str, list[int]]] = {
    "undecided": {"coordinators": [7, 14], "mission": [14]},
    "lead_asked": {"asked": [3, 7]},
    "idle": {"proposer": [14, 30, 83], "lead": [14, 30, 83]},
    "orphaned": {"coordinators": [14, 30, 83]},
    "start": {"lead": [0, 7, 14, 21, 28], "coordinators": [14]},
    "end": {"lead": [-14, -3, 0, 7, 14, 21, 28], "coordinators": [14]},
    "lead_ended": {"lead": [0, 7, 14, 21, 28], "coordinators": [0, 14, 28]},
    "stage": {"lead": [-14, -3, 0, 7, 14, 21, 28], "responsible": [-14, -3, 0], "coordinators": [14]},
    "condition": {"lead": [-14, -3, 0, 7, 14, 21, 28], "coordinators": [14]},
    "condition_met": {"coordinators": [7, 14], "mission": [14]},
    "invitation": {"asked": [3, 7]},
    "address": {"address": [3, 7]},
    "confirmation": {"address": [3, 7]},
    "request": {"lead": [3, 7, 14, 21, 28], "coordinators": [14]},
    "suggestion": {"lead": [7, 14]},
    "new_lead": {"asked": [3, 7]},
    "amendment": {"coordinators": [7, 14], "mission": [14]},
    "merge": {"coordinators": [7, 14]},
    "follow_up": {"asked": [7, 14], "coordinators": [14]},
    "meeting": {"room": [-3, 0]},
    "report": {"coordinators": [14, 30, 60]},
    "statement": {"coordinators": [7, 14], "mission": [14]},
    "statement_comments": {"coordinators": [-3], "writers": [1]},
    "exchange_wish": {"side": [3, 7, 14]},
    "exchange_done": {"side": [1, 7, 30]},
    "exchange_undated": {"side": [1, 7, 30]},
}


def silence(rule: str, **more: Any) -> Silence:
    return Silence(rule, "cluster:1", more.pop("anchor", ANCHOR), more.pop("people", PEOPLE), **more)


def sends(waiting: Silence, on: date, sent: set[str]) -> dict[str, int | None]:
    """Return who is sent which step on a day, and remember it."""
    found = [decision for decision in decide(waiting, on, sent) if decision.sends]
    sent.update(decision.key for decision in found)
    return {decision.person.name: decision.step for decision in found}


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("anchor", [ANCHOR, date(2026, 10, 25), date(2028, 2, 29), date.max - timedelta(days=95)])
def test_each_rule_reminds_on_its_days_and_on_no_other(rule: str, anchor: date) -> None:
    waiting, sent, found = silence(rule, anchor=anchor), set[str](), dict[str, list[int]]()
    last = 28 if any(step.every for step in RULES[rule]) and rule != "report" else 90
    for day in range(-20, last + 1):
        on = anchor + timedelta(days=day)
        for name, step in sends(waiting, on, sent).items():
            found.setdefault(name, []).append(day)
            assert step == day
        assert sends(waiting, on, sent) == {}, "twice on one day"
    assert {name: days for name, days in found.items() if days} == (
        DAYS[rule] if rule != "report" else {"coordinators": [14, 30, 60, 90]}
    )


def test_a_machine_that_slept_sends_the_newest_step_alone() -> None:
    waiting, sent = silence("end"), set[str]()
    assert sends(waiting, ANCHOR - timedelta(days=14), sent) == {"lead": -14}
    assert sends(waiting, ANCHOR + timedelta(days=13), sent) == {"lead": 7}
    assert sends(waiting, ANCHOR + timedelta(days=13), sent) == {}
    assert sends(waiting, ANCHOR + timedelta(days=40), sent) == {"lead": 35, "coordinators": 14}


def test_nobody_is_reminded_of_days_on_which_nobody_waited() -> None:
    waiting = silence("end", since=ANCHOR - timedelta(days=5))
    assert sends(waiting, ANCHOR - timedelta(days=5), set()) == {}
    assert sends(waiting, ANCHOR - timedelta(days=3), set()) == {"lead": -3}
    assert sends(silence("end", anchor=date.min), date(2026, 5, 12), set()) != {}


def test_a_skip_says_why() -> None:
    on = ANCHOR + timedelta(days=14)
    people = {
        "lead": (Person(1, "Both"), Person(None, "Unregistered"), Person(2, "Closed", is_active=False)),
        "coordinators": (Person(1, "Both"), Person(3, "Away", absent_until=on), Person(4, "Back", absent_until=ANCHOR)),
    }

    def whys(**more: Any) -> list[tuple[str, str]]:
        return [(d.person.name, d.why or "send") for d in decide(silence("end", people=people, **more), on, set())]

    assert whys() == [
        ("Both", "send"),
        ("Unregistered", "no_account"),
        ("Closed", "closed"),
        ("Both", "other_part"),
        ("Away", "absent"),
        ("Back", "send"),
    ]
    assert {why for _name, why in whys(is_paused=True)} == {Why.PAUSED}
    assert {why for _name, why in whys(is_answerable=False)} == {Why.NO_ANSWER}
    early = decide(silence("end"), ANCHOR - timedelta(days=15), set())
    assert [(d.audience, d.why, d.next_on) for d in early] == [
        ("lead", Why.NOT_YET, ANCHOR - timedelta(days=14)),
        ("coordinators", Why.NOT_YET, ANCHOR + timedelta(days=14)),
    ]
    later = decide(silence("end"), ANCHOR, {decide(silence("end"), ANCHOR, set())[0].key})
    assert (later[0].why, later[0].next_on) == (Why.SENT, ANCHOR + timedelta(days=7))


# -- What the database says waits --------------------------------------------------------------------------------------


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def ask(cluster: Cluster, cast: Cast, role: str, status: str, days_ago: int) -> Participation:
    return Participation.objects.create(
        cluster=cluster, member=cast.member(role), status=status, asked_at=NOW - timedelta(days=days_ago)
    )


def make_world(cast: Cast) -> dict[str, Cluster]:
    """Make one of each that waits on `TODAY`, and one that is paused."""
    ago = {days: NOW - timedelta(days=days) for days in (3, 7, 14)}
    day = {days: TODAY + timedelta(days=days) for days in (-7, 0, 3, 300)}
    world = {
        "undecided": make_cluster(cast, State.SUBMITTED, state_since=ago[14]),
        "asked": make_cluster(cast, State.SUBMITTED, state_since=ago[3], lead_accepted_at=None, lead_asked_at=ago[3]),
        "start": make_cluster(cast, State.APPROVED, starts_on=day[0], ends_on=day[300]),
        "end": make_cluster(cast, State.RUNNING, ends_on=day[3], approved_at=NOW - timedelta(days=200)),
        "paused": make_cluster(cast, State.PAUSED, ends_on=day[3], approved_at=NOW - timedelta(days=200)),
    }
    ask(world["end"], cast, "member", ParticipationStatus.INVITED, 7)
    ask(world["end"], cast, "other_lead", ParticipationStatus.REQUESTED, 3)
    Stage.objects.filter(cluster=world["end"]).update(
        status="running", planned_end_on=day[-7], actual_end_on=None, responsible=cast.member("participant")
    )
    ended = make_cluster(cast, State.CONCLUDED)
    FollowUp.objects.create(cluster=ended, why="six_months", due_on=day[0], asked=cast.member("lead"))
    return world


@pytest.mark.django_db
@pytest.mark.both
@time_machine.travel(NOW, tick=False)
def test_what_waits_is_reminded_once_through_the_outbox_and_shown_before(cast: Cast) -> None:
    world = make_world(cast)
    clusters = list(Cluster.objects.all())
    assert parties_of(clusters) == {row.pk: parties(row) for row in clusters}
    names = {row.pk: key for key, row in world.items()}
    planned = plan_reminders(TODAY)
    told = {(names[d.silence.cluster_id], d.silence.rule, d.audience, d.person.name) for d in planned.sends}
    deciders = [("coordinators", "Coordinator Person"), ("coordinators", "Coordinator_Proposer Person")]
    leads = ("Lead Person", "Deputy_Lead Person")
    assert told == {
        *(("undecided", "undecided", *who) for who in deciders),
        ("undecided", "undecided", "mission", "Mission Person"),
        ("asked", "lead_asked", "asked", "Lead Person"),
        *(("start", "start", "lead", name) for name in leads),
        *(("end", "end", "lead", name) for name in leads),
        *(("end", "stage", "lead", name) for name in leads),
        ("end", "stage", "responsible", "Participant Person"),
        ("end", "invitation", "asked", "Member Person"),
        *(("end", "request", "lead", name) for name in leads),
    }
    assert {d.why for d in planned.skips if d.silence.cluster_id == world["paused"].pk} == {Why.PAUSED}
    assert {d.why for d in planned.skips if d.silence.rule == "follow_up"} == {Why.NOT_YET}
    dry = StringIO()
    call_command("send_reminders", dry_run=True, stdout=dry)
    assert (
        f"{world['end'].name} | Stage is due, 7 days ago | Participant Person (responsible for the stage) | send"
        in (dry.getvalue())
    )
    assert Message.objects.count() == 0
    assert len(send_reminders(on=TODAY).sends) == len(planned.sends)
    call_command("send_reminders", stdout=dry)
    assert dry.getvalue().splitlines()[-1].startswith("0 sent,")
    assert Message.objects.count() == len(planned.sends)


@pytest.mark.django_db
@time_machine.travel(NOW, tick=False)
def test_a_reminder_says_what_is_wanted_and_leads_to_the_very_button(cast: Cast, settings: Any) -> None:
    from django.core import mail

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    world = make_world(cast)
    send_reminders(on=TODAY)
    send_outbox(at=NOW)
    stage = world["end"].stages.get()
    sent = {(m.to[0], m.subject): m.body for m in mail.outbox}
    title = world["end"].title
    for role, subject, said, path in (
        ("participant", f"Please update the stage “Kick-off” of “{title}”", "was planned to end", f"#stage-{stage.pk}"),
        ("member", f"Please answer the invitation to “{title}”", "You were invited on 5 May 2026", "/people/#mine"),
        ("deputy_lead", f"Please bring “{title}” to its end", "Its planned end is on 15 May 2026", "/conclude/"),
        ("coordinator", f"Please decide on “{title}”", "It was proposed on 28 April 2026", "/review/"),
    ):
        body = sent[cast.user(role).email, subject]
        assert said in body, role
        assert path.replace("#", "%23") in body, role
        assert "/accounts/login/?next=" in body, role


@pytest.mark.django_db
def test_a_day_that_is_none_is_refused() -> None:
    with pytest.raises(CommandError, match="is no day"):
        call_command("send_reminders", on="yesterday")


@pytest.mark.django_db
@time_machine.travel(NOW, tick=False)
def test_the_page_shows_the_readers_groups_and_sends_nothing(cast: Cast) -> None:
    make_world(cast)
    found = {}
    for role in ("coordinator", "other_coordinator", "admin"):
        client = Client()
        client.force_login(cast.user(role))
        page = client.get("/reminders/")
        found[role] = (page.context["sheet"].send_count, page.context["sheet"].skip_count > 0)
    assert found == {"coordinator": (14, True), "other_coordinator": (0, False), "admin": (14, True)}
    assert client.get("/reminders/?on=2026-05-19").context["sheet"].send_count > 0
    assert client.get("/reminders/?on=1999-01-01").status_code == 422
    assert Message.objects.count() == 0


# -- The clock ---------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("night", ["2026-03-29", "2026-10-25"])
def test_the_clock_reminds_once_a_day_also_in_nights_when_clocks_are_changed(
    night: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from community import contributions

    chore = contributions.clock_jobs.get("clusters.reminders")
    monkeypatch.setattr(contributions.clock_jobs, "_entries", {"clusters.reminders": chore})
    assert (chore.daily_at, chore.run) == (REMINDERS_AT, send_todays)
    enter_chores()
    begin = datetime.combine(date.fromisoformat(night) - timedelta(days=1), time(0), tzinfo=UTC)
    ran = [at for half in range(96) if tick(at=(at := begin + timedelta(minutes=30 * half)), owner="a")]
    local = [timezone.localtime(at) for at in ran[1:]]  # the first run makes up for what was missed before
    assert [(at.date().isoformat(), at.hour) for at in local] == [
        ((date.fromisoformat(night) + timedelta(days=days)).isoformat(), 6) for days in (-1, 0)
    ]


@pytest.mark.django_db
@pytest.mark.both
def test_an_idle_proposal_is_withdrawn_only_after_its_proposer_was_told(cast: Cast, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    cluster = make_cluster(cast, State.RETURNED)
    rest = timezone.make_aware(datetime(2026, 2, 1, 10, 0))
    Cluster.objects.filter(pk=cluster.pk).update(updated_at=rest)

    def after(days: int) -> datetime:
        return rest + timedelta(days=days)

    assert withdraw_idle_proposals(after(120)) == 0, "nobody was told"
    with time_machine.travel(after(84), tick=False):  # the machine slept on day 83
        send_todays(after(84))
        assert withdraw_idle_proposals(after(91)) == 0, "the mail has not left"
        send_outbox(at=after(84))
    told = Message.objects.filter(template="clusters/withdrawal_ahead")
    assert set(told.values_list("to__member__name", "state")) == {
        ("Proposer Person", "sent"),
        ("Lead Person", "sent"),
    }
    assert withdraw_idle_proposals(after(89)) == 0
    assert withdraw_idle_proposals(after(91)) == 1
    cluster.refresh_from_db()
    assert cluster.state == State.WITHDRAWN


# -- What nobody expected at one cluster stops no other ----------------------------------------------------------------


def _announced(cast: Cast) -> list[Cluster]:
    rows = [make_cluster(cast, State.SUBMITTED) for _ in range(2)]
    for row in rows:
        fresh = Cluster.objects.get(pk=row.pk)
        given = {"reason": "No.", "seen": content_hash(fresh), "announce_at": NOW + timedelta(hours=1), "at": NOW}
        prepare_decision(cluster=fresh, verb="decline", by=cast.user("coordinator"), **given)
    return rows


def _one_day(cast: Cast) -> list[Cluster]:
    return [make_cluster(cast, State.APPROVED, starts_on=TODAY, ends_on=TODAY) for _ in range(2)]


def _idle(cast: Cast) -> list[Cluster]:
    rows = [make_cluster(cast, State.RETURNED) for _ in range(2)]
    Cluster.objects.filter(state=State.RETURNED).update(updated_at=NOW - timedelta(days=92))
    told = NOW - timedelta(days=9)
    with time_machine.travel(told, tick=False):
        send_todays(told)
        send_outbox(at=told)
    return rows


def _silent(cast: Cast) -> list[Cluster]:
    return [make_cluster(cast, State.SUBMITTED, state_since=NOW - timedelta(days=7)) for _ in range(2)]


JOBS: dict[str, tuple[Callable[[Cast], list[Cluster]], Callable[[datetime], int]]] = {
    "announce": (_announced, announce_due_decisions),
    "start": (_one_day, start_due_clusters),
    "withdraw": (_idle, withdraw_idle_proposals),
    "remind": (_silent, send_todays),
}


@pytest.mark.django_db
@pytest.mark.parametrize("job", JOBS)
def test_the_clock_goes_on_after_an_error_that_nobody_expected(
    cast: Cast, job: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    make, run = JOBS[job]
    with time_machine.travel(NOW, tick=False):
        first, second = make(cast)
    before = list(Message.objects.values_list("pk", flat=True))
    queue = notifications.queue

    def fail(template: str, **given: Any) -> Any:
        if getattr(given["subject"], "pk", None) == first.pk:
            raise ZeroDivisionError(template)
        return queue(template, **given)

    monkeypatch.setattr(notifications, "queue", fail)
    with time_machine.travel(NOW + timedelta(hours=2), tick=False):
        run(NOW + timedelta(hours=2))
    assert "ZeroDivisionError" in caplog.text
    assert {row.subject_id for row in Message.objects.exclude(pk__in=before)} == {second.pk}
    states = [Cluster.objects.get(pk=row.pk).state for row in (first, second)]
    assert (states[0] == states[1]) is (job == "remind"), "the first one is as it was, the second one went on"
