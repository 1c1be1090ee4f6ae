"""Forms around a confirmation: whom to ask, and what the adopting organisation answers without an account."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clusters.forms.proposal_fields import Line, Prose
from community.choices import FileVisibility
from community.forms.dates import DayField
from community.forms.lines import web_address
from community.forms.merging import SeenVersionField
from results.actions.answer import NO_DOCUMENT
from results.choices import ConfirmationStatus, UptakeKind
from results.models import UptakeConfirmation

ANSWERS = (
    (ConfirmationStatus.CONFIRMED, _("Yes, it is so")),
    (ConfirmationStatus.CORRECTED, _("Something is different")),
    (ConfirmationStatus.REFUSED, _("No, it is not so")),
)
ANSWER_HINTS: Mapping[str, str | Promise] = {
    ConfirmationStatus.CONFIRMED: _("You name your function and a document: then it counts as documented."),
    ConfirmationStatus.CORRECTED: _("You say what is right. The cluster corrects its statement or asks again."),
    ConfirmationStatus.REFUSED: _("You say why in a sentence. It counts nowhere until the cluster changes it."),
}


class AskForm(forms.Form):
    """Whom to ask to confirm an uptake, and a word to them."""

    address = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        help_text=_("Of somebody who may speak for the adopting organisation. No account is needed."),
        error_messages={"required": _("Give an address."), "invalid": _("This is no e-mail address.")},
    )
    message = Prose(
        label=_("A word to them"),
        limit=600,
        required=False,
        help_text=_("Stands in the mail as a quotation, with your name."),
    )


class AnswerForm(forms.Form):
    """The adopting organisation's answer: yes with a document, something different, or no."""

    seen_statement = SeenVersionField(widget=forms.HiddenInput, required=False)
    answer = forms.ChoiceField(
        label=_("Is it so?"),
        choices=ANSWERS,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose an answer.")},
    )
    corrected_kind = forms.ChoiceField(
        label=_("How it is really taken up"),
        required=False,
        choices=[("", _("As stated")), *UptakeKind.choices],
    )
    corrected_on = DayField(label=_("Since when it is really in use"), required=False)
    said = Prose(
        label=_("In a few sentences"),
        limit=1000,
        required=False,
        help_text=_(
            "What is different, or why it is not so. Those who work on the cluster read it, and nobody else. Only with "
            "“Adapted” it may become public: say then what was adapted, and why. It stands on the public page once the "
            "cluster takes it over, unless something stands there already."
        ),
    )
    person_name = Line(
        label=_("Your name"),
        limit=120,
        help_text=_("Those who work on this cluster read it, and nobody else."),
        error_messages={"required": _("Say who you are: your name, and your function in the organisation.")},
    )
    function = Line(
        label=_("Your function"),
        limit=120,
        help_text=_("It stands on the public page beside the organisation."),
        error_messages={"required": _("Say what you are in the organisation, such as “head of water”.")},
    )
    speaks_for = forms.BooleanField(
        label=_("I may speak for this organisation"),
        error_messages={"required": _("Only somebody who may speak for the organisation answers. Pass the mail on.")},
    )
    document_number = Line(
        label=_("Number of the document in your register"),
        limit=120,
        required=False,
        help_text=_("Or its address, or the file."),
    )
    document_url = web_address(_("Address of the document"))
    content = forms.FileField(label=_("The document as a file"), required=False, max_length=200)
    rights_holder = Line(label=_("Rights holder of the file"), limit=160, required=False)
    licence = Line(
        label=_("Licence of the file"),
        limit=120,
        required=False,
        help_text=_("Such as “CC BY 4.0”, or “all rights reserved”."),
    )
    is_free_for_eu_use = forms.BooleanField(
        label=_("EU institutions may use the file free of charge"),
        required=False,
        help_text=_("The programme asks for this."),
    )
    is_public = forms.BooleanField(
        label=_("Everybody may fetch the file"), required=False, help_text=_("Else only lead and coordinators may.")
    )
    #: What stands under which heading of the page.
    parts = (
        ("answer", "corrected_kind", "corrected_on", "said"),
        ("person_name", "function", "speaks_for"),
        (
            *("document_number", "document_url", "content", "rights_holder", "licence"),
            *("is_free_for_eu_use", "is_public"),
        ),
    )

    def __init__(self, *args: Any, row: UptakeConfirmation, **kwargs: Any) -> None:
        """Start from the organisation as rights holder."""
        self.row = row
        name = row.uptake.organisation.name
        kwargs.setdefault("initial", {"seen_statement": row.uptake.statement, "rights_holder": name[:160]})
        super().__init__(*args, **kwargs)
        self.fields["answer"].option_hints = ANSWER_HINTS  # type: ignore[attr-defined]
        self.fields["speaks_for"].label = gettext("I may speak for %(name)s") % {"name": name}
        self.fields["person_name"].widget.attrs["autocomplete"] = "name"
        limit = gettext("PDF, PNG, JPEG, Word, Excel, PowerPoint, OpenDocument, text or CSV, at most %(most)d MB.")
        self.fields["content"].help_text = limit % {"most": settings.MAX_UPLOAD_MB}

    def fieldsets(self) -> list[list[Any]]:
        """Return the fields by the headings of the page."""
        return [[self[name] for name in names] for names in self.parts]

    def clean(self) -> dict[str, Any]:
        """Ask for what the answer needs beside it."""
        cleaned = super().clean() or self.cleaned_data
        answer = cleaned.get("answer")
        has_document = any(cleaned.get(name) for name in ("content", "document_url", "document_number"))
        if answer == ConfirmationStatus.CONFIRMED and not has_document and not self._is_wrong("content"):
            self.add_error("document_number", str(NO_DOCUMENT))
        if answer == ConfirmationStatus.REFUSED and not cleaned.get("said") and not self._is_wrong("said"):
            self.add_error("said", gettext("Say in a sentence why it is not so."))
        said = [cleaned.get(name) for name in ("corrected_kind", "corrected_on", "said")]
        if answer == ConfirmationStatus.CORRECTED and not any(said) and not self._is_wrong("corrected_on", "said"):
            self.add_error("said", gettext("Say what is right: the kind, the day, or a sentence."))
        if cleaned.get("content"):
            self._ask_for_rights(cleaned)
        return cleaned

    def _is_wrong(self, *names: str) -> bool:
        return any(name in self.errors for name in names)

    def _ask_for_rights(self, cleaned: dict[str, Any]) -> None:
        """A file states its rights holder and licence, and may be used by EU institutions."""
        if not cleaned.get("rights_holder") and "rights_holder" not in self.errors:
            self.add_error("rights_holder", gettext("Name who holds the rights to the file."))
        if not cleaned.get("licence") and "licence" not in self.errors:
            self.add_error("licence", gettext("Name the licence, such as CC BY 4.0."))
        if not cleaned.get("is_free_for_eu_use"):
            words = gettext("The programme asks for this: confirm it, or give the document's address or number.")
            self.add_error("is_free_for_eu_use", words)

    def values(self) -> dict[str, Any]:
        """Return what the action takes."""
        given = self.cleaned_data
        names = ("answer", "seen_statement", "person_name", "function", "said", "corrected_kind", "corrected_on")
        found = {name: given[name] for name in (*names, "document_url", "document_number")}
        return {**found, "document": self._document()}

    def _document(self) -> dict[str, Any] | None:
        """Return the file with its rights; restricted as one that holds names, unless everybody may fetch it."""
        given = self.cleaned_data
        if not given.get("content"):
            return None
        return {
            "content": given["content"],
            "title": gettext("Document of the confirmation"),
            "rights_holder": given["rights_holder"],
            "licence": given["licence"],
            "is_free_for_eu_use": given["is_free_for_eu_use"],
            "visibility": FileVisibility.PUBLIC if given["is_public"] else FileVisibility.RESTRICTED,
            "holds_names": not given["is_public"],
        }
