"""The catalogue's page: facets with counts, search, views, exports; and its forms."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from community.catalogue import Catalogue
from community.choices import TerritoryLevel, Vocabulary
from community.models import Event, Message, Project, Solution, SolutionLanguage
from community.near_words import nearest, understood
from community.rules.contact import MOST_TO_ONE
from tests import factories as make
from tests.cast import make_cast

pytestmark = [pytest.mark.django_db]
LIST = "/solutions/"


def made(title: str, *, challenges: Any = (), places: Any = (), languages: Any = (), **fields: Any) -> Solution:
    """Make a published solution with what stands beside it."""
    row = make.make_solution(title, **fields)
    row.challenges.set(challenges)
    row.tested_in.set(places)
    SolutionLanguage.objects.bulk_create(SolutionLanguage(solution=row, code=code) for code in languages)
    return row


@pytest.fixture
def shelf() -> dict[str, Solution]:
    """Three solutions of two projects, and a draft."""
    sea, forest = make.make_term(code="sea", label="The sea"), make.make_term(code="forest", label="The forest")
    method = make.make_term(Vocabulary.SOLUTION_TYPE, "method", "Method")
    greece = make.make_territory("EL", level=TerritoryLevel.COUNTRY, nuts_version="", country="EL", name="Ελλάδα")
    crete = make.make_territory("EL43", is_programme_region=True, name="Kriti")
    one, two = make.make_project("ALPHA"), make.make_project("BETA")
    return {
        "greek": made(
            "Φύλαξη της Ποσειδωνίας", project=one, challenges=[sea], places=[crete, greece], languages=["el", "en"]
        ),
        "accents": made("Gestión del prado de Posidonia", project=one, challenges=[sea], type=method, languages=["es"]),
        "forest": made("Forest roads", project=two, challenges=[forest], type=method, summary="Against fire."),
        "draft": make.make_solution("Zyzzyva draft", project=two, status="draft", published_at=None),
    }


def found(query: str, client: Client | None = None) -> list[str]:
    answer = (client or Client()).get(f"{LIST}?{query}")
    assert answer.status_code == 200
    return [row.title for row in answer.context["page_obj"]]


@pytest.mark.both
@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ("", ["forest", "accents", "greek"]),
        ("q=ποσειδωνιασ", ["greek"]),
        ("q=ΦΎΛΑΞΗ", ["greek"]),
        ("q=gestion+posidonia", ["accents"]),
        ("q=pozidonia", ["accents"]),
        ("q=ποσιδωνιας", ["greek"]),
        ("q=forrest", ["forest"]),
        ("q=zyzzyva", []),
        ("challenge=sea", ["accents", "greek"]),
        ("challenge=sea&challenge=forest", ["forest", "accents", "greek"]),
        ("challenge=sea&type=method", ["accents"]),
        ("project=beta", ["forest"]),
        ("country=EL", ["greek"]),
        ("territory=EL43", ["greek"]),
        ("language=es&language=el", ["accents", "greek"]),
        ("status=draft", []),
        ("sort=project", ["accents", "greek", "forest"]),
    ],
)
def test_filters_and_words_find_what_they_should(shelf: dict[str, Solution], query: str, keys: list[str]) -> None:
    assert found(query) == [shelf[key].title for key in keys]


@pytest.mark.both
def test_each_choice_is_counted_with_all_filters_but_its_own(shelf: dict[str, Solution]) -> None:
    answer = Client().get(f"{LIST}?challenge=sea&language=es")
    counts = {(g.name, c.value): c.count for g in answer.context["groups"] for c in g.choices}
    assert (counts["challenge", "sea"], counts["challenge", "forest"]) == (1, 0)
    assert (counts["language", "es"], counts["language", "el"], counts["language", "en"]) == (1, 1, 1)
    assert (counts["type", "method"], counts["project", "alpha"], counts["country", "EL"]) == (1, 1, 0)
    assert "status" not in {group.name for group in answer.context["groups"]}
    assert Client().get(f"{LIST}?country=EL").context["page_obj"].paginator.count == 1  # country and region: once


def test_a_wrong_value_shows_its_error_and_no_rows(shelf: dict[str, Solution]) -> None:
    answer = Client().get(f"{LIST}?challenge=moon&sort=title")
    assert (answer.status_code, list(answer.context["page_obj"])) == (200, [])
    assert "“moon” is not one of the choices." in answer.content.decode()
    assert Client().get(f"{LIST}?format=csv&challenge=moon").status_code == 400
    assert Client().get(f"{LIST}?format=pdf").status_code == 400


def test_near_words_come_from_what_the_reader_sees(shelf: dict[str, Solution]) -> None:
    page = Client().get(f"{LIST}?q=pozidonia").content.decode()
    assert "No solution holds “pozidonia”. Shown is what holds: posidonia." in page
    assert understood("zyzzyvo", Solution.objects.visible_to(None)).replaced == (("zyzzyvo", ()),)
    admin = make.make_admin()
    assert understood("zyzzyvo", Solution.objects.visible_to(admin)).replaced == (("zyzzyvo", ("zyzzyva",)),)
    assert nearest("sea", {"seal"}) == ()
    words = {"wetland", "wetlands", "drought", "dunes", "whetstone"}
    assert (nearest("wetlnad", words), nearest("droguht", words)) == (("wetland", "wetlands"), ("drought",))
    nothing = Client().get(f"{LIST}?q=forest+gestion")
    assert nothing.context["suggestions"] == [("forest", f"{LIST}?q=forest"), ("gestion", f"{LIST}?q=gestion")]


def test_the_table_says_the_same_and_the_address_keeps_everything(shelf: dict[str, Solution]) -> None:
    answer = Client().get(f"{LIST}?view=table&challenge=sea")
    page = answer.content.decode()
    assert "<table" in page
    assert "Greek" in page
    assert answer.context["views"][0]["url"] == f"{LIST}?challenge=sea"
    assert [chip.url for chip in answer.context["chips"]] == [f"{LIST}?view=table"]


def test_an_export_holds_exactly_what_is_filtered(shelf: dict[str, Solution]) -> None:
    shelf["accents"].contact = make.make_member("Contact Person")
    shelf["accents"].save()
    answer = Client().get(f"{LIST}?format=csv&challenge=sea")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["title"] for row in rows] == [shelf["accents"].title, shelf["greek"].title]
    assert (rows[1]["languages"], rows[1]["tested_in"]) == ("el; en", "EL; EL43")
    assert "Contact Person" not in text
    answer = Client().get(f"{LIST}?format=json&q=pozidonia")
    told = json.loads(b"".join(answer.streaming_content))  # type: ignore[attr-defined]
    assert (told["count"], told["solutions"][0]["title"]) == (1, shelf["accents"].title)
    assert Client().get(f"{LIST}?format=xlsx").status_code == 200


def test_a_draft_occurs_nowhere_public(shelf: dict[str, Solution]) -> None:
    draft = shelf["draft"]
    for url in (LIST, f"{LIST}?view=table", f"{LIST}?q=draft", f"/projects/{draft.project.code}/", "/"):
        assert "Zyzzyva" not in Client().get(url).content.decode()
    assert Client().get(reverse("community:solution", args=[draft.pk])).status_code == 404
    for form in ("csv", "json"):
        answer = Client().get(f"{LIST}?format={form}")
        assert b"Zyzzyva" not in b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    catalogue = Catalogue(Client().get(LIST).wsgi_request.GET, Solution.objects.visible_to(None))
    assert ("status", "draft") not in catalogue.counts


@pytest.fixture
def partner() -> Any:
    """A member of a partner of GAMMA, signed in."""
    project, organisation = make.make_project("GAMMA"), make.make_organisation()
    make.make_partnership(organisation, project)
    member = make.make_member("Partner Person", organisation=organisation, consents=("directory",))
    client = Client()
    client.force_login(member.user)
    return client, project, member


def typed(project: Project, **more: Any) -> dict[str, Any]:
    return {"project": project.pk, "title": "Dune fences", "languages": ["en"], **more}


def test_a_partner_enters_changes_and_keeps_what_was_typed(partner: Any) -> None:
    client, project, member = partner
    wrong = client.post("/solutions/enter/", typed(project, title="", links="Manual nowhere"))
    assert wrong.status_code == 422
    assert "Line 1: Give the address of a page" in wrong.content.decode()
    assert "Manual nowhere" in wrong.content.decode()
    client.post(
        "/solutions/enter/",
        typed(project, links="Manual in Greek https://dune.example/m | Park | MIT", contact=member.pk),
    )
    row = Solution.objects.get()
    assert (row.status, [str(link) for link in row.links.all()], row.contact) == ("draft", ["Manual in Greek"], member)
    twice = client.post("/solutions/enter/", typed(project, title="DUNE fences"))
    assert (twice.status_code, "title already" in twice.content.decode()) == (422, True)
    edit = f"/solutions/{row.pk}/edit/"
    page = client.get(edit).content.decode()
    assert "Manual in Greek https://dune.example/m | Park | MIT" in page
    assert client.post(edit, typed(project, title="Dune walls", seen_version=1)).status_code == 302
    stale = client.post(edit, typed(project, title="Dune hedges", seen_version=1))
    assert (stale.status_code, "Dune hedges" in stale.content.decode()) == (409, True)
    assert Solution.objects.get().title == "Dune walls"


def test_history_is_told_to_those_who_write_by_role_alone(partner: Any) -> None:
    client, project, _member = partner
    client.post("/solutions/enter/", typed(project))
    row = Solution.objects.get()
    client.post(f"/solutions/{row.pk}/edit/", typed(project, title="Dune walls", seen_version=1))
    page = client.get(f"/solutions/{row.pk}/").content.decode()
    told = page[page.index("h-history") : page.index("<aside")]
    assert "A partner of its project changed its words." in told
    assert "A partner of its project entered it." in told
    assert "Partner Person" not in told
    Solution.objects.update(status="published", published_at=make.NOW)
    assert "h-history" not in Client().get(f"/solutions/{row.pk}/").content.decode()


def test_only_partners_and_coordinators_enter_results() -> None:
    cast = make_cast()
    client = Client()
    client.force_login(make.make_member().user)
    refused = client.get("/solutions/enter/")
    assert (refused.status_code, "you work for none" in refused.content.decode()) == (403, True)
    client.force_login(cast.user("coordinator"))
    assert client.get("/solutions/enter/").status_code == 200
    assert Client().get("/solutions/enter/").status_code == 302


def test_a_button_that_may_not_be_pressed_says_what_is_missing(partner: Any) -> None:
    client, project, _member = partner
    client.post("/solutions/enter/", typed(project))
    row = Solution.objects.get()
    assert "Name its licence" in client.get(f"/solutions/{row.pk}/").content.decode()
    page = client.get(f"/solutions/{row.pk}/submit/").content.decode()
    assert f"/solutions/{row.pk}/edit/#div_id_licence" in page
    assert client.post(f"/solutions/{row.pk}/submit/").status_code == 422
    assert client.get(f"/solutions/{row.pk}/nonsense/").status_code == 404


def test_a_member_writes_to_the_contact_and_never_sees_the_address() -> None:
    contact = make.make_member("Contact Person", account={"email": "hidden@contact.example"})
    row = make.make_solution("Dune fences", contact=contact)
    client, url = Client(), f"/solutions/{row.pk}/contact/"
    assert f"/accounts/login/?next={url}" in client.get(url).content.decode()
    writer = make.make_member("Curious Person").user
    client.force_login(writer)
    assert "hidden@contact.example" not in client.get(url).content.decode()
    assert client.post(url, {"text": " "}).status_code == 422
    for _time in range(MOST_TO_ONE):
        assert client.post(url, {"text": "Which wood do you take?"}).status_code == 302
    late = client.post(url, {"text": "And which nails?"})
    assert (late.status_code, "And which nails?" in late.content.decode()) == (422, True)
    mails = Message.objects.filter(template="community/solution_message")
    assert [(mail.to, mail.is_secret) for mail in mails] == [(contact.user, True)] * MOST_TO_ONE
    assert all(event.data == {} for event in Event.objects.of_verbs(["write_to_contact"]))


def test_the_contact_reads_who_wrote_and_answers_that_address(mailoutbox: list[Any]) -> None:
    from django.utils import timezone

    from community.actions.contact import write_to_contact
    from community.actions.outbox import send_outbox

    contact = make.make_member("Contact Person")
    row = make.make_solution("Dune fences", contact=contact)
    writer = make.make_member("Curious Person", account={"email": "curious@port.example"}).user
    write_to_contact(solution=row, by=writer, text="Which <wood>?")
    send_outbox(at=timezone.now())
    (mail,) = mailoutbox
    assert (mail.to, mail.reply_to) == ([contact.user.email], ["curious@port.example"])
    assert "Which <wood>?" in mail.body
    assert "Which &lt;wood&gt;?" in mail.alternatives[0][0]
    assert "text" not in Message.objects.get().params
