"""History worded at display: an event's verb and data become a sentence.

Persons are named only to those who may see names; everybody else reads the role.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from clusters import contributions
from clusters.choices import Capacity, FollowUpReason, State
from clusters.coordination_sentences import COORDINATION_SENTENCES, INTERNAL_VERBS
from clusters.models import Cluster
from clusters.people_sentences import PEOPLE_SENTENCES
from clusters.permissions import sees_names
from clusters.room_sentences import ROOM_KINDS, ROOM_SENTENCES, TOLD_TO_ALL
from clusters.rules.amendment import private_amendments
from clusters.rules.amendment_fields import LABELS
from clusters.rules.joining import keeps_people
from clusters.rules.prepared import announced_words
from clusters.rules.room import can_see_room
from clusters.visibility import viewer
from community import kinds
from community.models import Event, Member, User

Words = str | Promise


@dataclass(frozen=True)
class Change:
    """A value before and after."""

    label: str
    was: str
    now: str


@dataclass(frozen=True)
class Entry:
    """One sentence of the history, as `components/history.html` draws it."""

    sentence: str
    at: datetime
    icon: str = "edit"
    tone: str = ""
    reason: str = ""
    changes: list[Change] = field(default_factory=list)
    url: str = ""
    link: str = ""
    conditions: list[str] = field(default_factory=list)


#: verb -> (sentence with %(who)s, icon, tone)
SENTENCES: dict[str, tuple[Words, str, str]] = {
    "submit": (gettext_lazy("%(who)s proposed the cluster."), "submitted", "submitted"),
    "accept_lead": (gettext_lazy("%(who)s accepted to lead."), "check", ""),
    "take_back_lead": (gettext_lazy("%(who)s took the acceptance to lead back."), "undo", ""),
    "decline_lead": (gettext_lazy("%(who)s declined to lead; the proposal went back."), "returned", "returned"),
    "step_down": (gettext_lazy("%(who)s stepped down as lead. A lead is wanted."), "people", "returned"),
    "recall": (gettext_lazy("%(who)s recalled the proposal to a draft."), "draft", ""),
    "return": (gettext_lazy("%(who)s returned the proposal for changes."), "returned", "returned"),
    "approve": (gettext_lazy("%(who)s approved it."), "approved", "approved"),
    "decline": (gettext_lazy("%(who)s declined the proposal."), "declined", "declined"),
    "withdraw": (gettext_lazy("%(who)s withdrew the proposal."), "withdrawn", ""),
    "move": (gettext_lazy("%(who)s moved the proposal to another working group."), "right", ""),
    "start": (gettext_lazy("%(who)s started the cluster; the roadmap became its baseline."), "running", "running"),
    "pause": (gettext_lazy("%(who)s paused the cluster."), "paused", "paused"),
    "resume": (gettext_lazy("%(who)s resumed the cluster."), "running", "running"),
    "conclude": (gettext_lazy("%(who)s concluded the cluster."), "concluded", "concluded"),
    "discontinue": (gettext_lazy("%(who)s discontinued the cluster."), "discontinued", "discontinued"),
    "correct": (gettext_lazy("%(who)s corrected the record."), "edit", ""),
    "reopen": (gettext_lazy("%(who)s reopened it."), "undo", ""),
    "merge": (gettext_lazy("%(who)s merged it into another cluster."), "merged", ""),
    "merge_asked": (gettext_lazy("%(who)s asked to merge it into another cluster."), "merged", ""),
    "merge_refused": (gettext_lazy("%(who)s refused to take it into another cluster."), "declined", ""),
    "merge_withdrawn": (gettext_lazy("%(who)s no longer wants to merge it."), "undo", ""),
    "took_in": (gettext_lazy("%(who)s merged another cluster into this one."), "merged", ""),
    "adopt": (gettext_lazy("%(who)s acts as lead until one is found."), "people", ""),
    "propose_again": (gettext_lazy("%(who)s started a new draft from it."), "draft", ""),
    "record_afterwards": (gettext_lazy("%(who)s entered the cluster: it was decided elsewhere."), "list", ""),
    "undo": (gettext_lazy("%(who)s took the last step back."), "undo", ""),
    "proposal.edited": (gettext_lazy("%(who)s changed the proposal."), "edit", ""),
    "proposal.commented": (gettext_lazy("%(who)s commented on the proposal."), "need", ""),
    "proposal.comments_asked": (gettext_lazy("%(who)s asked for comments until a day."), "calendar", ""),
    "stage.added": (gettext_lazy("%(who)s added a stage: %(title)s"), "plus", ""),
    "stage.changed": (gettext_lazy("%(who)s changed a stage: %(title)s"), "edit", ""),
    "stage.moved": (gettext_lazy("%(who)s moved a stage: %(title)s"), "list", ""),
    "stage.shifted": (gettext_lazy("%(who)s shifted this stage and those after it: %(title)s"), "calendar", ""),
    "stage.noted": (gettext_lazy("%(who)s wrote how a stage stands: %(title)s"), "edit", ""),
    "stage.started": (gettext_lazy("%(who)s began a stage: %(title)s"), "running", ""),
    "stage.done": (gettext_lazy("%(who)s marked a stage done: %(title)s"), "check", "concluded"),
    "stage.dropped": (gettext_lazy("%(who)s dropped a stage: %(title)s"), "declined", ""),
    "stage.reopened": (gettext_lazy("%(who)s reopened a stage: %(title)s"), "undo", ""),
    "stage.removed": (gettext_lazy("%(who)s removed a stage: %(title)s"), "cross", ""),
    "stage.confirmed": (gettext_lazy("%(who)s confirmed that a stage is still true: %(title)s"), "check", ""),
    "roadmap.confirmed": (gettext_lazy("%(who)s confirmed that the roadmap is still true."), "check", ""),
    "roadmap.confirmation_taken_back": (gettext_lazy("%(who)s took back that the roadmap is still true."), "undo", ""),
    "evidence.added": (gettext_lazy("%(who)s added a file to a stage: %(title)s"), "file", ""),
    "evidence.removed": (gettext_lazy("%(who)s removed a file from a stage: %(title)s"), "cross", ""),
    "outcome.recorded": (gettext_lazy("%(who)s recorded an outcome: %(title)s"), "outcome", ""),
    "outcome.changed": (gettext_lazy("%(who)s changed an outcome: %(title)s"), "edit", ""),
    "outcome.file_added": (gettext_lazy("%(who)s added a file to an outcome: %(title)s"), "file", ""),
    "outcome.file_removed": (gettext_lazy("%(who)s removed a file from an outcome: %(title)s"), "cross", ""),
    "outcome.removed": (gettext_lazy("%(who)s removed an outcome: %(title)s"), "cross", ""),
    "meeting.held": (gettext_lazy("%(who)s recorded who was present: %(title)s"), "people", ""),
    "objective.measured": (gettext_lazy("%(who)s measured an objective: %(title)s"), "flag", ""),
    "condition.met": (gettext_lazy("%(who)s reported a condition as met: %(title)s"), "check", ""),
    "condition.confirmed": (gettext_lazy("%(who)s confirmed that a condition is met: %(title)s"), "check", "approved"),
    "condition.waived": (gettext_lazy("%(who)s waived a condition: %(title)s"), "declined", ""),
    "amendment.suggested": (gettext_lazy("%(who)s suggested an amendment."), "edit", ""),
    "amendment.proposed": (gettext_lazy("%(who)s put an amendment forward."), "edit", "submitted"),
    "amendment.renewed": (gettext_lazy("%(who)s renewed an amendment."), "edit", ""),
    "amendment.commented": (gettext_lazy("%(who)s commented on an amendment."), "edit", ""),
    "amendment.turned_down": (gettext_lazy("%(who)s turned a suggested amendment down."), "declined", ""),
    "amendment.lead_accepted": (gettext_lazy("%(who)s accepted to take over the lead."), "check", ""),
    "amendment.lead_declined": (gettext_lazy("%(who)s declined to take over the lead."), "declined", ""),
    "amendment.accepted": (gettext_lazy("%(who)s accepted an amendment."), "approved", "approved"),
    "amendment.in_part": (gettext_lazy("%(who)s accepted an amendment in part."), "approved", "approved"),
    "amendment.refused": (gettext_lazy("%(who)s refused an amendment."), "declined", "declined"),
    "amendment.withdrawn": (gettext_lazy("%(who)s withdrew an amendment."), "withdrawn", ""),
    "amendment.lapsed": (gettext_lazy("An amendment ended with the cluster."), "withdrawn", ""),
    "follow_up.asked": (gettext_lazy("%(who)s asked what became of it: “%(why)s”."), "mail", ""),
    "follow_up.confirmed": (gettext_lazy("%(who)s answered the follow-up “%(why)s”: still in use."), "check", ""),
    "follow_up.adapted": (gettext_lazy("%(who)s answered the follow-up “%(why)s”: in use, adapted."), "check", ""),
    "follow_up.stopped": (gettext_lazy("%(who)s answered the follow-up “%(why)s”: no longer in use."), "cross", ""),
    "follow_up.unknown": (gettext_lazy("%(who)s answered the follow-up “%(why)s”: not known."), "flag", ""),
    "follow_up.corrected": (gettext_lazy("%(who)s corrected the answer to the follow-up “%(why)s”."), "edit", ""),
    **PEOPLE_SENTENCES,
    **ROOM_SENTENCES,
    **COORDINATION_SENTENCES,
}
#: What everybody reads of an amendment: that it was accepted. The rest is for those who may read the amendment itself.
PUBLIC_AMENDMENT_VERBS = frozenset({"amendment.accepted", "amendment.in_part"})
#: Whose old and new values are about one person's part: for those who work on the cluster.
PERSONAL_CHANGES = frozenset({"participation.access_given", "participation.role_changed", "participation.deputy_named"})
#: Their reasons are written to those who are told: while a proposal is no public matter, or about a person's own days.
CONFIDED = frozenset(
    {"return", "decline", "withdraw", "move", "decline_lead", "take_back_lead", "step_down", "adopt", "merge"}
)
#: What is said with these is between the person concerned and the lead's side.
BETWEEN_TWO = ("participation.", "invitation.")
#: Verbs that make something: there are no old values to show, and the sentence says what it is.
ADDING = (".added", ".recorded", ".removed")
#: Parts of a proposal that are no columns, as the changes of `proposal.edited` name them.
PARTS: dict[str, Words] = {
    "levels": gettext_lazy("Levels of transfer"),
    "objectives": gettext_lazy("Objectives"),
    "expected_outcomes": gettext_lazy("Expected outcomes"),
    "stages": gettext_lazy("Stages"),
    "people": gettext_lazy("Who takes part"),
}
UNKNOWN: tuple[Words, str, str] = (gettext_lazy("%(who)s changed something in this cluster."), "edit", "")


def history(events: Iterable[Event], cluster: Cluster, *, user: User | AnonymousUser | None) -> list[Entry]:
    """Return the events as sentences, in the order given; names and confided reasons only for those who may see names.

    What people wrote to each other about coming and going is for the lead's side and for whom it concerns, as on the
    page of people. Reasons and old and new values stand in the details, which an erasure may have emptied.
    """
    named, found = sees_names(user, cluster), list(events)
    people = people_of(found) if named else {}
    keeps = named and keeps_people(user, cluster)
    told = [named and (keeps or _concerns(event, user)) for event in found]
    return [
        entry(event, named=named, people=people, is_told=is_told) for event, is_told in zip(found, told, strict=True)
    ]


def _concerns(event: Event, user: User | AnonymousUser | None) -> bool:
    """Tell whether what was said with an event is for `user`, who works on the cluster but does not keep its people."""
    if user is None or not event.verb.startswith(BETWEEN_TWO):
        return True
    member_id = viewer(user, timezone.localdate()).member_id
    return event.by_id == user.pk or (member_id is not None and event.data.get("member") == member_id)


def people_of(events: Iterable[Event]) -> dict[int, str]:
    """Return the names of those for whom somebody else entered an event, or to whom the link that acted was sent.

    By their id; no query without such.
    """
    keys = ("entered_for", "sent_to", "announced_by")
    ids = {event.data.get(key) for event in events for key in keys} - {None}
    return dict(Member.objects.filter(pk__in=ids).values_list("pk", "name")) if ids else {}


def events_for(user: User | AnonymousUser, cluster: Cluster, *merged: Cluster) -> QuerySet[Event]:
    """Return the events of a cluster's chain and of those `merged` into it, newest first, with their details.

    Of amendments everybody reads that they were accepted; every other step only who may read the amendment: which
    these are is not asked of a cluster that `with_ties` knows to have none. What happened in the room is for those
    who read the room; how work is kept going (`INTERNAL_VERBS`) for those who work on the cluster.
    """
    chains = [f"cluster:{one.pk}" for one in (cluster, *merged)]
    events = Event.objects.of_chains(chains).for_sentences().order_by("-at", "-pk")
    hidden = Q(kind="amendment") & ~Q(verb__in=PUBLIC_AMENDMENT_VERBS)
    if user.is_authenticated and (merged or getattr(cluster, "has_amendments", True)):
        hidden &= ~Q(subject_id__in=private_amendments(user, cluster, merged=merged).values("pk"))
    if not can_see_room(user, cluster):
        hidden |= Q(kind__in=ROOM_KINDS) & ~Q(verb__in=TOLD_TO_ALL)
    if not sees_names(user, cluster):
        hidden |= Q(verb__in=INTERNAL_VERBS)
    return events.exclude(hidden | contributions.hidden_from(user, (cluster, *merged)))


def why_returned(clusters: Iterable[Cluster]) -> dict[int, Entry]:
    """Return when and why each of the returned proposals last went back, by the cluster's id; one query.

    A reason that was erased leaves the day.
    """
    ids = [cluster.pk for cluster in clusters if cluster.state == State.RETURNED]
    if not ids:
        return {}
    events = Event.objects.of_verbs(["return", "decline_lead"]).filter(kind="cluster", subject_id__in=ids)
    oldest_first = events.select_related("detail").order_by("at", "pk")
    return {event.subject_id: entry(event, named=False, is_told=True) for event in oldest_first}


def entry(event: Event, *, named: bool, people: Mapping[int, str] | None = None, is_told: bool | None = None) -> Entry:
    """Return one event as a sentence; `people` are the names of those for whom events were entered.

    Who is told, as whoever reads names is, also reads the reasons of `CONFIDED` verbs.
    """
    words, icon, tone = SENTENCES.get(event.verb) or contributions.told_of(event.verb) or UNKNOWN
    detail = getattr(event, "detail", None)
    body: dict[str, Any] = (detail.body if detail else None) or {}
    return Entry(
        sentence=_sentence(
            event, _words_of(event, str(words)), str(body.get("title", "")), named=named, people=people or {}
        )
        + announced_words(event, people or {}),
        at=event.at,
        icon=icon,
        tone=tone,
        reason=_reason(event, body, is_told=named if is_told is None else is_told),
        changes=[] if _keeps_values(event, named=named) else list(_changes(body, event.kind)),
        conditions=[
            condition_words(str(row["text"]), _as_day(row.get("due_on") or "")) for row in body.get("conditions") or ()
        ],
    )


def _keeps_values(event: Event, *, named: bool) -> bool:
    """Tell whether an event's old and new values are not shown: there are none, or they are about one person."""
    return event.verb.endswith(ADDING) or (event.verb in PERSONAL_CHANGES and not named)


