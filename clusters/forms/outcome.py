"""Forms for what came of a cluster: outcomes, measured objectives, and the words of its end."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from clusters.actions.effects import RESULT_FIELDS
from clusters.actions.outcome import FIELDS, day_problem
from clusters.choices import OutcomeKind
from clusters.models import Cluster, Objective, Outcome
from community.forms.dates import DayField
from community.forms.lines import web_address
from community.forms.merging import MergingForm, Picked, offer
from community.validators import plain_line, plain_text

#: A summary of this length also serves as a practice abstract and for keep.eu.
SUMMARY_FROM, SUMMARY_TO = 1000, 1500
#: Choice -> (is_reached, is_partly).
_REACHED: dict[str, tuple[bool | None, bool]] = {"yes": (True, False), "partly": (False, True), "no": (False, False)}
_NOT_SAID: tuple[bool | None, bool] = (None, False)
KIND_HINTS = {
    OutcomeKind.TRANSFERENCE: _("A result of a project was handed over, or given on from peer to peer."),
    OutcomeKind.NETWORKING: _("People or organisations work together who did not before."),
    OutcomeKind.ANSWER: _("The question that somebody asked is answered."),
    OutcomeKind.ADOPTION: _(
        "An organisation takes a solution up. Record it under “Uptakes” too: figures count those alone."
    ),
    OutcomeKind.PEER_REVISION: _("A result was read and bettered by peers."),
    OutcomeKind.POLICY_EVIDENCE: _("An experience that a policy statement can rest on."),
}


class OutcomeForm(MergingForm):
    """One outcome of one of the six kinds."""

    wide = ("kind", "title", "description", "evidence_url")

    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=OutcomeKind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what kind of outcome it is.")},
    )
    title = forms.CharField(
        label=_("Outcome"),
        max_length=200,
        validators=[plain_line],
        help_text=_("One line, as it stands in the factsheet."),
        error_messages={"required": _("Say in one line what came of it.")},
    )
    description = forms.CharField(
        label=_("What came of it"),
        required=False,
        max_length=1000,
        validators=[plain_text],
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    reached_on = DayField(label=_("On"), required=False)
    stage = forms.TypedChoiceField(label=_("Stage"), required=False, empty_value=None)
    objective = forms.TypedChoiceField(label=_("Objective"), required=False, empty_value=None)
    evidence_url = web_address(_("Address of the evidence"))
    participants_count = forms.IntegerField(
        label=_("Participants"),
        required=False,
        min_value=0,
        max_value=100_000,
        help_text=_(
            "How many took part. These three numbers stand on the page of outcomes, in the chain, and beside each line "
            "of a policy statement that rests on it. The programme's figures count the attendance of meetings instead."
        ),
    )
    organisations_count = forms.IntegerField(label=_("Organisations"), required=False, min_value=0, max_value=10_000)
    countries_count = forms.IntegerField(label=_("Countries"), required=False, min_value=0, max_value=250)

    def __init__(self, *args: Any, cluster: Cluster, on: date, outcome: Outcome | None = None, **kwargs: Any) -> None:
        """Make the form for `outcome`, or for a new one; `on` is the day that counts as today."""
        self.on = on
        kwargs.setdefault("initial", _initial_of(outcome) if outcome else {"seen_version": 0, "reached_on": on})
        super().__init__(*args, ident=f"outcome_{outcome.pk if outcome else 'new'}", **kwargs)
        self.fields["kind"].option_hints = KIND_HINTS  # type: ignore[attr-defined]
        self.fields["kind"].two_columns = True  # type: ignore[attr-defined]
        self._offer("stage", [(row, row.title) for row in cluster.stages.all()], _("No stage"))
        self._offer("objective", [(row, row.text) for row in cluster.objectives.all()], _("No objective"))

    def _offer(self, name: str, rows: list[tuple[Any, str]], nothing: Any) -> None:
        """Offer numbered parts of the cluster, or leave the field out where there are none."""
        choices = [("", nothing), *((str(row.pk), f"{n}. {text}") for n, (row, text) in enumerate(rows, 1))]
        offer(self, name, {str(row.pk): row for row, _text in rows}, choices)
        if not rows:
            del self.fields[name]

    def clean_reached_on(self) -> date | None:
        """Refuse a day ahead.

        Raises:
            ValidationError: the day has not come yet.
        """
        day: date | None = self.cleaned_data["reached_on"]
        problem = day_problem(day, self.on)
        if problem:
            raise forms.ValidationError(problem)
        return day

    def clean(self) -> dict[str, Any]:
        """Hold the numbers against each other: whoever comes from somewhere is a participant."""
        cleaned = super().clean() or self.cleaned_data
        persons: int | None = cleaned.get("participants_count")
        for name in ("organisations_count", "countries_count"):
            if persons is not None and (cleaned.get(name) or 0) > persons:
                words = gettext("More than participants (%(persons)d). Correct one of the two, or leave it empty.")
                self.add_error(name, words % {"persons": persons})
        return cleaned

    def values(self) -> dict[str, Any]:
        """Return the fields as the actions take them."""
        return {name: self.cleaned_data[name] for name in FIELDS if name in self.fields}


class ObjectiveForm(MergingForm):
    """What was measured for an objective, and whether that means that it is reached.

    There is no version: `seen()` are the values that the form was opened on.
    """

    wide = ("measured",)

    measured = forms.CharField(
        label=_("Measured so far"),
        required=False,
        max_length=300,
        validators=[plain_line],
        help_text=_("A number, a document or a decision, such as “14 measures” or “2 of 3 harbours”."),
    )
    is_reached = forms.TypedChoiceField(
        label=_("Reached"),
        required=False,
        empty_value=None,
        coerce=Picked(_REACHED),
        choices=[
            ("", _("Not said yet")),
            ("yes", _("Reached")),
            ("partly", _("Partly reached")),
            ("no", _("Not reached")),
        ],
    )

    def __init__(self, *args: Any, objective: Objective, **kwargs: Any) -> None:
        """Start from what is written down."""
        reached = "partly" if objective.is_partly else {True: "yes", False: "no", None: ""}[objective.is_reached]
        kwargs.setdefault("initial", {"measured": objective.measured, "is_reached": reached})
        super().__init__(*args, ident=f"objective_{objective.pk}", **kwargs)
        del self.fields["seen_version"]

    def clean(self) -> dict[str, Any]:
        """Ask for the value that "reached" rests on."""
        cleaned = super().clean() or self.cleaned_data
        if any(cleaned.get("is_reached") or ()) and not cleaned.get("measured"):
            self.add_error("measured", gettext("Say how one sees that it is reached: what was measured?"))
        return cleaned

    def seen(self) -> tuple[str, bool | None, bool]:
        """Return (measured, is_reached, is_partly) as the page showed them."""
        measured = self.data.get(self["measured"].html_initial_name, "")
        reached = self.data.get(self["is_reached"].html_initial_name, "")
        return str(measured), *_REACHED.get(str(reached), _NOT_SAID)

    def values(self) -> dict[str, Any]:
        """Return what the action takes."""
        is_reached, is_partly = self.cleaned_data["is_reached"] or _NOT_SAID
        return {"measured": self.cleaned_data["measured"], "is_reached": is_reached, "is_partly": is_partly}


class ConcludeForm(forms.Form):
    """The words of the end, for the pages of the verbs conclude, discontinue and correct.

    `details()` returns exactly what `transition(cluster, verb, **details)` takes: `practitioners_summary`,
    `lessons`, `next_steps`, `has_no_outcome` and, where the field is there, `ended_on` (a day or None: today).
    A subclass with a `cluster` has its dates and outcomes checked too; without one only the words are.
    """

    cluster: Cluster | None = None

    practitioners_summary = forms.CharField(
        label=_("Summary for practitioners"),
        max_length=SUMMARY_TO,
        required=False,
        widget=forms.Textarea(attrs={"rows": 9}),
        validators=[plain_text],
        help_text=_(
            "What somebody needs to do the same, what it takes, where it fails. 1000 to 1500 characters serve as a "
            "practice abstract too."
        ),
    )
    lessons = forms.CharField(
        label=_("Lessons"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        validators=[plain_text],
        help_text=_("What you would do again and what not. Failures too. A line that begins with “- ” is a point."),
    )
    next_steps = forms.CharField(
        label=_("Next steps"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        validators=[plain_text],
    )
    has_no_outcome = forms.BooleanField(
        label=_("There is no outcome"),
        required=False,
        help_text=_("Then the lessons say why. The record of a failure is worth as much."),
    )
    ended_on = DayField(label=_("Ended on"), required=False, help_text=_("Today when you leave it empty."))

    def clean_ended_on(self) -> date | None:
        """Refuse a day ahead, and one before the cluster began.

        Raises:
            ValidationError: names what is wrong.
        """
        day: date | None = self.cleaned_data["ended_on"]
        began = self.cluster.started_on if self.cluster else None
        if day is not None and day > timezone.localdate():
            raise forms.ValidationError(gettext("This day has not come yet."))
        if day is not None and began is not None and day < began:
            words = gettext("The cluster began on %(day)s, so it can't have ended before.")
            raise forms.ValidationError(words % {"day": date_format(began, "j F Y")})
        return day

    def clean(self) -> dict[str, Any]:
        """Hold "no outcome" against the record, and ask for its lessons."""
        cleaned = super().clean() or self.cleaned_data
        if not cleaned.get("has_no_outcome"):
            return cleaned
        recorded = self.cluster.outcomes.count() if self.cluster else 0
        if recorded:
            words = ngettext(
                "%(count)d outcome is recorded. Take this tick away, or remove it first.",
                "%(count)d outcomes are recorded. Take this tick away, or remove them first.",
                recorded,
            )
            self.add_error("has_no_outcome", words % {"count": recorded})
        elif not cleaned.get("lessons", "").strip() and "lessons" not in self.errors:
            self.add_error("lessons", gettext("Write what was learnt: without an outcome the lessons are the result."))
        return cleaned

    def details(self) -> dict[str, Any]:
        """Return what the transition takes."""
        return {name: self.cleaned_data[name] for name in (*RESULT_FIELDS, "ended_on") if name in self.cleaned_data}


def _initial_of(outcome: Outcome) -> dict[str, Any]:
    """Return what the form of an outcome starts from: its fields as saved, and its version."""
    values = {name: getattr(outcome, name) for name in FIELDS}
    values["stage"] = str(outcome.stage_id or "")
    values["objective"] = str(outcome.objective_id or "")
    return {**values, "seen_version": outcome.version}
