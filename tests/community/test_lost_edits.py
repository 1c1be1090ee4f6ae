"""Two administrators on one page of the admin: the second save never overwrites the first one without a word."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.utils import timezone

from community.admin.base import EntryAdmin
from community.models import (
    Appointment,
    Member,
    Need,
    Organisation,
    Project,
    Solution,
    Term,
    Territory,
    Text,
    User,
    WorkingGroup,
)
from results.models import Contribution, Indicator, Target
from tests import factories as make
from tests.community.admin_pages import page_of, posted, typed_on

pytestmark = [pytest.mark.django_db, pytest.mark.wide]

#: How a row of each model is made, and a field with what two administrators type into it.
ROWS: dict[type[Any], tuple[Callable[[], Any], str, str, str]] = {
    Appointment: (lambda: coordinator(), "absent_until", "2126-07-01", "2126-08-01"),
    Contribution: (lambda: contribution(), "note", "One reason", "Another reason"),
    Indicator: (lambda: indicator(), "order", "71", "72"),
    Member: (lambda: make.make_member("Anna Perić"), "about", "One word", "Another word"),
    Need: (lambda: make.make_need(), "question", "How do we do one thing?", "How do we do another?"),
    Organisation: (lambda: make.make_organisation(), "short_name", "One", "Two"),
    Project: (lambda: make.make_project(), "theme", "One", "Two"),
    Solution: (lambda: make.make_solution(), "licence", "CC BY 4.0", "MIT"),
    Target: (lambda: target(), "value", "71", "72"),
    Term: (lambda: make.make_term(), "labels", "en: One", "en: Two"),
    Territory: (lambda: make.make_territory("EL97"), "name", "One region", "Another region"),
    Text: (lambda: Text.objects.create(code="privacy", body="Old"), "body", "One text", "Another text"),
    User: (lambda: make.make_member(account={"language": "en"}).user, "language", "", "en"),
    WorkingGroup: (lambda: make.make_working_group(), "about", "One word", "Another word"),
}


def coordinator() -> Appointment:
    group = make.make_working_group()
    make.make_appointment(make.make_member(), group)
    return make.make_appointment(make.make_member(), group)


def indicator() -> Indicator:
    row, _is_new = Indicator.objects.update_or_create(code="RCR104", defaults={"left_out_types": []})
    return row


def target() -> Target:
    return Target.objects.create(indicator=indicator(), value=7, due_on=date(2027, 12, 31))


def contribution() -> Contribution:
    rows = {"kind": "solution", "subject_id": make.make_solution().pk, "counts_on": date(2026, 4, 1)}
    return Contribution.objects.create(indicator=indicator(), project=make.make_project(), **rows)


def editable() -> list[type[Any]]:
    return [model for model, page in admin.site._registry.items() if isinstance(page, EntryAdmin) and page.may_change]


@pytest.fixture
def other() -> Client:
    """The browser of another administrator."""
    client = Client()
    client.force_login(make.make_admin(name="Other Admin"))
    return client


def test_every_model_that_is_edited_here_is_tried() -> None:
    assert set(editable()) == set(ROWS)


@pytest.mark.parametrize("model", editable(), ids=lambda model: model.__name__)
def test_the_second_save_is_told_what_stands_there_and_keeps_what_was_typed(
    site: Client, other: Client, model: type[Any]
) -> None:
    made, field, first, second = ROWS[model]
    row = made()
    page, seen = page_of(row), typed_on(site, page_of(row))
    assert posted(other, page, **{field: first}).status_code == 302
    kept = model.objects.values().get(pk=row.pk)
    refused = site.post(page, {**seen, field: second})
    assert refused.status_code == 200
    form = refused.context["adminform"].form
    assert "Somebody saved this while you were writing" in refused.content.decode()
    assert str(form.fields[field].label) in str(form.non_field_errors())
    assert form[field].value() == second
    assert model.objects.values().get(pk=row.pk) == kept
    again = {name: form[name].value() for name in ("seen_version",)}
    assert site.post(page, {**seen, field: second, **again}).status_code == 302
    assert model.objects.values().get(pk=row.pk)[field] != kept[field]


def test_a_sign_in_meanwhile_makes_no_edit_of_an_account_stale_and_nothing_else_is_written(site: Client) -> None:
    account = make.make_member().user
    seen = typed_on(site, page_of(account))
    User.objects.filter(pk=account.pk).update(last_login=timezone.now(), is_active=False)
    assert site.post(page_of(account), {**seen, "language": "en"}).status_code == 302
    account.refresh_from_db()
    assert (account.language, account.is_active, account.last_login is None) == ("en", False, False)


def test_the_regions_in_which_a_territory_lies_that_another_one_changed_are_told(site: Client) -> None:
    row, region = make.make_territory("EL99"), make.make_territory("EL98")
    seen = typed_on(site, page_of(row))
    row.maps_to.add(region)
    refused = site.post(page_of(row), {**seen, "name": "One region"})
    assert region.name in str(refused.context["adminform"].form.non_field_errors())
    assert list(row.maps_to.all()) == [region]


def test_a_new_title_from_elsewhere_makes_the_page_of_a_group_stale(site: Client, other: Client) -> None:
    group = make.make_working_group("WG1", "Old title")
    seen = typed_on(site, page_of(group))
    assert posted(other, page_of(group), new_title="New title", new_title_from="2026-05-01").status_code == 302
    refused = site.post(page_of(group), {**seen, "new_title": "Other title", "new_title_from": "2026-06-01"})
    assert "Somebody saved this" in refused.content.decode()
    assert group.titles.count() == 2


def test_a_part_that_two_pages_hold_is_not_overwritten_from_the_other_one(site: Client, other: Client) -> None:
    part = make.make_partnership(role="PP")
    page = page_of(part.organisation)
    seen = typed_on(site, page)
    until = {"partnerships-0-until_on": "2026-12-31"}
    assert posted(other, page_of(part.project), **until).status_code == 302
    assert site.post(page, {**seen, "short_name": "Blue"}).status_code == 200, "the part would lose its last day"
    refused = site.post(page, {**seen, "partnerships-0-role": "AP"})
    [said] = [form.non_field_errors() for inline in refused.context["inline_admin_formsets"] for form in inline.formset]
    assert "2026-12-31" in str(said)
    part.refresh_from_db()
    assert (part.role, str(part.until_on)) == ("PP", "2026-12-31")
    assert posted(site, page, **{"partnerships-0-role": "AP"}).status_code == 302
    part.refresh_from_db()
    assert (part.role, str(part.until_on)) == ("AP", "2026-12-31")
