"""Hand-made addresses of the admin: none breaks a list, a search, a page or a form."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from community.models import User
from tests import factories as make
from tests.community.admin_pages import list_of
from tests.pairs import pairs

pytestmark = [pytest.mark.django_db, pytest.mark.wide]

HOSTILE = (
    "title__regex=(((",
    "name__regex=(((",
    "state__exact=%00",
    "standing__exact=%00",
    "o=99999999999",
    "o=-1.%00.x",
    "p=-1",
    "p=99999999999999999999",
    "q=%00",
    "q=%EF%BF%BD%E2%80%AE%27%22%28%28%28",
    "id__in=1,%00",
    "id__in=99999999999999999999999,1",
    "id__exact=99999999999999999999999",
    "id__gt=1e400",
    "all=%00",
    "e=1",
    "nothing__of__the__kind=1",
    "user__password__startswith=a",
    "_popup=1&_to_field=%00",
    "_to_field=password",
    "created_at__gte=2026-13-45",
    "created_at__year=99999999999999",
    "is_active__exact=vielleicht",
    "_changelist_filters=%00%FF",
)


def test_no_hostile_address_breaks_a_list(client: Client, thorough: bool) -> None:
    client.force_login(User.objects.create_superuser("root@registry.example"))
    make.make_member("Anna Perić", organisation=make.make_organisation())
    broken = []
    for model, query in pairs(admin.site._registry, HOSTILE, thorough=thorough):
        answer = client.get(f"{list_of(model)}?{query}")
        if answer.status_code >= 500 or (
            answer.status_code == 302 and "?" in answer["location"] and "e=1" not in answer["location"]
        ):
            broken.append((model.__name__, query, answer.status_code))
    assert broken == []


#: What a hand-made address holds in the place of a key, or of a word that is looked for.
NO_KEYS = ("9" * 40, "-" + "9" * 40, "1" + "0" * 19, "٣" * 30, "1e400", "x\x00", "9" * 5000)


def autocompletes() -> list[dict[str, str]]:
    """Return the address of every field in which the admin looks for rows while somebody types."""
    found = []
    for model, page in admin.site._registry.items():
        for owner, fields in [(model, page.autocomplete_fields)] + [
            (inline.model, inline.autocomplete_fields) for inline in page.inlines
        ]:
            app, name = owner._meta.app_label, owner._meta.model_name
            found += [{"app_label": app, "model_name": str(name), "field_name": field} for field in fields]
    return found


def test_no_number_is_too_long_for_a_search_while_typing(site: Client, thorough: bool) -> None:
    broken = []
    for asked, term in pairs(autocompletes(), NO_KEYS, thorough=thorough):
        answer = site.get("/admin/autocomplete/", {**asked, "term": term})
        is_refused = "\x00" in term and answer.status_code == 302
        if not is_refused and (answer.status_code != 200 or answer.json()["results"]):
            broken.append((asked, term[:20], answer.status_code))
    for asked in autocompletes():
        page = site.get("/admin/autocomplete/", {**asked, "term": "", "page": "9" * 40})
        if page.status_code >= 500:
            broken.append((asked, "page", page.status_code))
    assert autocompletes()
    assert broken == []


def test_no_number_is_too_long_for_the_page_of_a_row(site: Client, thorough: bool) -> None:
    broken = []
    asked = [(page, key) for page in ("change", "history", "delete") for key in NO_KEYS if "\x00" not in key]
    for model, (page, key) in pairs(admin.site._registry, asked, thorough=thorough, step=5):
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}"
        answer = site.get(reverse(name, args=[key]))
        if answer.status_code not in (302, 403, 404):
            broken.append((model.__name__, page, key[:20], answer.status_code))
    assert broken == []


def test_no_number_is_too_long_for_a_row_that_a_form_names(site: Client) -> None:
    broken = []
    for model, page in admin.site._registry.items():
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}_add"
        fields = {field.name: "9" * 40 for field in model._meta.get_fields() if getattr(field, "many_to_one", False)}
        if page.has_add_permission(site.get(reverse(name)).wsgi_request) and fields:
            answer = site.post(reverse(name), fields)
            if answer.status_code >= 500:
                broken.append((model.__name__, answer.status_code))
    assert broken == []
