"""Countries and languages are those that the programme writes, whichever way they are entered."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from clusters.forms.proposal_people import PersonForm
from community.choices import Language
from community.countries import COUNTRIES
from community.imports.member import MemberImport
from community.imports.organisation import OrganisationImport
from community.imports.project import ProjectImport
from community.imports.table import bring_in
from community.models import Member, Organisation, Project, User
from community.validators import known_countries, known_country, language_code
from tests import factories as make
from tests.community.admin_pages import page_of, posted

pytestmark = [pytest.mark.django_db]

WRONG = (
    ("GR", "The programme writes EL for Greece."),
    ("gb", "The programme writes UK for the United Kingdom."),
    ("xx", "is no country. Write its two letters"),
    ("é1", "is no country. Write its two letters"),
)


def problems(table: Any, text: str) -> str:
    return " ".join(str(one) for one in bring_in(table, text.encode()).problems)


@pytest.mark.parametrize(("typed", "said"), WRONG)
def test_no_form_and_no_file_takes_what_is_no_country(site: Client, administrator: User, typed: str, said: str) -> None:
    organisation, project = make.make_organisation("Harbour", country="EL"), make.make_project()
    territory = make.make_territory("EL99")
    for row, values in (
        (organisation, {"country": typed}),
        (project, {"countries": f"EL, {typed}"}),
        (territory, {"country": typed}),
    ):
        answer = posted(site, page_of(row), **values)
        assert answer.status_code == 200, row
        assert said in answer.content.decode(), row
    assert said in problems(OrganisationImport(administrator), f"name,country\nHarbour,{typed}\n")
    assert said in problems(ProjectImport(administrator), f"code,acronym,countries\n{project.code},X,EL;{typed}\n")
    assert Organisation.objects.get().country == "EL"
    assert Project.objects.get().countries == project.countries


def test_small_letters_are_taken_for_large_ones(site: Client, administrator: User) -> None:
    organisation, project = make.make_organisation("Harbour"), make.make_project("LocAll")
    assert posted(site, page_of(organisation), country="el").status_code == 302
    assert posted(site, page_of(project), countries="it, el").status_code == 302
    assert Organisation.objects.get().country == "EL"
    assert Project.objects.get().countries == ["IT", "EL"]
    text = f"code,acronym,countries\n{project.code},{project.acronym},fr; es\n"
    assert problems(ProjectImport(administrator), text) == ""
    assert Project.objects.get().countries == ["FR", "ES"]


def test_a_country_stands_once_in_a_project(site: Client) -> None:
    project = make.make_project()
    assert "stands there twice" in posted(site, page_of(project), countries="EL, el").content.decode()


def test_a_language_is_one_of_the_list_by_code_or_name(site: Client, administrator: User) -> None:
    member = make.make_member("Anna Perić", languages=["hr", "xyz"])
    text = posted(site, page_of(member), languages="hr, klingon").content.decode()
    assert "is no language of the registry" in text
    assert 'value="hr, klingon"' in text
    assert posted(site, page_of(member), languages="Greek, IT, xyz, el").status_code == 302
    member.refresh_from_db()
    assert member.languages == ["el", "it", "xyz"], "what stood there may stay"
    head = "key,name,languages\n"
    assert "is no language" in problems(MemberImport(administrator), f"{head}{member.key},Anna Perić,klingon\n")
    assert problems(MemberImport(administrator), f"{head}{member.key},Anna Perić,English; Greek\n") == ""
    assert Member.objects.get(pk=member.pk).languages == ["en", "el"]


@pytest.mark.parametrize(("sent", "kept"), [("el", "EL"), ("GR", ""), ("ZZ", ""), ("", "")])
def test_a_new_organisation_of_a_proposal_has_a_known_country_or_none(sent: str, kept: str) -> None:
    data = {"new_name": "Harbour of the Cape", "new_country": sent}
    form = PersonForm(data, members={}, organisations={}, stored={})
    assert form.is_valid()
    assert form.as_line().new_country == kept


def test_every_code_of_the_lists_is_taken() -> None:
    known_countries(sorted(COUNTRIES))
    assert [language_code(one.value.upper()) for one in Language] == Language.values
    for wrong in ("", "el", "GRE"):
        with pytest.raises(ValidationError):
            known_country(wrong)
