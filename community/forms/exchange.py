"""Forms of peer exchanges: offering and asking, "I would like to", and what the verbs ask."""

from __future__ import annotations

from typing import Any, Final

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Fieldset, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from community.choices import ExchangeKind, Language, Vocabulary
from community.forms.dates import ENDS_BEFORE, DayField
from community.forms.merging import MergingForm
from community.forms.need import NARROW, with_country
from community.forms.offering import offer_rows
from community.forms.several import SeveralField
from community.models import ExchangeWish, PeerExchange, Term, Territory
from community.validators import plain_text

LONGEST_REASON: Final = 300


class ExchangeForm(MergingForm, forms.ModelForm):  # type: ignore[type-arg]
    """An offer or a request; form and topic must be filled."""

    opens_in_page = False

    kind = forms.ChoiceField(
        label=_("Form"),
        choices=ExchangeKind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a visit, a call or a mentorship.")},
    )
    languages = forms.MultipleChoiceField(
        label=_("Languages in which it can be held"),
        choices=Language.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = PeerExchange
        fields = ["kind", "topic", "description", "timing", "challenges", "territories"]
        field_classes = {"challenges": SeveralField, "territories": SeveralField}
        labels = {"timing": _("When it would suit"), "territories": _("Where"), "challenges": _("Challenge")}
        help_texts = {
            "topic": _("One line that a colleague elsewhere understands at once."),
            "description": _("What you can show or want to see, for whom, how long it takes."),
            "timing": _("Such as “a weekday in November”."),
        }
        error_messages = {"topic": {"required": _("Write what it is about. One line is enough.")}}
        widgets = {
            "description": forms.Textarea(attrs={"rows": 5}),
            "challenges": forms.CheckboxSelectMultiple,
            "territories": forms.CheckboxSelectMultiple,
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer terms in use, the programme's regions, what stands there, and languages in the page's alphabet."""
        super().__init__(*args, ident="exchange", **{"auto_id": "id_%s", **kwargs})
        fields: Any = self.fields
        challenges = Term.objects.of(Vocabulary.CHALLENGE).in_use()
        offer_rows(self, challenges=challenges, territories=Territory.objects.selectable())
        fields["territories"].label_from_instance = with_country
        fields["languages"].choices = sorted(Language.choices, key=lambda choice: str(choice[1]))
        for name in ("challenges", "territories", "languages"):
            fields[name].two_columns = True
        if self.instance.pk:
            self.initial["seen_version"] = self.instance.version
            self.initial["languages"] = [row.code for row in self.instance.languages.all()]
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.layout = Layout(
            "seen_version",
            Fieldset(_("What it is about"), "kind", "topic", "description", "timing", css_class="panel"),
            Fieldset(_("Where and what"), "challenges", "languages", NARROW, "territories", css_class="panel"),
        )

    def values(self) -> dict[str, Any]:
        """Return what the actions take."""
        return {name: self.cleaned_data[name] for name in (*self.Meta.fields, "languages")}


class WishForm(forms.ModelForm):  # type: ignore[type-arg]
    """One line to who opened the exchange; it may be left out."""

    class Meta:
        model = ExchangeWish
        fields = ["note"]
        labels = {"note": _("A line about you and what you look for")}


class ExchangeVerbForm(forms.Form):
    """What a verb of an exchange asks; fields that it does not ask are left out."""

    wish = forms.ChoiceField(
        label=_("With whom"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose with whom you agree.")},
    )
    starts_on = DayField(label=_("First day"), required=False)
    ends_on = DayField(label=_("Last day"), required=False)
    came = forms.CharField(
        label=_("What came of it"),
        max_length=2000,
        validators=[plain_text],
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Everybody reads it. One sentence is enough; name no person."),
        error_messages={"required": _("Say what came of it; one sentence is enough.")},
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=20)
    reason = forms.CharField(
        label=_("Why"),
        required=False,
        max_length=LONGEST_REASON,
        validators=[plain_text],
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Those who are told read it word for word."),
    )

    def __init__(self, *args: Any, asks: tuple[str, ...], wishes: list[tuple[int, str]], **kwargs: Any) -> None:
        """Keep the fields in `asks`; `wishes` are those who would like to, by key and words."""
        super().__init__(*args, **kwargs)
        for name in [name for name in self.fields if name not in asks]:
            del self.fields[name]
        if "wish" in self.fields:
            field: Any = self.fields["wish"]
            field.choices = wishes
            self.initial.setdefault("wish", wishes[0][0] if len(wishes) == 1 else None)

    def clean(self) -> dict[str, Any]:
        """Refuse a period that ends before it begins."""
        cleaned = self.cleaned_data
        first, last = cleaned.get("starts_on"), cleaned.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", ValidationError(ENDS_BEFORE, code="order"))
        return cleaned
