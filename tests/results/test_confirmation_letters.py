"""The letter of an adopting organisation: how long it is kept, and that it holds names."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from clusters.choices import State
from clusters.models import Cluster
from community.actions.erasure import restricted_of
from community.actions.retention import date_evidence
from community.models import File, Project
from results.models import Uptake
from tests.cast import Cast, make_cast, make_cluster
from tests.factories import NOW, make_affiliation
from tests.results.making import asked, make_uptake

pytestmark = [pytest.mark.django_db]


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def cluster(cast: Cast) -> Cluster:
    return make_cluster(cast, State.RUNNING)


@pytest.fixture
def uptake(cast: Cast, cluster: Cluster) -> Uptake:
    return make_uptake(cast, cluster)


def letter(path: str, uptake: Uptake, **more: Any) -> File:
    """Confirm with a letter through the form behind a link; return the file."""
    typed = {
        "seen_statement": uptake.statement,
        "answer": "confirmed",
        "person_name": "Mira Horvat",
        "function": "Head of water",
        "speaks_for": "on",
        "content": SimpleUploadedFile("decision.txt", b"We use it. Mira Horvat"),
        "rights_holder": "Water Board of the Bay",
        "licence": "all rights reserved",
        "is_free_for_eu_use": "on",
    }
    answer = Client().post(path, {**typed, **more})
    assert answer.status_code == 200, answer.text
    return File.objects.get()


def test_a_letter_is_kept_as_long_as_the_figure_that_it_supports(cast: Cast, uptake: Uptake, settings: Any) -> None:
    settings.DATA_RETENTION_YEARS = 5
    _row, path = asked(cast, uptake)
    file = letter(path, uptake)
    assert date_evidence(NOW) == 0
    Project.objects.filter(pk=uptake.solution.project_id).update(last_payment_on=date(2015, 5, 1))
    assert (date_evidence(NOW), File.objects.get(pk=file.pk).retain_until) == (1, date(2020, 12, 31))


@pytest.mark.parametrize(("is_public", "found"), [("", ("restricted", True)), ("on", ("public", False))])
def test_a_letter_holds_names_unless_everybody_may_fetch_it(
    cast: Cast, uptake: Uptake, is_public: str, found: tuple[str, bool]
) -> None:
    _row, path = asked(cast, uptake)
    file = letter(path, uptake, is_public=is_public)
    assert (file.visibility, file.holds_names) == found


def test_an_erasure_lists_the_letters_that_outlast_it(cast: Cast, cluster: Cluster) -> None:
    """Of who answered, and of who worked on the cluster."""
    adopter = cast.member("other_external")
    uptake = make_uptake(cast, cluster)
    make_affiliation(adopter, uptake.organisation)
    _row, path = asked(cast, uptake, adopter.user.email)  # type: ignore[union-attr]
    file = letter(path, uptake)
    for member in (adopter, cast.member("lead")):
        assert restricted_of(member) == [file]
    assert restricted_of(cast.member("other_lead")) == []
