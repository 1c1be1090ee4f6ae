"""What and who may help with a need: published solutions and people, each with the reasons.

Points are given for what is shared; from two points on something is shown. People are shown only to those who read
the directory, and only those who agreed to stand in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from community.choices import Language
from community.folding import fold
from community.models import Member, MeToo, Need, Solution, Territory, User
from community.rights import can_see_directory

Viewer = User | AnonymousUser | None

#: Words in so many questions that they tell nothing; shorter ones are left out anyway.
COMMON: Final = frozenset(
    """about after against also area areas best between build cluster clusters coastal could does each example from good
    have help into keep make many marine mediterranean more most natural nature need needs over park parks pays people
    plan project projects region regional regions same should than that their them then there these they this through
    used what when where which while with within without work works would your""".split()  # noqa: SIM905 - readable as text
)
LEAST_LETTERS: Final = 4
LONGEST_WORD: Final = 60
WORDS: Final = 10
#: At most so many candidates are compared with one need, and with several, in a total order.
CANDIDATES: Final = 120
MOST_CANDIDATES: Final = 600
SHOWN: Final = 5
LEAST_POINTS: Final = 2
#: What is spoken in the programme's countries, by their letters.
SPOKEN: Final[Mapping[str, tuple[str, ...]]] = {
    "AL": ("sq",),
    "BA": ("bs", "hr", "sr"),
    "BG": ("bg",),
    "CY": ("el", "tr"),
    "EL": ("el",),
    "ES": ("es", "ca"),
    "FR": ("fr",),
    "HR": ("hr",),
    "IT": ("it",),
    "ME": ("cnr", "sr"),
    "MK": ("mk", "sq"),
    "MT": ("mt",),
    "PT": ("pt",),
    "SI": ("sl",),
}
_WORD: Final = re.compile(r"[^\W_]+")

Row = TypeVar("Row", Solution, Member, Need)


@dataclass
class Near(Generic[Row]):
    """A solution or a person near a need, or a need near a solution, with the points and the sentences that say why."""

    row: Row
    points: int = 0
    reasons: list[str] = field(default_factory=list)

    def add(self, points: int, sentence: str, names: Iterable[str]) -> None:
        """Give points for names that both share; none for no names."""
        if said := list(dict.fromkeys(names)):
            self.points += points
            self.reasons.append(sentence % {"names": ", ".join(said)})


def telling_words(text: str) -> list[str]:
    """Return the words that tell what a text is about: the longest ten, folded."""
    words = {word for word in _words(text) if len(word) >= LEAST_LETTERS and word not in COMMON}
    # "warn" tells nothing beside "warning".
    telling = [word for word in words if not any(word != other and other.startswith(word) for other in words)]
    return sorted(telling, key=lambda word: (-len(word), word))[:WORDS]


def _words(text: str) -> list[str]:
    return [word[:LONGEST_WORD] for word in _WORD.findall(fold(text))]


def shared_words(words: list[str], text: str) -> list[str]:
    """Return those of `words` with which a word of the text begins."""
    return _shared(words, _spoken(text))


def _spoken(text: str) -> str:
    """Return the words of a text, folded, each after a blank: several needs are compared with it fast."""
    return f" {' '.join(_words(text))}"


def _shared(words: list[str], spoken: str) -> list[str]:
    return [word for word in words if f" {word}" in spoken]


def holding(words: list[str]) -> Q:
    """Return the condition that a folded text holds one of `words`; never true for none."""
    holds = Q(pk__in=[])
    for word in words:
        holds |= Q(search_text__contains=word)
    return holds


def solutions_near(need: Need, user: Viewer) -> list[Near[Solution]]:
    """Return published solutions near a need (loaded by `for_page`), the nearest first; three queries.

    A shared word, challenge, wanted type or place is a point each; of words at most three.
    """
    return solutions_near_each([need], user)[need.pk]


def solutions_near_each(needs: Sequence[Need], user: Viewer) -> dict[int, list[Near[Solution]]]:
    """Return what `solutions_near` does for each of several needs, by their keys; three queries for all of them.

    The more needs the more candidates, up to `MOST_CANDIDATES`, the newest ones.
    """
    askings = [Asking(need) for need in needs]
    near = Q(pk__in=[])
    for asking in askings:
        near |= holding(asking.words)
    near |= Q(type__in=_united(asking.types for asking in askings))
    challenges, places = (_united(asking.challenges for asking in askings), _united(a.places for a in askings))
    for name, keys, column in (("challenges", challenges, "term"), ("tested_in", places, "territory")):
        rows: Any = getattr(Solution, name).through._default_manager.filter(**{f"{column}__in": keys})
        near |= Q(pk__in=rows.values("solution"))
    seen = Solution.objects.visible_to(user).published().filter(near).select_related("type", "project", "contact")
    found = seen.prefetch_related("challenges", "tested_in").order_by("-pk")[: _most(needs)]
    spoken = [(row, _spoken(f"{row.title} {row.summary} {row.description}")) for row in found]
    return {asking.need.pk: _nearest(_compared(asking, row, row, said) for row, said in spoken) for asking in askings}


def needs_near_each(solutions: Sequence[Solution], needs: Iterable[Need]) -> dict[int, list[Near[Need]]]:
    """Return the needs near each solution (with `challenges` and `tested_in`), by its key: the other way round.

    `needs` come loaded by `for_page`; no query besides.
    """
    askings = [Asking(need) for need in needs]
    spoken = [(row, _spoken(f"{row.title} {row.summary} {row.description}")) for row in solutions]
    return {row.pk: _nearest(_compared(asking, row, asking.need, said) for asking in askings) for row, said in spoken}


class Asking:
    """What a need is compared by: its telling words, and the keys of its challenges, wanted types and places."""

    def __init__(self, need: Need) -> None:
        """Read a need that was loaded by `for_page`."""
        self.need = need
        self.words = telling_words(f"{need.question} {need.description}")
        self.challenges, self.types, self.places = _keys(need)


def _compared(asking: Asking, solution: Solution, row: Row, spoken: str) -> Near[Row]:
    """Return `row`, which is the solution or the need, with the points for what the two share."""
    hit = Near(row)
    shared = _shared(asking.words, spoken)
    hit.add(min(len(shared), 3), _("Both speak of: %(names)s"), shared[:5])
    same = (term.label for term in solution.challenges.all() if term.pk in asking.challenges)
    hit.add(1, _("Same challenge: %(names)s"), same)
    wanted = solution.type if solution.type_id in asking.types else None
    hit.add(1, _("Of the wanted type: %(names)s"), [wanted.label] if wanted else ())
    here, around = places_shared(list(asking.need.territories.all()), solution.tested_in.all())
    hit.add(1, _("Tested in: %(names)s"), here)
    hit.add(0 if here else 1, _("Tested in the same country: %(names)s"), around)
    return hit


def people_near(need: Need, user: Viewer, solutions: Iterable[Near[Solution]]) -> list[Near[Member]]:
    """Return people of the directory who may help, the nearest first; nobody for who may not read the directory.

    Expertise in what the need is about, and being the contact of a solution near it, are two points each; working in
    one of its places, and words of what they say about themselves, one; so is a language of its countries for who
    is near it anyway. Who raised it or has it too is left out.
    """
    return people_near_each([need], user, {need.pk: list(solutions)})[need.pk]


def people_near_each(
    needs: Sequence[Need], user: Viewer, solutions: Mapping[int, Sequence[Near[Solution]]]
) -> dict[int, list[Near[Member]]]:
    """Return what `people_near` does for each of several needs, by their keys; four queries for all of them."""
    found: dict[int, list[Near[Member]]] = {need.pk: [] for need in needs}
    if not needs or not can_see_directory(user):
        return found
    words = {need.pk: _words_of_experts(need) for need in needs}
    contacts = {need.pk: {hit.row.contact_id: hit.row.title for hit in solutions[need.pk]} for need in needs}
    places = _united({place.pk for place in need.territories.all()} for need in needs)
    near = Q(pk__in=_united(set(some) for some in contacts.values()) - {None})
    near |= Q(pk__in=Member.objects.filter(affiliations__organisation__territory__in=places).values("pk"))
    for some in words.values():
        near |= holding(some)
    rows = Member.objects.read_whole_by(user).in_community().filter(near, erased_at=None)
    members = list(rows.for_page(timezone.localdate()).order_by("-pk")[: _most(needs)])
    having = set(MeToo.objects.filter(need__in=list(found)).values_list("need", "member"))
    for need in needs:
        others = [row for row in members if row.pk != need.raised_by_id and (need.pk, row.pk) not in having]
        found[need.pk] = _nearest(_person(need, row, words[need.pk], contacts[need.pk]) for row in others)
    return found


def _words_of_experts(need: Need) -> list[str]:
    words = telling_words(f"{need.question} {need.description}")
    return words + [word for term in need.challenges.all() for word in telling_words(term.label) if word not in words]


def _person(need: Need, row: Member, words: list[str], contacts: Mapping[int | None, str]) -> Near[Member]:
    """Return a person (loaded by `for_page`) with the points for what makes them near a need."""
    hit = Near(row)
    hit.add(2, _("Expertise: %(names)s"), (t.label for t in row.expertise.all() if shared_words(words, t.label)))
    hit.add(2, _("Contact of: %(names)s"), [contacts[row.pk]] if row.pk in contacts else ())
    organisations = [affiliation.organisation for affiliation in row.current_affiliations]  # type: ignore[attr-defined]
    at = {organisation.territory_id for organisation in organisations}
    places = list(need.territories.all())
    hit.add(1, _("Works in: %(names)s"), (place.name for place in places if place.pk in at))
    hit.add(1, _("Says of themselves: %(names)s"), shared_words(words, row.about)[:5])
    if hit.points >= LEAST_POINTS:
        spoken = {code for place in places for code in SPOKEN.get(place.country, ())}
        known = dict(Language.choices)
        hit.add(1, _("Speaks: %(names)s"), (str(known[code]) for code in row.languages if code in spoken))
    return hit


def _united(sets: Iterable[set[Any]]) -> set[Any]:
    return set().union(*sets)


def _most(needs: Sequence[Need]) -> int:
    return min(CANDIDATES * len(needs), MOST_CANDIDATES)


def _keys(need: Need) -> tuple[set[int], set[int], set[int]]:
    """Return the keys of the need's challenges, wanted types and places."""
    rows = (need.challenges.all(), need.solution_types.all(), need.territories.all())
    challenges, types, places = ({row.pk for row in found} for found in rows)
    return challenges, types, places


def places_shared(own: list[Territory], others: Iterable[Territory]) -> tuple[list[str], list[str]]:
    """Return which of `others` are one of the own places or lie in or around one, and which in the same countries."""
    same, around = [], []
    for place in others:
        if any(place.code.startswith(mine.code) or mine.code.startswith(place.code) for mine in own):
            same.append(place.name)
        elif place.country and place.country in {mine.country for mine in own}:
            around.append(place.name)
    return same, around


def _nearest(found: Iterable[Near[Row]]) -> list[Near[Row]]:
    enough = [hit for hit in found if hit.points >= LEAST_POINTS]
    return sorted(enough, key=lambda hit: (-hit.points, -hit.row.pk))[:SHOWN]
