"""Changes of the vocabularies."""

from __future__ import annotations

from django.db import transaction

from community.choices import Vocabulary
from community.models import Term
from community.vocabularies import DEFAULT_TERMS, SHOWN_IN_DOCUMENTS, default_labels


@transaction.atomic
def seed_vocabularies() -> int:
    """Make the default terms that are not there yet; return how many were made.

    A term that exists keeps what an administrator made of its label, order or retirement; one that still has its
    default English words and no others gets those of the other languages. Writes no event: nothing is decided here.
    """
    known = set(Term.objects.values_list("vocabulary", "code"))
    new = [
        Term(vocabulary=vocabulary, code=code, labels=default_labels(vocabulary, label), order=10 * number)
        for vocabulary, terms in DEFAULT_TERMS.items()
        for number, (code, label) in enumerate(terms, 1)
        if (vocabulary, code) not in known
    ]
    Term.objects.bulk_create(new)
    _complete_labels()
    return len(new)


def _complete_labels() -> None:
    """Give default terms that say their English words alone those of the other languages."""
    english = {(vocabulary, code): label for vocabulary, terms in DEFAULT_TERMS.items() for code, label in terms}
    completed = []
    for term in Term.objects.filter(vocabulary__in=SHOWN_IN_DOCUMENTS):
        label = english.get((Vocabulary(term.vocabulary), term.code))
        if label is not None and term.labels == {"en": label}:
            term.labels = default_labels(Vocabulary(term.vocabulary), label)
            completed.append(term)
    Term.objects.bulk_update(completed, ["labels"])


@transaction.atomic
def terms_of(vocabulary: Vocabulary) -> list[Term]:
    """Return the terms of a vocabulary that may be chosen, in their order; its default ones are made where it is empty.

    Harmless to run by two at once: the first row of a code stands.
    """
    rows = Term.objects.filter(vocabulary=vocabulary)
    if not rows.exists():
        labels = [(code, default_labels(vocabulary, label)) for code, label in DEFAULT_TERMS[vocabulary]]
        new = [
            Term(vocabulary=vocabulary, code=code, labels=words, order=10 * number)
            for number, (code, words) in enumerate(labels, 1)
        ]
        Term.objects.bulk_create(new, ignore_conflicts=True)
    return list(rows.filter(is_retired=False).order_by("order", "pk"))
