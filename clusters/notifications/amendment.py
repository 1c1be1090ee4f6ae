"""Whom an amendment's verbs tell: nobody of the group before it is accepted.

Audiences are the codes of the column `tells` in `clusters.amendment_lifecycle`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clusters.choices import AmendmentState, ParticipationStatus
from clusters.models import Amendment, Cluster
from clusters.permissions import is_gone, sees_names
from clusters.rules.amendment import amendment_deciders
from clusters.rules.amendment_fields import LABELS
from clusters.rules.room import coordinators_of_room
from clusters.sentences import who
from community import notifications
from community.actions.transition import tells
from community.lifecycle import Attempt
from community.models import Appointment, Event, Member, Message, Subscription, User

Members = Iterable[Member | None]


def _deciders(attempt: Attempt) -> Members:
    return amendment_deciders(attempt.subject, attempt.on)


def _deciders_once_proposed(attempt: Attempt) -> Members:
    return _deciders(attempt) if attempt.source == AmendmentState.PROPOSED else ()


def _of_groups(groups: Iterable[Any], attempt: Attempt) -> Members:
    present = Appointment.objects.current(attempt.on).filter(working_group__in=groups)
    return Member.objects.filter(appointments__in=present).select_related("user").distinct()


def _further(attempt: Attempt) -> Members:
    return _of_groups(attempt.subject.cluster.further_working_groups.all(), attempt)


def _new_group(attempt: Attempt) -> Members:
    if "group" not in attempt.facts:
        return ()
    return _of_groups([attempt.facts["group"], attempt.facts["group_before"]], attempt)


def leading(cluster: Cluster) -> list[Member | None]:
    """Return lead, deputies and, where there is no lead, who acts as one."""
    rows = cluster.participations.leading().select_related("member__user")
    members = [row.member for row in rows]
    if cluster.acting_lead is not None and not cluster.has_lead:
        members.append(cluster.acting_lead)
    return members


def keeping(cluster: Cluster, on: date) -> list[Member]:
    """Return who keeps the record of a cluster: who leads it and is still there, else its coordinators."""
    there = [member for member in leading(cluster) if member is not None and not is_gone(member)]
    return there or coordinators_of_room(cluster, on)


def _participants(attempt: Attempt) -> Members:
    rows = attempt.subject.cluster.participations.filter(status=ParticipationStatus.ACTIVE, member__isnull=False)
    return [row.member for row in rows.select_related("member__user")]


def _new_lead(attempt: Attempt) -> Members:
    amendment = attempt.subject
    if attempt.verb.code in ("amendment.proposed", "amendment.renewed") and amendment.new_lead_accepted_at:
        return ()
    return (amendment.new_lead,) if amendment.put_forward_by_id else ()


AUDIENCES: dict[str, Callable[[Attempt], Members]] = {
    "deciders": _deciders,
    "deciders_once_proposed": _deciders_once_proposed,
    "further_coordinators": _further,
    "new_group_coordinators": _new_group,
    "lead": lambda attempt: leading(attempt.subject.cluster),
    "participants": _participants,
    "new_lead": _new_lead,
    "suggester": lambda attempt: (attempt.subject.suggested_by,),
    "followers": lambda attempt: (),
}
AUDIENCE_LABELS = {
    "deciders": _("coordinators who may decide"),
    "deciders_once_proposed": _("coordinators who may decide"),
    "further_coordinators": _("coordinators of the further working groups"),
    "new_group_coordinators": _("coordinators of the groups between which it moves"),
    "lead": _("the lead"),
    "participants": _("participants"),
    "new_lead": _("the lead to be"),
    "suggester": _("who suggested it"),
    "followers": _("followers"),
}

#: Verbs after which nobody is asked about an amendment any more, without a decision on it.
ENDED = ("amendment.withdrawn", "amendment.lapsed")
#: Mails that ask for something about an amendment, which those replace where they have not left.
REPLACED = [f"clusters/amendment_{name}" for name in ("suggested", "proposed", "renewed", "commented", "lead_accepted")]


@tells("amendment")
def tell(attempt: Attempt) -> None:
    """Write one outbox row for each account that the verb tells, never to who did it."""
    if attempt.event is not None and attempt.verb.code in ENDED:
        notifications.supersede(attempt.subject, REPLACED, by=attempt.event)
    told: set[int] = {attempt.by.pk} if attempt.by else set()
    for audience in attempt.verb.tells:
        for user in _accounts(audience, attempt):
            if user.pk not in told:
                told.add(user.pk)
                _queue(attempt.verb.code, attempt.subject, user, audience, event=attempt.event)


def told(attempt: Attempt) -> list[tuple[str, int]]:
    """Return whom the verb would tell, as (words, number of accounts) pairs, for the page before the press."""
    counted = {audience: {user.pk for user in _accounts(audience, attempt)} for audience in attempt.verb.tells}
    return [(str(AUDIENCE_LABELS[audience]), len(accounts)) for audience, accounts in counted.items() if accounts]


def _accounts(audience: str, attempt: Attempt) -> list[User]:
    if audience == "followers":
        rows = Subscription.objects.about(attempt.subject.cluster).select_related("user").order_by("pk")
        seen = Cluster.objects.filter(pk=attempt.subject.cluster_id)
        return [row.user for row in rows if seen.visible_to(row.user).exists()]
    return _active(AUDIENCES[audience](attempt))


def _active(members: Members) -> list[User]:
    return [m.user for m in members if m is not None and m.user is not None and m.user.is_active]


def tell_of_suggestion(amendment: Amendment, *, event: Event) -> None:
    """Tell lead and deputies, and where there are none the coordinators, that a suggestion waits for them."""
    on = timezone.localdate(event.at)
    users = _active(leading(amendment.cluster)) or _active(amendment_deciders(amendment, on))
    for user in dict.fromkeys(users):
        if user.pk != event.by_id:
            _queue("amendment.suggested", amendment, user, "lead", event=event)


def tell_of_comment(amendment: Amendment, *, event: Event) -> None:
    """Tell the lead's side and those who decide of a comment."""
    on = timezone.localdate(event.at)
    concerned = [(member, "lead") for member in leading(amendment.cluster)]
    if amendment.put_forward_by_id is not None:
        concerned += [(member, "deciders") for member in amendment_deciders(amendment, on)]
    told: set[int | None] = {event.by_id}
    for member, audience in concerned:
        for user in _active([member]):
            if user.pk not in told:
                told.add(user.pk)
                _queue("amendment.commented", amendment, user, audience, event=event)


