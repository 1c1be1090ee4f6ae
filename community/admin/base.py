"""What every admin page of the registry shares: who may, no deletion, no lost edit, one event a change."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminDateWidget, AutocompleteSelect, AutocompleteSelectMultiple
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from community.actions.entry import keep_entry
from community.admin.hints import HINTS
from community.folding import fold
from community.forms.dates import DayField
from community.forms.several import SeveralField
from community.models import Event, User
from community.permissions import Refusal
from community.validators import is_key
from community.verb_words import in_words
from community.visibility import is_administrator

STALE = _(
    "Somebody saved this while you were writing. Your text is still here; what stands in the registry now: %(now)s. "
    "Compare, then save again."
)
#: Look-ups that let a stranger's pattern run in the database.
REFUSED_LOOKUPS = ("regex", "iregex")
#: Days are read as people type them; an address without a scheme is a secure one; several rows never break a page.
FIELDS: dict[Any, Any] = {
    models.DateField: {"form_class": DayField, "widget": AdminDateWidget},
    models.ManyToManyField: {"form_class": SeveralField},
    models.URLField: {"assume_scheme": "https"},
}


class Looked(AutocompleteSelect):
    """A row that is looked for while somebody types; a key that no database holds is drawn as no choice.

    Django asks for the sent keys in one look-up (`pk__in`), which SQLite answers with an error where a number has more
    digits than a column holds. The field itself refuses such a key with a sentence.
    """

    def optgroups(self, name: str, value: Any, attr: Any = None) -> Any:
        """Return the chosen row, where it can be one."""
        return super().optgroups(name, [one for one in value if not one or is_key(one)], attr)


class LookedSeveral(AutocompleteSelectMultiple):
    """Several such rows."""

    def optgroups(self, name: str, value: Any, attr: Any = None) -> Any:
        """Return the chosen rows, where they can be some."""
        return super().optgroups(name, [one for one in value if not one or is_key(one)], attr)


class ForAdministrators:
    """Administrators see and keep these rows without a grant for each model; nobody deletes any."""

    may_add = True
    may_change = True
    #: What stands under fields of models of upper apps; those of the community stand in `hints`.
    hints: dict[str, Any] = {}

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Say under the field what it does."""
        hint = self.hints.get(db_field.name) or HINTS.get(db_field.model._meta.label, {}).get(db_field.name)
        if hint:
            kwargs.setdefault("help_text", hint)
        return super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Look for a row with our own widget."""
        self._look(Looked, db_field, request, kwargs)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Look for rows with our own widget."""
        self._look(LookedSeveral, db_field, request, kwargs)
        return super().formfield_for_manytomany(db_field, request, **kwargs)  # type: ignore[misc]

    def _look(self, widget: Any, db_field: Any, request: HttpRequest, kwargs: dict[str, Any]) -> None:
        page: Any = self
        if "widget" not in kwargs and db_field.name in page.get_autocomplete_fields(request):
            kwargs["widget"] = widget(db_field, page.admin_site, using=kwargs.get("using"))

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Show the app to administrators."""
        return is_administrator(request.user)

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Let administrators look."""
        return is_administrator(request.user)

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Let administrators enter rows where that is done here."""
        return self.may_add and is_administrator(request.user)

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Let administrators change rows where that is done here."""
        return self.may_change and is_administrator(request.user)

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Refuse: history rests on every row. Rows are ended, retired or deactivated."""
        return False


class ReadOnly(ForAdministrators):
    """Rows that are written by what people do, never by hand."""

    may_add = False
    may_change = False


class PartInline(ForAdministrators, admin.TabularInline):  # type: ignore[type-arg]
    """Parts of a row, ended instead of deleted."""

    formfield_overrides = FIELDS
    extra = 0
    can_delete = False
    show_change_link = False

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Name each field: the heading of its column stands too far away for who hears the page."""
        field: Any = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and field.label:
            field.widget.attrs.setdefault("aria-label", str(field.label))
        return field


class ReadOnlyInline(ReadOnly, PartInline):
    """Parts that are only shown here."""


