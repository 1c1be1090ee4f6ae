"""What is asked before a factsheet in between is issued or skipped: why."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from clusters.forms.proposal_fields import Prose


class InterimForm(forms.Form):
    """The reason, for either press."""

    reason = Prose(
        label=_("Reason"),
        limit=600,
        rows=3,
        help_text=_("Why now, or why not this time. It stands in the history, where everybody reads it."),
        error_messages={"required": _("Say why: it stands in the history, where everybody reads it.")},
    )
