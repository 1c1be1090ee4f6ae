"""Whom a cluster's verbs tell, and the rows that this puts in the outbox.

Audiences are the codes of the column `tells`; each yields accounts. A person in several audiences gets one
mail, the first that fits. Nobody is told of what they did themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from clusters.choices import ParticipationStatus, State
from clusters.models import Cluster, Participation
from clusters.notifications import absence as absence_mails
from clusters.notifications import condition as condition_mails
from clusters.notifications import merge as merge_mails
from clusters.notifications import prepared as prepared_mails
from clusters.notifications import proposal_comment as comment_mails
from clusters.permissions import acts_as_lead, deciding_members, sees_names
from clusters.rules.requirements import UNDO_SECONDS
from clusters.sentences import who
from clusters.visibility import viewer
from community import notifications, platform_mails
from community.actions.transition import tells
from community.choices import Vocabulary
from community.lifecycle import Attempt
from community.models import Appointment, Event, Member, Message, Partnership, Subscription, User

Audience = Callable[[Attempt], Iterable[Member | None]]


def _coordinators(attempt: Attempt) -> Iterable[Member | None]:
    if attempt.is_asking and attempt.verb.code == "move":
        return ()  # those of a group that is still to be chosen
    return deciding_members(attempt.subject, attempt.on)


def _coordinators_once_proposed(attempt: Attempt) -> Iterable[Member | None]:
    return _coordinators(attempt) if attempt.subject.state == State.SUBMITTED else ()


def _further_coordinators(attempt: Attempt) -> Iterable[Member | None]:
    further = attempt.subject.further_working_groups.all()
    present = Appointment.objects.current(attempt.on).filter(working_group__in=further)
    return Member.objects.filter(appointments__in=present).select_related("user").distinct()


def _coordinators_before(attempt: Attempt) -> Iterable[Member | None]:
    group = attempt.subject.working_group_id if attempt.is_asking else attempt.facts.get("group_before")
    if group is None:
        return ()
    present = Appointment.objects.current(attempt.on).filter(working_group=group)
    return Member.objects.filter(appointments__in=present).select_related("user")


def _with_status(*statuses: str) -> Audience:
    def audience(attempt: Attempt) -> Iterable[Member | None]:
        rows = attempt.subject.participations.filter(status__in=statuses, member__isnull=False)
        return [row.member for row in rows.select_related("member__user")]

    return audience


def _lead(attempt: Attempt) -> Iterable[Member | None]:
    before = attempt.facts.get("lead_before") or attempt.facts.get("declined_lead")
    return Member.objects.filter(pk=before or attempt.subject.lead_id).select_related("user")


def _lead_to_ask(attempt: Attempt) -> Iterable[Member | None]:
    return () if attempt.subject.lead_accepted_at else (attempt.subject.lead,)


def _proposer(attempt: Attempt) -> Iterable[Member | None]:
    return (attempt.subject.proposer,)


def _need_raiser(attempt: Attempt) -> Iterable[Member | None]:
    """Who raised one of the needs that the cluster answers, then who said "me too"."""
    cluster = attempt.subject
    needs = {cluster.need_id, *cluster.further_needs.values_list("pk", flat=True)} - {None}
    if not needs:
        return ()
    people = Member.objects.select_related("user").order_by("pk")
    said = people.filter(me_toos__need__in=needs).distinct()
    return [*people.filter(needs__in=needs).distinct(), *said]


def _solution_owners(attempt: Attempt) -> Iterable[Member | None]:
    """Contacts of the solutions, else the members who work for the lead partners of their projects."""
    contacts = [s.contact for s in attempt.subject.solutions.select_related("contact__user") if s.contact]
    without = attempt.subject.solutions.filter(contact__isnull=True).values("project")
    leads = Partnership.objects.filter(project__in=without, role="LP").values("organisation")
    return [*contacts, *Member.objects.of_organisations(leads, attempt.on).select_related("user").order_by("pk")]


def _shared_with(attempt: Attempt) -> Iterable[Member | None]:
    readers = attempt.facts.get("readers", ())
    if attempt.is_asking:
        readers = [share.member_id for share in attempt.subject.shares.all()]
    return Member.objects.filter(pk__in=readers).select_related("user")


def _closed(attempt: Attempt) -> Iterable[Member | None]:
    if attempt.is_asking:
        return _with_status(
            ParticipationStatus.REQUESTED,
            ParticipationStatus.WAITING,
            ParticipationStatus.INVITED,
            ParticipationStatus.INTERESTED,
        )(attempt)
    return Member.objects.filter(pk__in=attempt.facts.get("closed_requests", ())).select_related("user")


AUDIENCES: dict[str, Audience] = {
    "shared_with": _shared_with,
    "coordinators": _coordinators,
    "coordinators_once_proposed": _coordinators_once_proposed,
    "coordinators_before": _coordinators_before,
    "further_coordinators": _further_coordinators,
    "lead_to_ask": _lead_to_ask,
    "lead": _lead,
    "proposer": _proposer,
    "participants": _with_status(ParticipationStatus.ACTIVE),
    "named_participants": _with_status(ParticipationStatus.INVITED, ParticipationStatus.REQUESTED),
    "need_raiser": _need_raiser,
    "solution_owners": _solution_owners,
    "open_requests": _closed,
    **merge_mails.AUDIENCES,
    "followers": lambda attempt: (),
}

AUDIENCE_LABELS = {
    "shared_with": _("readers of the draft"),
    "coordinators": _("coordinators who may decide"),
    "coordinators_once_proposed": _("coordinators who may decide (while proposed)"),
    "coordinators_before": _("coordinators of the group until now"),
    "further_coordinators": _("coordinators of the further working groups"),
    "lead_to_ask": _("the named lead, who is asked to accept"),
    "lead": _("the lead"),
    "proposer": _("the proposer"),
    "participants": _("participants"),
    "named_participants": _("the named participants, who are asked now"),
    "need_raiser": _("who raised the need and said “me too”"),
    "solution_owners": _("owners of the solutions"),
    "open_requests": _("people whose request is still open"),
    **merge_mails.AUDIENCE_LABELS,
    "followers": _("followers"),
}
#: What a verb takes back: mails of these that have not left are replaced by its own.
TAKES_BACK = {
    "recall": ("submit",),
    "take_back_lead": ("accept_lead",),
    "resume": ("pause",),
    "reopen": ("conclude", "discontinue", "decline", "withdraw"),
}
#: As what somebody is named in a cluster that an administrator entered: the audience of the mail that says so.
NAMED_AS = {"decided_by": _("who decided"), "lead": _("the lead"), "proposer": _("the proposer")}


@tells("cluster")
def tell(attempt: Attempt) -> None:
    """Write one outbox row for each account that the verb tells; undoable verbs wait for 30 seconds."""
    if attempt.entered is not None and not attempt.entered.is_waiting:
        return  # nobody is mailed about the past
    cluster: Cluster = attempt.subject
    hold = attempt.at + timedelta(seconds=UNDO_SECONDS) if attempt.verb.undoable else None
    if attempt.event is not None and attempt.verb.code in TAKES_BACK:
        replaced = [f"clusters/{code}" for code in TAKES_BACK[attempt.verb.code]]
        notifications.supersede(cluster, replaced, by=attempt.event)
    told: set[int] = {attempt.actor.pk} if attempt.actor else set()
    for audience in attempt.verb.tells:
        for user in _accounts(audience, attempt):
            if user.pk in told:
                continue
            told.add(user.pk)
            notifications.queue(
                f"clusters/{attempt.verb.code}",
                to=user,
                subject=cluster if cluster.pk else user.member or user,
                event=attempt.event,
                hold_until=hold,
                audience=audience,
                title=cluster.title,
                name=cluster.name,
            )
    if attempt.verb.code == "approve":
        themes = cluster.themes.filter(vocabulary=Vocabulary.CHALLENGE)
        platform_mails.tell_followers(cluster, attempt.event, themes, by=attempt.actor, besides=told)


@notifications.provides("cluster")
def cluster_context(cluster: Cluster, message: Message) -> dict[str, Any]:
    """Return what the templates of mails about a cluster use beside the subject.

    `who` is the person for those who may see names, else the role; `reason` are the words of the event, which
    an erasure may have emptied, `part` the title of the part it is about.
    """
    event = message.event
    detail = getattr(event, "detail", None) if event else None
    body: dict[str, Any] = (detail.body if detail else None) or {}
    group = cluster.working_group
    return {
        "question": cluster.question,
        "group": f"{group.code} {group.title}" if group else "",
        "who": who(event, named=message.to is not None and sees_names(message.to, cluster)) if event else "",
        "reason": body.get("reason", "") or body.get("message", "") or comment_mails.words_of(message, cluster),
        "part": condition_mails.part(event, str(body.get("title", ""))) or message.params.get("part", ""),
        "conditions": condition_mails.lines(event),
        "facts": _facts(cluster, message),
        "into": merge_mails.into_of(event),
        "prepared_said": prepared_mails.said_of(message, cluster),
        "comments_day": comment_mails.day_of(message),
        "away_until": absence_mails.day_of(message),
    }


def _facts(cluster: Cluster, message: Message) -> list[tuple[str, str]]:
    """Return the lines of facts: question, when, who leads."""
    days = [date_format(day, "j F Y") for day in (cluster.starts_on, cluster.ends_on) if day]
    lead = cluster.lead_organisation
    entered = _entered_facts(cluster, message) if message.template == "clusters/entered" else []
    return [
        *entered,
        (str(_("Question")), cluster.question),
        (str(_("Runs")), " – ".join(dict.fromkeys(days)) or "–"),
        (str(_("Led by")), f"{lead.name} ({lead.country})" if lead else "–"),
    ]


def _entered_facts(cluster: Cluster, message: Message) -> list[tuple[str, str]]:
    """Return who is said to have decided when and who leads, and how to reach who entered it."""
    event, lines = message.event, [(str(_("Proposed by")), cluster.proposer.name)]
    if cluster.lead is not None:
        lines.append((str(_("Lead")), cluster.lead.name))
    decision = cluster.decisions.filter(verb="approve").select_related("decided_by", "working_group").first()
    if decision is not None and decision.decided_by is not None:
        day = date_format(timezone.localtime(decision.decided_at), "j F Y")
        lines.append((str(_("Decided by")), f"{decision.decided_by.name} ({decision.working_group.code}), {day}"))
    if event is not None and event.by is not None:
        lines.append((str(_("Entered by")), f"{event.by.get_full_name()}, {event.by.email}"))
    return lines


def told(attempt: Attempt) -> list[tuple[str, int]]:
    """Return whom the verb would tell, as (words, number of accounts) pairs, for the page before the press."""
    found = []
    for audience in attempt.verb.tells:
        accounts = {user.pk for user in _accounts(audience, attempt)}
        if accounts:
            found.append((str(AUDIENCE_LABELS[audience]), len(accounts)))
    if "close_requests" in attempt.verb.effects:
        invited = attempt.subject.invitations.open().reached().count()
        found += [(str(_("people invited by address who have not answered")), invited)] if invited else []
    return found


def _accounts(audience: str, attempt: Attempt) -> list[User]:
    """Return the active accounts of an audience, in a stable order."""
    if audience == "followers":
        rows = Subscription.objects.about(attempt.subject).select_related("user").order_by("pk")
        return [row.user for row in rows if _may_see(row.user, attempt.subject)]
    members = AUDIENCES[audience](attempt)
    return [m.user for m in members if m is not None and m.user is not None and m.user.is_active]


def _may_see(user: User, cluster: Cluster) -> bool:
    """Tell whether a follower may still see what they follow."""
    return Cluster.objects.visible_to(user).filter(pk=cluster.pk).exists()


def ask_lead(cluster: Cluster, *, event: Event) -> None:
    """Ask who was named as lead of a submitted proposal after it was proposed: the same mail as at the submit."""
    if cluster.lead is None or cluster.lead.user is None:
        return
    notifications.queue(
        "clusters/submit",
        to=cluster.lead.user,
        subject=cluster,
        event=event,
        audience="lead_to_ask",
        title=cluster.title,
        name=cluster.name,
    )


def tell_named(cluster: Cluster, people: Mapping[str, Member], *, event: Event) -> None:
    """Tell each of those in whose name a cluster was entered; `people` maps `NAMED_AS` to the person.

    One mail an account, for the first that fits; none to who entered it.
    """
    told: set[int | None] = {event.by_id}
    for audience in NAMED_AS:
        user = people[audience].user if audience in people else None
        if user is None or user.pk in told:
            continue
        told.add(user.pk)
        notifications.queue(
            "clusters/entered",
            to=user,
            subject=cluster,
            event=event,
            audience=audience,
            title=cluster.title,
            name=cluster.name,
        )


def tell_reader(cluster: Cluster, reader: Member) -> None:
    """Tell somebody with whom a draft is shared; once a draft and reader, however often it is shared anew."""
    if reader.user is not None:
        notifications.queue(
            "clusters/draft_shared",
            to=reader.user,
            subject=cluster,
            key=f"draft-shared:{cluster.pk}:{reader.pk}",
            title=cluster.title,
            name=cluster.name,
        )


def tell_leads(code: str, cluster: Cluster, *, event: Event, hold: bool = False) -> None:
    """Write an outbox row for lead and deputies about somebody's part; never to who did it. `hold` as below."""
    leading = cluster.participations.leading().filter(member__user__is_active=True).select_related("member__user")
    members = [row.member for row in leading]
    acting = cluster.acting_lead
    on = timezone.localdate(event.at)
    if acting is not None and not cluster.has_lead and acts_as_lead(viewer(acting.user, on), cluster):
        members.append(acting)
    _tell_of_part(code, cluster, members, "lead", event=event, hold=hold)


def replace_of_part(participation: Participation, *codes: str, by: Event) -> None:
    """Let an event replace mails about somebody's part that have not left: what was taken back asks nobody any more."""
    notifications.supersede_part(participation, [f"clusters/{code}" for code in codes], by=by)


def tell_participant(
    code: str, cluster: Cluster, participation: Participation, *, event: Event, hold: bool = False
) -> None:
    """Write an outbox row for the person whose part it is; `hold` waits for the time of an undo."""
    _tell_of_part(code, cluster, [participation.member], "participant", event=event, hold=hold)


def _tell_of_part(
    code: str,
    cluster: Cluster,
    members: Iterable[Member | None],
    audience: str,
    *,
    event: Event,
    hold: bool = False,
) -> None:
    """Queue one mail an account; names and words are looked up when the mail is written."""
    told: set[int | None] = {event.by_id}
    for member in members:
        if member is None or member.user is None or member.user.pk in told:
            continue
        told.add(member.user.pk)
        notifications.queue(
            f"clusters/{code}",
            to=member.user,
            subject=cluster,
            event=event,
            hold_until=event.at + timedelta(seconds=UNDO_SECONDS) if hold else None,
            audience=audience,
            title=cluster.title,
            name=cluster.name,
        )
