"""A code is not entered twice in other letters, by no form of the admin."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from community.choices import Vocabulary
from community.models import Project, Term, Territory, WorkingGroup
from tests import factories as make
from tests.community.admin_pages import page_of, posted

pytestmark = [pytest.mark.django_db]

TERM = {"vocabulary": Vocabulary.CHALLENGE, "labels": "en: Dunes", "order": "0"}
SITE = {"nuts_version": "", "level": "site", "name": "Cape"}
REGION = {"nuts_version": "2021", "level": "nuts2", "name": "Region"}
GROUP = {"title": "Connectivity", "order": "0"}
PROJECT = {"acronym": "Other", "family": "transfer", "order": "0"}
ENTRIES = [
    (Term, TERM, "dunes", "DUNES"),
    (Territory, SITE, "Cap\u00e9", "cape"),
    (WorkingGroup, GROUP, "WG8", "wg8"),
    (Project, PROJECT, "locall", "LocAll"),
]


def stands(model: Any, code: str) -> Any:
    """Enter a row of that code."""
    if model is Term:
        return make.make_term(Vocabulary.CHALLENGE, code)
    if model is Project:
        return make.make_project("LocAll", code=code)
    if model is WorkingGroup:
        return make.make_working_group(code)
    return make.make_territory(code, level="site", nuts_version="", country="")


def add(site: Client, model: Any, **values: Any) -> Any:
    return posted(site, reverse(f"admin:community_{model._meta.model_name}_add"), **values)


@pytest.mark.parametrize(("model", "values", "known", "typed"), ENTRIES)
def test_a_code_in_other_letters_is_refused_with_the_one_that_is_there(
    site: Client, model: Any, values: dict[str, Any], known: str, typed: str
) -> None:
    there = stands(model, known)
    answer = add(site, model, **values, code=typed)
    assert answer.status_code == 200
    assert list(answer.context["adminform"].form.errors) == ["code"]
    text = answer.content.decode()
    assert f"“{known}” is there already: open that one" in text
    assert f'value="{typed}"' in text, "what was typed stays"
    assert not model.objects.filter(code=typed).exists()
    assert posted(site, page_of(there)).status_code == 302, "what is there is saved"
    assert add(site, model, **values, code=f"{known[:3]}-x").status_code == 302


def test_the_same_letters_elsewhere_are_another_code(site: Client) -> None:
    make.make_term(Vocabulary.MATURITY, "dunes")
    stands(Territory, "el43")
    assert add(site, Term, **TERM, code="DUNES").status_code == 302
    assert add(site, Territory, **REGION, code="EL43").status_code == 302
