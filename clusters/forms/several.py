"""One press for many things, of a lead's desk or a coordinator's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from django import forms
from django.utils.translation import gettext_lazy as _

from clusters.actions.several import ASSIGNING
from clusters.tables.several import Pick
from community.models import Member
from community.validators import plain_text


class Lines(Protocol):
    """What can be picked: the lines that each press may be used on, and the people to choose from."""

    people: list[tuple[int, str]]

    @property
    def lists(self) -> Mapping[str, Sequence[Pick]]:
        """The lines by press."""


class SeveralForm(forms.Form):
    """Which press, on which lines; a reason to decline, a person to give something to."""

    press = forms.ChoiceField(label=_("What to do"))
    pick = forms.MultipleChoiceField(label=_("Lines"), error_messages={"required": _("Tick at least one line.")})
    reason = forms.CharField(
        label=_("Reason, if you decline"),
        required=False,
        max_length=600,
        validators=[plain_text],
        widget=forms.Textarea,
    )
    member = forms.TypedChoiceField(label=_("Person"), required=False, coerce=int, empty_value=None)

    def __init__(self, *args: Any, several: Lines, **kwargs: Any) -> None:
        """Take the lines that the person may pick today."""
        super().__init__(*args, **kwargs)
        self.fields["press"].choices = [(name, name) for name in several.lists]  # type: ignore[attr-defined]
        self.fields["member"].choices = [("", _("Choose a person")), *several.people]  # type: ignore[attr-defined]
        self.fields["member"].required = not self.is_bound or self.data.get("press") in ASSIGNING
        self.fields["member"].error_messages["required"] = _("Choose a person.")
        self.fields["reason"].widget.attrs["rows"] = 2
        chosen = several.lists.get(str(self.data.get("press", "")), [])
        # What a page showed of a line may have changed since: the action says so, line by line.
        known = {line.value.partition(":")[0] for line in chosen}
        self.fields["pick"].choices = [  # type: ignore[attr-defined]
            (value, value)
            for value in (self.data.getlist("pick") if hasattr(self.data, "getlist") else ())
            if value.partition(":")[0] in known
        ]

    def clean(self) -> dict[str, Any]:
        """Ask for the reason and the person where they are needed."""
        cleaned = self.cleaned_data
        if cleaned.get("press") == "decline" and not cleaned.get("reason", "").strip():
            self.add_error("reason", _("Say why: the person who asked reads it word for word."))
        if cleaned.get("press") in ASSIGNING:
            cleaned["person"] = Member.objects.filter(pk=cleaned.get("member") or 0).first()
            if cleaned["person"] is None and "member" not in self.errors:
                self.add_error("member", _("Choose a person."))
        return cleaned
