"""What forms hold beside what one types: hidden inputs are never named, and no text of ours stands in a box."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

import pytest
from django import forms
from django.forms.forms import BaseForm
from django.template import Context, Template

import clusters
import community
import factsheets
import results
from community.forms.merging import SeenVersionField

WORDS = "This page was incomplete or out of date. What you typed is kept: open the page anew."
#: A sign that no hidden input of ours may hold, longer than any of them.
BROKEN = "\u202e" * 300


def hidden_names(form: type[BaseForm]) -> list[str]:
    """The hidden inputs of a class, as it is written."""
    return [name for name, field in form.base_fields.items() if field.widget.is_hidden]  # type: ignore[attr-defined]


def classes(form: type[BaseForm]) -> Iterator[type[BaseForm]]:
    for below in form.__subclasses__():
        yield below
        yield from classes(below)


def all_forms() -> list[type[BaseForm]]:
    """All form classes of the project's `forms` and admin modules."""
    for app in (community, clusters, results, factsheets):
        for module in pkgutil.walk_packages(app.__path__, f"{app.__name__}."):
            if ".forms" in module.name or ".admin" in module.name:
                importlib.import_module(module.name)
    ours = ("community.", "clusters.", "results.", "factsheets.")
    found = {form for form in classes(BaseForm) if form.__module__.startswith(ours) and hasattr(form, "base_fields")}
    return sorted(found, key=lambda form: (form.__module__, form.__qualname__))


HIDING = [form for form in all_forms() if hidden_names(form)]


def test_the_forms_that_are_known_to_hide_something_are_found() -> None:
    names = {form.__name__ for form in HIDING}
    assert {"PersonForm", "PeopleForm", "QuestionForm", "EnterForm", "InviteForm", "WantForm", "NeedForm"} <= names


@pytest.mark.django_db
@pytest.mark.parametrize("given", ["lost", "broken"])
@pytest.mark.parametrize("form_class", HIDING, ids=lambda form: form.__name__)
def test_a_hidden_input_is_never_named(form_class: type[BaseForm], given: str) -> None:
    names = hidden_names(form_class)
    fields = {name: form_class.base_fields[name] for name in names}  # type: ignore[attr-defined]
    form = type("Hiding", (forms.Form,), dict(fields))(dict.fromkeys(names, BROKEN) if given == "broken" else {})
    page = Template("{% load fields %}{% error_summary form %}").render(Context({"form": form}))
    assert (WORDS in page) is bool(form.errors)
    # A version that is lost or broken is no error of the form: the save finds it stale and keeps the words.
    # Whatever stands in the box of a yes or no is a yes.
    judged = [one for one in fields.values() if not isinstance(one, SeenVersionField | forms.BooleanField)]
    assert bool(form.errors) is any(given == "broken" or field.required for field in judged)
    assert [name for name in names if f"{form[name].label}:" in page or f"#{form[name].auto_id}" in page] == []


@pytest.mark.parametrize("form_class", all_forms(), ids=lambda form: form.__name__)
def test_no_sentence_of_ours_stands_where_a_person_writes(form_class: type[BaseForm]) -> None:
    # Placeholders are not drawn (community.templatetags.fields.control).
    written = {
        name: field.initial
        for name, field in form_class.base_fields.items()  # type: ignore[attr-defined]
        if isinstance(field.widget, forms.Textarea | forms.TextInput) and not field.widget.is_hidden
    }
    assert {name: text for name, text in written.items() if text} == {}
