"""Changes of the vocabularies."""

from __future__ import annotations

from django.db import transaction

from community.models import Term
from community.vocabularies import DEFAULT_TERMS


@transaction.atomic
def seed_vocabularies() -> int:
    """Make the default terms that are not there yet; return how many were made.

    A no-op for every term that exists, whatever an administrator made of its label, order or retirement.
    Writes no event: nothing is decided here.
    """
    known = set(Term.objects.values_list("vocabulary", "code"))
    new = [
        Term(vocabulary=vocabulary, code=code, labels={"en": label}, order=10 * number)
        for vocabulary, terms in DEFAULT_TERMS.items()
        for number, (code, label) in enumerate(terms, 1)
        if (vocabulary, code) not in known
    ]
    Term.objects.bulk_create(new)
    return len(new)
