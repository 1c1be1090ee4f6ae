"""Forms of advice panels: the question, whom to ask, the answer, and what was made of it."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clusters.choices import PanelCredit
from clusters.models import PanelAnswer, PanelQuestion
from community.choices import Language, Vocabulary
from community.forms.dates import DayField
from community.forms.merging import MergingForm
from community.forms.need import with_country
from community.forms.offering import offer_rows
from community.forms.several import SeveralField
from community.models import Member, Term, Territory
from community.validators import plain_text

LONGEST_REASON: Final = 300
#: An answer is wanted within so many days.
LONGEST_DAYS: Final = 183


class QuestionForm(MergingForm, forms.ModelForm):  # type: ignore[type-arg]
    """A concrete question; the words are the only thing that must be filled."""

    opens_in_page = False

    languages = forms.MultipleChoiceField(
        label=_("Languages in which you can read an answer"),
        choices=Language.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    wanted_on = DayField(
        label=_("Answer wanted by"),
        required=False,
        help_text=_("Who has not said yes by then is no longer asked. Empty: there is no hurry."),
    )

    class Meta:
        model = PanelQuestion
        fields = ["text", "wanted_on", "expertise", "languages", "territories"]
        field_classes = {"expertise": SeveralField, "territories": SeveralField}
        labels = {
            "text": _("Your question"),
            "expertise": _("Expertise that it needs"),
            "territories": _("Where"),
        }
        help_texts = {
            "text": _(
                "One question that somebody can answer in a few sentences, such as “Who has measured how much water "
                "a reed bed holds back in a dry spring?”"
            ),
            "expertise": _("People with it are suggested. Without any, the words of your question are compared."),
        }
        error_messages = {"text": {"required": _("Write your question. One sentence is enough.")}}
        widgets = {
            "text": forms.Textarea(attrs={"rows": 4}),
            "expertise": forms.CheckboxSelectMultiple,
            "territories": forms.CheckboxSelectMultiple,
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer terms in use, the programme's regions, what stands there, and languages in the page's alphabet."""
        super().__init__(*args, ident="question", **{"auto_id": "id_%s", **kwargs})
        fields: Any = self.fields
        expertise = Term.objects.of(Vocabulary.EXPERTISE).in_use()
        offer_rows(self, expertise=expertise, territories=Territory.objects.selectable())
        fields["territories"].label_from_instance = with_country
        fields["languages"].choices = sorted(Language.choices, key=lambda choice: str(choice[1]))
        for name in ("expertise", "territories", "languages"):
            fields[name].two_columns = True
        if self.instance.pk:
            self.initial["seen_version"] = self.instance.version

    def clean_wanted_on(self) -> Any:
        """Refuse a day that has gone, or lies too far ahead to be waited for."""
        day, on = self.cleaned_data["wanted_on"], timezone.localdate()
        if day is not None and day < on:
            raise ValidationError(_("This day has gone. Choose one that lies ahead."), code="past")
        if day is not None and (day - on).days > LONGEST_DAYS:
            raise ValidationError(_("Choose a day within half a year."), code="far")
        return day

    def _post_clean(self) -> None:
        """Leave the rest to the action: what the question is about is not in the form."""

    def values(self) -> dict[str, Any]:
        """Return what the action takes."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class PeopleForm(forms.Form):
    """Whom to ask, by the keys of their pages."""

    people = SeveralField(
        label=_("People to ask"),
        queryset=Member.objects.none(),
        to_field_name="key",
        error_messages={
            "required": _("Choose at least one person."),
            "invalid_choice": _("One of these people is not in the directory any more. Choose again."),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Accept every member; the action says who may be asked."""
        super().__init__(*args, **kwargs)
        field: Any = self.fields["people"]
        field.queryset = Member.objects.in_community()


class AnswerForm(forms.ModelForm):  # type: ignore[type-arg]
    """An answer, and whom pages and factsheets credit for it."""

    text = forms.CharField(
        label=_("Your answer"),
        max_length=3000,
        validators=[plain_text],
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("Blank lines part paragraphs; lines that begin with “- ” become a list."),
        error_messages={"required": _("Write your answer; a few sentences are enough.")},
    )
    credit = forms.ChoiceField(
        label=_("Credit on pages and factsheets"),
        choices=PanelCredit.choices,
        widget=forms.RadioSelect,
        initial=PanelCredit.ORGANISATION,
        help_text=_("Your name appears only where you also agreed to it in your data. You may change this later."),
    )

    class Meta:
        model = PanelAnswer
        fields = ["text", "credit"]

    def _post_clean(self) -> None:
        """Leave the rest to the action."""


class CreditForm(forms.Form):
    """Whom to credit, once the answer stands."""

    credit = forms.ChoiceField(
        label=_("Credit on pages and factsheets"), choices=PanelCredit.choices, widget=forms.RadioSelect
    )


class PanelVerbForm(forms.Form):
    """What a verb of a question asks; fields that it does not ask are left out."""

    what_came = forms.CharField(
        label=_("What you made of the advice"),
        max_length=1500,
        validators=[plain_text],
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Those who answered read it with your thanks. Name no person."),
        error_messages={"required": _("Say what you made of the advice; one sentence is enough.")},
    )
    publish = forms.BooleanField(
        label=_("Publish question and answers"),
        required=False,
        initial=True,
        help_text=_("Everybody reads them, and a cluster's next factsheet credits those who answered."),
    )
    reason = forms.CharField(
        label=_("Why"),
        required=False,
        max_length=LONGEST_REASON,
        validators=[plain_text],
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, asks: tuple[str, ...], **kwargs: Any) -> None:
        """Keep the fields in `asks`."""
        super().__init__(*args, **kwargs)
        for name in [name for name in self.fields if name not in asks]:
            del self.fields[name]


class DeclineForm(forms.Form):
    """Why somebody does not answer; it may be left out."""

    reason = forms.CharField(
        label=_("Why not"),
        required=False,
        max_length=LONGEST_REASON,
        validators=[plain_text],
        help_text=_("Only who asks reads it. You may leave it empty."),
    )
