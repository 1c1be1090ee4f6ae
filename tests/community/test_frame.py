from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import reverse
from django.views import defaults

from community.models import DemoMarker
from tests import factories as make

pytestmark = pytest.mark.django_db

PAGES = {
    "community:about": "What is a cluster · Cluster registry",
    "community:help": "Help and words · Cluster registry",
    "community:accessibility": "Accessibility statement · Cluster registry",
    "community:privacy": "Privacy and my data · Cluster registry",
    "community:locked_out": "You cannot sign in · Cluster registry",
    "account_login": "Sign in · Cluster registry",
    "account_signup": "Accounts by invitation · Cluster registry",
    "account_reset_password": "New password · Cluster registry",
    "account_reset_password_done": "Look into your mail · Cluster registry",
}
TEMPLATES = sorted(Path(settings.BASE_DIR, "templates").rglob("*.html"))


class Outline(HTMLParser):
    """Collects what every page must have or must not have."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.tags: list[str] = []
        self.inline: list[str] = []
        self.forms_without_token = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append(tag)
        if given.get("id"):
            self.ids.append(str(given["id"]))
        is_script = tag == "script" and "src" not in given and "json" not in str(given.get("type"))
        if is_script or tag == "style" or "style" in given or any(name.startswith("on") for name in given):
            self.inline.append(f"{tag} {given}")


def title_of(html: str) -> str:
    found = re.search(r"<title>(.*?)</title>", html, re.S)
    return " ".join(found.group(1).split()) if found else ""


@pytest.mark.parametrize("name", PAGES)
def test_a_visitor_reads_the_page_in_the_registrys_frame(client: Client, name: str) -> None:
    html = client.get(reverse(name)).content.decode()
    outline = Outline(html)
    assert title_of(html) == PAGES[name]
    assert outline.tags.count("h1") == 1
    assert outline.tags.count("main") == 1
    assert outline.inline == []
    assert len(outline.ids) == len(set(outline.ids))
    assert html.startswith('<!doctype html>\n<html lang="en">')
    assert html.count("Co-funded by the European Union") == 2
    assert html.index('class="skip"') < html.index('class="strip"') < html.index('class="mast"') < html.index("<main")
    for footer in ("help", "accessibility", "privacy"):
        assert f'href="/{footer}/"' in html[html.index("<footer") :]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_says_no_word_of_apology_or_triumph(client: Client, name: str) -> None:
    text = re.sub(r"<[^>]+>", " ", client.get(reverse(name)).content.decode().split("<main")[1].split("<footer")[0])
    assert re.findall(r"(?i)\bplease\b|\bsuccessful\w*|\bsorry\b|!", text) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(settings.BASE_DIR / "templates")))
def test_no_template_holds_inline_style_or_script(path: Path) -> None:
    if "emails" in path.parts:
        return
    source = re.sub(r"{#.*?#}|{%.*?%}|{{.*?}}", "", path.read_text(), flags=re.S)
    if not path.is_relative_to(settings.BASE_DIR / "templates" / "factsheets"):
        assert Outline(source).inline == []
    assert len(path.read_text().splitlines()) <= 150


def test_the_emblem_stands_outside_of_everything_a_page_can_override() -> None:
    base = Path(settings.BASE_DIR, "templates/base.html").read_text()
    depth = 0
    for tag in re.findall(r"{% (block \w+|endblock|frame_part \"components/_(?:emblem|footer).html\")", base):
        if tag.startswith("block"):
            depth += 1
        elif tag == "endblock":
            depth -= 1
        else:
            assert depth == 0


def test_the_programme_is_named_beside_the_emblem(client: Client, settings: object) -> None:
    settings.PROGRAMME_NAME = "Interreg <Elsewhere>"  # type: ignore[attr-defined]
    assert "Interreg &lt;Elsewhere&gt;" in client.get("/help/").content.decode()


def test_the_reader_chooses_light_or_dark_without_a_script(client: Client) -> None:
    answer = client.post("/appearance/", {"theme": "dark", "next": "/help/?a=1"})
    assert (answer.status_code, answer["Location"]) == (302, "/help/?a=1")
    html = client.get("/help/").content.decode()
    assert '<html lang="en" data-bs-theme="dark">' in html
    assert 'value="dark" aria-pressed="true"' in html
    client.post("/appearance/", {"theme": "device", "next": "/"})
    assert '<html lang="en">' in client.get("/help/").content.decode()


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "", "\\\\evil.example"]
)
def test_choosing_an_appearance_never_leads_away_from_the_site(client: Client, target: str) -> None:
    assert client.post("/appearance/", {"theme": "light", "next": target})["Location"] == "/"


def test_an_appearance_that_nobody_offers_is_forgotten(client: Client) -> None:
    client.cookies["appearance"] = '"><script>'
    html = client.get("/help/").content.decode()
    assert '<html lang="en">' in html
    assert client.get("/appearance/").status_code == 405


def test_only_a_demo_says_that_it_is_one_and_names_the_roles_to_try(client: Client) -> None:
    assert "Demonstration" not in client.get("/help/").content.decode()
    DemoMarker.objects.create()
    from django.core.cache import cache

    cache.clear()
    assert "Demonstration data" in client.get("/help/").content.decode()


def test_the_mark_of_a_demo_is_looked_up_once_a_minute(client: Client, django_assert_num_queries: object) -> None:
    client.get("/help/")
    with django_assert_num_queries(0):  # type: ignore[operator]
        client.get("/help/")


def test_a_signed_in_reader_is_greeted_by_name_and_signs_out_by_post(client: Client) -> None:
    user = make.make_user()
    client.force_login(user)
    html = client.get("/help/").content.decode()
    assert str(user) in html
    assert '<button form="frame" formaction="/accounts/logout/">' in html
    assert user.email not in html


def test_a_missing_page_keeps_the_frame_and_offers_ways_on(client: Client) -> None:
    answer = client.get("/nothing/here/")
    html = answer.content.decode()
    assert answer.status_code == 404
    assert title_of(html) == "Nothing is here · Cluster registry"
    assert 'href="/accounts/login/?next=/nothing/here/"' in html
    assert html.count("Co-funded by the European Union") == 2


def test_whoever_opens_the_address_of_a_button_reads_what_it_is_and_where_to_go(client: Client) -> None:
    client.force_login(make.make_member("Nikos Andreou").user)
    need = make.make_need("How do harbours keep sea grass?")
    answer = client.get(f"/needs/{need.pk}/me-too/")
    html = answer.content.decode()
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST, OPTIONS")
    assert title_of(html) == "This page is a button · Cluster registry"
    assert f'<a class="btn btn-primary" href="/needs/{need.pk}/">Back to the need</a>' in html
    assert client.head(f"/needs/{need.pk}/me-too/").content == b""


def test_the_forms_of_an_account_say_each_label_once_and_in_the_words_of_the_site(client: Client) -> None:
    client.force_login(make.make_member("Nikos Andreou").user)
    pages = {path: client.get(f"/accounts/{path}/").content.decode() for path in ("email", "password/change")}
    client.logout()
    pages |= {path: client.get(f"/accounts/{path}/").content.decode() for path in ("login", "password/reset")}
    labels = {path: re.findall(r'<label class="form-label"[^>]*>\s*(.*?)\s*<', html) for path, html in pages.items()}
    assert labels == {
        "email": ["New e-mail address"],
        "password/change": ["Present password", "New password", "New password, once more"],
        "login": ["E-mail address", "Password"],
        "password/reset": ["E-mail address"],
    }
    assert [path for path, html in pages.items() if "placeholder" in html] == []


def test_a_refusal_gives_its_reason() -> None:
    request = RequestFactory().get("/x/")
    request.user = AnonymousUser()  # type: ignore[assignment]
    answer = defaults.permission_denied(request, PermissionDenied("Stages 4 and 5 are <neither> done nor dropped."))
    html = answer.content.decode()
    assert answer.status_code == 403
    assert "Stages 4 and 5 are &lt;neither&gt; done nor dropped." in html.split('id="refusal"')[1]


@pytest.mark.parametrize("path", ["/", "/help/", "/needs/", "/clusters/", "/nothing/here/", "/signed-in/", "/x%ff/"])
def test_a_visitor_who_sends_nothing_is_given_no_cookie(path: str) -> None:
    answer = Client().get(path)
    assert "Set-Cookie" not in answer.headers
    assert dict(answer.cookies) == {}


@pytest.mark.parametrize(("origin", "status"), [("http://testserver", 302), ("https://evil.example", 403)])
def test_the_frames_buttons_need_no_token_and_are_not_pressed_by_other_sites(origin: str, status: int) -> None:
    client = Client(enforce_csrf_checks=True, headers={"origin": origin})
    DemoMarker.objects.create()
    assert client.post("/appearance/", {"theme": "dark"}).status_code == status
    assert client.post("/i18n/setlang/", {"language": "en"}).status_code == status
    assert client.post(SWITCH, {"account": ""}).status_code == status


def test_the_page_for_our_own_faults_needs_no_request_and_no_database(django_assert_num_queries: object) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]
        html = render_to_string("500.html")
    assert html.count("Co-funded by the European Union") == 2
    assert Outline(html).inline == []


SWITCH = "/demo/switch/"


def test_roles_are_switched_in_a_demo_and_nowhere_else(client: Client) -> None:
    make.make_user("lead@demo.example")
    assert client.post(SWITCH, {"account": "lead@demo.example", "next": "/help/"}).status_code == 404
    assert "_auth_user_id" not in client.session
    DemoMarker.objects.create()
    answer = client.post(SWITCH, {"account": "lead@demo.example", "next": "/help/"})
    assert (answer.status_code, answer["Location"]) == (302, "/help/")
    assert "_auth_user_id" in client.session
    client.post(SWITCH, {"account": "", "next": "/help/"})
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"HTTP_ORIGIN": "http://testserver", "HTTP_SEC_FETCH_SITE": "same-origin"}, 302),
        ({}, 302),  # an old browser, or a script
        ({"HTTP_ORIGIN": "http://evil.example"}, 403),
        ({"HTTP_ORIGIN": "null"}, 403),
        ({"HTTP_SEC_FETCH_SITE": "cross-site"}, 403),
        ({"HTTP_SEC_FETCH_SITE": "same-site"}, 403),
    ],
)
def test_no_other_site_switches_roles(headers: dict[str, str], status: int, client: Client) -> None:
    DemoMarker.objects.create()
    make.make_user("lead@demo.example")
    assert client.post(SWITCH, {"account": "lead@demo.example"}, **headers).status_code == status  # type: ignore[arg-type]
    assert ("_auth_user_id" in client.session) is (status == 302)


def test_only_the_accounts_of_the_demo_can_be_switched_to(client: Client) -> None:
    DemoMarker.objects.create()
    make.make_user("somebody@else.example")
    make.make_user("member@demo.example", is_active=False)
    for address in ("somebody@else.example", "member@demo.example", "lead@demo.example", "nobody"):
        assert client.post(SWITCH, {"account": address}).status_code == 404
        assert "_auth_user_id" not in client.session
    assert client.get(SWITCH).status_code == 405


def test_a_switch_changes_the_key_of_the_session(client: Client) -> None:
    DemoMarker.objects.create()
    make.make_user("lead@demo.example")
    make.make_user("admin@demo.example")
    client.post(SWITCH, {"account": "lead@demo.example"})
    before = client.session.session_key
    client.post(SWITCH, {"account": "admin@demo.example"})
    assert client.session.session_key != before
