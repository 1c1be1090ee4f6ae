"""Forms of the roadmap: one stage at a time, each saved by itself."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clusters.actions.roadmap_parts import DATES, FIELDS
from clusters.choices import StageKind, StageStatus
from clusters.models import Cluster, Stage
from clusters.rules.roadmap import StageDates
from community.forms.dates import DayField
from community.forms.lines import short_line, web_address
from community.forms.merging import MergingForm, SeenVersionField, offer
from community.models import Member
from community.validators import plain_text


class StageForm(MergingForm):
    """A stage: what, when, who, what comes out, how it stands.

    Actual dates can be given once the cluster has started, the end only of a stage that is done.
    """

    #: Fields over the whole width of the row's form.
    wide = ("title", "note")

    title = short_line(
        _("Name"),
        120,
        required=True,
        error_messages={"required": _("Give the stage a name, such as “Kick-off in Athens”.")},
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=StageKind.choices, initial=StageKind.WORK)
    planned_start_on = DayField(label=_("Planned from"), required=False)
    planned_end_on = DayField(label=_("Planned to"), required=False)
    actual_start_on = DayField(label=_("Really began"), required=False)
    actual_end_on = DayField(label=_("Really ended"), required=False)
    responsible = forms.TypedChoiceField(label=_("Responsible"), required=False, empty_value=None)
    deliverable = short_line(_("Deliverable"), 200)
    evidence_url = web_address(_("Its address"))
    waits_for = forms.TypedChoiceField(label=_("Waits for"), required=False, empty_value=None)
    waits_why = short_line(_("Why it waits"), 200)
    note = forms.CharField(
        label=_("How it stands"),
        required=False,
        max_length=1000,
        validators=[plain_text],
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, cluster: Cluster, on: date, stage: Stage | None = None, **kwargs: Any) -> None:
        """Make the form for `stage`, or for a new one; `on` is the day that counts as today."""
        self.cluster, self.on, self.stage = cluster, on, stage
        kwargs.setdefault("initial", initial_of(stage) if stage else {"kind": StageKind.WORK, "seen_version": 0})
        super().__init__(*args, ident=f"stage_{stage.pk if stage else 'new'}", **kwargs)
        if stage is None or cluster.baseline_frozen_at is None:
            del self.fields["actual_start_on"]
        if stage is None or stage.status != StageStatus.DONE:
            del self.fields["actual_end_on"]
        self._offer_people(stage)
        self._offer_stages(stage)

    def _offer_people(self, stage: Stage | None) -> None:
        """Offer those who take part, and who is responsible now."""
        self.people: dict[str, Member] = {}
        choices: list[tuple[str, Any]] = [("", _("Nobody yet"))]
        rows = self.cluster.participations.active().select_related("member", "organisation")
        for row in rows:
            if row.member is not None:
                organisation = row.organisation.known_as if row.organisation else ""
                self.people[str(row.member_id)] = row.member
                choices.append((str(row.member_id), f"{row.member.name}, {organisation}"))
        if stage and stage.responsible and str(stage.responsible_id) not in self.people:
            self.people[str(stage.responsible_id)] = stage.responsible
            choices.append((str(stage.responsible_id), stage.responsible.name))
        offer(self, "responsible", self.people, choices)

    def _offer_stages(self, stage: Stage | None) -> None:
        """Offer the other stages to wait for."""
        order = list(self.cluster.stages.all())
        others = {str(row.pk): row for row in order if stage is None or row.pk != stage.pk}
        names = [
            (str(row.pk), f"{number}. {row.title}") for number, row in enumerate(order, 1) if str(row.pk) in others
        ]
        offer(self, "waits_for", others, [("", _("No other stage")), *names])
        if not names:
            del self.fields["waits_for"]
            del self.fields["waits_why"]

    def clean(self) -> dict[str, Any]:
        """Put the sentences about dates at their fields."""
        cleaned = super().clean() or self.cleaned_data
        known = {name: getattr(self.stage, name) if self.stage else None for name in DATES}
        dates = StageDates(
            **{name: cleaned.get(name) if name in self.fields else known[name] for name in DATES},
            status=self.stage.status if self.stage else StageStatus.PLANNED,
        )
        for name, sentence in dates.problems(self.on):
            self.add_error(name if name in self.fields else None, str(sentence))
        return cleaned

    def values(self) -> dict[str, Any]:
        """Return the fields that this form shows, as the actions take them."""
        return {name: self.cleaned_data[name] for name in FIELDS if name in self.fields}


class CompleteForm(MergingForm):
    """Mark a stage done: when it really began and ended, and what came out."""

    wide = ("note",)

    actual_start_on = DayField(label=_("Really began"), error_messages={"required": _("Say when the stage began.")})
    actual_end_on = DayField(label=_("Really ended"), error_messages={"required": _("Say when the stage ended.")})
    deliverable = short_line(_("Deliverable"), 200)
    evidence_url = web_address(_("Its address"))
    note = forms.CharField(
        label=_("How it went"),
        required=False,
        max_length=1000,
        validators=[plain_text],
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, cluster: Cluster, on: date, stage: Stage, **kwargs: Any) -> None:
        """Fill in the days: the start that is known or planned, and today."""
        self.on, self.stage = on, stage
        kwargs.setdefault("initial", {**initial_of(stage), **_likely_dates(stage, on)})
        super().__init__(*args, ident=f"stage_{stage.pk}", **kwargs)

    def clean(self) -> dict[str, Any]:
        """Put the sentences about dates at their fields."""
        cleaned = super().clean() or self.cleaned_data
        dates = StageDates(
            actual_start_on=cleaned.get("actual_start_on"),
            actual_end_on=cleaned.get("actual_end_on"),
            status=StageStatus.DONE,
        )
        if "actual_start_on" in cleaned and "actual_end_on" in cleaned:
            for name, sentence in dates.problems(self.on):
                self.add_error(name, str(sentence))
        return cleaned

    def values(self) -> dict[str, Any]:
        """Return what the action takes."""
        return {name: self.cleaned_data[name] for name in FIELDS if name in self.fields}


class DropForm(MergingForm):
    """Drop a stage: why."""

    wide = ("reason",)

    reason = forms.CharField(
        label=_("Why it is dropped"),
        max_length=1000,
        validators=[plain_text],
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It stands on the roadmap in place of the note."),
        error_messages={"required": _("Say why the stage is dropped: the reason stands on the roadmap.")},
    )

    def __init__(self, *args: Any, cluster: Cluster, on: date, stage: Stage, **kwargs: Any) -> None:
        """Start from an empty reason."""
        self.stage = stage
        kwargs.setdefault("initial", {"seen_version": stage.version})
        super().__init__(*args, ident=f"stage_{stage.pk}", **kwargs)

    def values(self) -> dict[str, Any]:
        """Return what the action takes."""
        return {"reason": self.cleaned_data["reason"]}


class NoteForm(MergingForm):
    """How a stage stands, written by whoever takes part."""

    wide = ("note",)

    note = forms.CharField(
        label=_("How it stands"),
        required=False,
        max_length=1000,
        validators=[plain_text],
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("It takes the place of what stands there; the history keeps both."),
    )

    def __init__(self, *args: Any, cluster: Cluster, on: date, stage: Stage, **kwargs: Any) -> None:
        """Start from the note that stands there."""
        self.stage = stage
        kwargs.setdefault("initial", {"note": stage.note, "seen_version": stage.version})
        super().__init__(*args, ident=f"stage_{stage.pk}", **kwargs)

    def values(self) -> dict[str, Any]:
        """Return what the action takes."""
        return {"note": self.cleaned_data["note"]}


class SeenForm(forms.Form):
    """The version that the page showed, for verbs of one press."""

    seen_version = SeenVersionField(required=False)


class MoveForm(forms.Form):
    """One place up or down, or to a place, from the order that the page showed; errors are said in one line."""

    direction = forms.ChoiceField(choices=[("up", _("up")), ("down", _("down"))], required=False)
    place = forms.IntegerField(min_value=1, max_value=1000, required=False)
    seen_order = forms.CharField(max_length=2000)

    def clean_seen_order(self) -> list[int]:
        """Return the primary keys of the stages in the order that was shown.

        Raises:
            ValidationError: it is not a list of keys: the page was tampered with.
        """
        try:
            return [int(part) for part in self.cleaned_data["seen_order"].split(",")]
        except ValueError as error:
            raise forms.ValidationError(
                gettext("The order of the stages can't be read. Load the page again.")
            ) from error

    def clean(self) -> dict[str, Any]:
        """Ask for a direction or a place."""
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and not cleaned.get("direction") and not cleaned.get("place"):
            raise forms.ValidationError(gettext("Say where the stage goes: up, down, or to which place."))
        return cleaned

    def errors_in_words(self) -> str:
        """Return what is wrong, in sentences."""
        return " ".join(str(sentence) for sentences in self.errors.values() for sentence in sentences)


def initial_of(stage: Stage) -> dict[str, Any]:
    """Return what the forms start from: the fields as they are saved, and their version."""
    values = {name: getattr(stage, name) for name in FIELDS}
    values["responsible"] = str(stage.responsible_id or "")
    values["waits_for"] = str(stage.waits_for_id or "")
    return {**values, "seen_version": stage.version}


def _likely_dates(stage: Stage, on: date) -> dict[str, date]:
    """Return the days that a stage marked done today had most likely."""
    planned = stage.planned_start_on or stage.planned_end_on
    start = stage.actual_start_on or (planned if planned and planned <= on else on)
    is_short = stage.planned_end_on is not None and stage.planned_end_on == stage.planned_start_on
    end = stage.planned_end_on if is_short and stage.planned_end_on and start <= stage.planned_end_on <= on else on
    return {"actual_start_on": start, "actual_end_on": end}
