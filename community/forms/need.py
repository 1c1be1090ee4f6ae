"""Forms of the needs board; each shows exactly the fields that may be set."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Fieldset, Layout
from django import forms
from django.utils.translation import gettext_lazy as _

from community.choices import NeedStatus, TerritoryLevel, Urgency, Vocabulary
from community.forms.merging import MergingForm
from community.forms.offering import offer_rows
from community.forms.several import SeveralField
from community.models import MeToo, Need, Term, Territory

NARROW = HTML('{% include "community/need/_narrow.html" %}')


def with_country(territory: Territory) -> str:
    """Return "Kriti (EL)"; a country or a sea needs no code."""
    is_bare = territory.level in (TerritoryLevel.COUNTRY, TerritoryLevel.SEA) or not territory.country
    return territory.name if is_bare else f"{territory.name} ({territory.country})"


class NeedForm(MergingForm, forms.ModelForm):  # type: ignore[type-arg]
    """A need in five fields; the question is the only one that must be filled."""

    opens_in_page = False

    urgency = forms.ChoiceField(
        label=_("How soon do you need an answer?"), choices=Urgency.choices, initial=Urgency.NORMAL
    )

    class Meta:
        model = Need
        fields = ["question", "description", "urgency", "territories", "challenges", "solution_types"]
        field_classes = dict.fromkeys(("territories", "challenges", "solution_types"), SeveralField)
        labels = {
            "question": _("Your question"),
            "description": _("What is behind it"),
            "territories": _("Where"),
            "solution_types": _("What kind of solution would help"),
        }
        help_texts = {
            "question": _("One sentence that a colleague elsewhere understands at once."),
            "description": _("What you tried, what is in the way, who is concerned."),
        }
        error_messages = {
            "question": {"required": _("Write your question. One sentence is enough.")},
        }
        widgets = {
            "description": forms.Textarea(attrs={"rows": 6}),
            "territories": forms.CheckboxSelectMultiple,
            "challenges": forms.CheckboxSelectMultiple,
            "solution_types": forms.CheckboxSelectMultiple,
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the terms in use, the programme's regions, and what stands there."""
        super().__init__(*args, ident="need", **{"auto_id": "id_%s", **kwargs})
        offer_rows(
            self,
            challenges=Term.objects.of(Vocabulary.CHALLENGE).in_use(),
            solution_types=Term.objects.of(Vocabulary.SOLUTION_TYPE).in_use(),
            territories=Territory.objects.selectable(),
        )
        fields: Any = self.fields
        for name in ("challenges", "solution_types", "territories"):
            fields[name].two_columns = True
        fields["territories"].label_from_instance = with_country
        if self.instance.pk:
            self.initial["seen_version"] = self.instance.version
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.layout = Layout(
            "seen_version",
            Fieldset(_("The question"), "question", "description", "urgency", css_class="panel"),
            Fieldset(_("Where and what"), "challenges", "solution_types", NARROW, "territories", css_class="panel"),
        )

    def values(self) -> dict[str, Any]:
        """Return what the actions take."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class MeTooForm(forms.ModelForm):  # type: ignore[type-arg]
    """One line that says how the own case differs."""

    class Meta:
        model = MeToo
        fields = ["note"]
        labels = {"note": _("How is it with you?")}
        help_texts = {"note": _("One line, if your case differs.")}


class NeedStatusForm(forms.Form):
    """How far a need has come, and a line about it."""

    status = forms.ChoiceField(
        label=_("How far has it come?"),
        choices=[
            (NeedStatus.OPEN, _("Not answered: its clusters say how far it is")),
            (NeedStatus.ANSWERED, NeedStatus.ANSWERED.label),
            (NeedStatus.CLOSED, NeedStatus.CLOSED.label),
        ],
    )
    note = Need._meta.get_field("status_note").formfield(label=_("What answered it, or why it is closed"))
