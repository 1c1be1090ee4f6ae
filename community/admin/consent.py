"""A consent that somebody gives or withdraws by letter, entered by an administrator."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from community.actions.consent import withdraw_by_letter
from community.actions.consent_letter import give_by_letter
from community.admin.chosen import WithChosen
from community.admin.user import carry_out
from community.choices import ConsentPurpose, ConsentWay
from community.consents import wording_of
from community.forms.dates import DayField
from community.models import Consent, ConsentWording, Member
from community.permissions import Refusal
from community.validators import plain_line

#: How somebody asks who does not sign in.
WAYS: Final = [(way.value, way.label) for way in (ConsentWay.PAPER, ConsentWay.MAIL)]


class WithdrawalForm(forms.Form):
    """Which consent somebody withdrew, how and when."""

    purpose = forms.ChoiceField(label=_("Consent to"), choices=ConsentPurpose.choices)
    how = forms.ChoiceField(label=_("How they asked"), choices=WAYS)
    asked_on = DayField(
        label=_("Day on which it came"), error_messages={"required": _("Enter the day on which it came.")}
    )


class AgreedForm(forms.Form):
    """To what somebody agreed by a signed letter, on which day, and where the letter is."""

    words = forms.ChoiceField(label=_("Words that the letter holds"))
    signed_on = DayField(label=_("Day on which it was signed"), error_messages={"required": _("Enter that day.")})
    kept_at = forms.CharField(
        label=_("Where the letter is kept"),
        max_length=200,
        validators=[plain_line],
        help_text=_("Such as the folder or the number of the file, so that it can be shown."),
    )

    def __init__(self, *args: Any, wordings: list[ConsentWording], **kwargs: Any) -> None:
        """Offer the words that are in use; those of a page that grew old are no choice any more."""
        super().__init__(*args, **kwargs)
        field: Any = self.fields["words"]
        field.choices = [(f"{one.purpose}:{one.language}:{one.version}", str(one)) for one in wordings]


def wordings_in_use() -> list[ConsentWording]:
    """Return the words of each purpose that are in use, in each language in which somebody entered some."""
    known = set(ConsentWording.objects.order_by().values_list("purpose", "language"))
    wanted = [(purpose, language) for purpose in ConsentPurpose.values for language in _languages(purpose, known)]
    found = [wording_of(purpose, language) for purpose, language in wanted]
    return list({(one.purpose, one.language): one for one in found}.values())


def _languages(purpose: str, known: set[tuple[str, str]]) -> list[str]:
    return ["en", *sorted({language for about, language in known if about == purpose} - {"en"})]


class ConsentPages(WithChosen):
    """Gives the list of members pages on which a consent is entered or withdrawn for those chosen."""

    def agreed_view(self, request: HttpRequest, rows: QuerySet[Member]) -> HttpResponse | None:
        """Ask for the words, the day and the place of one person's letter; then enter the consent."""
        if len(rows) != 1:
            messages.error(request, gettext("Choose one person: each letter is one person's."))
            return None
        wordings = wordings_in_use()
        form = AgreedForm(request.POST if request.method == "POST" else None, wordings=wordings)
        if form.is_valid():
            purpose, language, _version = form.cleaned_data["words"].split(":")
            said = {"signed_on": form.cleaned_data["signed_on"], "kept_at": form.cleaned_data["kept_at"]}
            try:
                give_by_letter(member=rows[0], purpose=purpose, language=language, by=request.user, **said)  # type: ignore[arg-type]
            except Refusal as refusal:
                form.add_error("signed_on" if refusal.code == "day" else None, str(refusal))
            else:
                messages.success(request, gettext("Entered: %(person)s agreed.") % {"person": rows[0].name})
                return None
        title = gettext("Enter a consent from a signed letter")
        return self.draw(request, "agreed", title=title, member=rows[0], form=form, wordings=wordings)

    def consent_view(self, request: HttpRequest, rows: QuerySet[Member]) -> HttpResponse | None:
        """Show what each agreed to; then end one of them, with all that the person's own press does."""
        form = WithdrawalForm(request.POST if request.method == "POST" else None)
        if not form.is_valid():
            title = gettext("Withdraw a consent, as somebody asked")
            standing = Consent.objects.standing().filter(member__in=rows).select_related("member")
            return self.draw(request, "consent", title=title, rows=rows, standing=standing, form=form)
        given: dict[str, Any] = form.cleaned_data

        def withdraw(member: Member) -> object:
            return withdraw_by_letter(member=member, by=request.user, **given)  # type: ignore[arg-type]

        one, many = "%(count)s consent withdrawn.", "%(count)s consents withdrawn."
        carry_out(request, rows, withdraw, one=one, many=many)
        return None
