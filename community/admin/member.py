"""Members: who they are, where they work, what they consented to; invited from here."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from community.actions.appointment import appoint
from community.actions.invitation import OF_SUPERUSER, TAKEN, give_account
from community.actions.standing import make_member, set_standing
from community.admin.base import EntryAdmin, EntryForm, ReadOnlyInline, RecordAdmin, TakenAwayInline, rehearse
from community.admin.chosen import must_confirm
from community.admin.consent import ConsentPages
from community.admin.fields import LanguagesField
from community.admin.filters import ConsentFilter, CountryFilter, GroupFilter, OrganisationFilter
from community.admin.inviting import InvitationFilter, InvitingAdmin
from community.admin.merging import MergeAdmin, MergedFilter
from community.admin.sheets import SheetAdmin
from community.admin.user import carry_out
from community.choices import Standing
from community.folding import fold_key
from community.imports.member import MemberImport
from community.models import Affiliation, Appointment, Consent, ConsentWording, Member, User, WorkingGroup
from community.rules.standing import ahead_of, ended_by_departure


class MemberForm(EntryForm):
    """A person; an address makes the account with which they sign in."""

    address = forms.EmailField(
        label=_("E-mail address"),
        required=False,
        max_length=254,
        help_text=_("Makes an account without a password. Invite the member from the list afterwards."),
    )
    languages = LanguagesField(label=_("Languages"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Let the languages stay that stand there."""
        super().__init__(*args, **kwargs)
        if isinstance(spoken := self.fields.get("languages"), LanguagesField):
            spoken.there = self.instance.languages

    def clean_address(self) -> str:
        """Refuse an address that belongs to somebody else, in any case, or to a superuser.

        Raises:
            ValidationError: it does.
        """
        address = str(self.cleaned_data["address"])
        account = User.objects.with_address(address).first() if address else None
        if account is not None and account.member is not None and account.member.pk != self.instance.pk:
            raise ValidationError(TAKEN, params={"person": account.member.name})
        if account is not None and account.member is None and account.is_superuser and not self.by.is_superuser:
            raise ValidationError(OF_SUPERUSER)
        return address

    def clean_standing(self) -> str:
        """Refuse what the action refuses, beside the field."""
        standing = str(self.cleaned_data["standing"])
        if self.instance.pk is not None and standing != self.instance.standing:
            person = Member.objects.get(pk=self.instance.pk)
            rehearse(partial(set_standing, member=person, standing=standing, by=self.by))
        return standing


def _left(member: Member, ends: Sequence[str]) -> list[str]:
    """Say what ended, or stays without them, now that somebody left."""
    words = gettext("%(person)s left the community. This ended today, or stays for others: %(ended)s.")
    return [words % {"person": member.name, "ended": "; ".join(ends)}] if ends else []


def _changed(member: Member) -> list[str]:
    """Say of a member what had ended meanwhile, of an external partner what ends with that."""
    if not (ended := ended_by_departure(member)):
        return []
    words = gettext("%(person)s is back. What the departure ended does not go on by itself: %(ended)s.")
    if member.standing != Standing.MEMBER:
        words = gettext("%(person)s is no member any more. This ended: %(ended)s.")
    return [words % {"person": member.name, "ended": "; ".join(ended)}]


#: Stands for the whole mission, where a working group is chosen.
MISSION = "mission"


class MemberActions(ActionForm):
    """The actions of the list; one of them asks for a working group."""

    group = forms.ChoiceField(label=_("to appoint for:"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the working groups, and the whole mission."""
        super().__init__(*args, **kwargs)
        field: Any = self.fields["group"]
        groups = [(row.code, str(row)) for row in WorkingGroup.objects.all()]
        field.choices = [("", "–"), *groups, (MISSION, _("the whole mission"))]


class AffiliationInline(TakenAwayInline):
    """Where the person works. It ends with a last day; one that was a mistake is taken away."""

    model = Affiliation
    verbose_name_plural = _("Where the person works. “Delete” is for mistakes; what is over gets a last day")
    autocomplete_fields = ("organisation",)
    fields = ("organisation", "function", "is_main", "from_on", "until_on")


class ConsentInline(ReadOnlyInline):
    """What the person agreed to: by themselves, or from a letter by the list's actions; only shown here."""

    model = Consent
    fields = ("purpose", "wording", "given_at", "withdrawn_at", "how")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Consent]:
        """Load the wordings at once."""
        rows: QuerySet[Consent] = super().get_queryset(request).select_related("wording", "member")
        return rows


class AppointmentInline(ReadOnlyInline):
    """What the person coordinates: appointed and ended under "Appointments"."""

    model = Appointment
    fields = ("working_group", "from_on", "until_on", "absent_until", "withdrawn_at")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Appointment]:
        """Load the groups at once."""
        rows: QuerySet[Appointment] = super().get_queryset(request).select_related("working_group", "member")
        return rows


