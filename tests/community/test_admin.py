"""The Django admin: open to administrators without grants, and changed through the real actions."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from community.admin.member import MemberAdmin
from community.models import Appointment, Event, Member, Organisation, Project, User
from community.permissions import Refusal
from tests import factories as make
from tests.community.admin_pages import list_of, own_models, page_of, posted
from tests.community.signing_in import ask_again

pytestmark = [pytest.mark.django_db, pytest.mark.wide]


def test_an_administrator_without_grants_opens_every_list_of_ours(site: Client) -> None:
    assert {model.__name__: site.get(list_of(model)).status_code for model in own_models()} == {
        model.__name__: 200 for model in own_models()
    }


def test_nobody_else_enters(client: Client) -> None:
    for user in (make.make_member().user, make.make_user(is_superuser=True)):
        client.force_login(user)
        assert client.get(list_of(Member)).status_code in (302, 403)


def test_every_add_page_opens_or_says_no(site: Client) -> None:
    for model in own_models():
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}_add"
        assert site.get(reverse(name)).status_code in (200, 403), model


def test_days_read_as_on_the_pages_and_one_emblem_stands_at_the_foot(site: Client) -> None:
    make.make_user("nikos@registry.example", last_login=datetime(2026, 5, 12, 12, 31, tzinfo=UTC))
    html = site.get(list_of(User)).content.decode()
    assert "12 May 2026, 15:31" in html
    assert html.count("<footer") == 1
    assert html.count("Co-funded by the European Union") == 1


def test_a_filter_by_country_has_a_word_for_none(site: Client) -> None:
    make.make_organisation("Harbour", country="")
    html = site.get(list_of(Organisation)).content.decode()
    assert re.findall(r'<a href="\?country=">\s*(.*?)\s*</a>', html) == ["none"]


def test_a_list_of_members_takes_the_same_queries_for_one_and_for_three(site: Client) -> None:
    counts = []
    for number in (1, 3):
        for _each in range(number):
            make.make_member(organisation=make.make_organisation(), consents=("directory",))
        with CaptureQueriesContext(connection) as taken:
            assert site.get(list_of(Member)).status_code == 200
        counts.append(len(taken))
    assert counts[0] == counts[1] <= 20


@pytest.mark.parametrize("model", [Member, Organisation, User, Appointment, Project], ids=lambda model: model.__name__)
def test_a_list_takes_the_same_queries_however_many_rows_it_has(site: Client, model: type[Any]) -> None:
    counts, group = [], make.make_working_group()
    for number in (3, 9):
        for _each in range(number):
            organisation = make.make_organisation()
            make.make_partnership(organisation, make.make_project())
            make.make_appointment(make.make_member(organisation=organisation, consents=("directory",)), group)
        with CaptureQueriesContext(connection) as taken:
            assert site.get(list_of(model)).status_code == 200
        counts.append(len(taken))
    assert counts[0] == counts[1] < 20


@pytest.mark.slow
def test_a_list_of_twelve_thousand_members_takes_no_more_queries_and_under_a_second(site: Client) -> None:
    make.make_member("Άννα Παπαδοπούλου", organisation=make.make_organisation())
    rows = [Member(name=f"Person {n}", sort_name=f"{n}", search_text=f"person {n}") for n in range(12_000)]
    Member.objects.bulk_create(rows, batch_size=1000)
    for query in ("", "q=παπαδοπούλου", "p=200", "consent=none", "q=xyzzy"):
        began = time.process_time()
        with CaptureQueriesContext(connection) as taken:
            page = site.get(f"{list_of(Member)}?{query}")
        assert (page.status_code, len(taken) < 20, len(page.content) < 100_000) == (200, True, True), query
        assert time.process_time() - began < 1, query


def test_members_are_found_without_accents_and_by_address(site: Client) -> None:
    member = make.make_member("Anna Perić", account={"email": "anna@registry.example"})
    make.make_member("Somebody Else")
    for query in ("peric", "ANNA@registry"):
        page = site.get(list_of(Member), {"q": query})
        assert [row.pk for row in page.context["cl"].result_list] == [member.pk]


def test_a_change_raises_the_version_keeps_the_search_and_writes_one_event(site: Client, administrator: User) -> None:
    member = make.make_member("Anna Perić")
    before = Event.objects.count()
    assert posted(site, page_of(member), name="Anna Kovač").status_code == 302
    member.refresh_from_db()
    event = Event.objects.order_by("-pk")[0]
    assert (member.name, member.search_text, member.version) == ("Anna Kovač", "anna kovac", 2)
    assert Event.objects.count() == before + 1
    assert (event.verb, event.by, event.subject_id) == ("change_member", administrator, member.pk)
    assert event.detail.body == {"changes": {"name": ["Anna Perić", "Anna Kovač"]}}
    assert LogEntry.objects.count() == 0
    assert "Anna Kovač" in site.get(page_of(member).replace("change", "history")).content.decode()


def test_saving_without_a_change_writes_nothing(site: Client) -> None:
    member = make.make_member("Anna Perić", organisation=make.make_organisation())
    assert posted(site, page_of(member)).status_code == 302
    member.refresh_from_db()
    assert (member.version, Event.objects.count()) == (1, 0)


def test_a_stale_edit_keeps_the_typed_text_and_says_what_stands_there(site: Client) -> None:
    organisation = make.make_organisation("Park of the Cape")
    page = page_of(organisation)
    Organisation.objects.filter(pk=organisation.pk).update(short_name="PoC", version=2)
    answer = posted(site, page, name="Park of the Cape and Bay", short_name="Cape", seen_version=1)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "Park of the Cape and Bay" in text
    assert "short name: PoC" in text.lower().replace("poc", "PoC")
    organisation.refresh_from_db()
    assert (organisation.name, organisation.version) == ("Park of the Cape", 2)


def test_staff_cannot_make_itself_superuser_or_read_a_password(site: Client, administrator: User) -> None:
    page = page_of(administrator)
    text = site.get(page).content.decode()
    assert "is_superuser" not in text
    assert administrator.password not in text
    assert (
        posted(site, page, language="en", is_superuser="on", is_staff="", password="x", groups="1").status_code == 302
    )
    administrator.refresh_from_db()
    assert (administrator.language, administrator.is_superuser, administrator.is_staff) == ("en", False, True)
    assert administrator.check_password("correct horse battery")


def test_staff_cannot_change_a_superuser(site: Client) -> None:
    root = User.objects.create_superuser("root@registry.example")
    assert site.post(page_of(root), {"email": "mine@registry.example"}).status_code == 403
    site.post(list_of(User), {"action": "deactivate", "_selected_action": [root.pk]})
    root.refresh_from_db()
    assert (root.email, root.is_active) == ("root@registry.example", True)


def test_nothing_of_ours_is_deleted_here(client: Client) -> None:
    client.force_login(User.objects.create_superuser("root@registry.example"))
    member = make.make_member()
    assert client.post(page_of(member).replace("change", "delete"), {"post": "yes"}).status_code == 403
    assert "delete_selected" not in client.get(list_of(Member)).content.decode()
    assert Member.objects.filter(pk=member.pk).exists()


def test_the_last_administrator_stays(site: Client, administrator: User) -> None:
    ask_again(site)
    chosen = {"action": "deactivate", "_selected_action": [administrator.pk]}
    for action in ("deactivate", "end_administrator"):
        asked = site.post(list_of(User), chosen | {"action": action})["location"]
        answer = site.post(asked, follow=True)
        assert "last administrator" in answer.content.decode()
    administrator.refresh_from_db()
    assert (administrator.is_active, administrator.is_staff) == (True, True)


def test_a_member_is_entered_with_an_account_that_has_no_password(site: Client) -> None:
    page = reverse("admin:community_member_add")
    assert posted(site, page, name="Maria Núñez", address="Maria@Registry.example").status_code == 302
    member = Member.objects.get(name="Maria Núñez")
    assert member.user is not None
    assert (member.user.email, member.user.has_usable_password()) == ("maria@registry.example", False)
    assert member.sort_name == "Núñez"
    assert {event.verb for event in Event.objects.all()} == {"add_member", "give_account"}
    answer = posted(site, page, name="Somebody Else", address="MARIA@registry.example")
    assert "belongs to the account of Maria Núñez" in answer.content.decode()


def test_a_superusers_address_is_refused_beside_the_field_and_nothing_typed_is_lost(site: Client) -> None:
    User.objects.create_superuser("root@registry.example")
    known = make.make_member("Anna Perić", account=False)
    for page in (reverse("admin:community_member_add"), f"{page_of(known)}?_changelist_filters=q%3Danna"):
        answer = posted(site, page, name="Maria Núñez", address="ROOT@registry.example")
        form = answer.context["adminform"].form
        assert (answer.status_code, form["name"].value()) == (200, "Maria Núñez")
        assert "a superuser&#x27;s" in str(form.errors["address"])
    assert list(Member.objects.filter(name="Maria Núñez")) == []


@pytest.mark.parametrize(
    "error", [Refusal("Not in this moment."), ValidationError("Not in this moment."), IntegrityError("twice")]
)
def test_what_refuses_at_the_last_moment_stands_above_what_was_typed(
    site: Client, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def refuse(**given: Any) -> None:
        raise error

    monkeypatch.setattr("community.admin.member.give_account", refuse)
    for query in ("", "?_changelist_filters=q%3Danna"):
        page = reverse("admin:community_member_add") + query
        answer = posted(site, page, name="Maria Núñez", about="Typed", address="maria@registry.example")
        form = answer.context["adminform"].form
        assert (answer.status_code, form["about"].value()) == (200, "Typed")
        assert re.search("Not in this moment|contradicts what somebody entered", str(form.non_field_errors()))
    assert not Member.objects.filter(name="Maria Núñez").exists()


def test_an_address_is_not_blamed_for_what_was_sent(site: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    member = make.make_member("Anna Perić")

    def fail(*given: Any, **named: Any) -> None:
        raise ValueError("one of ours")

    monkeypatch.setattr(MemberAdmin, "save_model", fail)
    with pytest.raises(ValueError, match="one of ours"):
        posted(site, f"{page_of(member)}?_changelist_filters=q%3Danna", name="Anna Kovač")
    chosen = {"action": "make_members", "_selected_action": [member.pk]}
    assert site.post(f"{list_of(Member)}?standing__exact=%00", chosen)["location"] == list_of(Member)
    assert site.post(f"{list_of(Member)}?id__in=99999999999999999999999,1", chosen).status_code == 302


def test_a_working_group_gets_a_new_title_and_keeps_the_old_one(site: Client) -> None:
    group = make.make_working_group("WG1", "Old title")
    page = page_of(group)
    assert posted(site, page, new_title="New title", new_title_from="1 May 2026").status_code == 302
    group.refresh_from_db()
    assert group.title == "New title"
    assert sorted(group.titles.values_list("title", flat=True)) == ["New title", "Old title"]
    assert [event.verb for event in Event.objects.all()] == ["retitle"]


def test_lists_and_pages_hold_no_menu_of_thousands(site: Client) -> None:
    make.make_member("Anna Perić")
    for number in range(60):
        make.make_organisation(f"Organisation Nr {number}")
    member = make.make_member("Nikos Papas", organisation=Organisation.objects.all()[0])
    need = make.make_need(raised_by=member)
    solution = make.make_solution(contact=member)
    for row in (member, need, solution, make.make_appointment(member, None)):
        assert "Organisation Nr 44" not in site.get(page_of(row)).content.decode()


def test_the_admin_keeps_to_the_content_policy(site: Client) -> None:
    text = site.get(page_of(make.make_member())).content.decode() + site.get(list_of(Member)).content.decode()
    assert " style=" not in text
    assert "<script>" not in text
    assert "Back to the registry" in text
    assert "Co-funded by" in text
