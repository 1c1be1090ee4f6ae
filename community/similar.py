"""What and who may help with a need: published solutions and people, each with the reasons.

Points are given for what is shared; from two points on something is shown. People are shown only to those who read
the directory, and only those who agreed to stand in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from community.folding import fold
from community.models import Member, Need, Solution, Territory, User
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
#: At most so many candidates are compared, in a total order.
CANDIDATES: Final = 120
SHOWN: Final = 5
LEAST_POINTS: Final = 2
_WORD: Final = re.compile(r"[^\W_]+")

Row = TypeVar("Row", Solution, Member)


@dataclass
class Near(Generic[Row]):
    """A solution or a person near a need, with the points and the sentences that say why."""

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
    spoken = set(_words(text))
    return [word for word in words if any(other.startswith(word) for other in spoken)]


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
    words = telling_words(f"{need.question} {need.description}")
    challenges, types, places = _keys(need)
    near = holding(words) | Q(type__in=types)
    for name, keys, column in (("challenges", challenges, "term"), ("tested_in", places, "territory")):
        rows: Any = getattr(Solution, name).through._default_manager.filter(**{f"{column}__in": keys})
        near |= Q(pk__in=rows.values("solution"))
    seen = Solution.objects.visible_to(user).published().filter(near).select_related("type", "project", "contact")
    found = []
    for row in seen.prefetch_related("challenges", "tested_in").order_by("-pk")[:CANDIDATES]:
        hit = Near(row)
        shared = shared_words(words, f"{row.title} {row.summary} {row.description}")
        hit.add(min(len(shared), 3), _("Both speak of: %(names)s"), shared[:5])
        hit.add(
            1, _("Same challenge: %(names)s"), (term.label for term in row.challenges.all() if term.pk in challenges)
        )
        hit.add(1, _("Of the wanted type: %(names)s"), [row.type.label] if row.type and row.type_id in types else ())
        same, around = places_shared(list(need.territories.all()), row.tested_in.all())
        hit.add(1, _("Tested in: %(names)s"), same)
        hit.add(0 if same else 1, _("Tested in the same country: %(names)s"), around)
        found.append(hit)
    return _nearest(found)


def people_near(need: Need, user: Viewer, solutions: Iterable[Near[Solution]]) -> list[Near[Member]]:
    """Return people of the directory who may help, the nearest first; nobody for who may not read the directory.

    Expertise in what the need is about, and being the contact of a solution near it, are two points each; working in
    one of its places, and words of what they say about themselves, one. Who raised it or has it too is left out.
    """
    if not can_see_directory(user):
        return []
    words = telling_words(f"{need.question} {need.description}")
    words += [word for term in need.challenges.all() for word in telling_words(term.label) if word not in words]
    contacts = {hit.row.contact_id: hit.row.title for hit in solutions if hit.row.contact_id}
    places = [place.pk for place in need.territories.all()]
    today = timezone.localdate()
    working = Q(affiliations__organisation__territory__in=places)
    near = holding(words) | Q(pk__in=contacts) | Q(pk__in=Member.objects.filter(working).values("pk"))
    rows = Member.objects.visible_to(user).in_community().filter(near, erased_at=None).exclude(pk=need.raised_by_id)
    rows = rows.exclude(me_toos__need=need).for_page(today).order_by("-pk")
    found = []
    for row in rows[:CANDIDATES]:
        hit = Near(row)
        hit.add(2, _("Expertise: %(names)s"), (t.label for t in row.expertise.all() if shared_words(words, t.label)))
        hit.add(2, _("Contact of: %(names)s"), [contacts[row.pk]] if row.pk in contacts else ())
        organisations = [affiliation.organisation for affiliation in row.current_affiliations]  # type: ignore[attr-defined]
        at = {organisation.territory_id for organisation in organisations}
        hit.add(1, _("Works in: %(names)s"), (p.name for p in need.territories.all() if p.pk in at))
        hit.add(1, _("Says of themselves: %(names)s"), shared_words(words, row.about)[:5])
        found.append(hit)
    return _nearest(found)


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