@admin.register(Member)
class MemberAdmin(InvitingAdmin, ConsentPages, MergeAdmin, SheetAdmin, EntryAdmin):
    """Members, found by folded name, organisation or address."""

    form = MemberForm
    sheet = MemberImport
    list_display = ("name", "standing", "organisation", "address", "invitation_state", "page")
    list_filter = (
        "standing",
        InvitationFilter,
        OrganisationFilter,
        CountryFilter,
        GroupFilter,
        ConsentFilter,
        MergedFilter,
    )
    search_fields = ("search_text",)
    search_help_text = _("Names, organisations and expertise without regard to accents and case; or an address.")
    ordering = ("sort_name", "pk")
    autocomplete_fields = ("expertise",)
    readonly_fields = ("account", "merged_into", "created_at")
    inlines = (AffiliationInline, AppointmentInline, ConsentInline)
    action_form = MemberActions
    chosen_pages = ("leave", "consent", "agreed")
    actions = (
        "invite_members",
        "take_back_invitations",
        "make_members",
        "appoint_members",
        "end_memberships",
        "merge_two",
        "enter_consent",
        "withdraw_consents",
        "erase_one",
    )

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Ask for an address while there is no account, show the account afterwards."""
        account = "account" if obj is not None and obj.user_id else "address"
        entered = () if obj is None else ("merged_into", "created_at")
        return ("name", "sort_name", account, "standing", "languages", "expertise", "about", *entered)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Member]:
        """Load what the list shows in a fixed number of queries."""
        rows: Any = super().get_queryset(request)
        loaded: QuerySet[Member] = rows.for_page(timezone.localdate()).select_related("user")
        return loaded

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Search the folded text, or the address where one is typed."""
        if "@" in search_term:
            return queryset.filter(Q(user__email_key__contains=fold_key(search_term))), False
        return super().get_search_results(request, queryset, search_term)

    @admin.display(description=_("organisation"))
    def organisation(self, member: Any) -> str:
        """Return where the person works today."""
        rows = member.current_affiliations
        return rows[0].organisation.name if rows else ""

    @admin.display(description=_("address"), ordering="user__email_key")
    def address(self, member: Member) -> str:
        """Return the address of the account."""
        return member.user.email if member.user else ""

    @admin.display(description=_("page"))
    def page(self, member: Member) -> SafeString:
        """Link to the member's page."""
        address = reverse("community:member", kwargs={"key": member.key})
        return format_html('<a href="{}">{}</a>', address, _("Open the page"))

    @admin.display(description=_("account"))
    def account(self, member: Member) -> SafeString | str:
        """Link to the account."""
        if member.user is None:
            return ""
        address = reverse("admin:community_user_change", args=[member.user.pk])
        return format_html('<a href="{}">{}</a>', address, member.user.email)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Sort by the last name where nothing else is given; change the standing, and give an account, by actions."""
        if not obj.sort_name:
            obj.sort_name = obj.name.split()[-1]
        standing = obj.standing
        if change:
            obj.standing = form.initial["standing"]
        super().save_model(request, obj, form, change)
        if change:
            self._change_standing(request, obj, standing)
        if form.cleaned_data.get("address") and obj.user_id is None:
            give_account(member=obj, address=form.cleaned_data["address"], by=form.by)

    def _change_standing(self, request: Any, member: Member, standing: str) -> None:
        """Say how somebody stands; remember for after the saving what that ends, or what had ended before."""
        before = member.standing
        if standing == before:
            return
        (ahead,) = ahead_of([member], timezone.localdate())
        set_standing(member=member, standing=standing, by=request.user)
        if standing == Standing.FORMER:
            request.said_of_standing = [*_left(member, ahead.ends), *ahead.cares]
        elif Standing.MEMBER in (before, standing):
            request.said_of_standing = _changed(member)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        """Say what follows from how the person stands now."""
        for words in getattr(request, "said_of_standing", ()):
            messages.warning(request, words)
        return super().response_change(request, obj)

    @admin.action(description=_("Make the chosen persons members: external partners, and who left and comes back"))
    def make_members(self, request: HttpRequest, queryset: QuerySet[Member]) -> None:
        """Take people into the community; all that they did stays. Of who comes back, say what the departure ended."""

        def take(member: Member) -> object:
            was_member = member.standing == Standing.MEMBER
            made = make_member(member=member, by=request.user)  # type: ignore[arg-type]
            for words in () if was_member else _changed(made):
                messages.info(request, words)
            return made

        carry_out(
            request, queryset, take, one="%(count)s person is a member now.", many="%(count)s persons are members now."
        )

    @admin.action(description=_("The chosen left the community… (shows first what that ends)"))
    def end_memberships(self, request: HttpRequest, queryset: QuerySet[Member]) -> HttpResponse | None:
        """Lead to the page that shows what ends."""
        return self.lead_to_chosen(request, "leave", queryset)

    def leave_view(self, request: HttpRequest, rows: QuerySet[Member]) -> HttpResponse | None:
        """Show per person what ends; then end what they coordinate and take part in. The last coordinator stays."""
        if request.method != "POST":
            title = gettext("Make former members")
            people = ahead_of(list(rows), timezone.localdate())
            return self.draw(request, "leave", title=title, people=people)

        def end(member: Member) -> object:
            return set_standing(member=member, standing=Standing.FORMER, by=request.user)  # type: ignore[arg-type]

        one, many = "%(count)s person is a former member now.", "%(count)s persons are former members now."
        carry_out(request, rows, end, one=one, many=many)
        return None

    @admin.action(description=_("Appoint the chosen members from today on: choose for what beside"))
    def appoint_members(self, request: HttpRequest, queryset: QuerySet[Member]) -> None:
        """Let members coordinate a group; ended in the list of appointments."""
        chosen = request.POST.get("group", "")
        group = WorkingGroup.objects.filter(code=chosen).first()
        if group is None and chosen != MISSION:
            messages.error(request, _("Choose beside the action for which working group, or for the whole mission."))
            return
        if queryset.filter(user=request.user.pk).exists() and must_confirm(request):
            return
        today = timezone.localdate()

        def do(member: Member) -> object:
            return appoint(member=member, working_group=group, from_on=today, by=request.user)  # type: ignore[arg-type]

        carry_out(request, queryset, do, one="%(count)s member appointed.", many="%(count)s members appointed.")

    @admin.action(description=_("Enter a consent… (the chosen person signed a letter)"))
    def enter_consent(self, request: HttpRequest, queryset: QuerySet[Member]) -> HttpResponse | None:
        """Lead to the page that asks for the words, the day and where the letter is."""
        return self.lead_to_chosen(request, "agreed", queryset)

    @admin.action(description=_("Withdraw a consent… (the chosen asked by letter or mail)"))
    def withdraw_consents(self, request: HttpRequest, queryset: QuerySet[Member]) -> HttpResponse | None:
        """Lead to the page that asks which, how and when."""
        return self.lead_to_chosen(request, "consent", queryset)

    @admin.action(description=_("Erase the chosen person… (shows first what that does)"))
    def erase_one(self, request: HttpRequest, queryset: QuerySet[Member]) -> HttpResponse | None:
        """Lead to the page that shows what an erasure would do; one person at a time."""
        chosen = list(queryset[:2])
        if len(chosen) != 1:
            messages.error(request, _("Choose one person: an erasure is looked at before it is done."))
            return None
        return HttpResponseRedirect(reverse("community:erase_person", args=[chosen[0].key]))


@admin.register(ConsentWording)
class ConsentWordingAdmin(RecordAdmin):
    """The words that were agreed to; a new version is entered, none is changed."""

    form = EntryForm
    may_add = True
    list_display = ("purpose", "version", "language", "extent", "created_at")
    list_filter = ("purpose", "language")
    search_fields = ("text",)
    ordering = ("purpose", "-version", "language", "pk")

    def keep(self, by: User, row: Any, changes: dict[str, Any], *, is_new: bool) -> None:
        """Write no event: the row itself is the record."""
