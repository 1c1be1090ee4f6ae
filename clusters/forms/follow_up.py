"""The short form of a follow-up: what became of it, in one choice, a sentence and an address."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clusters import contributions
from clusters.choices import FollowUpAnswer
from clusters.contributions import FollowedUp
from clusters.models import FollowUp
from clusters.rules.follow_up import note_problem
from community.forms.lines import web_address
from community.forms.merging import MergingForm
from community.validators import plain_text

FIELDS = ("answer", "note", "evidence_url")
HINTS = {
    FollowUpAnswer.CONFIRMED: _("It is still in use, as it was handed over."),
    FollowUpAnswer.ADAPTED: _("It is in use, and something was changed for it."),
    FollowUpAnswer.STOPPED: _("It is no longer in use, or never was."),
    FollowUpAnswer.UNKNOWN: _("You can't find it out. That is an answer, too."),
}


class FollowUpForm(MergingForm):
    """What became of a cluster months after its end."""

    answer = forms.ChoiceField(
        label=_("What became of it"),
        choices=FollowUpAnswer.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what became of it.")},
    )
    note = forms.CharField(
        label=_("In a few sentences"),
        required=False,
        max_length=1000,
        validators=[plain_text],
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Who uses which of it, and where. What was changed, or why it ended."),
    )
    evidence_url = web_address(
        _("Address of the evidence"), help_text=_("A page on which one sees it: a plan, a decision, a report.")
    )

    def __init__(self, *args: Any, row: FollowUp, user: Any = None, **kwargs: Any) -> None:
        """Start from the answer as it stands; upper apps ask besides of what `user` may see."""
        initial = {name: getattr(row, name) for name in FIELDS}
        kwargs.setdefault("initial", {**initial, "seen_version": row.version})
        super().__init__(*args, ident=f"follow_up_{row.pk}", **kwargs)
        self.fields["answer"].option_hints = HINTS  # type: ignore[attr-defined]
        self.fields["answer"].two_columns = True  # type: ignore[attr-defined]
        self.besides: dict[str, FollowedUp] = {}
        for one in contributions.followed_up:
            for name, field in one.fields(row.cluster, user).items():
                self.fields[name], self.besides[name] = field, one

    def clean(self) -> dict[str, Any]:
        """Ask for the sentence that an answer needs beside it."""
        cleaned = super().clean() or self.cleaned_data
        problem = note_problem(cleaned.get("answer", ""), cleaned.get("note", ""))
        asked = any(cleaned.get(name) in one.asks_for_note for name, one in self.besides.items())
        if asked and not problem and not cleaned.get("note", "").strip():
            problem = gettext("Say in a sentence what was changed, or why it is no longer used.")
        if problem and "note" not in self.errors:
            self.add_error("note", problem)
        return cleaned

    def values(self) -> dict[str, Any]:
        """Return what the action takes."""
        given = {name: self.cleaned_data[name] for name in (*FIELDS, "seen_version")}
        return {**given, "besides": {name: self.cleaned_data[name] for name in self.besides}}
