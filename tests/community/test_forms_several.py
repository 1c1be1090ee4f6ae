"""No form breaks on a hand-made choice of rows: its fields are one bounded field, and refuse with a sentence."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.test import Client, RequestFactory

import clusters.forms
import community.forms
import factsheets.forms
import results.forms
from tests import factories as make
from tests.cast import make_cast

#: More digits than a column holds, and than Python reads; no number at all.
NO_KEYS = ("9" * 40, "9" * 5000, "-1", "1.5", "x", "\x00")


def form_classes() -> Iterator[type[Any]]:
    """Yield every class of a form of the four apps."""
    for package in (community.forms, clusters.forms, results.forms, factsheets.forms):
        for found in pkgutil.iter_modules(package.__path__):
            module = importlib.import_module(f"{package.__name__}.{found.name}")
            for made in vars(module).values():
                if isinstance(made, type) and issubclass(made, forms.BaseForm) and made.__module__ == module.__name__:
                    yield made


def choices_of_rows() -> Iterator[tuple[str, Any]]:
    """Yield every field by which rows are chosen, of pages and of the administration, all rows on offer."""
    request = RequestFactory().get("/admin/")
    request.user = make.make_admin()
    found = [(made, made.base_fields) for made in form_classes()]
    for model_admin in admin.site._registry.values():
        if model_admin.has_change_permission(request):
            made = model_admin.get_form(request)
            found.append((type(model_admin), made.base_fields))  # type: ignore[arg-type]
    for made, fields in found:
        for name, field in fields.items():
            if isinstance(field, forms.ModelChoiceField):
                taken = deepcopy(field)
                taken.queryset = field.queryset.model._default_manager.all()
                yield f"{made.__qualname__}.{name}", taken


@pytest.mark.django_db
def test_every_choice_of_rows_refuses_keys_that_no_database_holds() -> None:
    broken, seen = [], 0
    for where, field in choices_of_rows():
        is_several = isinstance(field, forms.ModelMultipleChoiceField)
        for key in NO_KEYS:
            seen += is_several
            try:
                field.clean([key] if is_several else key)
            except ValidationError:
                continue
            except Exception as error:  # whatever it is, a page would end with it
                broken.append((where, key[:40], type(error).__name__))
            else:
                broken.append((where, key[:40], "taken"))
    assert (broken, seen > 60) == ([], True)


@pytest.mark.django_db
def test_a_page_answers_a_hand_made_choice_with_a_sentence(client: Client) -> None:
    client.force_login(make_cast().user("member"))
    answer = client.post("/needs/raise/", {"question": "Which?", "urgency": "normal", "territories": ["9" * 40]})
    assert (answer.status_code, "Choose from the list." in answer.text) == (422, True)