class EntryForm(forms.ModelForm):  # type: ignore[type-arg]
    """A form that knows who writes and refuses a stale edit without losing what was typed."""

    by: User
    seen_version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Remember the version that the page was made from."""
        super().__init__(*args, **kwargs)
        if self.instance.pk is None or not hasattr(self.instance, "version"):
            self.fields.pop("seen_version", None)
        elif "seen_version" in self.fields:
            self.initial["seen_version"] = self.instance.version

    def clean(self) -> dict[str, Any]:
        """Compare the version that was seen with the one that stands now, under a lock.

        Raises:
            ValidationError: another version stands; it names the columns that differ. Saving again writes over it.
        """
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if "seen_version" not in self.fields:
            return cleaned
        now = type(self.instance)._default_manager.select_for_update(of=("self",)).get(pk=self.instance.pk)
        if cleaned.get("seen_version") != now.version:
            data: Any = self.data
            self.data = data.copy()
            self.data[self.add_prefix("seen_version")] = str(now.version)  # type: ignore[index]
            raise ValidationError(STALE, code="stale", params={"now": self._differences(now)})
        return cleaned

    def _differences(self, now: models.Model) -> str:
        """Return the columns whose present value is not what the form holds: "name: …; about: …"."""
        columns = {field.name for field in now._meta.fields}
        words = []
        for name in self.fields:
            if name not in columns:
                continue
            value = getattr(now, name)
            if str(self.cleaned_data.get(name)) != str(value):
                words.append(f"{self.fields[name].label}: {value}")
        return "; ".join(words) or str(_("the same as here"))


class EntryAdmin(ForAdministrators, admin.ModelAdmin):  # type: ignore[type-arg]
    """An admin whose every change raises the version, keeps the search text and writes one event."""

    form: Any = EntryForm
    formfield_overrides = FIELDS
    show_full_result_count = False
    list_per_page = 50
    save_as = False
    view_on_site = False
    object_history_template = "admin/community/history.html"
    #: Fields that stand fixed once the row is there.
    fixed_fields: tuple[str, ...] = ()

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Tell the form who writes."""
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        form.by = request.user
        return form

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Carry the version that was seen, where the model has one."""
        fieldsets = [
            (title, {**options, "fields": [name for name in options["fields"] if name != "seen_version"]})
            for title, options in super().get_fieldsets(request, obj)
        ]
        if obj is None or not hasattr(obj, "version") or not self.has_change_permission(request, obj):
            return fieldsets
        return [*fieldsets, (None, {"fields": ["seen_version"]})]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Fix what names the row once it is there."""
        fixed = self.fixed_fields if obj is not None else ()
        return [*super().get_readonly_fields(request, obj), *fixed]

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """Allow no patterns from the address."""
        if lookup.rsplit("__", 1)[-1] in REFUSED_LOOKUPS:
            return False
        return bool(super().lookup_allowed(lookup, value, request))  # type: ignore[arg-type]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Search the folded text, where the model or what it belongs to has one."""
        folded = [name for name in self.search_fields if name.rpartition("__")[2] == "search_text"]
        if not folded:
            return super().get_search_results(request, queryset, search_term)
        for word in fold(search_term).split():
            held = models.Q(*((f"{name}__contains", word) for name in folded), _connector=models.Q.OR)
            queryset = queryset.filter(held)
        return queryset, False

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the sentence of an action that refused at the last moment; nothing is saved then."""
        try:
            answer: HttpResponse = super().changeform_view(request, object_id, form_url, extra_context)
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return HttpResponseRedirect(request.get_full_path())
        return answer

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Save the parts, then keep the entry: version, search text, event."""
        super().save_related(request, form, formsets, change)
        changes = changes_of(form)
        for formset in formsets:
            changes |= changes_of_parts(formset)
        if isinstance(request.user, User):
            self.keep(request.user, form.instance, changes, is_new=not change)

    def keep(self, by: User, row: Any, changes: dict[str, Any], *, is_new: bool) -> None:
        """Record the change; models whose actions record it themselves do otherwise."""
        keep_entry(row=row, by=by, is_new=is_new, changes=changes)

    # The registry's own record takes the place of Django's log, which keeps names outside of what erasure reaches.
    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Write no log of its own."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Write no log of its own."""

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the events of the row."""
        return history_of(self, request, object_id)


class RecordAdmin(ReadOnly, EntryAdmin):
    """A list of records: only looked at."""

    form = forms.ModelForm


def history_of(model_admin: admin.ModelAdmin[Any], request: HttpRequest, object_id: str) -> HttpResponse:
    """Return the page with the newest hundred events about one row, and about those that were merged into it."""
    row = model_admin.get_object(request, object_id)
    if row is None:
        return model_admin._get_obj_does_not_exist_redirect(  # type: ignore[attr-defined, no-any-return]
            request, model_admin.opts, object_id
        )
    try:
        events = Event.objects.about(row, *_merged_from(row)).select_related("by__member", "detail")[:100]
    except (KeyError, LookupError):
        events = Event.objects.none()
    context = {
        **model_admin.admin_site.each_context(request),
        "title": _("History"),
        "opts": model_admin.opts,
        "object": row,
        "events": [(event, in_words(event.verb)) for event in events],
    }
    return TemplateResponse(request, "admin/community/history.html", context)


def _merged_from(row: Any) -> list[Any]:
    return list(row.merged_from.all()) if hasattr(row, "merged_from") else []


def changes_of(form: Any) -> dict[str, Any]:
    """Return column -> [old, new] of what a form changed, as JSON values."""
    changes: dict[str, Any] = {}
    for name in form.changed_data:
        if name != "seen_version" and name in form.cleaned_data:
            changes[name] = [plain_value(form.initial.get(name)), plain_value(form.cleaned_data[name])]
    return changes


def changes_of_parts(formset: Any) -> dict[str, Any]:
    """Return the changes of an inline's rows, by the name of the part."""
    name = formset.model._meta.model_name
    rows = [changes_of(form) for form in formset.forms if form.has_changed() and hasattr(form, "cleaned_data")]
    return {str(name): rows} if rows else {}


def plain_value(value: Any) -> Any:
    """Return what stands in an event's detail: ids for rows, text for days, lists for sets."""
    if isinstance(value, models.Model):
        return value.pk
    if isinstance(value, QuerySet | list | tuple | set):
        return [plain_value(one) for one in value]
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def rehearse(do: Any) -> None:
    """Try an action and take it back, so that its refusal stands beside the fields of the form.

    Raises:
        ValidationError: with the sentence of the refusal.
    """
    try:
        with transaction.atomic():
            do()
            transaction.set_rollback(True)
    except Refusal as refusal:
        raise ValidationError(str(refusal), code=refusal.code) from refusal
