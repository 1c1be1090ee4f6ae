"""Forms of liaisons."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from community.forms.dates import DayField
from community.models import Liaison, Member, Organisation


class LiaisonForm(forms.ModelForm):  # type: ignore[type-arg]
    """An outside network: who, what for, since when, and who keeps contact."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)
    from_on = DayField(label=_("Since"), required=False)

    class Meta:
        model = Liaison
        fields = ["network", "what_for", "organisation", "kept_by"]
        labels = {"organisation": _("Organisation in the registry, if it is one"), "kept_by": _("Who keeps contact")}
        help_texts = {"what_for": _("What each side gets from it.")}
        error_messages = {"network": {"required": _("Name the network or institution.")}}
        widgets = {"what_for": forms.Textarea(attrs={"rows": 4})}

    field_order = ["version", "network", "what_for", "from_on", "kept_by", "organisation"]

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        """Offer `people` as keepers; who keeps contact now stays on offer."""
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        now = Member.objects.filter(pk=self.instance.kept_by_id)
        fields["kept_by"].queryset = (Member.objects.filter(pk__in=people.values("pk")) | now).order_by(
            "sort_name", "pk"
        )
        fields["kept_by"].empty_label = _("Nobody named")
        fields["organisation"].queryset = Organisation.objects.unmerged().order_by("name", "pk")
        fields["organisation"].empty_label = _("None of them")
        if self.instance.pk:
            self.initial["version"], self.initial["from_on"] = self.instance.version, self.instance.from_on

    def values(self) -> dict[str, Any]:
        """Return what the actions take."""
        return {name: self.cleaned_data[name] for name in (*self.Meta.fields, "from_on")}


class EndLiaisonForm(forms.Form):
    """The last day."""

    until_on = DayField(label=_("Last day"), error_messages={"required": _("Say the last day.")})