def _reason(event: Event, body: Mapping[str, Any], *, is_told: bool) -> str:
    """Return what was said with an event, as far as it is for the reader."""
    if is_told:
        return str(body.get("reason", "") or body.get("message", ""))
    return "" if event.verb in CONFIDED else str(body.get("reason", ""))


def _words_of(event: Event, words: str) -> str:
    """Return the pattern of an event's sentence; an approval says on how many conditions it rests."""
    count = event.data.get("conditions") if event.verb == "approve" else None
    if not count:
        return words
    # Made by hand: the name of who acted goes in later, and may hold a sign of its own.
    pattern = ngettext(
        "%(who)s approved it with %(count)s condition.", "%(who)s approved it with %(count)s conditions.", count
    )
    return pattern.replace("%(count)s", str(count))


def condition_words(text: str, due_on: date | None) -> str:
    """Return a condition of an approval with the day by which it is to be met, where it has one."""
    if due_on is None:
        return text
    return _("%(condition)s (due on %(day)s)") % {"condition": text, "day": date_format(due_on, "j F Y")}


def _sentence(event: Event, words: str, title: str, *, named: bool, people: Mapping[int, str]) -> str:
    """Return the sentence of an event; one that was entered for somebody says who entered it, and for which day."""
    if "entered_for" not in event.data:
        return words % {"who": who(event, named=named, people=people), "title": title, "why": _why_asked(event)}
    day = parse_date(str(event.data.get("entered_on", "")))
    return _("Entered by %(entrant)s: on %(day)s, %(sentence)s") % {
        "entrant": _entrant(event, named=named),
        "day": date_format(day, "j F Y") if day else "–",
        "sentence": words % {"who": _stood_for(event, people), "title": title},
    }


