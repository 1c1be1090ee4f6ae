"""Which words tell what a text or a theme is about, and how a database counts what rows share with them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import reduce
from itertools import pairwise
from operator import add
from typing import Any, Final

from django.db.models import Case, IntegerField, Q, Value, When
from django.db.models.functions import Least

from community.folding import fold

#: Words of the language, which tell nothing of what is spoken of.
GRAMMAR: Final = frozenset(
    """about after against also and another are around before best between both build could does during each example
    every first for from good have help into its keep make many more most much need needs nor not only other over pays
    same should since some such than that the their them then there these they this through under until used very what
    when where which while whom whose with within without work works would your""".split()  # noqa: SIM905
)
#: The same of the other languages in which documents are written, without accents: French, Italian, Spanish,
#: Portuguese, Greek, Croatian, Slovene, Bulgarian. "Dove" is left out, because it is a bird in English.
GRAMMAR_OF_OTHERS: Final = frozenset(
    fold(word)
    for word in """ainsi aussi autre autres avec avons avoir cela celle cette chaque chez comme comment dans depuis
    donc elle elles entre etre font leur leurs mais meme moins notre nous pendant plus pour pouvons quand quel quelle
    quelles quels quoi sans selon sera sont sous toujours tous tout toute toutes tres vers votre vous
    alla alle anche ancora attraverso avere cosi come cosa dagli dalla dalle degli della delle dello essere fare
    hanno loro molto negli nella nelle nello nostra nostre nostri nostro ogni oltre perche possiamo prima quale quali
    quando quanto quella quello questa queste questi questo senza siamo sono sulla sulle tutte tutti
    ante antes aquel cada como contra cual cuales cuando cuanto desde donde ella ellos entonces esta estan estas este
    esto estos hacer hacia hasta mejor mientras muchos nuestra nuestras nuestro nuestros otra otras otro otros para
    pero podemos porque puede pueden segun sino sobre solo tambien tanto tiene tienen toda todas todo todos
    ainda aquele aqueles cada essa esse isso mais muito nossa nossas nosso nossos onde pela pelas pelo pelos podem
    qual quais quem seja seus suas tambem
    αλλα αυτα αυτες αυτη αυτην αυτο αυτοι αυτος αυτους αυτων γιατι ειμαστε ειναι εχει εχουμε εχουν καθε καποια
    καποιο κατα μεσα μετα μεταξυ μονο μπορει μπορουμε μπορουν οπου οπως οποια οποιες οποιο οποιος οταν παρα περι
    ποια ποιες ποιο ποιοι πολυ πριν προς στην στης στις στον στους τους χωρις
    bila bilo biti gdje imaju imamo izmedu jesu kada kako koja koje koji koju mogu mozemo nakon nase nasi nego
    njih ovaj ovim ovog prema preko samo sebe smije svih tako takoder treba
    bodo cemu ampak kateri katera kjer lahko nasih nasa njihov njihova potem pred skozi tudi vendar zaradi
    бъдат были бъде всеки всички като която което които който кога колко между могат може можем наша наши нашите
    нашия няма освен преди през само след също това тази тези този трябва чрез""".split()  # noqa: SIM905
)
#: Words in so many questions of this community that they tell nothing either, unless a theme is called so.
COMMONPLACE: Final = frozenset(
    """area areas challenge challenges cluster clusters ecosystem ecosystems mediterranean natural nature park parks
    people plan project projects region regional regions""".split()  # noqa: SIM905 - readable as text
)
NOT_TELLING: Final = GRAMMAR | GRAMMAR_OF_OTHERS | COMMONPLACE
LEAST_LETTERS: Final = 4
#: The label of a theme is short: "Sea" is all that it says.
LEAST_LETTERS_OF_THEME: Final = 3
LONGEST_WORD: Final = 60
WORDS: Final = 10
#: So many shared words count at most.
MOST_POINTS_FOR_WORDS: Final = 3
_WORD: Final = re.compile(r"[^\W_]+")


def telling_words(text: str, most: int = WORDS) -> list[str]:
    """Return the words that tell what a text is about: the longest ten (or `most`), folded."""
    found = (word for word in split_words(text) if len(word) >= LEAST_LETTERS)
    return _longest({word for word in found if word not in NOT_TELLING}, most)


def theme_words(label: str, others: Iterable[str] = ()) -> list[str]:
    """Return the words that tell a theme from the `others` of its vocabulary, folded.

    What several themes are called tells none of them apart ("ecosystems"); a theme without a word of its own keeps
    all of its words.
    """
    found = {word for word in split_words(label) if len(word) >= LEAST_LETTERS_OF_THEME and word not in GRAMMAR}
    shared = {word for other in others for word in split_words(other)}
    return _longest(found - shared or found)


def _longest(words: set[str], most: int = WORDS) -> list[str]:
    # "warn" tells nothing beside "warning".
    known = sorted(words)
    telling = [word for word, after in pairwise([*known, ""]) if not after.startswith(word)]
    return sorted(telling, key=lambda word: (-len(word), word))[:most]


def split_words(text: str) -> list[str]:
    """Return the words of a text, folded."""
    return [word[:LONGEST_WORD] for word in _WORD.findall(fold(text))]


def shared_words(words: list[str], text: str) -> list[str]:
    """Return those of `words` with which a word of the text begins."""
    return shared_with(words, spoken(text))


def spoken(text: str) -> str:
    """Return the words of a text, folded, each after a blank: several needs are compared with it fast."""
    return f" {' '.join(split_words(text))}"


def shared_with(words: list[str], text: str) -> list[str]:
    """Return those of `words` with which a word begins of a text that `spoken` returned."""
    return [word for word in words if f" {word}" in text]


def holding(words: Iterable[str]) -> Q:
    """Return the condition that a folded text holds one of `words`; never true for none."""
    holds = Q(pk__in=[])
    for word in words:
        holds |= Q(search_text__contains=word)
    return holds


def point_if(condition: Q, points: int = 1) -> Any:
    """Return the expression of so many points for the rows of a condition, for none of the others."""
    return Case(When(condition, then=points), default=0, output_field=IntegerField())


def points_for_words(words: Sequence[str], most: int = MOST_POINTS_FOR_WORDS) -> Any:
    """Return the expression that counts which of `words` a folded text holds, `most` at most.

    It counts a word in the middle of another one, too: never less than `shared_words` finds.
    """
    if not words:
        return Value(0, IntegerField())
    counted = summed(point_if(Q(search_text__contains=word)) for word in words)
    return Least(counted, Value(most)) if len(words) > most else counted


def summed(points: Iterable[Any]) -> Any:
    """Return the sum of expressions of points."""
    return reduce(add, points)
