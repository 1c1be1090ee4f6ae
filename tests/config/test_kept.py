"""A form that comes from nobody, or with the token of an older sign-in: what was typed is kept and sent by a press."""

from __future__ import annotations

import re

import pytest
from django.test import Client, RequestFactory
from django.urls import resolve

from community.forms import kept as forms_kept
from community.forms.kept import Kept, Typed, kept
from community.models import DemoMarker, Need
from tests import factories as make

pytestmark = pytest.mark.django_db

OWN = {"origin": "http://testserver"}
TYPED = {
    "question": 'Which rule <b>stops</b> "the" anchors?',
    "description": "\r\nIt is <script>alert(1)</script> so.\r\nAnd so on.",
    "urgency": "high",
    "version": "7",
    "next": "/a/long/address/",
    "old_password": "a very long password",
}


def browser(*, htmx: bool = False) -> Client:
    headers = {**OWN, "hx-request": "true"} if htmx else OWN
    return Client(enforce_csrf_checks=True, headers=headers)


def token_of(html: str) -> str:
    return re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', html.split("<main")[1])[0]


def fields_of(html: str) -> dict[str, str]:
    """What a browser would send of the form that keeps what was typed, token included."""
    import html as markup

    part = html.split("<main")[1].split("</main")[0]
    inputs = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', part)
    areas = re.findall(r'<textarea [^>]*name="([^"]+)"[^>]*>\n(.*?)</textarea>', part, re.S)
    return {name: markup.unescape(text) for name, text in [*inputs, *areas]}


def test_what_was_typed_when_the_session_ended_is_sent_again_by_one_press_of_whoever_signs_in() -> None:
    client = browser()
    page = client.get("/accounts/login/").content.decode()
    typed = {name: text for name, text in TYPED.items() if "password" not in name}
    gone = client.post("/needs/raise/", {**typed, "csrfmiddlewaretoken": token_of(page)})
    html = gone.content.decode()
    assert (gone.status_code, gone["Cache-Control"]) == (403, "private, no-store")
    assert "<h1>You are signed out</h1>" in html
    assert "Your question</label>" in html
    assert "<script>alert" not in html
    assert 'href="/accounts/login/?next=/signed-in/" target="_blank"' in html
    before = token_of(html)
    DemoMarker.objects.create()
    writer = make.make_member("Nikos Andreou", account={"email": "lead@demo.example"}).user
    client.post("/demo/switch/", {"account": "lead@demo.example"})
    late = client.post("/needs/raise/", fields_of(html))
    shown = late.content.decode()
    assert (late.status_code, Need.objects.count()) == (403, 0)
    assert re.findall(r"signed in as <b>(.*?)</b>", shown) == [str(writer)]
    fresh = fields_of(shown)
    assert {name: fresh[name] for name in typed} == typed
    assert fresh["csrfmiddlewaretoken"] != before
    assert client.post("/needs/raise/", fresh).status_code == 302
    assert [need.description for need in Need.objects.all()] != []


def test_a_part_of_a_page_is_never_replaced_by_the_page_for_signing_in() -> None:
    client = browser(htmx=True)
    for answer in (client.get("/needs/raise/"), client.post("/needs/raise/", TYPED)):
        html = answer.content.decode()
        assert (answer.status_code, html.lstrip().startswith('<div class="panel stop" id="refusal"')) == (403, True)
        assert "anchors" not in html
    assert 'target="_blank"' in client.get("/signed-in/?part=1").content.decode()
    client.force_login(make.make_member("Nikos Andreou").user)  # type: ignore[arg-type]
    part = client.get("/signed-in/?part=1")
    assert part["Cache-Control"] == "private, no-store"
    assert "data-renews" in part.content.decode()


@pytest.mark.parametrize(
    ("address", "origin", "can_be_sent"),
    [
        ("/needs/raise/", "http://testserver", False),  # a password is left out, so it is not the same any more
        ("/needs/raise/", None, False),
        ("/needs/raise/", "http://evil.example", None),
        ("/needs/raise/", "null", None),
        ("/accounts/password/change/", "http://testserver", None),
    ],
)
def test_nothing_secret_is_given_back_and_nothing_of_other_sites(
    address: str, origin: str | None, can_be_sent: bool | None
) -> None:
    request = RequestFactory().post(address, TYPED, **({"HTTP_ORIGIN": origin} if origin else {}))
    request.resolver_match = resolve(address)
    texts = (
        Typed("question", "Your question", TYPED["question"]),
        Typed("description", "What is behind it", TYPED["description"]),
    )
    carried = (("urgency", "high"), ("version", "7"), ("next", "/a/long/address/"))
    assert kept(request) == (Kept() if can_be_sent is None else Kept(texts, carried, (), can_be_sent))
    assert kept(RequestFactory().get(address)) == Kept()


def test_rows_have_their_labels_and_more_than_can_be_kept_is_not_sent_by_halves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    request = RequestFactory().post(
        "/clusters/propose/", {"need_text": "x" * 30, "made_up_name": "y" * 30, "seen": "z" * 40}
    )
    request.META["HTTP_ORIGIN"] = "http://testserver"
    request.resolver_match = resolve("/clusters/propose/")
    assert [(typed.label, len(typed.text)) for typed in kept(request).texts] == [
        ("The need in your own words", 30),
        ("Made up name", 30),
    ]
    assert kept(request).can_be_sent
    monkeypatch.setattr(forms_kept, "MOST_CHARACTERS", 60)
    assert [typed.name for typed in kept(request).texts] == ["need_text"]
    assert not kept(request).can_be_sent
