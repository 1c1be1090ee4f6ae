"""How one comes into a cluster and how many may take part."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from clusters.choices import JoinPolicy
from clusters.models import Cluster
from clusters.rules.joining import LEAST_SIZE, MOST_SIZE


class SizeLimitField(forms.IntegerField):
    """How many may take part at most; empty is no limit."""

    def __init__(self, **kwargs: Any) -> None:
        """Take a number in the range of limits, with sentences that name it."""
        super().__init__(
            label=_("Size limit"),
            required=False,
            help_text=_("How many may take part at most, the lead among them. Empty: no limit."),
            widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "short"}),
            error_messages={"invalid": _("Write a number, such as 12.")},
            **kwargs,
        )

    def validate(self, value: int | None) -> None:
        """Refuse a limit that is out of range.

        Raises:
            ValidationError: it is.
        """
        super().validate(value)
        if value is not None and not LEAST_SIZE <= value <= MOST_SIZE:
            raise ValidationError(
                _("Choose a number from %(least)d to %(most)d."),
                code="range",
                params={"least": LEAST_SIZE, "most": MOST_SIZE},
            )


class PlacesForm(forms.Form):
    """Both, for a cluster that is approved."""

    join_policy = forms.ChoiceField(label=_("Joining"), choices=JoinPolicy.choices, widget=forms.RadioSelect)
    size_limit = SizeLimitField()
    seen = forms.CharField(required=False, max_length=30, widget=forms.HiddenInput)

    def clean_seen(self) -> tuple[str, int | None] | None:
        """Return both as the page showed them; None where it said nothing."""
        policy, parted, limit = str(self.cleaned_data["seen"]).partition(":")
        if not parted or not (limit == "" or (limit.isascii() and limit.isdigit())):
            return None
        return policy, int(limit) if limit else None


def seen_places(cluster: Cluster) -> str:
    """Return how one joins and how many may take part, as the form carries what it showed."""
    return f"{cluster.join_policy}:{'' if cluster.size_limit is None else cluster.size_limit}"
