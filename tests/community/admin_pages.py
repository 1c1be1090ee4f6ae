"""Pages of the admin, opened and sent as a browser would."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.test import Client
from django.urls import reverse


def own_models() -> list[type[Any]]:
    """Return the registered models of our own apps."""
    return [model for model in admin.site._registry if model._meta.app_label in ("community", "clusters", "factsheets")]


def list_of(model: type[Any]) -> str:
    """Return the address of a model's list."""
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def page_of(row: Any) -> str:
    """Return the address of a row's page."""
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def posted(client: Client, where: str, **values: Any) -> Any:
    """Send the form of a page as the browser would, with some values changed."""
    return client.post(where, {**typed_on(client, where), **values})


def typed_on(client: Client, where: str) -> dict[str, Any]:
    """Open a page; return what its form would send unchanged."""
    page = client.get(where).context
    form = page["adminform"].form
    data: dict[str, Any] = {}
    formsets = [inline.formset for inline in page["inline_admin_formsets"]]
    forms = [form, *(one for formset in formsets for one in formset.forms), *(one.management_form for one in formsets)]
    for one in forms:
        for field in one:
            value = field.value()
            if hasattr(field.field, "prepare_value"):
                value = field.field.prepare_value(value)
            if value is not None and value is not False:
                data[field.html_name] = value
    return data