def _queue(verb: str, amendment: Amendment, user: User, audience: str, *, event: Event) -> None:
    cluster = amendment.cluster
    notifications.queue(
        f"clusters/{verb.replace('.', '_')}",
        to=user,
        subject=amendment,
        event=event,
        audience=audience,
        title=cluster.title,
        name=cluster.name,
        number=amendment.number,
    )


@notifications.provides("amendment")
def amendment_context(amendment: Amendment, message: Message) -> dict[str, Any]:
    """Return what the templates of mails about an amendment use beside the subject.

    `reason` is the event's, which an erasure may have emptied; why a part is refused is only for who had a say in it.
    """
    cluster, event = amendment.cluster, message.event
    detail = getattr(event, "detail", None) if event else None
    body: dict[str, Any] = (detail.body if detail else None) or {}
    is_party = message.params.get("audience") in ("suggester", "lead", "new_lead")
    refused_because = body.get("refused_because", "") if is_party else ""
    fields = [name for name, pair in amendment.changes.items() if pair.get("accepted", True)]
    return {
        "question": cluster.question,
        "who": who(event, named=message.to is not None and sees_names(message.to, cluster)) if event else "",
        "reason": body.get("reason", "") or refused_because,
        "fields": ", ".join(str(LABELS[name]) for name in LABELS if name in fields),
    }
