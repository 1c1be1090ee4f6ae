"""What preparing a decision asks: which one, its words, and when it is announced."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clusters.choices import PreparedVerb
from clusters.forms.lifecycle import CONDITIONS, ApproveForm
from clusters.forms.rows import with_rows
from clusters.lifecycle import CLUSTER
from clusters.models import Cluster, PreparedDecision
from clusters.rules.meeting_times import moment_of
from clusters.rules.prepared import announcement_problem
from community.forms.dates import DayField, in_words

#: How it is announced: when somebody presses, or by itself.
BY_PRESS, BY_CLOCK = "press", "clock"
#: The hour that stands in the form before another one is chosen.
USUAL_HOUR = time(9, 0)
#: What the review page's bar sends along.
_TYPED = ("decision", "reason", "when", "announce_on", "announce_clock")


class PrepareForm(ApproveForm):
    """A decision on a proposal with its words, and the moment of its announcement in the site's zone."""

    decision = forms.ChoiceField(
        label=_("Decision"),
        choices=PreparedVerb.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what you decide.")},
    )
    when = forms.ChoiceField(
        label=_("Announced"),
        choices=(
            (BY_PRESS, _("when one of those who may decide presses")),
            (BY_CLOCK, _("by itself, at this moment:")),
        ),
        widget=forms.RadioSelect,
        initial=BY_PRESS,
        error_messages={"required": _("Say when it is announced.")},
    )
    announce_on = DayField(label=_("Day of the announcement"), required=False)
    announce_clock = forms.TimeField(
        label=_("Hour"),
        required=False,
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        error_messages={"invalid": _("Write the time like 14:30.")},
    )
    field_order = ["decision", "reason", "when", "announce_on", "announce_clock", "seen"]

    def __init__(self, *args: Any, cluster: Cluster, **kwargs: Any) -> None:
        """Make the form of a proposal; what was typed on the review page is its beginning."""
        kwargs["verb"] = CLUSTER.verb("approve")
        super().__init__(*args, cluster=cluster, **kwargs)
        self.fields["reason"].help_text = _("Those who are told read it word for word, once it is announced.")
        self.fields["announce_clock"].help_text = _("In the zone of the registry: %(zone)s.") % {
            "zone": settings.TIME_ZONE.replace("_", " ")
        }

    def clean(self) -> dict[str, Any]:
        """Ask for a reason where the decision needs one, and make a moment of day and hour."""
        given = super().clean()
        verb = given.get("decision")
        if verb in (PreparedVerb.RETURN, PreparedVerb.DECLINE):
            if not given.get("reason", "").strip() and "reason" not in self.errors:
                self.add_error("reason", _("Say why: those who are told read it word for word."))
            if self.rows.filled:
                self.add_error("decision", _("Conditions go with an approval. Take them out, or choose “Approve”."))
        given["announce_at"] = None
        if given.get("when") == BY_CLOCK:
            given["announce_at"] = self._moment(given)
        return given

    def _moment(self, given: dict[str, Any]) -> datetime | None:
        """Return the moment of the announcement; None with an error at its field."""
        day, clock = given.get("announce_on"), given.get("announce_clock") or USUAL_HOUR
        if day is None:
            if "announce_on" not in self.errors:
                self.add_error("announce_on", _("Say on which day it is announced."))
            return None
        try:
            moment = moment_of(day, clock, settings.TIME_ZONE)
        except ValidationError as error:
            self.add_error("announce_clock", error)
            return None
        due = [row.get("due_on") for row in self.rows.cleaned()]
        if self.cluster is not None and (problem := announcement_problem(moment, self.cluster, due, timezone.now())):
            self.add_error("announce_on", problem)
        return moment

    def values(self) -> dict[str, Any]:
        """Return what the action takes."""
        given = {name: self.cleaned_data[name] for name in ("reason", "seen", "announce_at")}
        given["verb"] = self.cleaned_data["decision"]
        return {**given, **(self.details() if given["verb"] == PreparedVerb.APPROVE else {})}


def typed_on_the_case(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return as initial values what was typed beside the buttons of the review page."""
    return {name: data[name] for name in _TYPED if data.get(name)}


def as_typed(row: PreparedDecision) -> tuple[dict[str, Any], QueryDict]:
    """Return a prepared decision as the form's initial values and the rows of its conditions."""
    initial: dict[str, Any] = {"decision": row.verb, "reason": row.reason, "when": BY_PRESS}
    if row.announce_at is not None and row.announce_at > timezone.now():
        local = timezone.localtime(row.announce_at)
        initial |= {"when": BY_CLOCK, "announce_on": local.date(), "announce_clock": local.time()}
    days = [parse(one.get("due_on", "")) for one in row.conditions]
    rows = [{"text": one["text"], "due_on": day} for one, day in zip(row.conditions, days, strict=True)]
    return initial, with_rows(QueryDict(mutable=True), CONDITIONS, rows)


def parse(day: str) -> str:
    """Return a stored day as the form writes it; "" for none."""
    found = DayField(required=False).to_python(day)
    return in_words(found) if found else ""
