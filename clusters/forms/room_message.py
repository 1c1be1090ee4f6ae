"""The form of a message to all who take part."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from clusters.forms.proposal_fields import Line, Prose


class MessageForm(forms.Form):
    """Subject and words; `seen` is the seal of the recipients that were looked at, empty before."""

    subject = Line(label=_("Subject"), limit=120, error_messages={"required": _("Give the message a subject.")})
    text = Prose(
        label=_("Message"),
        limit=4000,
        rows=8,
        help_text=_("Plain text. Everybody who takes part gets it by mail and finds it in the room."),
        error_messages={"required": _("Write the message.")},
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=16)
