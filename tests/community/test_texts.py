"""Words that administrators add to pages: in their place, as plain elements, without a query once they are known."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from community import texts
from community.models import Text
from tests import factories as make

pytestmark = [pytest.mark.django_db]

PAGES = {
    "home": "/",
    "about": "/about/",
    "help": "/help/",
    "propose": "/clusters/propose/",
    "locked-out": "/locked-out/",
    "processing": "/processing/",
    "privacy": "/privacy/",
    "accessibility": "/accessibility/",
}


def test_each_place_is_on_its_page_and_empty_without_words() -> None:
    client = Client()
    client.force_login(make.make_member().user)  # type: ignore[arg-type]
    assert set(PAGES) == set(texts.PLACES)
    assert [place for place, path in PAGES.items() if "Welcome back" in client.get(path).text] == []
    for place in PAGES:
        Text.objects.create(code=place, title=f"Welcome back to {place}", body="We *moved*.")
    texts.forget()
    for place, path in PAGES.items():
        page = client.get(path).text
        assert (f"Welcome back to {place}" in page, "<p>We <em>moved</em>.</p>" in page) == (True, True), place


def test_whatever_is_typed_only_plain_elements_come_through() -> None:
    typed = "# Big\n\n## Title\n\n<script>alert(1)</script> <b onclick=x>bold</b>\n\n"
    typed += "[a](javascript:alert(1)) [b](https://a.example/?q=1) ![c](https://a.example/c.png)\n\n- one"
    html = texts.drawn(typed)
    assert "<h2>Title</h2>" in html
    assert '<a href="https://a.example/?q=1" rel="noopener noreferrer">b</a>' in html
    assert "<li>one</li>" in html
    for refused in ("<script", "<b", "<img", "<h1", 'href="javascript'):
        assert refused not in html


def test_words_are_asked_for_once_and_a_change_shows_at_once(
    django_assert_num_queries: Any, django_capture_on_commit_callbacks: Any
) -> None:
    client, page = Client(), "/privacy/"
    client.force_login(make.make_admin())
    row = Text.objects.create(code="privacy", body="The office is closed.")
    assert "The office is closed." in Client().get(page).text
    with django_assert_num_queries(0):
        assert texts.words_for("privacy") is not None
        assert texts.words_for("home") is None
    with django_capture_on_commit_callbacks(execute=True):
        url = reverse("admin:community_text_change", args=[row.pk])
        form: Any = client.get(url).context["adminform"].form
        data = {name: form[name].value() or "" for name in form.fields} | {"body": "The office is open."}
        assert client.post(url, data).status_code == 302
    assert "The office is open." in Client().get(page).text
    Text.objects.update(body="")
    texts.forget()
    assert texts.words_for("privacy") is None


def test_the_admin_offers_the_places_alone() -> None:
    client = Client()
    client.force_login(make.make_admin())
    url = reverse("admin:community_text_add")
    page = client.get(url).text
    assert all(f'value="{place}"' in page for place in PAGES)
    refused = client.post(url, {"code": "elsewhere", "language": "en", "title": "", "body": "Words"})
    assert (refused.status_code, Text.objects.exists()) == (200, False)
    assert client.post(url, {"code": "help", "language": "en", "title": "", "body": "Words"}).status_code == 302
