"""What a step of an uptake asks: how it is taken up, since when, what shows it, and why it went back or stopped."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clusters.forms.proposal_fields import Prose
from community.forms.comparing import Clash
from community.forms.dates import DayField
from community.forms.lines import web_address
from community.forms.merging import MergingForm
from community.lifecycle import Reason, Verb
from results.choices import UptakeKind
from results.forms.uptake import KIND_HINTS
from results.models import Uptake

#: What each verb asks, besides its reason.
ASKS = {
    "uptake.committed": ("kind", "adaptation", "evidence_url"),
    "uptake.in_use": ("kind", "adaptation", "in_use_on", "evidence_url"),
    "uptake.stopped": ("stopped_on",),
}


class StepForm(MergingForm):
    """The fields that one verb asks for; `seen_version` is the version that the page showed."""

    kind = forms.ChoiceField(
        label=_("How it is taken up"),
        choices=UptakeKind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Say how it is taken up.")},
    )
    adaptation = Prose(
        label=_("What was adapted, and why"),
        limit=1000,
        required=False,
        help_text=_("What the next taker can learn from. “Adapted” asks for it."),
    )
    in_use_on = DayField(
        label=_("In use since"), required=True, error_messages={"required": _("Say since when it is in use.")}
    )
    stopped_on = DayField(label=_("Stopped on"), required=False, help_text=_("Today when you leave it empty."))
    evidence_url = web_address(
        _("Address of the evidence"), help_text=_("A page on which one sees it, unless a file here shows it already.")
    )
    reason = Prose(label=_("Reason"), limit=600, rows=3, error_messages={"required": _("Say why.")})

    def __init__(self, *args: Any, verb: Verb, uptake: Uptake, on: date, **kwargs: Any) -> None:
        """Ask what the verb's row asks, starting from what the uptake says."""
        names = ("kind", "adaptation", "evidence_url")
        initial = {name: getattr(uptake, name) for name in names}
        kwargs["initial"] = {**initial, "in_use_on": on, "seen_version": uptake.version}
        super().__init__(*args, ident=f"step_{uptake.pk}", **{"auto_id": "id_%s", **kwargs})
        wanted = {"seen_version", *ASKS.get(verb.code, ())}
        if verb.reason is not Reason.NONE:
            wanted.add("reason")
            self.fields["reason"].required = verb.reason is Reason.REQUIRED
        for name in list(self.fields):
            if name not in wanted:
                del self.fields[name]
        if "kind" in self.fields:
            self.fields["kind"].option_hints = KIND_HINTS  # type: ignore[attr-defined]

    def clashes(self) -> list[Clash]:
        """Leave out the day of the use, which is offered and not saved yet."""
        offered = str(self.fields["in_use_on"].label) if "in_use_on" in self.fields else None
        return [one for one in super().clashes() if one.label != offered]

    def details(self) -> dict[str, Any]:
        """Return what the action takes besides verb and person."""
        return dict(self.cleaned_data)
