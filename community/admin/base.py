"""What every admin page of the registry shares: who may, no deletion, no lost edit, one event a change."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.widgets import AdminDateWidget
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import QuerySet
from django.forms.models import _get_foreign_key
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _

from community.actions.entry import keep_entry
from community.admin.hints import HINTS
from community.admin.history import changes_of, changes_of_parts, history_of
from community.admin.key_pages import KeysPaginator
from community.admin.looked import Looked, LookedSeveral
from community.admin.seen import PartForm, SeenForm
from community.folding import fold
from community.forms.dates import DayField
from community.forms.several import SeveralField
from community.models import User
from community.permissions import Refusal
from community.validators import is_key
from community.visibility import is_administrator

CONTRADICTS = _("This contradicts what somebody entered in just this moment: look for it in the list.")
NO_ROWS = _("What was chosen are no rows of this list. Choose them again.")
#: So many rows are added at once beside those that stand there; nobody types more, and each costs a look-up or two.
MOST_NEW_PARTS: Final = 50
#: Look-ups that let a stranger's pattern run in the database.
REFUSED_LOOKUPS = ("regex", "iregex")
#: Days are read as people type them; an address without a scheme is a secure one; several rows never break a page.
FIELDS: dict[Any, Any] = {
    models.DateField: {"form_class": DayField, "widget": AdminDateWidget},
    models.ManyToManyField: {"form_class": SeveralField},
    models.URLField: {"assume_scheme": "https"},
}


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

    form: Any = PartForm
    formfield_overrides = FIELDS
    extra = 0
    can_delete = False
    show_change_link = False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Carry what was seen of each part, where the page is one to write on."""
        fields = super().get_fields(request, obj)
        page = self.admin_site._registry[self.parent_model]
        if not issubclass(self.form, PartForm) or not page.has_change_permission(request, obj):
            return fields
        return (*fields, "seen_version")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Load what each part refers to with it."""
        columns = self.model._meta.concrete_fields
        return super().get_queryset(request).select_related(*(one.name for one in columns if one.is_relation))

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """Read no more parts of what is sent than stand there and somebody may have typed."""
        if request.method == "POST":
            parent = _get_foreign_key(self.parent_model, self.model, fk_name=self.fk_name).name
            there = 0 if obj is None else self.model._base_manager.filter(**{parent: obj}).count()
            most = there + MOST_NEW_PARTS
            kwargs |= {"max_num": most if self.max_num is None else self.max_num, "absolute_max": most}
        return super().get_formset(request, obj, **kwargs)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Name each field: the heading of its column stands too far away for who hears the page."""
        field: Any = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and field.label:
            field.widget.attrs.setdefault("aria-label", str(field.label))
        return field


class TakenAwayFormSet(forms.BaseInlineFormSet):  # type: ignore[type-arg]
    """Parts with a box that takes one away, named for who hears the page."""

    def add_fields(self, form: Any, index: int | None) -> None:
        """Name the box by what it takes away."""
        super().add_fields(form, index)
        if "DELETE" in form.fields:
            label = _("Take away: %(what)s") % {"what": form.instance} if form.instance.pk else _("Take away")
            form.fields["DELETE"].widget.attrs["aria-label"] = label


class TakenAwayInline(PartInline):
    """Parts that nothing refers to: one that was entered by mistake is taken away, and the history keeps what it said.

    What was right and is over gets a last day instead.
    """

    can_delete = True
    formset = TakenAwayFormSet

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Let administrators take parts away."""
        return self.has_change_permission(request, obj)


class ReadOnlyInline(ReadOnly, PartInline):
    """Parts that are only shown here."""

    form = forms.ModelForm


class EntryForm(SeenForm):
    """A form that knows who writes, and what an action said when it refused at the last moment."""

    by: User
    refused: ClassVar[str] = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Hold no place for what was seen where nothing is there yet."""
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            self.fields.pop("seen_version", None)

    def clean(self) -> dict[str, Any]:
        """Say why the action refused.

        Raises:
            ValidationError: it did.
        """
        cleaned = super().clean()
        if self.refused:
            raise ValidationError(self.refused)
        return cleaned


class EntryAdmin(ForAdministrators, admin.ModelAdmin):  # type: ignore[type-arg]
    """An admin whose every change raises the version, keeps the search text and writes one event."""

    form: Any = EntryForm
    formfield_overrides = FIELDS
    show_full_result_count = False
    paginator = KeysPaginator
    list_per_page = 50
    save_as = False
    view_on_site = False
    object_history_template = "admin/community/history.html"
    #: Fields that stand fixed once the row is there.
    fixed_fields: tuple[str, ...] = ()
    #: Few enough rows, without a folded text of their own, are folded while they are looked through.
    folded_in_memory = False

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Tell the form who writes, and what refused that."""
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        form.by, form.refused = request.user, getattr(request, "refused_by_action", "")
        return form

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Carry what was seen of the row."""
        fieldsets = [
            (title, {**options, "fields": [name for name in options["fields"] if name != "seen_version"]})
            for title, options in super().get_fieldsets(request, obj)
        ]
        if obj is None or not self.has_change_permission(request, obj):
            return fieldsets
        return [*fieldsets, (None, {"fields": ["seen_version"]})]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Fix what names the row once it is there."""
        fixed = self.fixed_fields if obj is not None else ()
        return [*super().get_readonly_fields(request, obj), *fixed]

    def response_action(self, request: HttpRequest, queryset: QuerySet[Any], *more: Any, **named: Any) -> Any:
        """Do nothing with rows that no list ever showed: their keys are none that a column holds."""
        if not all(map(is_key, request.POST.getlist(ACTION_CHECKBOX_NAME))):
            self.message_user(request, NO_ROWS, messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())
        return super().response_action(request, queryset, *more, **named)

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
        if self.folded_in_memory and search_term.strip():
            return queryset.filter(pk__in=self._folded(queryset, search_term)), False
        if not folded:
            return super().get_search_results(request, queryset, search_term)
        for word in fold(search_term).split():
            held = models.Q(*((f"{name}__contains", word) for name in folded), _connector=models.Q.OR)
            queryset = queryset.filter(held)
        return queryset, False

    def _folded(self, queryset: QuerySet[Any], search_term: str) -> list[Any]:
        """Return the keys of the rows in whose columns all words stand, whatever their accents."""
        words = fold(search_term).split()
        rows = queryset.order_by().values_list("pk", *self.search_fields)
        return [pk for pk, *texts in rows if all(word in fold(_text(texts)) for word in words)]

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show what refused at the last moment above the form as it was typed; nothing is saved then."""
        try:
            answer: HttpResponse = super().changeform_view(request, object_id, form_url, extra_context)
        except (Refusal, ValidationError, IntegrityError) as error:
            request.refused_by_action = _sentence_of(error)  # type: ignore[attr-defined]
            answer = super().changeform_view(request, object_id, form_url, extra_context)
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


def _text(values: list[Any]) -> str:
    """Return values as one text; of labels by language the labels."""
    return " ".join(" ".join(map(str, one.values())) if isinstance(one, dict) else str(one) for one in values)


def _sentence_of(error: Exception) -> str:
    """Return what an error says to the person."""
    if isinstance(error, ValidationError):
        return " ".join(error.messages)
    return str(CONTRADICTS if isinstance(error, IntegrityError) else error)


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
