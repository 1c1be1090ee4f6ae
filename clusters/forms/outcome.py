"""Forms for what came of a cluster."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community.validators import plain_text


class ConcludeForm(forms.Form):
    """The words of the end: summary for practitioners, lessons, next steps, day of the end, or "no outcome"."""

    practitioners_summary = forms.CharField(
        label=_("Summary for practitioners"),
        max_length=1500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 8}),
        validators=[plain_text],
        help_text=_("1000 to 1500 characters: what somebody needs to do the same, what it takes, where it fails."),
    )
    lessons = forms.CharField(
        label=_("Lessons"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        validators=[plain_text],
        help_text=_("What you would do again and what not. Failures too."),
    )
    next_steps = forms.CharField(
        label=_("Next steps"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        validators=[plain_text],
    )
    ended_on = forms.DateField(
        label=_("Ended on"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    has_no_outcome = forms.BooleanField(label=_("There is no outcome; the lessons say why."), required=False)

    def clean_ended_on(self) -> Any:
        """Refuse a day that has not come yet.

        Raises:
            ValidationError: the day lies after today.
        """
        day = self.cleaned_data["ended_on"]
        if day and day > timezone.localdate():
            raise forms.ValidationError(_("This day has not come yet."))
        return day

    def details(self) -> dict[str, Any]:
        """Return what the transition takes."""
        names = ("practitioners_summary", "lessons", "next_steps", "has_no_outcome", "ended_on")
        return {name: self.cleaned_data[name] for name in names if name in self.cleaned_data}
