"""Changes of the vocabularies."""

from __future__ import annotations

from django.db import transaction

from community.choices import Vocabulary
from community.models import Term
from community.vocabularies import DEFAULT_TERMS, default_labels


@transaction.atomic
def seed_vocabularies() -> int:
    """Make the default terms that are not there yet; return how many were made.

    A no-op for every term that exists, whatever an administrator made of its label, order or retirement.
    Writes no event: nothing is decided here.
    """
    known = set(Term.objects.values_list("vocabulary", "code"))
    new = [
        Term(vocabulary=vocabulary, code=code, labels=default_labels(vocabulary, label), order=10 * number)
        for vocabulary, terms in DEFAULT_TERMS.items()
        for number, (code, label) in enumerate(terms, 1)
        if (vocabulary, code) not in known
    ]
    Term.objects.bulk_create(new)
    return len(new)


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
