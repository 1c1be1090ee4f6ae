"""Merging duplicates in the admin: choose the other entry, look at what moves, confirm; and take it back."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from django import forms
from django.apps import apps
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _

from community.actions.merge_moves import Moved, rule_of
from community.actions.merging import (
    Plan,
    account_of_merge,
    account_of_unmerge,
    gives_appointment,
    last_merge,
    merge_entries,
    preview_merge,
    unmerge_entries,
)
from community.admin.confirming import APP
from community.admin.looked import Looked
from community.choices import ConsentPurpose
from community.consents import IF_MERGED
from community.models import Member, User
from community.permissions import Refusal
from community.validators import is_key
from community.visibility import is_administrator

#: What stands beside each other in the preview, where the model has it.
COMPARED = ("name", "short_name", "country", "kind", "is_verified", "standing", "user", "languages", "about", "website")


class MergedFilter(admin.SimpleListFilter):
    """Entries in use; those that were merged into another one are asked for."""

    title = _("merged")
    parameter_name = "merged"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Offer the merged ones, and all."""
        return [("yes", str(_("Merged into another entry"))), ("all", str(_("All, merged ones too")))]

    def choices(self, changelist: Any) -> Any:
        """Say what is shown while nothing is chosen."""
        for number, choice in enumerate(super().choices(changelist)):
            yield choice if number else choice | {"display": _("In use")}

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Leave merged rows out of the list while nothing is chosen."""
        if self.value() == "all":
            return queryset
        return queryset.filter(merged_into__isnull=self.value() != "yes")


class IntoForm(forms.Form):
    """The entry that stays."""

    into: Any = forms.ModelChoiceField(queryset=None, label=_("Merge into"))

    def __init__(self, *args: Any, page: Any, row: Any, **kwargs: Any) -> None:
        """Look for the entry while somebody types."""
        super().__init__(*args, **kwargs)
        field: Any = self.fields["into"]
        field.queryset = page.model._default_manager.filter(merged_into=None).exclude(pk=row.pk)
        field.widget = Looked(page.model._meta.get_field("merged_into"), page.admin_site)
        field.widget.choices = field.choices
        field.help_text = _("Type a part of the name. It keeps its name, address and texts; you see first what moves.")


class MergeAdmin:
    """For a ModelAdmin of a model with `merged_into`: a page to merge and one to take that back."""

    model: Any
    opts: Any
    admin_site: Any
    change_form_template: Any = "admin/community/merge_form.html"

    def get_urls(self) -> list[URLPattern]:
        """Add both pages."""
        name, view = f"{self.opts.app_label}_{self.opts.model_name}", self.admin_site.admin_view
        own = [
            path("<path:object_id>/merge/", view(self.merge_view), name=f"{name}_merge"),
            path("<path:object_id>/unmerge/", view(self.unmerge_view), name=f"{name}_unmerge"),
        ]
        return [*own, *super().get_urls()]  # type: ignore[misc]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Offer no merged entry where one is looked for while typing."""
        rows, twice = super().get_search_results(request, queryset, search_term)  # type: ignore[misc]
        is_looked_for = request.path == reverse("admin:autocomplete")
        return (rows.filter(merged_into=None) if is_looked_for else rows), twice

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only show what was merged."""
        allowed: bool = super().has_change_permission(request, obj)  # type: ignore[misc]
        return allowed and (obj is None or obj.merged_into_id is None)

    @admin.action(description=_("Merge the two chosen entries… (shows first what that does)"))
    def merge_two(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        """Lead to the preview: the one with an account, or the older one, is proposed to stay."""
        chosen = list(queryset.order_by("pk")[:3])
        if len(chosen) != 2:
            messages.error(request, _("Choose exactly two entries, or open one and press “Merge into another…”."))
            return None
        chosen.sort(key=lambda row: (getattr(row, "user_id", None) is None, not getattr(row, "is_verified", True)))
        return HttpResponseRedirect(f"{self._merge_address('merge', chosen[1])}?into={chosen[0].pk}")

    def merge_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask for the other entry, show what would move, and merge what was looked at.

        Raises:
            ReauthenticationRequired: an administrator's account would move or close, or who asks would coordinate by
                it, and they gave no password or factor lately; they come back to this page.
        """
        row = self._entry(request, object_id)
        sent = request.POST if request.method == "POST" else request.GET
        form = IntoForm(sent if "into" in sent else None, page=self, row=row)
        into = form.cleaned_data["into"] if form.is_bound and form.is_valid() else None
        if into is None:
            return self._merge_page(request, "merge", row, form=form)
        by: Any = request.user
        if isinstance(row, Member):
            _ask_again(request, account_of_merge(kept=into, merged=row))
            if into.user_id == by.pk and gives_appointment(merged=row):
                raise_if_reauthentication_required(request, app=APP)
        try:
            if request.method == "POST":
                merge_entries(kept=into, merged=row, by=by, seen=str(request.POST.get("seen", "")))
                messages.success(request, _("“%(one)s” is merged into “%(other)s”.") % {"one": row, "other": into})
                return HttpResponseRedirect(self._merge_address("change", into))
            plan = preview_merge(kept=into, merged=row, by=by)
        except Refusal as refusal:
            messages.error(request, str(refusal))
            if request.method == "POST":
                return HttpResponseRedirect(f"{self._merge_address('merge', row)}?into={into.pk}")
            return self._merge_page(request, "merge", row, form=form, other=into, swap=self._merge_swap(row, into))
        shown = {"plan": plan, "compared": _compared(into, row), "swap": self._merge_swap(row, into), **_told(plan)}
        return self._merge_page(request, "merge", row, form=form, other=into, **shown)

    def unmerge_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Say what goes back, and take the merge back.

        Raises:
            ReauthenticationRequired: an administrator's account would go back or open; see `merge_view`.
        """
        row = self._entry(request, object_id)
        if row.merged_into is None:
            return HttpResponseRedirect(self._merge_address("change", row))
        account = account_of_unmerge(row) if isinstance(row, Member) else None
        _ask_again(request, account)
        if request.method != "POST":
            return self._merge_page(request, "unmerge", row, event=last_merge(row), account=account)
        try:
            left = unmerge_entries(merged=row, by=request.user)  # type: ignore[arg-type]
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return HttpResponseRedirect(request.path)
        messages.success(request, _("The merge is taken back."))
        if left:
            words = _("%(count)s rows were changed since and stay with “%(other)s”.")
            messages.warning(request, words % {"count": left, "other": row.merged_into})
        return HttpResponseRedirect(self._merge_address("change", row))

    def _entry(self, request: HttpRequest, object_id: str) -> Any:
        if not is_administrator(request.user):
            raise PermissionDenied
        row = self.model._default_manager.filter(pk=object_id).first() if is_key(object_id) else None
        if row is None:
            raise Http404
        return row

    def _merge_address(self, page: str, row: Any) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}", args=[row.pk])

    def _merge_swap(self, row: Any, into: Any) -> str:
        return f"{self._merge_address('merge', into)}?into={row.pk}"

    def _merge_page(self, request: HttpRequest, name: str, row: Any, **context: Any) -> HttpResponse:
        title = _("Merge “%(name)s”") if name == "merge" else _("Take back the merge of “%(name)s”")
        shared = {
            **self.admin_site.each_context(request),
            "title": title % {"name": row},
            "opts": self.opts,
            "row": row,
            "media": self.media + IntoForm(page=self, row=row).media,  # type: ignore[attr-defined]
        }
        return TemplateResponse(request, f"admin/community/{name}.html", {**shared, **context})


def _ask_again(request: HttpRequest, account: User | None) -> None:
    """Ask for password or factor before an administrator's account is touched.

    Raises:
        ReauthenticationRequired: it is asked for now.
    """
    if account is not None and account.is_staff:
        raise_if_reauthentication_required(request, app=APP)


def _compared(kept: Any, merged: Any) -> list[dict[str, Any]]:
    """Return the columns of both entries beside each other, where one of them says something."""
    names = {column.name: column for column in kept._meta.concrete_fields}
    rows = []
    for name in (one for one in COMPARED if one in names):
        pair = [_said(row, name) for row in (kept, merged)]
        if any(pair):
            rows.append({"label": names[name].verbose_name, "kept": pair[0], "merged": pair[1]})
    return rows


def _said(row: Any, name: str) -> Any:
    value = getattr(row, name)
    if isinstance(value, User):
        return value.email
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return getattr(row, f"get_{name}_display", lambda: value)() or ""


def _told(plan: Plan) -> dict[str, Any]:
    """Return the plan in words: what moves, what collides, what stays, and what may be done that may not be now."""
    both = [*plan.moves, *plan.of_account]
    told = {"moved": [_line(one, len(one.moved)) for one in both if one.moved]}
    told["collided"] = [_line(one, one.collided) | _how(one) for one in both if one.collided and not one.blocked]
    told["blocked"] = [_line(one, len(one.blocked)) | _how(one) for one in both if one.blocked]
    told["stayed"] = [_line(one, len(one.stayed)) for one in both if one.is_history]
    granted = [one for one in both if one.moved and rule_of(one.code).grants]
    told["granted"] = [{"count": len(one.moved), "grants": rule_of(one.code).grants} for one in granted]
    told["gained"] = [{"count": count, "grants": rule_of(code).grants} for code, count in plan.gained]
    told["shared"] = [
        {"label": ConsentPurpose(purpose).label, "was": side, "effect": IF_MERGED[purpose]}
        for purpose, side in plan.shared
    ]
    return told


def _line(one: Moved, count: int) -> dict[str, Any]:
    label, _dot, name = one.code.rpartition(".")
    model = apps.get_model(label)
    column = None if name == "subject" else model._meta.get_field(name).verbose_name
    what = model._meta.verbose_name_plural
    return {"what": what, "column": column, "count": count}


def _how(one: Moved) -> dict[str, Any]:
    rule = rule_of(one.code)
    said = rule.between.rule if one.is_between and rule.between is not None else rule.rule
    return {"how": said or _("Both have the same one, or four eyes forbid it: the row stays with the merged entry.")}
