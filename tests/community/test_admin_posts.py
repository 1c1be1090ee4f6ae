"""What is sent to the admin by hand: chosen rows that are none, far too many parts, entries that were merged since."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.test import Client
from django.urls import reverse

from community.actions.merging import merge_entries, preview_merge
from community.forms.liaison import LiaisonForm
from community.models import Affiliation, Event, Member, Organisation, Partnership, User
from tests import factories as make
from tests.community.admin_pages import list_of, page_of, typed_on
from tests.pairs import pairs

pytestmark = [pytest.mark.django_db]

KEYS = ("abc", "1'", "1\x00", "9" * 40, "-1", "٣" * 30, "1e9", "")
#: What else a hand-made choice says.
MORE: tuple[dict[str, str], ...] = ({}, {"index": "0"}, {"index": "9" * 40}, {"select_across": "x"})
MODELS = pytest.mark.parametrize("model", list(admin.site._registry), ids=lambda model: model._meta.label)


def add_part(data: dict[str, Any], prefix: str, **values: Any) -> dict[str, Any]:
    """Return what a form would send with one more row in an inline."""
    number = int(data[f"{prefix}-TOTAL_FORMS"])
    parts = {f"{prefix}-{number}-{name}": value for name, value in values.items()}
    return {**data, f"{prefix}-TOTAL_FORMS": number + 1, **parts}


@MODELS
def test_no_chosen_row_that_is_none_breaks_a_list(client: Client, model: type[Any], thorough: bool) -> None:
    root = User.objects.create_superuser("root@registry.example")
    client.force_login(root)
    page = admin.site._registry[model]
    for action in page.get_actions(client.get(list_of(model)).wsgi_request):
        for key, more in pairs(KEYS, MORE, thorough=thorough):
            answer = client.post(list_of(model), {"action": action, ACTION_CHECKBOX_NAME: [key], **more})
            assert answer.status_code in (200, 302), (action, key, more)
    assert Event.objects.count() == 0


@pytest.mark.parametrize("sent", ["99999", "9" * 40, "-1", "x", "\x00"])
def test_far_too_many_parts_are_refused_at_once(site: Client, sent: str) -> None:
    member = make.make_member("Anna Perić", organisation=make.make_organisation())
    typed = typed_on(site, page_of(member))
    began = time.process_time()
    for field in ("TOTAL_FORMS", "INITIAL_FORMS"):
        answer = site.post(page_of(member), typed | {"name": "Anna Kovač", f"affiliations-{field}": sent})
        assert answer.status_code in (200, 302)
    assert time.process_time() - began < 5


def test_all_parts_that_stand_there_are_saved_however_many(site: Client) -> None:
    project = make.make_project()
    for _number in range(60):
        make.make_partnership(make.make_organisation(), project)
    typed = typed_on(site, page_of(project)) | {"title": "Of sixty partners"}
    assert site.post(page_of(project), typed).status_code == 302
    project.refresh_from_db()
    assert (project.title, project.partnerships.count()) == ("Of sixty partners", 60)


def merged_away(by: User) -> tuple[Organisation, Organisation]:
    kept, gone = make.make_organisation("Park of the Cape"), make.make_organisation("Cape Park")
    merge_entries(kept=kept, merged=gone, by=by, seen=preview_merge(kept=kept, merged=gone, by=by).digest)
    gone.refresh_from_db()
    assert gone.merged_into == kept
    return kept, gone


def test_what_was_merged_since_the_page_was_opened_is_chosen_no_more(site: Client, administrator: User) -> None:
    member, project = make.make_member("Anna Perić"), make.make_project()
    pages = typed_on(site, page_of(member)), typed_on(site, page_of(project))
    kept, gone = merged_away(administrator)
    for row, data, prefix, values in (
        (member, pages[0], "affiliations", {}),
        (project, pages[1], "partnerships", {"role": "PP"}),
    ):
        for organisation, status in ((gone, 200), (kept, 302)):
            sent = add_part(data, prefix, organisation=organisation.pk, **values)
            answer = site.post(page_of(row), sent)
            assert answer.status_code == status, prefix
            assert ("merged into another entry" in answer.content.decode()) == (status == 200)
    assert list(Affiliation.objects.values_list("organisation", flat=True)) == [kept.pk]
    assert list(Partnership.objects.values_list("organisation", flat=True)) == [kept.pk]


def test_what_stands_in_a_form_may_stay_though_it_was_merged(site: Client, administrator: User) -> None:
    kept, gone = merged_away(administrator)
    need = make.make_need(organisation=gone)
    typed = typed_on(site, page_of(need))
    assert site.post(page_of(need), typed).status_code == 302
    need.refresh_from_db()
    assert need.organisation == gone
    assert site.post(page_of(need), typed_on(site, page_of(need)) | {"organisation": kept.pk}).status_code == 302


def test_a_person_who_was_merged_is_appointed_by_no_old_page(site: Client, administrator: User) -> None:
    kept, gone = make.make_member("Anna Perić"), make.make_member("A. Peric", account=False)
    group, add = make.make_working_group(), reverse("admin:community_appointment_add")
    data = typed_on(site, add) | {"working_group": group.pk, "from_on": "2026-05-01"}
    Member.objects.filter(pk=gone.pk).update(merged_into=kept)
    assert "merged into another entry" in site.post(add, data | {"member": gone.pk}).content.decode()
    assert site.post(add, data | {"member": kept.pk}).status_code == 302


def test_a_liaison_names_no_organisation_that_was_merged(administrator: User) -> None:
    kept, gone = merged_away(administrator)
    for organisation, is_taken in ((gone, False), (kept, True)):
        data = {"network": "Sea Net", "organisation": organisation.pk}
        form = LiaisonForm(data, people=Member.objects.none(), user=administrator)
        form.full_clean()
        assert ("organisation" not in form.errors) == is_taken
