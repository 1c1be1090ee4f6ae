"""Forms of invitations by address: paste many, take one back, answer through a link."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clusters.choices import Access
from clusters.forms.proposal_fields import Line, Prose
from clusters.rules.invitations import PER_PRESS, digest_of

#: The longest paste that is read.
MOST_SIGNS = 10_000


class AddressesForm(forms.Form):
    """Whom to ask, what for and what they may do; `seen` stands for what the preview showed."""

    text = Prose(
        label=_("E-mail addresses"),
        limit=MOST_SIGNS,
        rows=6,
        error_messages={"required": _("Paste or type at least one address.")},
    )
    purpose = Line(
        label=_("What for"),
        limit=200,
        help_text=_("Such as “Knows the tide gauges of the gulf”. It stands in the mail and on the page of people."),
        error_messages={"required": _("Say what the people are invited for.")},
    )
    access = forms.ChoiceField(
        label=_("What they may do in the room"),
        choices=Access.choices,
        initial=Access.COMMENT,
        widget=forms.RadioSelect,
        help_text=_("Holds for people from outside the community; you may change it later. Members contribute."),
    )
    message = Prose(
        label=_("A word to them"),
        limit=600,
        required=False,
        help_text=_("Stands in the mail as a quotation, with your name."),
    )
    seen = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Say how many are taken; the brackets of the example are written as the page needs them."""
        super().__init__(*args, **kwargs)
        self.fields["text"].help_text = gettext(
            "Parted by commas, semicolons, blanks or lines; “Name &lt;address&gt;” is read too. "
            "At most %(most)d at once."
        ) % {"most": PER_PRESS}

    def digest(self) -> str:
        """Return what stands for the texts as they are now."""
        values = self.cleaned_data
        return digest_of(values["text"], values["purpose"], values["access"], values["message"])

    def was_seen(self) -> bool:
        """Whether the preview showed these very texts."""
        return bool(self.cleaned_data["seen"] == self.digest())

    def values(self) -> dict[str, Any]:
        """Return what the action takes."""
        return {name: self.cleaned_data[name] for name in ("text", "purpose", "access", "message")}


class TakeBackForm(forms.Form):
    """Why an invitation is taken back."""

    reason = Prose(
        label=_("Reason"), limit=600, required=False, help_text=_("Whoever reads the mails of this address reads it.")
    )


class JoinClusterForm(forms.Form):
    """The answer to an invitation: name and organisation only where the registry knows neither."""

    name = Line(
        label=_("Your name"),
        limit=120,
        help_text=_("Those who work in this cluster read it, and nobody else."),
        error_messages={"required": _("Say who you are: those who work in the cluster read your name.")},
    )
    organisation = Line(
        label=_("Your organisation"),
        limit=200,
        help_text=_("For which you take part. It stands on the cluster's public page."),
        error_messages={"required": _("Say for which organisation you take part.")},
    )

    def __init__(self, *args: Any, asks: tuple[str, ...], **kwargs: Any) -> None:
        """Ask for the fields in `asks` alone."""
        super().__init__(*args, **kwargs)
        for name in [name for name in self.fields if name not in asks]:
            del self.fields[name]
        if "name" in self.fields:
            self.fields["name"].widget.attrs["autocomplete"] = "name"
        if "organisation" in self.fields:
            self.fields["organisation"].widget.attrs["autocomplete"] = "organization"


class DeclineForm(forms.Form):
    """No, and why if one likes."""

    reason = Prose(
        label=_("Reason"), limit=600, rows=2, required=False, help_text=_("The lead reads it. You need not give one.")
    )
