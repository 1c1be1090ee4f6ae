"""Forms of meetings: when and where, what was said and how many came, what was decided, why it is cancelled."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clusters.actions.meeting import MOST_PERSONS
from clusters.choices import MEETING_ZONES, MeetingKind
from clusters.forms.proposal_fields import Line, Prose
from clusters.models import Meeting
from clusters.rules.meeting_times import span_of
from community.forms.dates import DayField
from community.forms.lines import short_line
from community.forms.merging import MergingForm
from community.models import Organisation

LATEST = date(2099, 12, 31)


def _clock(label: Any, sentence: Any) -> forms.TimeField:
    return forms.TimeField(
        label=label,
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        error_messages={"required": sentence, "invalid": _("Write the time like 14:30.")},
    )


def own_zone() -> str:
    """Return the zone of the registry, where meetings may be held in it; else the first of those."""
    return settings.TIME_ZONE if settings.TIME_ZONE in MEETING_ZONES else MEETING_ZONES[0]


class MeetingForm(MergingForm):
    """A meeting: what, when in which zone, where, and with which agenda."""

    opens_in_page = False

    title = short_line(_("What"), 120, required=True, error_messages={"required": _("Give the meeting a title.")})
    kind = forms.ChoiceField(label=_("Kind"), choices=MeetingKind.choices, initial=MeetingKind.MEETING)
    starts_on = DayField(
        label=_("Day"), latest=LATEST, error_messages={"required": _("Say on which day the meeting is.")}
    )
    starts_clock = _clock(_("Begins at"), _("Say when the meeting begins."))
    ends_clock = _clock(_("Ends at"), _("Say when the meeting ends."))
    ends_on = DayField(
        label=_("Last day"), latest=LATEST, required=False, help_text=_("If it goes on over midnight or for days.")
    )
    zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=[(zone, zone.replace("_", " ")) for zone in MEETING_ZONES],
        initial=own_zone,
        help_text=_("Calendars show the time where their readers are."),
    )
    place = short_line(_("Place"), 120)
    link = forms.URLField(
        label=_("Link"),
        required=False,
        max_length=500,
        assume_scheme="https",
        help_text=_("Where one joins from afar."),
        error_messages={"invalid": _("Write a full address, such as https://meet.example/room.")},
    )
    agenda = Prose(label=_("Agenda"), required=False, limit=3000, rows=5, help_text=_("One item a line."))
    organisers = forms.TypedMultipleChoiceField(
        label=_("Organised by"), required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )
    invite = forms.BooleanField(
        label=_("Mail it to those who take part, with an entry for their calendar"), required=False, initial=True
    )

    def __init__(
        self, *args: Any, organisations: Sequence[Organisation], meeting: Meeting | None = None, **kwargs: Any
    ) -> None:
        """Start from the meeting as it stands, and offer the organisations that take part."""
        if meeting is not None:
            kwargs.setdefault("initial", _initial(meeting))
        super().__init__(*args, ident="meeting", **{"auto_id": "id_%s", **kwargs})
        self.organisations = {row.pk: row for row in organisations}
        choices = [(pk, row.name) for pk, row in self.organisations.items()]
        self.fields["organisers"].choices = choices  # type: ignore[attr-defined]
        if meeting is None:
            del self.fields["seen_version"]

    def clean(self) -> dict[str, Any]:
        """Make moments of days and times; one that clocks never show is refused at its field."""
        given: dict[str, Any] = super().clean() or {}
        needed = ("starts_on", "starts_clock", "ends_clock", "zone")
        if any(given.get(name) is None for name in needed):
            return given
        first = (given["starts_on"], given["starts_clock"])
        last = (given.get("ends_on") or given["starts_on"], given["ends_clock"])
        try:
            given["starts_at"], given["ends_at"] = span_of(first, last, given["zone"])
        except ValidationError as error:
            self.add_error("starts_clock", error)
            return given
        if given["ends_at"] <= given["starts_at"]:
            self.add_error(
                "ends_clock", gettext("A meeting ends after it begins. For one over midnight give the last day.")
            )
        return given

    def values(self) -> dict[str, Any]:
        """Return what the actions take."""
        given = dict(self.cleaned_data)
        for name in ("starts_on", "starts_clock", "ends_on", "ends_clock"):
            del given[name]
        return {**given, "organisers": [self.organisations[pk] for pk in given["organisers"]]}


def _initial(meeting: Meeting) -> dict[str, Any]:
    values: dict[str, Any] = {
        name: getattr(meeting, name) for name in ("title", "kind", "zone", "place", "link", "agenda")
    }
    values |= {"starts_on": meeting.held_on, "ends_on": meeting.until_on, "seen_version": meeting.version}
    values["organisers"] = [row.pk for row in meeting.organisers.all()]
    if meeting.starts_at is not None and meeting.ends_at is not None:
        values["starts_clock"] = meeting.starts_at.astimezone(ZoneInfo(meeting.zone)).time()
        values["ends_clock"] = meeting.ends_at.astimezone(ZoneInfo(meeting.zone)).time()
    return values


class MinutesForm(MergingForm):
    """What was said, and how many came from each organisation."""

    opens_in_page = False

    minutes = Prose(
        label=_("Minutes"),
        required=False,
        limit=10000,
        rows=12,
        help_text=_("A line that begins with a dash is a point of a list. Decisions have a place of their own."),
    )

    def __init__(self, *args: Any, meeting: Meeting, organisations: Sequence[Organisation], **kwargs: Any) -> None:
        """Give each organisation a number, and for a training one for those who completed it."""
        there = {row.organisation_id: row for row in meeting.attendance.all()}
        initial: dict[str, Any] = {"minutes": meeting.minutes, "seen_version": meeting.version}
        for pk, row in there.items():
            initial |= {f"persons_{pk}": row.persons, f"completed_{pk}": row.completed}
        kwargs["initial"] = initial
        super().__init__(*args, ident="minutes", **{"auto_id": "id_%s", **kwargs})
        self.organisations = list(organisations)
        self.is_training = meeting.kind == MeetingKind.TRAINING
        for organisation in self.organisations:
            self.fields[f"persons_{organisation.pk}"] = _number(gettext("Persons of %(name)s"), organisation)
            if self.is_training:
                name = f"completed_{organisation.pk}"
                self.fields[name] = _number(gettext("Completed, of %(name)s"), organisation)
        self.carry()

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The organisations with their fields, for the table."""
        return [
            {
                "organisation": row,
                "persons": self[f"persons_{row.pk}"],
                "completed": self[f"completed_{row.pk}"] if self.is_training else None,
            }
            for row in self.organisations
        ]

    def clean(self) -> dict[str, Any]:
        """Refuse more who completed a training than came."""
        given: dict[str, Any] = super().clean() or {}
        for row in self.organisations:
            completed = given.get(f"completed_{row.pk}") or 0
            if completed > (given.get(f"persons_{row.pk}") or 0):
                sentence = gettext("No more people complete a training than came to it.")
                self.add_error(f"completed_{row.pk}", sentence)
        return given

    def values(self) -> dict[str, Any]:
        """Return what the action takes."""
        given = self.cleaned_data
        attendance = {
            row: (given[f"persons_{row.pk}"] or 0, given.get(f"completed_{row.pk}") or 0) for row in self.organisations
        }
        return {"minutes": given["minutes"], "seen_version": given["seen_version"], "attendance": attendance}


def _number(label: str, organisation: Organisation) -> forms.IntegerField:
    sentence = _("Write a number from 0 to %(most)d.") % {"most": MOST_PERSONS}
    return forms.IntegerField(
        label=label % {"name": organisation.known_as},
        required=False,
        min_value=0,
        max_value=MOST_PERSONS,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), sentence),
    )


class AnswerForm(forms.Form):
    """Whether somebody comes to a meeting: one of two buttons."""

    coming = forms.ChoiceField(
        choices=[("yes", _("I come")), ("no", _("I can't come"))],
        error_messages=dict.fromkeys(("required", "invalid_choice"), _("Say whether you come.")),
    )


class DecisionForm(forms.Form):
    """What was decided, in a sentence."""

    text = Line(
        label=_("Decision"),
        limit=300,
        rows=2,
        help_text=_("One sentence. History says that something was decided; who takes part reads what."),
        error_messages={"required": _("Write what was decided.")},
    )


class CancelForm(forms.Form):
    """Why a meeting is cancelled."""

    reason = Line(
        label=_("Reason"),
        limit=300,
        rows=2,
        help_text=_("Who takes part reads it word for word."),
        error_messages={"required": _("Say why: who takes part reads it word for word.")},
    )
