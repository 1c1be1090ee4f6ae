"""The history of a row in the admin: what a change says, and the page that shows it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from community.admin.history_words import PART, Said
from community.models import Event
from community.verb_words import in_words


def history_of(model_admin: admin.ModelAdmin[Any], request: HttpRequest, object_id: str) -> HttpResponse:
    """Return the page with the newest hundred events about one row, and about those that were merged into it."""
    row = model_admin.get_object(request, object_id)
    if row is None:
        return model_admin._get_obj_does_not_exist_redirect(  # type: ignore[attr-defined, no-any-return]
            request, model_admin.opts, object_id
        )
    try:
        events = list(Event.objects.about(row, *_merged_from(row)).select_related("by__member", "detail")[:100])
    except (KeyError, LookupError):
        events = []
    said = Said(type(row), [_body(event).get("changes") or {} for event in events])
    context = {
        **model_admin.admin_site.each_context(request),
        "title": _("History"),
        "opts": model_admin.opts,
        "object": row,
        "events": [(event, in_words(event.verb), said.lines(_body(event))) for event in events],
    }
    return TemplateResponse(request, "admin/community/history.html", context)


def _body(event: Event) -> dict[str, Any]:
    """Return the detail of an event; an erasure empties it."""
    detail = getattr(event, "detail", None)
    return (detail.body if detail is not None else None) or {}


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
    gone = set(map(id, getattr(formset, "deleted_forms", ())))
    rows = [
        {"taken_away": _said(form)} if id(form) in gone else _of_part(form)
        for form in formset.forms
        if form.has_changed() and hasattr(form, "cleaned_data")
    ]
    return {str(name): rows} if rows else {}


def _of_part(form: Any) -> dict[str, Any]:
    """Return what changed of a part; of one that was there before with its key, so that the history can name it."""
    there = {} if form.initial.get("seen_version") is None else {PART: form.instance.pk}
    return there | changes_of(form)


def _said(form: Any) -> dict[str, Any]:
    """Return what a part said that is taken away."""
    return {name: plain_value(value) for name, value in form.initial.items() if name != "seen_version"}


def plain_value(value: Any) -> Any:
    """Return what stands in an event's detail: ids for rows, text for days, lists for sets."""
    if isinstance(value, models.Model):
        return value.pk
    if isinstance(value, QuerySet | list | tuple | set):
        return [plain_value(one) for one in value]
    return value if value is None or isinstance(value, bool | int | str) else str(value)
