"""Words and marks for the plain values of a snapshot."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django import template
from django.db.models import TextChoices
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from clusters.choices import AmendmentState, Capacity, Level, OutcomeKind, ParticipationRole, StageStatus, State
from clusters.models import Cluster
from clusters.notifications.amendment import AUDIENCE_LABELS as AMENDMENT_AUDIENCES
from clusters.notifications.lifecycle import AUDIENCE_LABELS
from clusters.notifications.panel import AUDIENCE_LABELS as PANEL_AUDIENCES
from clusters.rules.proposal_comments import asked_words
from clusters.rules.roadmap import progress_in_words
from community.lifecycle import Reason, Verb
from community.templatetags.components import mark
from community.templatetags.dates import period

register = template.Library()

CONDITION_WORDS = {
    "open": lambda: _("open"),
    "met": lambda: _("reported as met, waits for a coordinator"),
    "confirmed": lambda: _("confirmed"),
    "waived": lambda: _("waived"),
}


@register.filter
def iso_day(value: str | None) -> date | None:
    """Return the day that an ISO text stands for."""
    return date.fromisoformat(value) if value else None


@register.simple_tag
def period_iso(start: str | None, end: str | None) -> SafeString:
    """Draw a period of two ISO days."""
    return SafeString(period(iso_day(start), iso_day(end)))


@register.filter
def terms(rows: Iterable[Mapping[str, Any]]) -> str:
    """Return the labels of coded terms in the language of the page."""
    language = (get_language() or "en").split("-")[0]
    return ", ".join(row["labels"].get(language) or row["labels"].get("en") or row["code"] for row in rows)


@register.filter
def places(rows: Iterable[Mapping[str, str]]) -> str:
    """Return territories by name, with the code and its NUTS version where there is one."""
    return ", ".join(
        f"{row['name']} ({row['code']}, NUTS {row['nuts_version']})" if row["nuts_version"] else row["name"]
        for row in rows
    )


@register.filter
def levels(codes: Iterable[str]) -> str:
    """Return levels of transfer in words."""
    return ", ".join(str(Level(code).label) for code in codes)


@register.filter
def roles(codes: Iterable[str]) -> str:
    """Return roles of participants in words."""
    return ", ".join(str(ParticipationRole(code).label) for code in codes)


@register.filter
def outcome_kind(code: str) -> str:
    """Return a kind of outcome in words."""
    return str(OutcomeKind(code).label)


@register.filter
def state_label(code: str) -> str:
    """Return a state of a cluster, of an amendment, or of a table whose rows name it by its choice, in words."""
    if isinstance(code, TextChoices):
        return str(code.label)
    return str(State(code).label if code in State.values else AmendmentState(code).label)


@register.filter
def condition_state(code: str) -> str:
    """Return how a condition stands, in words."""
    return CONDITION_WORDS[code]()


@register.filter
def counted_kinds(rows: Iterable[Mapping[str, str]]) -> list[tuple[int, str]]:
    """Return how many outcomes there are of each kind, most first."""
    counts = Counter(row["kind"] for row in rows)
    return [(number, outcome_kind(kind)) for kind, number in counts.most_common()]


@register.simple_tag
def stage_mark(row: Mapping[str, Any]) -> SafeString:
    """Draw how a stage stands; an open one past its planned end is late."""
    end = iso_day(row["planned_end"])
    if row["status"] in (StageStatus.PLANNED, StageStatus.RUNNING) and end and end < timezone.localdate():
        return mark("late", _("Late"))
    return mark(row["status"], StageStatus(row["status"]).label)


@register.filter
def state_labels(codes: Iterable[str]) -> str:
    """Return several states in words, in the order of a life."""
    order: dict[str, int] = {}
    for code in (*State.values, *AmendmentState.values):
        order.setdefault(code, len(order))
    states = sorted(codes, key=lambda code: order.get(code, len(order)))  # those of other tables as they stand there
    return ", ".join(dict.fromkeys(state_label(code) for code in states))


@register.filter
def target_label(verb: Verb) -> str:
    """Return where a verb leads, in words."""
    if verb.code == "discard":
        return _("gone")
    if verb.target is None:
        return _("stays")
    return _("the state before") if callable(verb.target) else state_label(verb.target)


@register.filter
def who_label(verb: Verb) -> str:
    """Return who may do a verb, in words."""
    words = ", ".join(str(Capacity(code).label) for code in verb.who)
    for state, more in verb.who_from.items():
        extra = ", ".join(str(Capacity(code).label) for code in more)
        words = _("%(who)s; %(state)s: %(more)s") % {"who": words, "state": state_label(state), "more": extra}
    return (
        _("%(who)s (a coordinator only when neither proposer nor lead)") % {"who": words} if verb.four_eyes else words
    )


@register.filter
def reason_label(verb: Verb) -> str:
    """Return whether a verb asks why, in words."""
    return {Reason.NONE: _("no"), Reason.OPTIONAL: _("optional"), Reason.REQUIRED: _("yes")}[verb.reason]


@register.filter
def audience_labels(codes: Iterable[str]) -> str:
    """Return whom a verb tells, in words."""
    labels = {**AMENDMENT_AUDIENCES, **PANEL_AUDIENCES, **AUDIENCE_LABELS}
    return ", ".join(str(labels[code]) for code in codes) or "–"


@register.filter
def stages_progress(lines: Iterable[Mapping[str, Any]]) -> str:
    """Return how far the stages of a snapshot are, in words."""
    return progress_in_words([line["status"] for line in lines])


@register.simple_tag
def comments_asked(cluster: Cluster) -> str:
    """Return until when comments on a proposal are asked for, today; "" where they are not."""
    return asked_words(cluster, timezone.localdate())
