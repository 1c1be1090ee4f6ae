"""What the pages of a merge ask: into which cluster, and why."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clusters.forms.lifecycle import REASON_LENGTH
from clusters.models import Cluster
from clusters.rules.merge import can_take_in
from community.models import User
from community.validators import plain_line, plain_text

#: At most so many are found; a longer query narrows.
FOUND = 8
NEEDED = _("Say why: those who are told read it word for word.")


class FindForm(forms.Form):
    """Words or a reference to look for; it travels in the address."""

    find = forms.CharField(
        label=_("Find the cluster that it goes into"),
        max_length=200,
        validators=[plain_line],
        widget=forms.TextInput(attrs={"type": "search"}),
        help_text=_("Its reference, or words of its title or question."),
    )

    def found(self, cluster: Cluster, user: User) -> list[Cluster]:
        """Return clusters that hold the words and can take `cluster` in; none before something is looked for."""
        if not self.is_valid():
            return []
        rows = Cluster.objects.visible_to(user).taking_in().exclude(pk=cluster.pk).select_related("working_group")
        named = rows.by_name(self.cleaned_data["find"].strip().upper())
        matching = rows.matching(self.cleaned_data["find"]).in_order("changed")
        close = [*named, *matching[: FOUND * 2]]
        return [row for row in dict.fromkeys(close) if can_take_in(row, cluster)][:FOUND]


class MergeForm(forms.Form):
    """The chosen cluster, in a hidden field, and the reason."""

    into = forms.CharField(widget=forms.HiddenInput, max_length=20, validators=[plain_line])
    reason = forms.CharField(
        label=_("Reason"),
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4}),
        validators=[plain_text],
        help_text=_("Those who are told read it word for word."),
        error_messages={"required": NEEDED},
    )


class RefuseForm(forms.Form):
    """Why the other group does not take it in."""

    reason = forms.CharField(
        label=_("Why not?"),
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        validators=[plain_text],
        help_text=_("Who asked reads it word for word."),
        error_messages={"required": NEEDED},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Give the field an id of its own on a page with other forms."""
        super().__init__(*args, **{"auto_id": "id_refuse_%s", **kwargs})
