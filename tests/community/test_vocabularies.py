"""The default terms of the vocabularies."""

from __future__ import annotations

import pytest

from community.actions.vocabulary import seed_vocabularies
from community.choices import Vocabulary
from community.models import Term

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def terms(db: None) -> None:
    seed_vocabularies()


def test_seeding_again_keeps_what_an_administrator_changed() -> None:
    term = Term.objects.get(vocabulary=Vocabulary.MATURITY, code="idea")
    term.labels, term.is_retired = {"en": "Sketch"}, True
    term.save()
    assert seed_vocabularies() == 0
    term.refresh_from_db()
    assert (term.labels, term.is_retired) == ({"en": "Sketch"}, True)


def test_every_vocabulary_has_terms() -> None:
    assert set(Term.objects.values_list("vocabulary", flat=True)) == set(Vocabulary.values)
    assert Term.objects.of(Vocabulary.SDG).count() == 17


def test_seeding_again_gives_words_of_other_languages_to_a_term_that_has_the_default_english_alone() -> None:
    kept, whole = (
        Term.objects.get(vocabulary=Vocabulary.CHALLENGE, code=code) for code in ("pollution", "restoration")
    )
    assert whole.labels["el"] == "Διατήρηση και αποκατάσταση των οικοσυστημάτων"
    said = dict(whole.labels)
    kept.labels, whole.labels = {"en": "Litter"}, {"en": said["en"]}
    Term.objects.bulk_update([kept, whole], ["labels"])
    assert seed_vocabularies() == 0
    for term in (kept, whole):
        term.refresh_from_db()
    assert (kept.labels, whole.labels) == ({"en": "Litter"}, said)
