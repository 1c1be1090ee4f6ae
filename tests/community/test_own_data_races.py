"""Two people at once on their own pages, on PostgreSQL: the first to agree write the words, the others find them."""

from __future__ import annotations

from functools import partial
from typing import Any
from unittest.mock import patch

import pytest
from django.db import IntegrityError
from django.utils import translation

from community.actions import own_data
from community.actions.own_data import give_own_consent
from community.choices import ConsentPurpose
from community.models import Consent, ConsentWording
from community.permissions import Refusal
from tests import factories as make
from tests.races import at_once, meeting

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


def agreed_at_once(*, meanwhile: Any = None) -> list[Any]:
    """Let two people agree to words that nobody agreed to before, both after having read that there are none."""
    people = [make.make_member() for _number in range(2)]
    calls = [partial(give_own_consent, by=person.user, purpose=ConsentPurpose.NAMED, wording=None) for person in people]
    with translation.override("en"), meeting((own_data, "wording_of"), between=meanwhile):
        return at_once(*calls)


def test_two_who_agree_first_at_once_agree_to_the_same_words() -> None:
    results = agreed_at_once()
    assert not any(isinstance(result, Exception) for result in results), results
    wording = ConsentWording.objects.get(purpose=ConsentPurpose.NAMED)
    assert set(Consent.objects.standing().values_list("wording", flat=True)) == {wording.pk}
    assert Consent.objects.standing().count() == 2


def test_control_without_looking_again_the_second_is_lost() -> None:
    def kept(shown: ConsentWording) -> ConsentWording:
        shown.save(force_insert=True)
        return shown

    with patch.object(own_data, "kept_wording", kept):
        results = agreed_at_once()
    assert [type(result) for result in results if isinstance(result, Exception)] == [IntegrityError]
    assert Consent.objects.standing().count() == 1


def test_words_that_an_administrator_enters_meanwhile_are_read_before_anybody_agrees() -> None:
    words = {"purpose": ConsentPurpose.NAMED, "version": 1, "language": "en", "text": "Other words."}
    results = agreed_at_once(meanwhile=partial(ConsentWording.objects.create, **words))
    assert [type(result) for result in results] == [Refusal, Refusal]
    assert [result.code for result in results] == ["stale", "stale"]
    assert not Consent.objects.exists()
