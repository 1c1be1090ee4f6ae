"""The form in which somebody without an account asks the contact of a solution."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community.forms.lines import short_line
from community.forms.solution import ContactForm

#: Nobody types a question in less, and no form that was left open for longer is taken.
QUICKEST: Final = timedelta(seconds=3)
OLDEST: Final = timedelta(days=1)
_SALT: Final = "community.enquiry"


def begun_at(moment: datetime) -> str:
    """Return the signed moment at which a form was drawn."""
    return signing.Signer(salt=_SALT).sign(str(int(moment.timestamp())))


class EnquiryForm(ContactForm):
    """A question with name and address; `website` is for machines, which fill in whatever they find."""

    name = short_line(_("Your name"), 120, required=True, error_messages={"required": _("Say who you are.")})
    organisation = short_line(_("Your organisation"), 200)
    address = forms.EmailField(
        label=_("Your e-mail address"),
        max_length=254,
        help_text=_("A mail with a link goes there first. The answer comes there, too."),
        error_messages={
            "required": _("Say where the answer goes."),
            "invalid": _("This is no e-mail address. It looks like name@organisation.example."),
        },
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    website = forms.CharField(
        label=_("Leave this empty"),
        required=False,
        widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
    )
    begun = forms.CharField(required=False, max_length=100, widget=forms.HiddenInput)

    field_order = ("text", "name", "organisation", "address")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Note when it was drawn."""
        super().__init__(*args, **kwargs)
        self.fields["name"].widget.attrs["autocomplete"] = "name"
        self.fields["organisation"].widget.attrs["autocomplete"] = "organization"
        self.initial.setdefault("begun", begun_at(timezone.now()))

    @property
    def is_by_machine(self) -> bool:
        """Whether the field was filled in that people do not see."""
        return bool(self.cleaned_data.get("website"))

    def clean(self) -> dict[str, Any]:
        """Refuse a form that was sent quicker than anybody types, or that was open for days; what was typed stays.

        Raises:
            ValidationError: it says what to do.
        """
        age = self._age()
        if age is None or age > OLDEST:
            raise ValidationError(_("This form was open too long. Look at it once more, then send it."))
        if age < QUICKEST:
            raise ValidationError(_("That was very quick. Look at it once more, then send it."))
        return self.cleaned_data

    def _age(self) -> timedelta | None:
        """Return how long ago the form was drawn; None where that was not written here."""
        try:
            moment = int(signing.Signer(salt=_SALT).unsign(self.cleaned_data.get("begun", "")))
        except (signing.BadSignature, ValueError):
            return None
        return timezone.now() - datetime.fromtimestamp(moment, tz=timezone.get_current_timezone())

    def drawn_anew(self) -> EnquiryForm:
        """Return the same form with what was typed, drawn now: a form that was refused for its age can be sent."""
        self.data = self.data.copy()  # type: ignore[attr-defined]
        if (age := self._age()) is None or age > OLDEST:
            self.data["begun"] = begun_at(timezone.now())  # type: ignore[index]
        return self

    def values(self) -> dict[str, Any]:
        """Return what the action takes."""
        return {name: self.cleaned_data[name] for name in ("text", "name", "organisation", "address")}
