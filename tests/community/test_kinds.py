"""The registry of kinds: every kind resolves, and its page exists and obeys visibility."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.http import Http404

from community import kinds
from community.access import get_subject, get_visible, successor_of
from community.choices import SolutionStatus
from community.kinds import Kind
from community.models import Member, Organisation, Solution
from tests import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.both]


def test_every_kind_names_a_model_and_only_one() -> None:
    found = list(kinds.every())
    assert len({kind.model for kind in found}) == len(found)
    assert all(kind.model_class._meta.label == kind.model for kind in found)


@pytest.mark.parametrize(
    "factory", [make.make_need, make.make_solution, make.make_project, make.make_organisation, make.make_working_group]
)
def test_a_subject_is_found_again_by_kind_and_id_and_has_a_page(factory: Callable[[], Any], client: Any) -> None:
    subject = factory()
    kind = kinds.of(subject)
    assert kinds.resolve(kind.code, subject.pk) == subject
    assert get_subject(kind.code, subject.pk, None) == subject
    url = kinds.url(subject)
    assert url is not None
    assert client.get(url).status_code == 200


def test_a_kind_or_model_is_registered_once() -> None:
    with pytest.raises(ValueError, match="registered already"):
        kinds.register(Kind("need", "community.Need", "need"))
    assert kinds.resolve("need", 10**9) is None


def test_what_is_not_visible_not_known_or_no_key_is_not_there() -> None:
    draft = make.make_solution(status=SolutionStatus.DRAFT, published_at=None)
    for call in (
        lambda: get_visible(Solution, None, pk=draft.pk),
        lambda: get_visible(Solution, None, pk="x"),
        lambda: get_visible(Solution, None, pk=10**30),
        lambda: get_subject("solution", draft.pk, None),
        lambda: get_subject("nothing", 1, None),
        lambda: get_subject("user", make.make_user().pk, None),
    ):
        with pytest.raises(Http404):
            call()
    assert get_visible(Solution, make.make_admin(), pk=draft.pk) == draft


def test_a_merged_row_has_a_successor_and_a_circle_has_none() -> None:
    kept = make.make_organisation()
    merged = make.make_organisation(merged_into=kept)
    assert successor_of(Organisation, pk=merged.pk) == kept
    assert successor_of(Organisation, pk=kept.pk) is None
    one, two = make.make_member(account=False), make.make_member(account=False)
    Member.objects.filter(pk=one.pk).update(merged_into=two)
    Member.objects.filter(pk=two.pk).update(merged_into=one)
    assert successor_of(Member, pk=one.pk) is None
