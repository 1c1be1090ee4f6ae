"""The form of a file on a stage or an outcome, and the one that asks why a file is taken off."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clusters.forms.proposal_fields import Prose
from community.forms.file import FileForm


class EvidenceForm(FileForm):
    """A file of a stage or an outcome: the factsheet lists the public ones."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Say what the classes mean here."""
        super().__init__(*args, **kwargs)
        self.fields["visibility"].help_text = _(
            "Public files stand on the factsheet, too. Restricted ones are for lead and coordinators."
        )


class RemoveForm(forms.Form):
    """Why a file is taken off."""

    reason = Prose(
        label=_("Why it is removed"),
        limit=600,
        rows=3,
        help_text=_("It stands in the history, where everybody reads it."),
        error_messages={"required": _("Say why.")},
    )
