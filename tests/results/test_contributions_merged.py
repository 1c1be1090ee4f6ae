"""Whose a counted organisation is survives a merge of two entries, and its way back: no two projects report it."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.db import models

from community.actions.merge_moves import references_to
from community.actions.merging import merge_entries, preview_merge, unmerge_entries
from community.merge_rules import WITH_THE_SUBJECT
from community.models import Organisation, Project, User
from results.models import Contribution, Indicator
from tests import factories as make
from tests.factories import NOW

pytestmark = [pytest.mark.django_db]


@pytest.fixture
def admin() -> User:
    return make.make_admin(name="Admin Person")


@pytest.fixture
def projects() -> list[Project]:
    return [make.make_project("FIRST"), make.make_project("SECOND")]


@pytest.fixture
def places() -> list[Organisation]:
    """The entry that is merged, then the one that stays."""
    return [make.make_organisation("Park of the Capes"), make.make_organisation("Park of the Cape")]


def written(place: Organisation, project: Project, day: int, code: str = "RCO87") -> Contribution:
    """Write down that an organisation counts for a project since a day."""
    indicator, _new = Indicator.objects.get_or_create(code=code, defaults={"labels": {"en": code}})
    at = NOW + timedelta(days=day)
    return Contribution.objects.create(
        indicator=indicator, project=project, kind="organisation", subject_id=place.pk, counted_at=at
    )


def owners() -> dict[int, str]:
    """Return whose each organisation is, by its key."""
    rows = Contribution.objects.select_related("project").order_by("pk")
    return {row.subject_id: row.project.acronym for row in rows}


def merge(kept: Organisation, merged: Organisation, admin: User) -> None:
    seen = preview_merge(kept=kept, merged=merged, by=admin).digest
    merge_entries(kept=kept, merged=merged, by=admin, seen=seen)


def test_what_is_written_down_for_the_merged_entry_goes_to_the_one_that_stays(
    admin: User, projects: list[Project], places: list[Organisation]
) -> None:
    twin, kept = places
    written(twin, projects[0], 1)
    merge(kept, twin, admin)
    assert owners() == {kept.pk: "FIRST"}
    assert unmerge_entries(merged=twin, by=admin) == 0
    assert owners() == {twin.pk: "FIRST"}


@pytest.mark.parametrize(("days", "project"), [((1, 2), "FIRST"), ((2, 1), "SECOND"), ((1, 1), "SECOND")])
def test_of_two_the_one_that_was_counted_first_stands(
    admin: User, projects: list[Project], places: list[Organisation], days: tuple[int, int], project: str
) -> None:
    twin, kept = places
    rows = [written(place, owner, day) for place, owner, day in zip(places, projects, days, strict=True)]
    merge(kept, twin, admin)
    assert owners() == {kept.pk: project}
    assert unmerge_entries(merged=twin, by=admin) == 0
    assert owners() == {twin.pk: "FIRST", kept.pk: "SECOND"}
    assert {row.pk for row in Contribution.objects.all()} == {row.pk for row in rows}


def test_the_page_of_a_merge_says_which_one_stands(
    admin: User, projects: list[Project], places: list[Organisation]
) -> None:
    for place, project in zip(places, projects, strict=True):
        written(place, project, 1)
    plan = preview_merge(kept=places[1], merged=places[0], by=admin)
    assert [(one.code, one.collided) for one in plan.moves] == [("results.Contribution.subject", 1)]


def test_what_earlier_merges_left_behind_is_moved_with_the_same_rule(
    projects: list[Project], places: list[Organisation]
) -> None:
    first, kept, other = *places, make.make_organisation("Water Board")
    far = make.make_organisation("Capes")
    written(first, projects[0], 1)
    written(kept, projects[1], 2)
    written(far, projects[0], 3, "RCR84")
    written(other, projects[1], 1)
    Organisation.objects.filter(pk=far.pk).update(merged_into=first)
    Organisation.objects.filter(pk=first.pk).update(merged_into=kept)
    migration = import_module("results.migrations.0029_contributions_follow_merges")
    for _twice in range(2):
        migration.follow_merges(apps, None)
        found = Contribution.objects.order_by("pk").values_list("indicator__code", "subject_id", "project__acronym")
        assert set(found) == {("RCO87", kept.pk, "FIRST"), ("RCR84", kept.pk, "FIRST"), ("RCO87", other.pk, "SECOND")}


def test_every_pair_of_kind_and_key_is_walked_whatever_its_column_is_called() -> None:
    """A key that is no foreign key, beside a kind: found by what it is, in every table."""
    walked = {(one.model._meta.label, one.name) for one in references_to(Organisation) if one.kind}
    found = {
        (table._meta.label, key.name)
        for table in apps.get_models(include_auto_created=True)
        for key in table._meta.concrete_fields
        if isinstance(key, models.IntegerField) and not key.is_relation and key.name.endswith("_id")
        if any(column.name.endswith("kind") for column in table._meta.concrete_fields)
    }
    assert found - walked == {(label, "subject_id") for label in WITH_THE_SUBJECT}
