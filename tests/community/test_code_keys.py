"""No two rows with a code of one spelling: the database refuses what forms and imports did not see in time."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from community.choices import Vocabulary
from community.models import Project, Term, Territory, WorkingGroup
from tests import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.both]

NEW: dict[Any, dict[str, Any]] = {
    Term: {"vocabulary": Vocabulary.CHALLENGE, "labels": {"en": "Dunes"}},
    Territory: {"level": "site", "name": "Cape"},
    WorkingGroup: {"title": "Connectivity"},
    Project: {"acronym": "Other"},
}
SPELT = [
    (Term, "dunes", "DUNES"),
    (Territory, "Cap\u00e9", "CAPE"),
    (Territory, "Stra\u00dfe", "strasse"),
    (WorkingGroup, "WG8", "wg8"),
    (Project, "locall", "LocAll"),
]


@pytest.mark.parametrize(("model", "known", "typed"), SPELT)
def test_the_database_refuses_a_code_in_other_letters(model: Any, known: str, typed: str) -> None:
    values = NEW[model]
    first = model.objects.create(code=known, **values)
    others = values if model is not Project else {"acronym": "Another"}
    with pytest.raises(IntegrityError, match=r"code_key"), transaction.atomic():
        model.objects.create(code=typed, **others)
    with pytest.raises(IntegrityError, match=r"code_key"), transaction.atomic():
        model.objects.bulk_create([model(code=typed, **others)])
    assert model.objects.get(code=known) == first
    first.code = f"{known}-2"
    first.save(update_fields=["code"])
    assert model.objects.create(code=typed, **others).pk, "the key follows the code"


def test_the_same_letters_elsewhere_are_another_code() -> None:
    make.make_term(Vocabulary.CHALLENGE, "dunes")
    make.make_term(Vocabulary.MATURITY, "DUNES")
    make.make_territory("el43", level="site", nuts_version="", country="")
    make.make_territory("EL43", level="nuts2", nuts_version="2021")


def test_the_very_same_code_is_told_once_and_in_the_words_of_its_vocabulary() -> None:
    make.make_term(Vocabulary.CHALLENGE, "dunes")
    with pytest.raises(ValidationError) as refused:
        Term(vocabulary=Vocabulary.CHALLENGE, code="dunes", labels={"en": "Dunes"}).full_clean()
    assert refused.value.messages == ["This vocabulary has a term of that code already."]


def test_the_longest_code_has_a_key() -> None:
    row = Territory.objects.create(code="\ufdfa" * 40, level="site", name="Cape")
    assert row.code_key == "صلى الله عليه وسلم" * 40


def test_what_stood_in_two_spellings_before_stays_whole_and_may_be_saved(capsys: pytest.CaptureFixture[str]) -> None:
    for model, known, typed in SPELT:
        others = {"acronym": "Another"} if model is Project else NEW[model]
        first = model.objects.create(code=known, **NEW[model])
        second = model.objects.create(code=f"{typed}-x", **others)
        model.objects.filter(pk=second.pk).update(code=typed, code_key=None)
        model.objects.filter(pk=first.pk).update(code_key=None)
    before = [list(model.objects.order_by("pk").values_list("pk", "code")) for model in NEW]
    capsys.readouterr()
    import_module("community.migrations.0028_codes_are_folded").fill(apps, None)
    assert [list(model.objects.order_by("pk").values_list("pk", "code")) for model in NEW] == before
    told = capsys.readouterr().err
    for model, known, typed in SPELT:
        first, second = model.objects.get(code=known), model.objects.get(code=typed)
        assert (first.code_key, second.code_key) == (typed.lower(), None)
        assert f"“{known}” and “{typed}”" in told
        second.save()
        second.full_clean()
        second.refresh_from_db()
        assert second.code_key is None
        with pytest.raises(IntegrityError), transaction.atomic():
            model.objects.create(code=f" {typed} ", **(NEW[model] | ({"acronym": "Third"} if model is Project else {})))
    assert "Both stay as they are" in told
