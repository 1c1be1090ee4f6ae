"""The day whose reminders are shown."""

from __future__ import annotations

from datetime import date, timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community.forms.dates import DayField

#: So many days before and after today can be looked at: what waits then is not known further away.
SPAN = timedelta(days=366)


class DayForm(forms.Form):
    """A day near today; none is today."""

    on = DayField(label=_("Day"), required=False)

    def clean_on(self) -> date | None:
        """Refuse a day that is too far away."""
        day: date | None = self.cleaned_data["on"]
        if day is not None and abs(day - timezone.localdate()) > SPAN:
            raise forms.ValidationError(_("Choose a day within a year of today."))
        return day
