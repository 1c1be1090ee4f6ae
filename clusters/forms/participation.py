"""Forms of the people of a cluster: come in, answer, leave, be given a role, be invited or wanted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from clusters.actions.participation import ROLES
from clusters.choices import ParticipationRole, ParticipationStatus
from clusters.rules.joining import Way
from community.forms.merging import offer
from community.models import Member, Organisation, User
from community.validators import plain_line, plain_text

LEAST_QUERY = 2


def _prose(label: Any, *, required: bool = False, **kwargs: Any) -> forms.CharField:
    """Return a field for a few sentences to another person."""
    return forms.CharField(
        label=label,
        required=required,
        max_length=600,
        validators=[plain_text],
        widget=forms.Textarea(attrs={"rows": 3}),
        **kwargs,
    )


class EnterForm(forms.Form):
    """Come into a cluster: for which organisation, and a word to the lead."""

    way = forms.ChoiceField(choices=[(way.value, way.value) for way in Way], widget=forms.HiddenInput)
    organisation = forms.TypedChoiceField(
        label=_("You take part for"),
        error_messages={"required": _("Choose the organisation that you take part for.")},
    )
    message = _prose(
        _("To the lead"), help_text=_("What you bring, or what you would like to learn. The lead reads it.")
    )

    def __init__(self, *args: Any, organisations: Sequence[Organisation], **kwargs: Any) -> None:
        """Offer the organisations that the person works for today."""
        super().__init__(*args, **kwargs)
        rows = {str(row.pk): row for row in organisations}
        offer(self, "organisation", rows, [(key, row.name) for key, row in rows.items()])


class AnswerForm(forms.Form):
    """Yes or no, and why: to a request or to an invitation. The buttons carry the answer."""

    answer = forms.ChoiceField(choices=[("accept", _("Accept")), ("decline", _("Decline"))])
    reason = _prose(_("Reason"), help_text=_("Who is told reads it word for word."))

    def answers(self) -> dict[str, Any]:
        """Return what the actions take."""
        return {"accept": self.cleaned_data["answer"] == "accept", "reason": self.cleaned_data["reason"]}


class LeaveForm(forms.Form):
    """Leave, and why if one likes."""

    reason = _prose(_("Reason"), help_text=_("The lead reads it. You need not give one."))


class EndForm(forms.Form):
    """End somebody's part, and why; `seen` is the status that the page showed."""

    seen = forms.ChoiceField(
        choices=[(status.value, status.label) for status in (ParticipationStatus.INVITED, ParticipationStatus.ACTIVE)],
        widget=forms.HiddenInput,
    )
    reason = _prose(
        _("Reason"),
        help_text=_("The person reads it word for word."),
        error_messages={"required": _("Say why: the person whose part you end reads it word for word.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Ask for a reason where somebody takes part; an invitation is taken back without one."""
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = self["seen"].value() != ParticipationStatus.INVITED


ROLE_CHOICES = [(role.value, role.label) for role in ROLES]


class RoleForm(forms.Form):
    """The role of somebody who takes part."""

    role = forms.ChoiceField(
        label=_("Role"),
        choices=ROLE_CHOICES,
        widget=forms.RadioSelect,
    )
    seen_role = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)

    def __init__(self, *args: Any, why_no_deputy: str = "", **kwargs: Any) -> None:
        """Explain the roles; `why_no_deputy` says why this person can't be deputy, and takes that role off the list."""
        super().__init__(*args, **kwargs)
        if why_no_deputy:
            role = cast("forms.ChoiceField", self.fields["role"])
            role.choices = [(code, label) for code, label in ROLE_CHOICES if code != ParticipationRole.DEPUTY]
            role.help_text = why_no_deputy
            role.error_messages["invalid_choice"] = why_no_deputy
        self.fields["role"].option_hints = {  # type: ignore[attr-defined]
            ParticipationRole.DEPUTY: _(
                "May do what the lead may, except hand over. Must be eligible like a lead, "
                "and never decides on this cluster as a coordinator."
            ),
            ParticipationRole.PEER_REVIEWER: _("Reads results and says what holds and what does not."),
            ParticipationRole.OBSERVER: _("Reads along."),
        }


class SearchForm(forms.Form):
    """Words to look for in the directory and among organisations."""

    use_required_attribute = False

    q = forms.CharField(
        label=_("Name, organisation or expertise"),
        max_length=100,
        validators=[plain_line],
        widget=forms.TextInput(attrs={"type": "search"}),
    )

    def words(self) -> str:
        """Return what to look for; "" when it is too short to find anything by."""
        if not self.is_valid():
            return ""
        found = str(self.cleaned_data["q"]).strip()
        return found if len(found) >= LEAST_QUERY else ""


class InviteForm(forms.Form):
    """A member of the directory, the role that is meant, and a word to them."""

    member = forms.CharField(max_length=12, widget=forms.HiddenInput)
    role = forms.ChoiceField(
        label=_("Role"),
        choices=[(role.value, role.label) for role in ROLES if role != ParticipationRole.DEPUTY],
        initial=ParticipationRole.PARTICIPANT,
    )
    message = _prose(_("To the person"), help_text=_("What the cluster needs them for."))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        """Take members whom `user` sees in the directory."""
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_member(self) -> Member:
        """Return the member.

        Raises:
            ValidationError: nobody in the directory has this key.
        """
        found = Member.objects.visible_to(self.user).in_community().filter(key=self.cleaned_data["member"]).first()
        if found is None:
            raise forms.ValidationError(_("Choose a member from the directory of the community."))
        return found


class WantForm(forms.Form):
    """An organisation that should take part, and what for."""

    organisation = forms.ModelChoiceField(queryset=Organisation.objects.none(), widget=forms.HiddenInput)
    purpose = forms.CharField(label=_("What for"), required=False, max_length=200, validators=[plain_line])

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        """Take organisations that `user` sees."""
        super().__init__(*args, **kwargs)
        field = cast("forms.ModelChoiceField[Organisation]", self.fields["organisation"])
        field.queryset = Organisation.objects.visible_to(user)
