"""What is done asks nobody any more: a step replaces the mails that ask for it and have not left, whoever gets them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.dispatch import receiver

from clusters.choices import AmendmentKind
from clusters.models import Amendment
from clusters.rules.reminders import RESTS, RULES
from community import kinds, notifications
from community.models import Event
from community.signals import recorded

#: Templates that remind, with the rule among their parameters.
REMINDING = ("clusters/reminder", "clusters/withdrawal_ahead")
#: Mails that ask for an answer about an amendment.
_AMENDMENT = ("amendment_suggested", "amendment_proposed", "amendment_renewed", "amendment_lead_accepted")
_REQUEST = ("participation_asked", "waiting_asks", "invited")


@dataclass(frozen=True)
class Asked:
    """What a step answers: mails by template (and audience, where others get it as news), reminders by rule."""

    templates: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()


_DECISION = Asked(("submit", "move"), ("coordinators",), ("undecided",))
_TO_LEAD = Asked(("submit",), ("lead_to_ask",), ("lead_asked",))
_LOOKED_AT = Asked(("review_assigned",))
_IDLE = Asked(rules=RESTS)
_OVER = (Asked((*_AMENDMENT, *_REQUEST, "condition_met", "merge_asked")), Asked(rules=tuple(RULES)))

#: By the verbs of a cluster.
OF_CLUSTER: Mapping[str, tuple[Asked, ...]] = {
    **dict.fromkeys(("approve", "return", "decline", "recall"), (_DECISION, _LOOKED_AT, _TO_LEAD)),
    "withdraw": (_DECISION, _LOOKED_AT, _TO_LEAD, _IDLE),
    "move": (_DECISION,),
    "submit": (_IDLE,),
    "adopt": (Asked(rules=("orphaned",)),),
    **dict.fromkeys(("accept_lead", "decline_lead"), (_TO_LEAD,)),
    "start": (Asked(rules=("start",)),),
    **dict.fromkeys(("conclude", "discontinue", "merge"), _OVER),
    "roadmap.confirmed": (Asked(rules=("roadmap",)),),
    **{verb: (Asked(("merge_asked",), rules=("merge",)),) for verb in ("merge_refused", "merge_withdrawn")},
}

_ANSWERED = (Asked(_REQUEST, rules=("invitation", "request")),)
_SETTLED = (Asked(("condition_met",), rules=("condition", "condition_met")),)
_DECIDED = (Asked(_AMENDMENT, rules=("amendment", "suggestion", "new_lead")),)
_SAID = (Asked(("amendment_proposed", "amendment_renewed"), ("new_lead",), ("new_lead",)),)
#: By the verbs of a part of a cluster; only what asks about that part is answered.
OF_PART: Mapping[str, tuple[Asked, ...]] = {
    **{
        f"participation.{verb}": _ANSWERED
        for verb in (
            *("accepted", "declined", "joined", "taken_back", "left", "ended"),
            *("invitation_declined", "invitation_taken_back"),
        )
    },
    **{f"condition.{verb}": _SETTLED for verb in ("confirmed", "waived")},
    "condition.met": (Asked(rules=("condition",)),),
    **{
        f"amendment.{verb}": _DECIDED
        for verb in ("accepted", "in_part", "refused", "withdrawn", "lapsed", "turned_down")
    },
    "amendment.proposed": (Asked(("amendment_suggested",), rules=("suggestion",)),),
    **{f"amendment.{verb}": _SAID for verb in ("lead_accepted", "lead_declined")},
    **{f"stage.{verb}": (Asked(rules=("stage",)),) for verb in ("done", "dropped", "removed")},
    **{f"follow_up.{verb}": (Asked(rules=("follow_up",)),) for verb in ("confirmed", "adapted", "stopped", "unknown")},
    **{f"meeting.{verb}": (Asked(rules=("meeting",)),) for verb in ("changed", "cancelled", "held")},
}
#: What a day that an accepted amendment moves was waited for.
_DAYS = {"starts_on": "start", "ends_on": "end"}


#: What ends a wait outside of clusters: its subject's reminders that have not left ask for nothing any more.
OF_OTHERS = frozenset(
    {
        *(f"statement.{verb}" for verb in ("taken_back", "adopted", "dropped", "withdrawn")),
        *(f"{verb}_exchange" for verb in ("agree", "finish", "call_off", "withdraw", "lapse", "free")),
    }
)
#: What ends or answers a place on an advice panel: what asks that person, and has not left, asks for nothing any more.
OF_PLACES = frozenset(
    f"panel.{verb}" for verb in ("accepted", "declined", "answered", "taken_back", "expired", "ended", "left")
)


@receiver(recorded, dispatch_uid="clusters.answered")
def replace_what_asked(sender: Any, event: Event, **more: Any) -> None:
    """Replace, by an event, the mails of its chain that wait and ask for what it did; an undo lets them wait again."""
    if event.verb in OF_OTHERS:
        subject = kinds.resolve(event.kind, event.subject_id)
        if subject is not None:
            notifications.supersede(subject, ["clusters/reminder_of"], by=event)
        return
    if event.verb in OF_PLACES:
        place = kinds.resolve(event.kind, event.subject_id)
        if place is not None:
            notifications.supersede(place, ["clusters/panel_asked", "clusters/panel_reminder"], by=event)
        return
    where = Q()
    if event.kind == "cluster":
        for asked in OF_CLUSTER.get(event.verb, ()):
            where |= _mails(asked, Q(subject_id__isnull=False)) | _reminders(asked.rules)
    else:
        for asked in OF_PART.get(event.verb, ()):
            where |= _mails(asked, Q(event__kind=event.kind, event__subject_id=event.subject_id))
            where |= _reminders(asked.rules, part_id=_part_id(event))
        where |= _reminders(_moved(event))
    if where:
        notifications.supersede_where(where, by=event)


def _mails(asked: Asked, about: Q) -> Q:
    """Return which mails ask, beside reminders."""
    if not asked.templates:
        return Q()
    found = Q(template__in=[f"clusters/{name}" for name in asked.templates]) & about
    return found & Q(params__audience__in=asked.audiences) if asked.audiences else found


def _reminders(rules: Iterable[str], **more: int) -> Q:
    """Return which reminders ask, those of the clock and those that somebody sent."""
    names = list(rules)
    if not names:
        return Q()
    parts = {f"params__{name}": value for name, value in more.items()}
    return Q(template__in=REMINDING, params__rule__in=names, **parts)


def _part_id(event: Event) -> int:
    """Return by which number reminders name the part of an event: an amendment by its own one."""
    if event.kind != "amendment":
        return event.subject_id
    return Amendment.objects.filter(pk=event.subject_id).values_list("number", flat=True).first() or 0


def _moved(event: Event) -> Iterator[str]:
    """Yield the rules that wait no more for what an accepted amendment changes: its lead, its days."""
    if event.verb not in ("amendment.accepted", "amendment.in_part"):
        return
    row = Amendment.objects.filter(pk=event.subject_id).first()
    if row is not None and row.kind == AmendmentKind.LEAD:
        yield "lead_ended"
    for name, pair in row.changes.items() if row is not None else ():
        if name in _DAYS and pair.get("accepted", True):
            yield _DAYS[name]
