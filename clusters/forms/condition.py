"""Forms of the conditions of an approval."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from community.validators import plain_text


class MetForm(forms.Form):
    """How a condition was met."""

    note = forms.CharField(
        label=_("How it was met"),
        max_length=600,
        validators=[plain_text],
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("A coordinator reads it, looks, and confirms."),
        error_messages={"required": _("Say how the condition was met: a coordinator checks it.")},
    )


class ConfirmForm(forms.Form):
    """Nothing to write: the press is the word."""


class WaiveForm(forms.Form):
    """Why a condition is waived."""

    reason = forms.CharField(
        label=_("Why it is waived"),
        max_length=600,
        validators=[plain_text],
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The lead reads it word for word."),
        error_messages={"required": _("Say why the condition is waived: the lead reads it word for word.")},
    )