def _stood_for(event: Event, people: Mapping[int, str]) -> str:
    """Return whose act was entered: the person where `people` has a name, and the role with its group."""
    role = str(Capacity(event.data["entered_as"]).label) if event.data.get("entered_as") in Capacity.values else ""
    role = " ".join(filter(None, [role, str(event.data.get("group", ""))]))
    if name := people.get(event.data["entered_for"]):
        return f"{name} ({role})" if role else name
    return _("the %(role)s") % {"role": role} if role else _("a member")


def _entrant(event: Event, *, named: bool) -> str:
    """Return who entered what somebody else did."""
    role = str(Capacity.ADMINISTRATOR.label)
    if named and event.by is not None and event.by.member:
        return f"{event.by.member.name} ({role})"
    return _("the %(role)s") % {"role": role}


def _why_asked(event: Event) -> str:
    """Return the cause of a follow-up in words; "" for other events."""
    code = event.data.get("why")
    return str(FollowUpReason(code).label) if code in FollowUpReason.values else ""


def _with_link(event: Event, people: Mapping[int, str]) -> str:
    """Return who acted without an account: nobody knows more than to whom the link was sent."""
    role = str(Capacity(event.data["sent_as"]).label) if event.data.get("sent_as") in Capacity.values else ""
    if name := people.get(event.data["sent_to"], ""):
        role = f"{name} ({role})" if role else name
    else:
        role = _("the %(role)s") % {"role": role} if role else _("a member")
    return _("Somebody with the link sent to %(person)s") % {"person": role}


