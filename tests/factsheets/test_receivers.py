"""What happens elsewhere and concerns documents: who corrects a name has the documents corrected."""

from __future__ import annotations

import pytest

from clusters.choices import State
from community.actions.entry import keep_entry
from community.choices import ConsentPurpose
from community.imports.member import MemberImport
from community.imports.outgoing import take_out
from community.imports.table import bring_in
from community.models import Job, Member
from factsheets.actions.issue import issue_factsheet
from factsheets.choices import Face
from tests.cast import Cast, make_cast, make_cluster
from tests.factories import NOW, make_consent

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    cast = make_cast()
    make_consent(cast.member("lead"), ConsentPurpose.NAMED)
    issue_factsheet(cluster=make_cluster(cast, State.RUNNING), face=Face.FORWARD, reason="approve", by=None, at=NOW)
    return cast


@pytest.mark.parametrize(("field", "jobs"), [("name", 1), ("about", 0)])
def test_a_name_that_an_administrator_corrects_is_corrected_in_documents(cast: Cast, field: str, jobs: int) -> None:
    lead = cast.member("lead")
    was = getattr(lead, field)
    setattr(lead, field, "Corrected Name")
    lead.save(update_fields=[field])
    keep_entry(row=lead, by=cast.user("admin"), is_new=False, changes={field: [was, "Corrected Name"]})
    assert Job.objects.filter(task="factsheets.withdraw").count() == jobs


def test_a_name_that_an_import_corrects_is_corrected_in_documents(cast: Cast) -> None:
    lead, table = cast.member("lead"), MemberImport(cast.user("admin"))
    file = take_out(table, Member.objects.filter(pk=lead.pk), "csv").decode()
    assert file.count(lead.name) == 1
    report = bring_in(MemberImport(cast.user("admin")), file.replace(lead.name, "Corrected Name").encode())
    assert (report.changed, Job.objects.filter(task="factsheets.withdraw").count()) == (1, 1)
