"""Forms of liaisons."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from community.access import named_members
from community.forms.dates import DayField
from community.forms.merging import MergingForm
from community.forms.offering import offer_rows
from community.models import Liaison, Member, Organisation
from community.rights import Viewer


class KeeperField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Who keeps contact: those of the group or cluster by name, who kept it before only as far as they agreed to."""

    named: frozenset[int] = frozenset()

    def label_from_instance(self, obj: Any) -> str:
        """Return the name, or words for who is not named."""
        return str(obj) if obj.pk in self.named else str(_("Who keeps contact now; the name is not shown"))


class LiaisonForm(MergingForm, forms.ModelForm):  # type: ignore[type-arg]
    """An outside network: who, what for, since when, and who keeps contact."""

    opens_in_page = False
    from_on = DayField(label=_("Since"), required=False)

    class Meta:
        model = Liaison
        fields = ["network", "what_for", "organisation", "kept_by"]
        field_classes = {"kept_by": KeeperField}
        labels = {"organisation": _("Organisation in the registry, if it is one"), "kept_by": _("Who keeps contact")}
        help_texts = {"what_for": _("What each side gets from it.")}
        error_messages = {"network": {"required": _("Name the network or institution.")}}
        widgets = {"what_for": forms.Textarea(attrs={"rows": 4})}

    field_order = ["seen_version", "network", "what_for", "from_on", "kept_by", "organisation"]

    def __init__(self, *args: Any, people: Any, user: Viewer, **kwargs: Any) -> None:
        """Offer `people` as keepers; who keeps contact now stays on offer, by name if `user` may read it."""
        super().__init__(*args, ident="liaison", **{"auto_id": "id_%s", **kwargs})
        fields: Any = self.fields
        known, kept_by = set(people.values_list("pk", flat=True)), self.instance.kept_by_id
        now = {kept_by} - {None}
        fields["kept_by"].queryset = Member.objects.filter(pk__in=known | now).order_by("sort_name", "pk")
        fields["kept_by"].named = frozenset(known | named_members(user, now - known))
        fields["kept_by"].empty_label = _("Nobody named")
        offer_rows(self, organisation=Organisation.objects.unmerged().order_by("name", "pk"))
        fields["organisation"].empty_label = _("None of them")
        if self.instance.pk:
            self.initial["seen_version"], self.initial["from_on"] = self.instance.version, self.instance.from_on

    def values(self) -> dict[str, Any]:
        """Return what the actions take."""
        return {name: self.cleaned_data[name] for name in (*self.Meta.fields, "from_on")}


class EndLiaisonForm(forms.Form):
    """The last day."""

    until_on = DayField(label=_("Last day"), error_messages={"required": _("Say the last day.")})
