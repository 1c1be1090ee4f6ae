"""Accounts: never deleted, never without an administrator, no way to make oneself superuser."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from community.actions.account import deactivate_account, reactivate_account, set_superuser
from community.actions.invitation import change_address
from community.admin.base import EntryAdmin, EntryForm, rehearse
from community.admin.confirming import AsksAgain
from community.admin.factor import WithFactorReset
from community.folding import fold, fold_key
from community.models import User
from community.permissions import Refusal


def carry_out(request: HttpRequest, rows: QuerySet[Any], do: Callable[[Any], object], *, one: str, many: str) -> None:
    """Do an action for each chosen row; say how many were done, and each refusal once."""
    done, refusals = 0, dict[str, None]()
    for row in rows:
        try:
            do(row)
            done += 1
        except Refusal as refusal:
            refusals[str(refusal)] = None
        except ValidationError as error:
            refusals["; ".join(error.messages)] = None
    for sentence in refusals:
        messages.error(request, sentence)
    if done:
        messages.success(request, ngettext(one, many, done) % {"count": done})


class UserForm(EntryForm):
    """An account: its address and the language of its mails."""

    refuse_unconfirmed: Callable[[], None]

    language = forms.ChoiceField(
        label=_("Language of mails"), choices=[("", _("As the site")), *settings.LANGUAGES], required=False
    )

    def clean_email(self) -> str:
        """Refuse an address that is taken in any case, and what the action refuses.

        Raises:
            ValidationError: the address belongs to another account.
        """
        address = str(self.cleaned_data["email"])
        taken = User.objects.with_address(address).exclude(pk=self.instance.pk).first()
        if taken is not None:
            raise ValidationError(_("This address belongs to another account: %(who)s."), params={"who": taken})
        if self.instance.pk is not None and fold_key(self.instance.email) != fold_key(address):
            rehearse(partial(change_address, user=self.instance, address=address, by=self.by))
        return address

    def clean(self) -> dict[str, Any]:
        """Ask for the administrator's own password or factor before an address or a superuser is changed."""
        cleaned = super().clean()
        asks = {"is_superuser"} if self.instance.pk is None else {"email", "is_superuser"}
        if asks & set(self.changed_data):
            self.refuse_unconfirmed()
        return cleaned


@admin.register(User)
class UserAdmin(AsksAgain, WithFactorReset, EntryAdmin):
    """Accounts. Who they belong to is entered at the member."""

    form = UserForm
    change_form_template = "admin/community/user_form.html"
    list_display = ("email", "person", "is_active", "is_staff", "last_login")
    list_filter = ("is_active", "is_staff", "is_superuser")
    list_select_related = ("member",)
    search_fields = ("email_key",)
    ordering = ("email_key", "pk")
    actions = ("deactivate", "reactivate", "make_administrator", "end_administrator")
    readonly_fields = ("person", "is_active", "is_staff", "second_factor", "last_login", "date_joined")
    fields = ("email", "person", "language", "is_active", "is_staff", "second_factor", "last_login", "date_joined")

    @admin.display(description=_("person"), ordering="member__sort_name")
    def person(self, user: User) -> str:
        """Return who the account belongs to."""
        return user.member.name if user.member else ""

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Show who is a superuser to superusers only, and never a password; nothing is granted by Django's groups."""
        return (*self.fields, "is_superuser") if _is_superuser(request) else self.fields

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Keep superusers' accounts from everybody but superusers."""
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or not obj.is_superuser or _is_superuser(request))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Search addresses in any case, and names."""
        for word in search_term.split():
            queryset = queryset.filter(
                Q(email_key__contains=fold_key(word)) | Q(member__search_text__contains=fold(word))
            )
        return queryset, False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Make a new account without a password; change an address, and who is a superuser, through actions."""
        is_superuser = obj.is_superuser
        if "is_superuser" in form.changed_data:
            obj.is_superuser = not is_superuser
        if not change:
            obj.set_unusable_password()
        elif "email" in form.changed_data:
            address, obj.email = obj.email, form.initial["email"]
            changed = change_address(user=obj, address=address, by=form.by)
            obj.email = changed.email
            form.changed_data.remove("email")
        super().save_model(request, obj, form, change)
        if "is_superuser" in form.changed_data:
            obj.is_superuser = set_superuser(user=obj, is_superuser=is_superuser, by=form.by).is_superuser
            form.changed_data.remove("is_superuser")

    @admin.action(description=_("Deactivate the chosen accounts"))
    def deactivate(self, request: HttpRequest, queryset: QuerySet[User]) -> HttpResponse | None:
        """Close accounts; the last administrator or coordinator stays. An administrator's is asked about first."""
        if queryset.filter(Q(is_staff=True) | Q(is_superuser=True), is_active=True).exists():
            return self.lead_to(request, "close_administrators", queryset)
        self._each(request, queryset, lambda user, by: deactivate_account(user=user, by=by))
        return None

    @admin.action(description=_("Activate the chosen accounts"))
    def reactivate(self, request: HttpRequest, queryset: QuerySet[User]) -> HttpResponse | None:
        """Open closed accounts again; where an administrator's is among them, the page asks first."""
        if queryset.filter(is_staff=True, is_active=False).exists():
            return self.lead_to(request, "open_administrators", queryset)
        self._each(request, queryset, lambda user, by: reactivate_account(user=user, by=by))
        return None

    @admin.action(description=_("Make the chosen accounts administrators… (asks again who you are)"))
    def make_administrator(self, request: HttpRequest, queryset: QuerySet[User]) -> HttpResponse | None:
        """Lead to the page that lets accounts keep the registry's lists."""
        return self.lead_to(request, "make_administrators", queryset)

    @admin.action(description=_("No longer administrators… (asks again who you are)"))
    def end_administrator(self, request: HttpRequest, queryset: QuerySet[User]) -> HttpResponse | None:
        """Lead to the page that ends that; the last administrator stays."""
        return self.lead_to(request, "end_administrators", queryset)

    def _each(self, request: HttpRequest, rows: QuerySet[User], do: Callable[[User, User], object]) -> None:
        """Do an action as the administrator who is signed in; superusers' accounts only by superusers."""

        def act(user: User) -> object:
            if user.is_superuser and not _is_superuser(request):
                raise Refusal(_("Only a superuser changes the account of a superuser."), "forbidden")
            return do(user, request.user)  # type: ignore[arg-type]

        carry_out(request, rows, act, one="%(count)s account changed.", many="%(count)s accounts changed.")


def _is_superuser(request: HttpRequest) -> bool:
    return isinstance(request.user, User) and request.user.is_superuser
