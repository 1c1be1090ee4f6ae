"""The history in the admin says in words what changed, of parts too, and why."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from community.actions.appointment import withdraw_appointment
from community.actions.entry import keep_entry
from community.imports.member import MemberImport
from community.imports.table import bring_in
from community.models import Appointment, User
from tests import factories as make
from tests.community.admin_pages import page_of, posted
from tests.community.making_sheets import csv_of

pytestmark = [pytest.mark.django_db]


def told(client: Client, row: Any) -> list[str]:
    """Return the column "Old and new" of a row's history, the newest event first."""
    meta = row._meta
    address = reverse(f"admin:{meta.app_label}_{meta.model_name}_history", args=[row.pk])
    cells = re.findall(r"<tr><th scope=\"row\">.*?</tr>", client.get(address).content.decode(), re.DOTALL)
    return [
        strip_tags(cell.rsplit("<td>", 1)[1].replace("<br>", " | ")).replace("&#x27;", "'").strip() for cell in cells
    ]


def test_parts_are_told_by_name_with_what_changed(site: Client) -> None:
    park, sea = make.make_organisation("Park"), make.make_organisation("Sea")
    anna = make.make_member("Anna Perić", organisation=park)
    first = "affiliations-0-"
    posted(site, page_of(anna), **{f"{first}function": "Ranger", f"{first}organisation": str(sea.pk)})
    assert told(site, anna) == ["Affiliation “Anna Perić, Sea”: Organisation: Park → Sea; Function: Ranger"]
    new = {
        "affiliations-TOTAL_FORMS": "2",
        "affiliations-1-organisation": str(park.pk),
        "affiliations-1-function": "Head",
    }
    posted(site, page_of(anna), **new)
    assert told(site, anna)[0] == "Affiliation: Organisation: Park; Function: Head"
    posted(site, page_of(anna), **{f"{first}DELETE": "on"})
    assert told(site, anna)[0].startswith("Affiliation taken away: ")
    assert "Organisation" in told(site, anna)[0]
    assert "{" not in "".join(told(site, anna))


def test_values_stand_as_the_form_shows_them(site: Client, administrator: User) -> None:
    park, sea = make.make_organisation("Park"), make.make_organisation("Sea")
    need = make.make_need(organisation=park)
    changes = {
        "organisation": [park.pk, sea.pk],
        "urgency": ["", "soon"],
        "territories": [[], [make.make_territory("EL43").pk]],
    }
    keep_entry(row=need, by=administrator, is_new=False, changes=changes)
    (line,) = told(site, need)
    assert "Organisation: Park → Sea" in line
    assert "Region EL43" in line
    term = make.make_term(label="Floods")
    keep_entry(
        row=term,
        by=administrator,
        is_new=False,
        changes={"labels": [{"en": "Flood"}, {"en": "Floods"}], "is_retired": [True, False]},
    )
    assert told(site, term) == ["Labels: en: Flood → en: Floods | Retired: yes → no"]


def test_an_import_is_told_as_the_file_says_it(site: Client, administrator: User) -> None:
    make.make_organisation("Sea")
    anna = make.make_member("Anna Perić", organisation=make.make_organisation("Park"))
    bring_in(MemberImport(administrator), csv_of(("key", "name", "organisation"), (anna.key, "Anna Perić", "Sea")))
    assert told(site, anna) == ["Organisation: Park → Sea"]


def test_the_reason_of_a_withdrawn_appointment_is_read(site: Client, administrator: User) -> None:
    make.make_coordinator(None, "Mission Person")
    row = Appointment.objects.get(member=make.make_coordinator(make.make_working_group()))
    withdraw_appointment(appointment=row, reason="Another Anna was meant.", by=administrator)
    assert told(site, row) == ["Why: Another Anna was meant."]
    assert "Another Anna was meant." in site.get(page_of(row)).content.decode()
