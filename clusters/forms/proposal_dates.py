"""Step 3: when it starts and ends, and by which stages."""

from __future__ import annotations

from datetime import date
from typing import Any

from crispy_forms.layout import Div, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clusters.actions.proposal_values import StageLine
from clusters.choices import INCOMPLETE_STATES, StageKind
from clusters.forms.proposal_fields import (
    NOT_IN_LIST,
    Line,
    StepForm,
    part,
    section,
)
from clusters.forms.rows import RowForm
from clusters.rules.proposal import DEADLINE_WITHOUT_REASON
from clusters.rules.roadmap import OutsideStage, ended_long_ago, is_too_far_back, stages_outside
from community.forms.dates import DayField

#: No cluster lies outside of these days.
EARLIEST, LATEST = date(2010, 1, 1), date(2100, 12, 31)
MOST_STAGES = 40

END_BEFORE_START = _("The end lies before the start. Both may be the same day.")


def _day(label: Any, **kwargs: Any) -> DayField:
    return DayField(label=label, earliest=EARLIEST, latest=LATEST, **kwargs)


def _now_in(form: forms.Form, name: str) -> date | None:
    """Return the day that a field shows, stored or typed; None where nothing that can be read stands in it."""
    try:
        day: date | None = form.fields[name].to_python(form[name].value())
    except ValidationError:
        return None
    return day


class StageForm(RowForm):
    """One stage of the roadmap."""

    passive = ("kind",)

    title = Line(label=_("Stage"), limit=120)
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=StageKind.choices,
        initial=StageKind.WORK,
        error_messages={"invalid_choice": NOT_IN_LIST},
    )
    planned_start_on = _day(_("Planned from"))
    planned_end_on = _day(_("Planned to"))
    deliverable = Line(
        label=_("Deliverable"), limit=200, required=False, help_text=_("What one can look at when the stage is done.")
    )

    def clean(self) -> dict[str, Any]:
        """Refuse an end before the start."""
        given: dict[str, Any] = super().clean() or {}
        start, end = given.get("planned_start_on"), given.get("planned_end_on")
        if start and end and end < start:
            self.add_error("planned_end_on", END_BEFORE_START)
        return given


class DatesForm(StepForm):
    """Start, end, outside deadline with its reason, the one-day switch, stages."""

    writes = ("starts_on", "ends_on", "deadline_on", "deadline_reason", "stages")

    starts_on = _day(_("Starts on"), help_text=_("Such as 12 May 2026."))
    ends_on = _day(_("Ends on"), help_text=_("The day of the report, too."))
    one_day = forms.BooleanField(
        label=_("It lasts one day"),
        required=False,
        help_text=_("Propose, approve, run and report in a day. Its one stage is made for you."),
    )
    deadline_on = _day(
        _("Outside deadline"),
        required=False,
        help_text=_("A day that others set."),
    )
    deadline_reason = Line(
        label=_("What sets that deadline"), limit=200, required=False, help_text=_("A call, a law, a season.")
    )

    def stored(self) -> dict[str, Any]:
        """Return the initial values from the cluster."""
        names = ("starts_on", "ends_on", "deadline_on", "deadline_reason")
        return {**{name: getattr(self.cluster, name) for name in names}, "one_day": self.cluster.is_one_day}

    def prepare(self) -> None:
        """Make the rows of stages."""
        stages = [
            {
                "title": row.title,
                "kind": row.kind,
                "planned_start_on": row.planned_start_on,
                "planned_end_on": row.planned_end_on,
                "deliverable": row.deliverable,
            }
            for row in self.cluster.stages.all()
        ]
        self.stages = self.rows("stages", StageForm, stages, least=1, most=MOST_STAGES)

    def clean(self) -> dict[str, Any]:
        """Make the end of a one-day cluster; refuse an end before the start, or a deadline without reason."""
        given: dict[str, Any] = super().clean() or {}
        if given.get("one_day"):
            self.errors.pop("ends_on", None)
            given["starts_on"] = given["ends_on"] = given.get("starts_on") or given.get("ends_on")
        start, end = given.get("starts_on"), given.get("ends_on")
        if start and end and end < start:
            self.add_error("ends_on", END_BEFORE_START)
        has_reason = given.get("deadline_reason") or "deadline_reason" in self.errors
        if given.get("deadline_on") and not has_reason and self.cluster.state not in INCOMPLETE_STATES:
            self.add_error("deadline_reason", DEADLINE_WITHOUT_REASON)
        return given

    @property
    def held(self) -> frozenset[str]:
        """Hold both days back where the one that can be stored would lie on the wrong side of the stored other."""
        held = super().held
        start, end = (
            getattr(self.cluster, name) if name in held else self.cleaned_data.get(name)
            for name in ("starts_on", "ends_on")
        )
        return held | {"starts_on", "ends_on"} if start and end and end < start else held

    @property
    def _span(self) -> tuple[date | None, date | None]:
        """Start and end of the cluster as the form shows them."""
        start, end = _now_in(self, "starts_on"), _now_in(self, "ends_on")
        return (start or end, start or end) if self.current("one_day") else (start, end)

    @property
    def end_note(self) -> str:
        """What stands beside the dates when they lie too far back, or ""."""
        end = self._span[1]
        if end is None or self.cluster.is_recorded_afterwards or not is_too_far_back(end, timezone.localdate()):
            return ""
        return ended_long_ago(end, is_decided_now=False)

    @property
    def stage_notes(self) -> list[tuple[str, str]]:
        """What is said above the stages of those that lie outside the dates: sentence and id of the field."""
        start, end = self._span
        rows = [
            (str(row["title"].value() or ""), _now_in(row, "planned_start_on"), _now_in(row, "planned_end_on"))
            for row in self.stages
        ]
        found: list[OutsideStage] = stages_outside(rows, start, end)
        if start is None or end is None:
            return []
        return [(stage.sentence(start, end), self._field_of(stage)) for stage in found]

    def _field_of(self, stage: OutsideStage) -> str:
        return str(self.stages.forms[stage.number - 1]["planned_start_on"].auto_id)

    def values(self) -> dict[str, Any]:
        """Return what `save_step` takes; after `is_valid`."""
        names = ("starts_on", "ends_on", "deadline_on", "deadline_reason")
        return {
            **{name: self.cleaned_data[name] for name in names},
            "stages": [StageLine(**{**row, "kind": row["kind"] or StageKind.WORK}) for row in self.stages.cleaned()],
        }

    def layout(self) -> Layout:
        """Return the days first, then the stages."""
        return Layout(
            Div("one_day", Div("starts_on", "ends_on", css_class="frm"), css_class="step-dates"),
            part("_end_note.html"),
            Div("deadline_on", "deadline_reason", css_class="frm"),
            section(_("Roadmap"), part("_stage_notes.html"), part("_stages.html"), ident="stages"),
        )
