"""Links from the admin lead to the page of the row; terms, territories and groups are found without accents."""

from __future__ import annotations

import re

import pytest
import time_machine
from django.contrib import admin
from django.test import Client

from clusters.models import Decision
from community.events import record
from community.models import Appointment, Event, Member, Need, Solution, Term, Territory, WorkingGroup
from factsheets.models import CopReport, Delivery, Issue
from tests import factories as make
from tests.community.admin_pages import list_of, page_of
from tests.factories import NOW
from tests.query_world import World

pytestmark = [pytest.mark.django_db]

LINK = re.compile(r'<td class="field-page[^"]*"><a href="([^"]+)"')
SHOWN = re.compile(r'<div class="readonly"><a href="(/[^"]+)"')


def test_every_link_to_a_page_leads_to_it(thorough: bool) -> None:
    with time_machine.travel(NOW, tick=False):
        world, client = World(), Client()
        Delivery.objects.create(report=world.report, member=world.member)
        said = {"verb": "approve", "decided_at": NOW, "working_group": world.group, "capacity": "group"}
        event = record(verb="approve", subject=world.running, by=None)
        Decision.objects.create(cluster=world.running, proposer=world.member, event=event, **said)
        client.force_login(world.cast.accounts["admin"])
        followed: dict[str, set[str]] = {}
        for model, page in admin.site._registry.items():
            if "page" not in page.list_display:
                continue
            found = set(LINK.findall(client.get(list_of(model)).content.decode()))
            followed[model.__name__] = found
            for address in sorted(found)[: 25 if thorough else 4]:
                assert client.get(address, follow=True).status_code == 200, (model, address)
        event = Event.objects.about(world.running)[0]
        assert world.running.get_absolute_url() in SHOWN.findall(client.get(page_of(event)).content.decode())
    assert {name for name, found in followed.items() if not found} == set()
    for model in (Need, Solution, Issue, CopReport, Delivery):
        assert model.__name__ in followed
    kinds = {str(one.kind) for one in Issue.objects.all()}
    assert kinds == {"cluster", "statement", "report"}


def test_a_row_leads_to_its_page_and_a_new_one_to_none(site: Client) -> None:
    for row, address in (
        (need := make.make_need(), f"/needs/{need.pk}/"),
        (solution := make.make_solution(), f"/solutions/{solution.pk}/"),
    ):
        assert address in SHOWN.findall(site.get(page_of(row)).content.decode())
    assert SHOWN.findall(site.get(f"{list_of(Solution)}add/").content.decode()) == []


@pytest.mark.parametrize(
    ("model", "typed", "found"),
    [
        (Term, "methode", ["Méthode d'été"]),
        (Term, "ΠΡΟΤΑΣΗ", ["Πρόταση"]),
        (Territory, "peloponnisos", ["Pelopónnisos"]),
        (Territory, "sudtirol", ["Südtirol"]),
        (WorkingGroup, "wg9 economie", ["Économie bleue"]),
    ],
)
def test_accents_do_not_matter(
    model: type[Term | Territory | WorkingGroup], typed: str, found: list[str], site: Client
) -> None:
    for label in ("Méthode d'été", "Πρόταση", "Other"):
        make.make_term(label=label)
    for code, name in (("EL65", "Pelopónnisos"), ("ITH1", "Südtirol"), ("FRJ1", "Languedoc")):
        make.make_territory(code, name=name)
    make.make_working_group("WG9", "Économie bleue")
    rows = site.get(list_of(model), {"q": typed}).context["cl"].result_list
    assert [row.title if isinstance(row, WorkingGroup) else str(row) for row in rows] == found


def test_a_list_says_that_the_choice_is_made_anew() -> None:
    client, user = Client(), make.make_admin(name="Admin Person")
    make.make_working_group("WG1")
    client.force_login(user)
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": 1.0}]
    session.save()
    data = {"action": "appoint_members", "_selected_action": [user.member.pk], "group": "WG1"}
    text = client.post(list_of(Member), data, follow=True).content.decode()
    assert "choose the rows and the action once more" in text
    assert "as you typed it" not in text
    assert Appointment.objects.count() == 0
