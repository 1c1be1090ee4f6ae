"""What long lists ask of the database: keys first, then the rows of one page; no list of thousands of keys."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from community.choices import ConsentPurpose, Vocabulary
from community.imports.member import MemberImport
from community.imports.table import bring_in
from community.models import Affiliation, User
from community.querysets.organisation import OrganisationQuerySet
from tests import factories as make
from tests.community.making_sheets import csv_of

pytestmark = [pytest.mark.django_db, pytest.mark.both]


def asked(client: Client, address: str) -> tuple[Any, list[str]]:
    """Return the answer to a page, and the statements that it needed."""
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(address)
    assert answer.status_code == 200
    return answer, [one["sql"] for one in queries.captured_queries]


@pytest.mark.parametrize("query", ["", "&q=person", "&o=1", "&o=-2", "&o=4.-1", "&consent=none"])
def test_a_late_page_of_the_admin_skips_keys_and_no_whole_rows(site: Client, query: str) -> None:
    for number in range(101):
        make.make_member(f"Person {number:03}", account=False)
    answer, statements = asked(site, f"/admin/community/member/?p=2{query}")
    skipping = [sql for sql in statements if "OFFSET" in sql]
    assert len(skipping) == 1
    assert ('"about"' in skipping[0], "signedlink" in skipping[0]) == (False, False)
    shown = [row.pk for row in answer.context["cl"].result_list]
    whole = answer.context["cl"].queryset
    assert shown == list(whole.values_list("pk", flat=True))[50:100]
    assert len(shown) == 50
    assert all(hasattr(row, "invitation") for row in answer.context["cl"].result_list)


def test_the_filter_for_no_consent_keeps_who_has_none_or_took_it_back(site: Client) -> None:
    never, back, one = (make.make_member(f"Reader {name}", account=False) for name in ("Never", "Back", "One"))
    make.make_consent(back, withdrawn_at=make.NOW)
    make.make_consent(one, withdrawn_at=make.NOW)
    make.make_consent(one)
    answer, _statements = asked(site, "/admin/community/member/?consent=none&q=reader")
    assert list(answer.context["cl"].result_list) == [back, never]


@pytest.mark.parametrize("hidden", [0, 3, 30])
def test_a_search_that_finds_nearly_everybody_names_few_of_them(hidden: int) -> None:
    known = make.make_term(Vocabulary.EXPERTISE, "reeds", "Reeds")
    for number in range(30):
        name = f"Reeder {number:02}" if number >= hidden else f"Other {number:02}"
        make.make_member(name, consents=(ConsentPurpose.PUBLIC,), expertise=(known,), account=False)
    answer, statements = asked(Client(), "/members/?q=reed")
    assert answer.context["page_obj"].paginator.count == 30 - hidden
    finding = [sql for sql in statements if "COUNT(*)" in sql or "LIMIT 25" in sql]
    assert max((sql.count(", ") for sql in finding), default=0) < 20, (
        "neither who is found nor who is not, where that is nearly everybody"
    )


def test_an_import_reads_what_those_know_whom_the_file_names_and_of_nobody_else(administrator: User) -> None:
    known = make.make_term(Vocabulary.EXPERTISE, "reeds", "Reeds")
    people = [make.make_member(f"Reader {number}", expertise=(known,), account=False) for number in range(9)]
    file = csv_of(("key", "name", "expertise"), (people[3].key, people[3].name, "Reeds"), ("", "Somebody New", "Reeds"))
    with CaptureQueriesContext(connection) as queries:
        report = bring_in(MemberImport(administrator), file, dry_run=True)
    assert (report.problems, report.same, report.added) == ([], 1, 1)
    loading = [one["sql"] for one in queries if "_prefetch_related_val" in one["sql"] and "expertise" in one["sql"]]
    assert f"IN ({people[3].pk})" in loading[0]
    assert [sql for sql in loading if f"{people[4].pk}" in sql] == []


def test_an_import_goes_on_where_somebody_gets_a_new_place_while_it_reads(
    administrator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = make.make_member("Rosa Reader", account=False)
    read = OrganisationQuerySet.in_bulk

    def meanwhile() -> None:
        if not Affiliation.objects.exists():
            Affiliation.objects.create(member=person, organisation=make.make_organisation("New Place"), is_main=True)

    def places(rows: Any, *given: Any, **more: Any) -> Any:
        found = read(rows, *given, **more)
        meanwhile()
        return found

    monkeypatch.setattr(OrganisationQuerySet, "in_bulk", places)
    report = bring_in(MemberImport(administrator), csv_of(("key", "name"), (person.key, person.name)), dry_run=True)
    assert (report.problems, report.same) == ([], 1)


@pytest.mark.postgres
def test_postgresql_compiles_no_statement() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite compiles none")
    with connection.cursor() as cursor:
        cursor.execute("SHOW jit")
        assert cursor.fetchone() == ("off",)


def test_who_may_be_read_whole_is_not_looked_for_in_part() -> None:
    reader = make.make_member("Rosa Reader")
    make.make_member("Reeder Whole", consents=(ConsentPurpose.DIRECTORY,), account=False)
    client = Client()
    client.force_login(reader.user)  # type: ignore[arg-type]
    answer, statements = asked(client, "/members/?q=whole")
    assert [row.name for row in answer.context["page_obj"]] == ["Reeder Whole"]
    assert [sql for sql in statements if sql.startswith('SELECT "community_affiliation"."member_id"')] == []


@pytest.mark.parametrize("query", ["", "?q=reeder", "?language=el", "?language=el&q=ree"])
@pytest.mark.parametrize("reads", ["as a member", "as a visitor"])
def test_whoever_is_counted_and_listed_is_looked_for_once(query: str, reads: str) -> None:
    reader, client = make.make_member("Rosa Reader"), Client()
    for number in range(3):
        name, languages = f"Reeder {number}", ["el", "en"]
        make.make_member(name, consents=(ConsentPurpose.DIRECTORY,), languages=languages, account=False)
    make.make_member("Reeder Public", consents=(ConsentPurpose.PUBLIC,), languages=["el"], account=False)
    if reads == "as a member":
        client.force_login(reader.user)  # type: ignore[arg-type]
    answer, statements = asked(client, f"/members/{query}")
    found = [row.name for row in answer.context["page_obj"]]
    assert ("Reeder 2" in found, "Reeder Public" in found) == (
        reads == "as a member",
        reads == "as a visitor" or "language" not in query,
    )
    begins = ('SELECT COUNT(*) AS "__count" FROM "community_member"', 'SELECT "community_member"."id" AS "pk" FROM')
    listed = [sql for sql in statements if sql.startswith(begins)]
    assert len(listed) >= 2
    assert {sql.count('FROM "community_member"') for sql in listed} == {1}


def test_an_administrator_is_asked_no_rights_of_each_row(site: Client) -> None:
    make.make_member("Reeder One", account=False)
    for query in ("", "?q=reeder"):
        _answer, statements = asked(site, f"/members/{query}")
        assert [sql for sql in statements if "COUNT(*)" in sql and "community_consent" in sql] == []
