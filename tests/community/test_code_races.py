"""Two who enter one code in two spellings at once, on PostgreSQL: one is in, the other one reads which."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from community.choices import Vocabulary
from community.imports.table import bring_in
from community.imports.working_group import WorkingGroupImport
from community.models import Project, Term, Territory, WorkingGroup
from tests import factories as make
from tests.races import at_once, meeting

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]

#: What each form asks for; a code in two spellings.
ENTRIES: list[tuple[Any, dict[str, str], str, str]] = [
    (Term, {"vocabulary": Vocabulary.CHALLENGE, "labels": "en: Dunes", "order": "0"}, "dunes", "DUNES"),
    (Territory, {"nuts_version": "", "level": "site", "name": "Cape"}, "Cap\u00e9", "cape"),
    (WorkingGroup, {"title": "Connectivity", "order": "0"}, "WG8", "wg8"),
    (Project, {"family": "transfer", "order": "0"}, "locall", "LocAll"),
]


@contextmanager
def without_the_constraint(model: Any) -> Iterator[None]:
    """Take the constraint on the folded code away, and put it back over what can stand under it."""
    (one,) = [one for one in model._meta.constraints if "code_key" in getattr(one, "fields", ())]
    with connection.schema_editor() as editor:
        editor.remove_constraint(model, one)
    try:
        yield
    finally:
        model.objects.update(code_key=None)
        with connection.schema_editor() as editor:
            editor.add_constraint(model, one)


def add(model: Any, values: dict[str, str], code: str, acronym: str) -> Any:
    """Enter a code on the form, as an administrator of one's own."""
    client = Client()
    client.force_login(make.make_admin())
    where = reverse(f"admin:community_{model._meta.model_name}_add")
    parts = {name: "0" for part in ("titles", "appointments", "partnerships") for name in _counts(part)}
    sent = {**parts, **values, "code": code, "acronym": acronym}
    return lambda: client.post(where, sent)


def _counts(part: str) -> list[str]:
    return [f"{part}-TOTAL_FORMS", f"{part}-INITIAL_FORMS"]


@pytest.mark.parametrize(("model", "values", "one", "other"), ENTRIES)
def test_of_two_spellings_at_once_one_is_entered_and_the_other_reads_which(
    model: Any, values: dict[str, str], one: str, other: str, rounds: Callable[[int], int]
) -> None:
    for number in range(rounds(5)):
        codes = [f"{code}-{number}" for code in (one, other)]
        acts = [add(model, values, code, f"Acronym {place} {number}") for place, code in enumerate(codes)]
        with meeting(model):
            answers = at_once(*acts)
        assert sorted(answer.status_code for answer in answers) == [200, 302], answers
        (there,) = model.objects.filter(code__in=codes)
        refused = next(answer for answer in answers if answer.status_code == 200)
        assert f"“{there.code}” is there already: open that one" in refused.content.decode()


@pytest.mark.parametrize(("model", "values", "one", "other"), ENTRIES)
def test_control_without_the_constraint_both_are_entered(
    model: Any, values: dict[str, str], one: str, other: str
) -> None:
    acts = [add(model, values, code, f"Acronym {place}") for place, code in enumerate((one, other))]
    with without_the_constraint(model):
        with meeting(model):
            answers = at_once(*acts)
        assert [answer.status_code for answer in answers] == [302, 302]
    assert model.objects.filter(code__in=[one, other]).count() == 2


def test_an_import_beside_a_form_says_that_the_row_contradicts_and_then_which_is_there() -> None:
    by, file = make.make_admin(), b"code,title\nwg8,Connectivity\n"
    _model, values, code, _other = ENTRIES[2]
    with meeting(WorkingGroup):
        answer, report = at_once(add(WorkingGroup, values, code, ""), partial(bring_in, WorkingGroupImport(by), file))
    assert (answer.status_code == 302) == (not report.is_done)
    assert WorkingGroup.objects.filter(code__iexact="wg8").count() == 1
    again = bring_in(WorkingGroupImport(by), file.replace(b"wg8", b"wG8"))
    near = WorkingGroup.objects.get(code__iexact="wg8").code
    assert [str(one) for one in again.problems] == [f"Row 2, code: “wG8” is not known. Did you mean “{near}”?"]
