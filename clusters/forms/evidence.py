"""The form of a file on a stage."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from community.forms.file import FileForm


class EvidenceForm(FileForm):
    """A file of a stage: the factsheet lists the public ones."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Say what the classes mean here."""
        super().__init__(*args, **kwargs)
        self.fields["visibility"].help_text = _(
            "Public files stand on the factsheet, too. Restricted ones are for lead and coordinators."
        )
