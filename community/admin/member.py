"""Members: who they are, where they work, what they consented to; invited from here."""

from __future__ import annotations

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
from django.utils.translation import gettext_lazy as _

from community.actions.appointment import appoint
from community.actions.invitation import TAKEN, give_account, invite
from community.actions.standing import make_member, set_standing
from community.admin.base import EntryAdmin, EntryForm, PartInline, ReadOnlyInline, RecordAdmin, rehearse
from community.admin.fields import WordsField
from community.admin.filters import ConsentFilter, CountryFilter, GroupFilter, OrganisationFilter
from community.admin.merging import MergeAdmin, MergedFilter
from community.admin.sheets import SheetAdmin
from community.admin.user import carry_out
from community.choices import Standing
from community.folding import fold_key
from community.imports.member import MemberImport
from community.models import Affiliation, Appointment, Consent, ConsentWording, Member, User, WorkingGroup


class MemberForm(EntryForm):
    """A person; an address makes the account with which they sign in."""

    address = forms.EmailField(
        label=_("E-mail address"),
        required=False,
        max_length=254,
        help_text=_("Makes an account without a password. Invite the member from the list afterwards."),
    )
    languages = WordsField(label=_("Languages"))

    def clean_address(self) -> str:
        """Refuse an address that belongs to somebody else, in any case.

        Raises:
            ValidationError: it does.
        """
        address = str(self.cleaned_data["address"])
        account = User.objects.with_address(address).first() if address else None
        if account is not None and account.member is not None and account.member.pk != self.instance.pk:
            raise ValidationError(TAKEN, params={"person": account.member.name})
        return address

    def clean_standing(self) -> str:
        """Refuse what the action refuses, beside the field."""
        standing = str(self.cleaned_data["standing"])
        if self.instance.pk is not None and standing != self.instance.standing:
            person = Member.objects.get(pk=self.instance.pk)
            rehearse(partial(set_standing, member=person, standing=standing, by=self.by))
        return standing


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


class AffiliationInline(PartInline):
    """Where the person works. It ends with a last day; nothing is deleted."""

    model = Affiliation
    autocomplete_fields = ("organisation",)
    fields = ("organisation", "function", "is_main", "from_on", "until_on")


class ConsentInline(ReadOnlyInline):
    """What the person agreed to: given and withdrawn by themselves, only shown here."""

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
    fields = ("working_group", "from_on", "until_on", "absent_until")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Appointment]:
        """Load the groups at once."""
        rows: QuerySet[Appointment] = super().get_queryset(request).select_related("working_group", "member")
        return rows


@admin.register(Member)
class MemberAdmin(MergeAdmin, SheetAdmin, EntryAdmin):
    """Members, found by folded name, organisation or address."""

    form = MemberForm
    sheet = MemberImport
    list_display = ("name", "standing", "organisation", "address", "has_joined", "page")
    list_filter = ("standing", OrganisationFilter, CountryFilter, GroupFilter, ConsentFilter, MergedFilter)
    search_fields = ("search_text",)
    search_help_text = _("Names, organisations and expertise without regard to accents and case; or an address.")
    ordering = ("sort_name", "pk")
    autocomplete_fields = ("expertise",)
    readonly_fields = ("account", "merged_into", "created_at")
    inlines = (AffiliationInline, AppointmentInline, ConsentInline)
    action_form = MemberActions
    actions = (
        "invite_members",
        "make_members",
        "appoint_members",
        "end_memberships",
        "merge_two",
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

    @admin.display(description=_("has joined"), boolean=True)
    def has_joined(self, member: Member) -> bool:
        """Tell whether the person can sign in."""
        return member.user is not None and member.user.is_active and member.user.has_usable_password()

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
            set_standing(member=obj, standing=standing, by=form.by)
        if form.cleaned_data.get("address") and obj.user_id is None:
            give_account(member=obj, address=form.cleaned_data["address"], by=form.by)

    @admin.action(description=_("Invite the chosen members to join"))
    def invite_members(self, request: HttpRequest, queryset: QuerySet[Member]) -> None:
        """Send each a link by which they choose a password."""

        def send(member: Member) -> object:
            return invite(member=member, by=request.user)  # type: ignore[arg-type]

        carry_out(request, queryset, send, one="%(count)s member invited.", many="%(count)s members invited.")

    @admin.action(description=_("Make the chosen external partners members"))
    def make_members(self, request: HttpRequest, queryset: QuerySet[Member]) -> None:
        """Take external partners into the community; all that they did and take part in stays."""

        def take(member: Member) -> object:
            return make_member(member=member, by=request.user)  # type: ignore[arg-type]

        carry_out(
            request, queryset, take, one="%(count)s person is a member now.", many="%(count)s persons are members now."
        )

    @admin.action(description=_("The chosen left the community: make them former members"))
    def end_memberships(self, request: HttpRequest, queryset: QuerySet[Member]) -> None:
        """End what they coordinate and take part in; the last coordinator stays."""

        def end(member: Member) -> object:
            return set_standing(member=member, standing=Standing.FORMER, by=request.user)  # type: ignore[arg-type]

        one, many = "%(count)s person is a former member now.", "%(count)s persons are former members now."
        carry_out(request, queryset, end, one=one, many=many)

    @admin.action(description=_("Appoint the chosen members from today on: choose for what beside"))
    def appoint_members(self, request: HttpRequest, queryset: QuerySet[Member]) -> None:
        """Let members coordinate a group; ended in the list of appointments."""
        chosen = request.POST.get("group", "")
        group = WorkingGroup.objects.filter(code=chosen).first()
        if group is None and chosen != MISSION:
            messages.error(request, _("Choose beside the action for which working group, or for the whole mission."))
            return
        today = timezone.localdate()

        def do(member: Member) -> object:
            return appoint(member=member, working_group=group, from_on=today, by=request.user)  # type: ignore[arg-type]

        carry_out(request, queryset, do, one="%(count)s member appointed.", many="%(count)s members appointed.")

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

    may_add = True
    list_display = ("purpose", "version", "language", "extent", "created_at")
    list_filter = ("purpose", "language")
    search_fields = ("text",)
    ordering = ("purpose", "-version", "language", "pk")

    def keep(self, by: User, row: Any, changes: dict[str, Any], *, is_new: bool) -> None:
        """Write no event: the row itself is the record."""
