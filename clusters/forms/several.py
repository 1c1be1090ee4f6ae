"""One press for many things of the desk."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clusters.actions.several import PRESSES
from clusters.tables.several import Several
from community.models import Member
from community.validators import plain_text


class SeveralForm(forms.Form):
    """Which press, on which lines; a reason to decline, a person to assign."""

    press = forms.ChoiceField(label=_("What to do"), choices=[(name, name) for name in PRESSES])
    pick = forms.MultipleChoiceField(label=_("Lines"), error_messages={"required": _("Tick at least one line.")})
    reason = forms.CharField(
        label=_("Reason, if you decline"),
        required=False,
        max_length=600,
        validators=[plain_text],
        widget=forms.Textarea,
    )
    member = forms.TypedChoiceField(label=_("Responsible"), required=False, coerce=int, empty_value=None)

    def __init__(self, *args: Any, several: Several, **kwargs: Any) -> None:
        """Take the lines that the person may pick today."""
        super().__init__(*args, **kwargs)
        self.fields["member"].choices = [("", _("Choose a person")), *several.people]  # type: ignore[attr-defined]
        self.fields["reason"].widget.attrs["rows"] = 2
        lists = {
            "still-true": several.roadmaps,
            "accept": several.requests,
            "decline": several.requests,
            "remind": several.invited,
            "remind-stage": several.late,
            "assign": several.unassigned,
        }
        chosen = lists.get(str(self.data.get("press", "")), [])
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
        if cleaned.get("press") == "assign":
            cleaned["person"] = Member.objects.filter(pk=cleaned.get("member") or 0).first()
            if cleaned["person"] is None:
                self.add_error("member", _("Choose who is to be responsible."))
        return cleaned
