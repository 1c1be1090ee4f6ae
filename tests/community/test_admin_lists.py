"""Lists and forms of the admin: filters, actions with their inverses, words under fields, a database that is locked."""

from __future__ import annotations

import re
import sqlite3
from datetime import date
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.messages.storage.cookie import CookieStorage
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from community.models import Appointment, Event, Member, Solution, User
from config.admin_site import forgiving
from tests import factories as make
from tests.community.admin_pages import list_of, own_models

pytestmark = [pytest.mark.django_db]


def test_a_locked_or_lost_database_is_no_wrong_address() -> None:
    def answer(cause: Exception, **codes: Any) -> int:
        for name, code in codes.items():
            setattr(cause, name, code)

        def view(request: HttpRequest) -> HttpResponse:
            raise OperationalError(str(cause)) from cause

        request = RequestFactory().get("/admin/", {"q": "x"})
        request._messages = CookieStorage(request)  # type: ignore[attr-defined]
        return forgiving(view)(request).status_code

    assert answer(sqlite3.OperationalError("too complex"), sqlite_errorcode=sqlite3.SQLITE_ERROR) == 302
    assert answer(Exception("stack depth"), pgcode="54001") == 302
    for cause, codes in (
        (sqlite3.OperationalError("database is locked"), {"sqlite_errorcode": sqlite3.SQLITE_BUSY}),
        (sqlite3.OperationalError("locked"), {"sqlite_errorcode": sqlite3.SQLITE_BUSY | 2 << 8}),
        (Exception("canceling statement due to lock timeout"), {"pgcode": "55P03"}),
        (Exception("server closed the connection"), {"pgcode": None}),
    ):
        with pytest.raises(OperationalError):
            answer(cause, **codes)


def test_members_are_found_by_the_organisation_that_is_typed(site: Client) -> None:
    there, before = make.make_organisation("Port of the Bay"), make.make_organisation("Bay Rangers")
    make.make_member("Anna Perić", organisation=there)
    make.make_affiliation(make.make_member("Ivo Horvat"), before, until_on=date(2025, 1, 1))
    page = site.get(f"{list_of(Member)}?organisation=bay+PORT&standing__exact=member&q=a")
    assert [row.name for row in page.context["cl"].result_list] == ["Anna Perić"]
    html = page.content.decode()
    assert 'name="organisation" value="bay PORT"' in html
    assert '<input type="hidden" name="standing__exact" value="member">' in html
    assert list(site.get(f"{list_of(Member)}?organisation=rangers").context["cl"].result_list) == []


def test_members_are_appointed_in_the_list_and_appointments_ended_and_taken_up_again(site: Client) -> None:
    make.make_working_group("WG1", "Connectivity")
    make.make_coordinator(None, "Mission Person")
    member = make.make_member("Anna Perić")

    def press(action: str, row: Any, **more: str) -> str:
        data = {"action": action, "_selected_action": [row.pk], **more}
        return str(site.post(list_of(type(row)), data, follow=True).content.decode())

    def listed(holds: str) -> list[str]:
        rows = site.get(f"{list_of(Appointment)}?holds={holds}").context["cl"].result_list
        return sorted(row.member.name for row in rows)

    assert "Choose beside the action" in press("appoint_members", member)
    assert "1 member appointed." in press("appoint_members", member, group="WG1")
    assert "coordinates that group already" in press("appoint_members", member, group="WG1")
    assert "with an account" in press("appoint_members", make.make_external(), group="mission")
    row = Appointment.objects.get(member=member)
    assert "1 appointment ended." in press("end_today", row)
    assert "1 appointment goes on." in press("go_on", row)
    assert "1 appointment goes on." in press("go_on", row), "pressed twice, it holds"
    assert listed("today") == ["Anna Perić", "Mission Person"]
    verbs = [event.verb for event in Event.objects.order_by("pk")]
    assert verbs == ["appoint", "end_appointment", "resume_appointment"]
    Appointment.objects.filter(pk=row.pk).update(from_on=date(2025, 1, 1), until_on=date(2025, 2, 1))
    assert (listed("today"), listed("later"), listed("ended")) == (["Mission Person"], [], ["Anna Perić"])


#: Fields of the administration that say by their name what they are for.
PLAIN = frozenset(
    {"name", "title", "acronym", "question", "description", "summary", "theme", "type", "urgency", "website", "note"}
    | {"address", "language", "languages", "labels", "budget_eur", "starts_on", "ends_on", "challenges", "tested_in"}
    | {"what_taker_needs", "organisation", "project", "about", "body", "indicator", "seen_version"}
)


def test_every_field_that_a_newcomer_cannot_know_says_what_it_does(site: Client, administrator: User) -> None:
    request = RequestFactory().get("/admin/")
    request.user = administrator
    silent = []
    for model, page in admin.site._registry.items():
        if model not in own_models() and model._meta.app_label != "results":
            continue
        if not (page.has_add_permission(request) or page.has_change_permission(request)):
            continue
        fixed = () if page.has_add_permission(request) else page.fixed_fields  # type: ignore[attr-defined]
        forms = [page.get_form(request), *(one.form for one, _inline in page.get_formsets_with_inlines(request))]
        fields = [(model.__name__, name, field) for form in forms for name, field in form.base_fields.items()]
        silent += [f"{at}.{name}" for at, name, field in fields if not field.help_text and name not in {*PLAIN, *fixed}]
    assert silent == []


def test_a_filter_names_what_refers_to_nothing(site: Client) -> None:
    make.make_coordinator(None, "Mission Person")
    make.make_coordinator(make.make_working_group("WG1", "Connectivity"))
    make.make_solution(type=make.make_term("solution_type"))
    make.make_solution()
    for model, column, word in ((Appointment, "working_group", "the whole mission"), (Solution, "type", "none")):
        link = re.search(rf'href="\?{column}__isnull=True"[^>]*>([^<]+)<', site.get(list_of(model)).content.decode())
        assert link is not None
        assert link[1].strip() == word
