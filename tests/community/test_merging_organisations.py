"""Duplicates of organisations are merged as those of persons are."""

from __future__ import annotations

import pytest

from community.actions.merging import unmerge_entries
from community.imports.organisation import OrganisationImport
from community.imports.outgoing import take_out
from community.imports.table import bring_in
from community.models import Organisation, User
from tests import factories as make
from tests.community.making_merges import LEFT_BEHIND, merge, refusal_of, still_pointing
from tests.database import changed, contents
from tests.factories import TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.wide]


def test_organisations_are_merged_and_the_merge_taken_back(admin: User) -> None:
    kept, twin = make.make_organisation("Plan Bleu"), make.make_organisation("Le Plan Bleu", is_verified=False)
    project = make.make_project()
    for row in (kept, twin):
        make.make_partnership(row, project)
    member = make.make_member("Claire Astier", organisation=twin)
    before = contents()
    plan = merge(kept, twin, admin)
    assert still_pointing(Organisation, twin) == set()
    assert project.partnerships.filter(until_on=None).count() == 1
    member.refresh_from_db()
    assert (member.organisation_on(TODAY), "le plan" in member.search_text) == (kept, False)
    assert {one.code for one in plan.moves} == {
        "community.Affiliation.organisation",
        "community.Partnership.organisation",
    }
    assert unmerge_entries(merged=twin, by=admin) == 0
    left = {table for table in changed(before, contents()) if not table.startswith(LEFT_BEHIND)}
    assert left == {"community_organisation"}
    merge(kept, twin, admin)
    make.make_organisation("LE PLAN BLEU")
    assert "that name now" in refusal_of(lambda: unmerge_entries(merged=twin, by=admin))


def test_a_merged_organisation_is_neither_taken_out_nor_brought_back_by_a_file(admin: User) -> None:
    kept, twin = make.make_organisation("Plan Bleu"), make.make_organisation("Le Plan Bleu")
    merge(kept, twin, admin)
    taken = take_out(OrganisationImport(admin), Organisation.objects.all(), "csv")
    assert "Le Plan Bleu" not in b"".join([taken] if isinstance(taken, bytes) else taken).decode()
    report = bring_in(OrganisationImport(admin), b"name\nLe Plan Bleu\n")
    assert [str(problem) for problem in report.problems] == [
        "Row 2, name: This organisation was merged into “Plan Bleu”. Write that."
    ]
    assert Organisation.objects.count() == 2
