"""Who looks at a proposal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from community.models import Member

TAKE, GIVE, RELEASE = "take", "give", "release"


class AssignForm(forms.Form):
    """One of three presses: I look at it, somebody else does, nobody does any more."""

    do = forms.ChoiceField(choices=[(name, name) for name in (TAKE, GIVE, RELEASE)])
    member = forms.TypedChoiceField(label=_("Who looks at it"), required=False, coerce=int, empty_value=None)

    def __init__(self, *args: Any, reviewers: Iterable[Member], **kwargs: Any) -> None:
        """Take those who may decide on the proposal."""
        super().__init__(*args, **kwargs)
        self.known = {person.pk: person for person in reviewers}
        choices = [("", _("Choose a person")), *((pk, person.name) for pk, person in self.known.items())]
        self.fields["member"].choices = choices  # type: ignore[attr-defined]
        self.fields["member"].required = not self.is_bound or self.data.get("do") == GIVE
        self.fields["member"].error_messages["required"] = _("Choose who is to look at it.")

    @property
    def person(self) -> Member | None:
        """The chosen person."""
        return self.known.get(self.cleaned_data.get("member") or 0)