def who(event: Event, *, named: bool, people: Mapping[int, str] | None = None) -> str:
    """Return who acted: the person where names may be seen, else the role; `people` are names known already.

    What was entered for somebody names both, as the beginning of a sentence.
    """
    if "sent_to" in event.data:
        known = people_of([event]) if people is None and named else people
        return _with_link(event, known or {})
    if "entered_for" in event.data:
        entrant = _entrant(event, named=named)
        words = {
            "entrant": entrant[:1].upper() + entrant[1:],
            "person": _stood_for(event, people_of([event]) if named else {}),
        }
        return _("%(entrant)s, on behalf of %(person)s,") % words
    if event.by is None:
        return _("The registry")
    role = str(Capacity(event.role).label) if event.role in Capacity.values else ""
    if named and event.by.member:
        return f"{event.by.member.name} ({role})" if role else event.by.member.name
    if not role or event.role == Capacity.MEMBER:
        return _("A member")
    return _("The %(role)s") % {"role": role}


def _changes(body: dict[str, Any], kind: str) -> Iterable[Change]:
    """Return old and new values of a detail's `changes`: {name: [was, now]} or {name: {"was", "now"}}.

    A name that is a column of the kind's model is shown by its label, and its codes by theirs.
    """
    for name, pair in (body.get("changes") or {}).items():
        was, now = (pair.get("was"), pair.get("now")) if isinstance(pair, dict) else pair
        label, words = _column(kind, str(name))
        yield Change(label=label, was=_value(was, words), now=_value(now, words))


def _column(kind: str, name: str) -> tuple[str, dict[Any, Any]]:
    """Return the label of a column and the words for its codes."""
    if kind == "amendment" and name in LABELS:
        return str(LABELS[name]), {}
    if name in PARTS:
        return str(PARTS[name]), {}
    try:
        column: Any = kinds.get(kind).model_class._meta.get_field(name)
    except (KeyError, FieldDoesNotExist):
        return name, {}
    label = str(getattr(column, "verbose_name", name))
    return label[:1].upper() + label[1:], dict(getattr(column, "flatchoices", None) or ())


def _value(value: Any, words: dict[Any, Any]) -> str:
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, str) and value in words:
        return str(words[value])
    if isinstance(value, str) and len(value) == len("2026-01-01") and (day := _as_day(value)):
        return date_format(day, "j F Y")
    return str(value)


def _as_day(value: str) -> date | None:
    try:
        return parse_date(value)
    except ValueError:
        return None
