"""The form of an uploaded file, with the rights that each must state."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from community.choices import FileVisibility
from community.forms.lines import short_line


class FileForm(forms.Form):
    """A file, what it is, whose it is, under which licence, and who may fetch it."""

    content = forms.FileField(
        label=_("File"),
        max_length=200,
        error_messages={
            "required": _("Choose a file."),
            "empty": _("This file is empty."),
            "max_length": _("The name of this file is too long. Shorten it."),
        },
    )
    title = short_line(
        _("What it is"),
        160,
        required=True,
        help_text=_("Such as “Table of readings, 31 wells”."),
        error_messages={"required": _("Say what the file is.")},
    )
    rights_holder = short_line(
        _("Rights holder"),
        160,
        required=True,
        help_text=_("The organisation that holds the rights to it."),
        error_messages={"required": _("Name who holds the rights to the file.")},
    )
    licence = short_line(
        _("Licence"),
        120,
        required=True,
        help_text=_("Such as “CC BY 4.0”."),
        error_messages={"required": _("Name the licence, such as CC BY 4.0.")},
    )
    is_free_for_eu_use = forms.BooleanField(
        label=_("EU institutions may use it free of charge"),
        error_messages={"required": _("The programme asks for this: confirm it, or leave the file out.")},
    )
    visibility = forms.ChoiceField(
        label=_("Who may fetch it"),
        choices=[(one.value, one.label) for one in FileVisibility if one != FileVisibility.ROOM],
        initial=FileVisibility.COP,
        widget=forms.RadioSelect,
    )
    holds_names = forms.BooleanField(
        label=_("It holds names of persons"), required=False, help_text=_("It is restricted then.")
    )

    def __init__(self, *args: Any, rights_holder: str = "", **kwargs: Any) -> None:
        """Start from the person's own organisation as rights holder."""
        kwargs.setdefault("initial", {"rights_holder": rights_holder})
        super().__init__(*args, **kwargs)
        limit = gettext("PDF, PNG, JPEG, Word, Excel, PowerPoint, OpenDocument, text or CSV, at most %(most)d MB.")
        self.fields["content"].help_text = limit % {"most": settings.MAX_UPLOAD_MB}

    def values(self) -> dict[str, Any]:
        """Return what the action takes."""
        return dict(self.cleaned_data)
