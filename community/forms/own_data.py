"""Forms on "My data": the own entry, and asking for what only an administrator corrects."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from community.choices import Language, Vocabulary
from community.folding import fold_key
from community.forms.dates import DayField
from community.forms.merging import MergingForm
from community.forms.offering import offer_rows
from community.forms.several import SeveralField
from community.models import DataRequest, Member, Term
from community.validators import plain_text


class OwnDataForm(MergingForm, forms.ModelForm):  # type: ignore[type-arg]
    """What a person corrects in their own entry."""

    opens_in_page = False
    languages = forms.MultipleChoiceField(
        label=_("Languages that you speak"), required=False, widget=forms.CheckboxSelectMultiple
    )
    language = forms.ChoiceField(label=_("Language of the mails to you"), required=False)

    class Meta:
        model = Member
        fields = ["name", "sort_name", "languages", "expertise", "about"]
        field_classes = {"expertise": SeveralField}
        labels = {"sort_name": _("Name to sort by"), "about": _("About you")}
        help_texts = {
            "sort_name": _("The word under which lists sort you, such as your family name. Left empty, the last one."),
            "about": _("What colleagues should know of your work. Whoever sees you in the directory reads it."),
        }
        error_messages = {"name": {"required": _("Write your name as it is to be read.")}}
        widgets = {"about": forms.Textarea(attrs={"rows": 5}), "expertise": forms.CheckboxSelectMultiple}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the terms and languages in use, and those that stand in the entry already."""
        super().__init__(*args, ident="own_data", **{"auto_id": "id_%s", **kwargs})
        fields: Any = self.fields
        fields["sort_name"].required = False
        offer_rows(self, expertise=Term.objects.of(Vocabulary.EXPERTISE).in_use())
        known = dict(Language.choices)
        more = [(code, code) for code in self.instance.languages if code not in known]
        fields["languages"].choices = [*sorted(Language.choices, key=lambda choice: str(choice[1])), *more]
        for name in ("expertise", "languages"):
            fields[name].two_columns = True
        if len(settings.LANGUAGES) > 1:
            fields["language"].choices = [("", _("As the site")), *settings.LANGUAGES]
            self.initial["language"] = self.instance.user.language if self.instance.user else ""
        else:
            del fields["language"]
        self.initial["seen_version"] = self.instance.version

    def values(self) -> dict[str, Any]:
        """Return what the action takes."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class CorrectionForm(forms.ModelForm):  # type: ignore[type-arg]
    """What is wrong and only an administrator corrects, in the person's words."""

    class Meta:
        model = DataRequest
        fields = ["text"]
        labels = {"text": _("What is wrong, and how it should be")}
        widgets = {"text": forms.Textarea(attrs={"rows": 5})}
        error_messages = {"text": {"required": _("Write what is wrong and how it should be.")}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Ask for the words."""
        super().__init__(*args, **kwargs)
        self.fields["text"].required = True


class AnswerForm(forms.Form):
    """An administrator's answer to a request for a correction."""

    is_done = forms.ChoiceField(
        label=_("What became of it"),
        choices=[("yes", _("It is corrected")), ("no", _("It stays as it is"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what became of it.")},
    )
    answer = forms.CharField(
        label=_("Answer"),
        help_text=_("The person reads it on their page. Needed where nothing is corrected."),
        widget=forms.Textarea(attrs={"rows": 4}),
        required=False,
        max_length=2000,
        validators=[plain_text],
    )


class ToldForm(forms.Form):
    """How an administrator told somebody that they were entered."""

    how = forms.CharField(
        label=_("How you told them"),
        max_length=200,
        validators=[plain_text],
        error_messages={"required": _("Say how you told them, for example by telephone.")},
    )


class LetterForm(forms.Form):
    """When a letter came in which a person asks to be erased."""

    came_on = DayField(
        label=_("Day on which the letter came"),
        help_text=_(
            "The time runs from that day. The person is mailed that you entered it, where they have an address."
        ),
        error_messages={"required": _("Enter the day on which the letter came.")},
    )


class EraseForm(forms.Form):
    """Makes sure that an administrator erases whom they mean: the name is typed."""

    name = forms.CharField(
        label=_("Name of the person"),
        help_text=_("Type it as it stands above. An erasure cannot be taken back."),
        max_length=120,
        error_messages={"required": _("Type the name of the person whom you erase.")},
    )

    def __init__(self, *args: Any, member: Member, **kwargs: Any) -> None:
        """Remember who is meant."""
        super().__init__(*args, **kwargs)
        self.member = member

    def clean_name(self) -> str:
        """Compare the name.

        Raises:
            ValidationError: it is another one.
        """
        name = str(self.cleaned_data["name"])
        if fold_key(name) != fold_key(self.member.name):
            raise forms.ValidationError(_("This is not the name of the person who asked."))
        return name
