"""Forms of a solution: its words, a verb, a file, and a message to its contact."""

from __future__ import annotations

from typing import Any, Final

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Fieldset, Layout
from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from community.access import named_members
from community.actions.contact import LONGEST_MESSAGE
from community.choices import FileVisibility, Language, Vocabulary
from community.forms.file import FileForm
from community.forms.lines import web_address
from community.forms.links import LinksField
from community.forms.merging import MergingForm
from community.forms.need import with_country
from community.forms.offering import offer_rows
from community.forms.several import SeveralField
from community.models import Member, Project, Solution, Term, Territory, User
from community.rules.solution import FILE_CLASSES, contacts_of, projects_to_write_for
from community.validators import plain_text

NARROW: Final = HTML('{% include "community/solution/_narrow.html" %}')


class ContactField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A person, by name only where the reader may read it."""

    named: set[int]

    def label_from_instance(self, obj: Any) -> str:
        """Return the name, or that it is not public."""
        return str(obj) if obj.pk in self.named else str(_("The present contact, name not public"))


class SolutionForm(MergingForm, forms.ModelForm):  # type: ignore[type-arg]
    """What a solution says; the title alone must be there, the rest before somebody is asked to publish it."""

    opens_in_page = False

    project: Any = forms.ModelChoiceField(
        label=_("Project"),
        queryset=Project.objects.none(),
        error_messages={"required": _("Choose the project whose result it is.")},
    )
    languages = forms.MultipleChoiceField(
        label=_("Languages in which it can be had"),
        choices=Language.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    links = LinksField(
        label=_("Links"),
        required=False,
        help_text=_(
            "One a line: what it is, its address, who holds the rights and the licence, such as “Manual in Greek "
            "https://example.org/manual | Park of the Cape | CC BY 4.0”."
        ),
    )
    contact = ContactField(
        label=_("Contact"),
        queryset=Member.objects.none(),
        required=False,
        empty_label=_("Nobody yet"),
        help_text=_("Members write to this person through a form. The address is never shown."),
    )

    website = web_address(_("Website"))

    class Meta:
        model = Solution
        fields = [
            "title",
            "summary",
            "description",
            "challenges",
            "type",
            "maturity",
            "where_tested",
            "tested_in",
            "what_taker_needs",
            "licence",
        ]
        field_classes = {"challenges": SeveralField, "tested_in": SeveralField}
        labels = {"challenges": _("Challenge"), "tested_in": _("Regions and countries in which it was tested")}
        help_texts = {
            "title": _("What it is, as a stranger would look for it."),
            "what_taker_needs": _("People, money, data, permits, time: what somebody elsewhere needs to use it."),
            "where_tested": _("Where, with whom, for how long. “Not tested yet” is an answer, too."),
            "licence": _("Such as “CC BY 4.0”; “All rights reserved” is one, too."),
        }
        error_messages = {"title": {"required": _("Give it a title.")}}
        widgets = {
            "description": forms.Textarea(attrs={"rows": 8}),
            "where_tested": forms.Textarea(attrs={"rows": 4}),
            "what_taker_needs": forms.Textarea(attrs={"rows": 5}),
            "challenges": forms.CheckboxSelectMultiple,
            "tested_in": forms.CheckboxSelectMultiple,
            "type": forms.RadioSelect,
            "maturity": forms.RadioSelect,
        }

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        """Offer terms in use, the programme's regions, what stands there, and what the person's projects have."""
        super().__init__(*args, ident="solution", **{"auto_id": "id_%s", **kwargs})
        self.user = user
        self._offer_terms()
        territories: Any = self.fields["tested_in"]
        offer_rows(self, tested_in=Territory.objects.selectable())
        territories.two_columns = True
        territories.label_from_instance = with_country
        languages: Any = self.fields["languages"]
        languages.two_columns = True
        languages.choices = sorted(Language.choices, key=lambda choice: str(choice[1]))
        self._offer_people()
        if self.instance.pk:
            self.initial["seen_version"] = self.instance.version
            self.initial["languages"] = [row.code for row in self.instance.languages.all()]
            self.initial["links"] = [row.words for row in self.instance.links.all()]
            self.initial["contact"], self.initial["website"] = self.instance.contact_id, self.instance.website
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.layout = self._layout()

    def _offer_terms(self) -> None:
        vocabularies = {
            "challenges": Vocabulary.CHALLENGE,
            "type": Vocabulary.SOLUTION_TYPE,
            "maturity": Vocabulary.MATURITY,
        }
        offer_rows(self, **{name: Term.objects.of(one).in_use() for name, one in vocabularies.items()})
        for name in ("type", "maturity"):
            field: Any = self.fields[name]
            field.empty_label = None

    def _offer_people(self) -> None:
        """Offer the projects to write for and the people of their partners; the present contact stays on offer."""
        projects = projects_to_write_for(self.user)
        if self.instance.pk:
            del self.fields["project"]
            projects = Project.objects.filter(pk=self.instance.project_id)
        else:
            self.fields["project"].queryset = projects  # type: ignore[attr-defined]
        contact: Any = self.fields["contact"]
        offered = Q(pk__in=contacts_of(self.user, projects.order_by().values("pk")).values("pk"))
        contact.queryset = Member.objects.filter(offered | Q(pk=self.instance.contact_id)).order_by("sort_name", "pk")
        contact.named = named_members(self.user, list(contact.queryset.values_list("pk", flat=True)))
        if not self.instance.pk and self.user.member is not None:
            self.initial.setdefault("contact", self.user.member.pk)

    def _layout(self) -> Layout:
        first = (
            ["title", "summary", "description"] if self.instance.pk else ["project", "title", "summary", "description"]
        )
        return Layout(
            "seen_version",
            Fieldset(_("What it is"), *first, css_class="panel"),
            Fieldset(_("What it is for"), "challenges", "type", "maturity", css_class="panel"),
            Fieldset(_("Where it was tested"), "where_tested", NARROW, "tested_in", css_class="panel"),
            Fieldset(
                _("What a taker needs and gets"),
                "what_taker_needs",
                "licence",
                "languages",
                "links",
                "website",
                "contact",
                css_class="panel",
            ),
        )

    def values(self) -> dict[str, Any]:
        """Return what the actions take."""
        names = [*self.Meta.fields, "website", "languages", "links", "contact"]
        return {name: self.cleaned_data[name] for name in names}


class VerbForm(forms.Form):
    """The reason of a verb, and which wording the person has seen."""

    reason = forms.CharField(
        label=_("Why"),
        required=False,
        max_length=300,
        validators=[plain_text],
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Those who are told read it word for word."),
    )
    seen = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)


class SolutionFileForm(FileForm):
    """A file of a solution."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the classes that a solution knows."""
        super().__init__(*args, **kwargs)
        field: Any = self.fields["visibility"]
        field.choices = [(one.value, FileVisibility(one).label) for one in FILE_CLASSES]
        field.help_text = _("Restricted ones are for partners of the project and coordinators.")


class ContactForm(forms.Form):
    """A question to the contact of a solution."""

    text = forms.CharField(
        label=_("Your question"),
        max_length=LONGEST_MESSAGE,
        validators=[plain_text],
        widget=forms.Textarea(attrs={"rows": 8}),
        error_messages={"required": _("Write what you want to know.")},
    )


class MessageForm(ContactForm):
    """A message to a member."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Call it what it is."""
        super().__init__(*args, **kwargs)
        self.fields["text"].label = _("Your message")
        self.fields["text"].error_messages["required"] = _("Write what you want to say.")
