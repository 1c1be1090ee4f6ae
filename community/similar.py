"""What and who may help with a need: published solutions and people, each with the reasons.

Points are given for what is shared; from two points on something is shown. People are shown only to those who read
the directory, and only those who agreed to stand in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from community.choices import Language, Vocabulary
from community.models import Affiliation, Member, MeToo, Need, Solution, Term, User
from community.rights import can_see_directory
from community.surroundings import Places, Surroundings
from community.telling import (
    MOST_POINTS_FOR_WORDS,
    holding,
    point_if,
    points_for_words,
    shared_with,
    shared_words,
    spoken,
    summed,
    telling_words,
    theme_words,
)
from community.visibility import member_of

Viewer = User | AnonymousUser | None

#: So many that share most, as the database counts it, are compared with one need word by word; with several in all.
CANDIDATES: Final = 120
MOST_CANDIDATES: Final = 600
#: So many words of a solution are looked for in needs.
WORDS_OF_SOLUTIONS: Final = 30
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


def solutions_near(need: Need, user: Viewer) -> list[Near[Solution]]:
    """Return published solutions near a need (loaded by `for_page`), the nearest first; four queries.

    A shared word, challenge, wanted type or place is a point each; of words at most three.
    """
    return solutions_near_each([need], user)[need.pk]


def solutions_near_each(
    needs: Sequence[Need], user: Viewer, places: Places | None = None
) -> dict[int, list[Near[Solution]]]:
    """Return what `solutions_near` does for each of several needs, by their keys; four queries for all of them.

    The database counts what each shares with each need, and those that share most are compared, however old they are.
    """
    places = places or Places()
    askings = [Asking(need, places) for need in needs]
    seen = Solution.objects.visible_to(user).published()
    best = Q(pk__in=[])
    for asking in askings:
        ranked = seen.order_by(asking.points_of_solutions().desc(), "-pk").values("pk")
        best |= Q(pk__in=ranked[: _each(needs)])
    found = Solution.objects.filter(best).select_related("type", "project", "contact")
    rows = found.prefetch_related("challenges", "tested_in").order_by("-pk")
    texts = [Answering(row) for row in rows] if askings else []
    return {
        asking.need.pk: _nearest(
            _compared(asking, one, one.row) for one in texts if asking.points_of(one) >= LEAST_POINTS
        )
        for asking in askings
    }


def needs_near_each(solutions: Sequence[Solution], needs: Any) -> dict[int, list[Near[Need]]]:
    """Return which of the rows `needs` are near each solution (with `challenges` and `tested_in`), by its key.

    The other way round, and as few of them are loaded: those that share most with each solution; five queries.
    """
    places, best = Places(), Q(pk__in=[])
    for row in solutions:
        shared = _points_of_needs(row, places.around(row.tested_in.all()))
        best |= Q(pk__in=needs.order_by(shared.desc(), "raised_at", "pk").values("pk")[: _each(solutions)])
    found = Need.objects.filter(best).for_page().order_by("raised_at", "pk") if solutions else ()
    askings = [Asking(need, places) for need in found]
    return {
        one.row.pk: _nearest(
            _compared(asking, one, asking.need) for asking in askings if asking.points_of(one) >= LEAST_POINTS
        )
        for one in (Answering(row) for row in solutions)
    }


class Answering:
    """What a solution is compared by: what it says, and the keys of its challenges and places; read once."""

    def __init__(self, row: Solution) -> None:
        """Read a solution with `challenges` and `tested_in`."""
        self.row = row
        self.said = spoken(f"{row.title} {row.summary} {row.description}")
        self.challenges = {term.pk for term in row.challenges.all()}
        self.places = {place.pk for place in row.tested_in.all()}


def _points_of_needs(row: Solution, there: Surroundings) -> Any:
    """Return the expression of what a need shares with a solution, of whose many words the longest are looked for."""
    challenges = [one.pk for one in row.challenges.all()]
    named: Any = Need.challenges.through._default_manager.filter(term__in=challenges)
    wanting: Any = Need.solution_types.through._default_manager.filter(term=row.type_id)
    return summed(
        [
            points_for_words(telling_words(f"{row.title} {row.summary} {row.description}", WORDS_OF_SOLUTIONS)),
            point_if(Q(pk__in=named.values("need"))),
            point_if(Q(pk__in=wanting.values("need"))),
            *([point_if(Q(pk__in=there.rows(Need.territories.through).values("need")))] if there.places else ()),
        ]
    )


class Asking:
    """What a need is compared by: its telling words, and the keys of its challenges, wanted types and places."""

    def __init__(self, need: Need, places: Places) -> None:
        """Read a need that was loaded by `for_page`."""
        self.need = need
        self.there = places.around(need.territories.all())
        self.all_around = self.there.here | self.there.country
        self.words = telling_words(f"{need.question} {need.description}")
        self.challenges, self.types = (
            {row.pk for row in rows.all()} for rows in (need.challenges, need.solution_types)
        )

    def points_of(self, one: Answering) -> int:
        """Return the points that `_compared` gives, without the reasons."""
        points = min(len(shared_with(self.words, one.said)), MOST_POINTS_FOR_WORDS)
        points += not self.challenges.isdisjoint(one.challenges)
        points += one.row.type_id in self.types
        return points + (not self.all_around.isdisjoint(one.places))

    def points_of_solutions(self) -> Any:
        """Return the expression of what a solution shares with the need: at least as much as `_compared` finds."""
        named: Any = Solution.challenges.through._default_manager.filter(term__in=self.challenges)
        there = self.there.rows(Solution.tested_in.through)
        return summed(
            [
                points_for_words(self.words),
                point_if(Q(pk__in=named.values("solution"))),
                point_if(Q(type__in=self.types)),
                point_if(Q(pk__in=there.values("solution"))),
            ]
        )


def _compared(asking: Asking, one: Answering, row: Row) -> Near[Row]:
    """Return `row`, which is the solution or the need, with the points for what the two share."""
    hit, solution = Near(row), one.row
    shared = shared_with(asking.words, one.said)
    hit.add(min(len(shared), MOST_POINTS_FOR_WORDS), _("Both speak of: %(names)s"), shared[:5])
    same = (term.label for term in solution.challenges.all() if term.pk in asking.challenges)
    hit.add(1, _("Same challenge: %(names)s"), same)
    wanted = solution.type if solution.type_id in asking.types else None
    hit.add(1, _("Of the wanted type: %(names)s"), [wanted.label] if wanted else ())
    here, around = asking.there.shared(solution.tested_in.all())
    hit.add(1, _("Tested in: %(names)s"), here)
    hit.add(0 if here else 1, _("Tested in the same country: %(names)s"), around)
    return hit


def people_near(need: Need, user: Viewer, solutions: Iterable[Near[Solution]]) -> list[Near[Member]]:
    """Return people of the directory who may help, the nearest first; nobody for who may not read the directory.

    Expertise in what the need is about, and being the contact of a solution near it, are two points each; working in,
    inside or around one of its places, or else in the same country, and words of what they say about themselves, one;
    so is a language of its countries for who is near it anyway. Who raised it or has it too is left out.
    """
    return people_near_each([need], user, {need.pk: list(solutions)})[need.pk]


def people_near_each(
    needs: Sequence[Need],
    user: Viewer,
    solutions: Mapping[int, Sequence[Near[Solution]]],
    places: Places | None = None,
) -> dict[int, list[Near[Member]]]:
    """Return what `people_near` does for each of several needs, by their keys; five queries for all of them."""
    found: dict[int, list[Near[Member]]] = {need.pk: [] for need in needs}
    if not needs or not can_see_directory(user):
        return found
    words = {need.pk: _words_of_experts(need) for need in needs}
    places = places or Places()
    around = {need.pk: places.around(need.territories.all()) for need in needs}
    contacts = {need.pk: {hit.row.contact_id: hit.row.title for hit in solutions[need.pk]} for need in needs}
    # Administrators read everybody; suggested is who agreed to it, and nobody to themselves.
    rows = Member.objects.read_whole_by(user).in_community().suggestible().filter(erased_at=None)
    if me := member_of(user):
        rows = rows.exclude(pk=me.pk)
    terms, best = list(Term.objects.of(Vocabulary.EXPERTISE)), Q(pk__in=[])
    for need in needs:
        known = knowing(words[need.pk], terms)
        near = Q(pk__in=known) | Q(pk__in=set(contacts[need.pk]) - {None}) | holding(words[need.pk])
        # A place alone is one point: who has enough of them is found by a word or a solution, wherever they work.
        certain = summed([point_if(Q(pk__in=known), 2), point_if(Q(pk__in=set(contacts[need.pk]) - {None}), 2)])
        likely = summed([certain, *_likely_points(around[need.pk], words[need.pk])])
        ranked = rows.filter(near).exclude(pk=need.raised_by_id).exclude(_has(need))
        best |= Q(pk__in=ranked.order_by(likely.desc(), certain.desc(), "-pk").values("pk")[: _each(needs)])
    having: dict[str, Any] = {f"has_{need.pk}": _has(need) for need in needs}
    members = list(Member.objects.filter(best).annotate(**having).for_page(timezone.localdate()).order_by("-pk"))
    for need in needs:
        others = [row for row in members if row.pk != need.raised_by_id and not getattr(row, f"has_{need.pk}")]
        found[need.pk] = _nearest(_person(around[need.pk], row, words[need.pk], contacts[need.pk]) for row in others)
    return found


def _has(need: Need) -> Exists:
    """Return the condition that a person said "me too" to a need."""
    return Exists(MeToo.objects.filter(need=need, member=OuterRef("pk")))


def knowing(words: list[str], terms: Iterable[Term]) -> Any:
    """Return the keys of who has an expertise (of these `terms`) whose label holds one of `words`."""
    fitting = [term.pk for term in terms if shared_words(words, term.label)]
    rows: Any = Member.expertise.through._default_manager.filter(term__in=fitting)
    return rows.values("member")


def _likely_points(there: Surroundings, words: list[str]) -> list[Any]:
    """Return the expressions of what a person may have beside expertise and solutions: words, a place, a language."""
    codes = {code for place in there.places for code in SPOKEN.get(place.country, ())}
    countries = {place.country for place in there.places} - {""}
    speaking = Q(pk__in=[])
    for code in codes:
        speaking |= Q(pk__in=Member.objects.speaking(code).order_by().values("pk"))
    inside = Q(organisation__territory__in=there.here | there.country)
    inside |= Q(organisation__territory=None, organisation__country__in=countries | {row.code for row in there.places})
    working = Affiliation.objects.current(timezone.localdate()).filter(inside)
    return [point_if(holding(words)), point_if(Q(pk__in=working.values("member"))), point_if(speaking)]


def naming(people: Iterable[Near[Member]]) -> str:
    """Return what takes people along to a new proposal, behind the first part of an address's query."""
    return "".join(f"&person={hit.row.key}" for hit in people)


def _words_of_experts(need: Need) -> list[str]:
    words = telling_words(f"{need.question} {need.description}")
    named = [telling_words(term.label) or theme_words(term.label) for term in need.challenges.all()]
    return list(dict.fromkeys([*words, *(word for one in named for word in one)]))


def _person(there: Surroundings, row: Member, words: list[str], contacts: Mapping[int | None, str]) -> Near[Member]:
    """Return a person (loaded by `for_page`) with the points for what makes them near a need."""
    hit = Near(row)
    hit.add(2, _("Expertise: %(names)s"), (t.label for t in row.expertise.all() if shared_words(words, t.label)))
    hit.add(2, _("Contact of: %(names)s"), [contacts[row.pk]] if row.pk in contacts else ())
    here, around = places_of_work(there, row)
    hit.add(1, _("Works in: %(names)s"), here)
    hit.add(0 if here else 1, _("Works in the same country: %(names)s"), around)
    hit.add(1, _("Says of themselves: %(names)s"), shared_words(words, row.about)[:5])
    if hit.points >= LEAST_POINTS:
        local = {code for place in there.places for code in SPOKEN.get(place.country, ())}
        known = dict(Language.choices)
        hit.add(1, _("Speaks: %(names)s"), (str(known[code]) for code in row.languages if code in local))
    return hit


def _each(rows: Sequence[Any]) -> int:
    """Return how many candidates are compared with each of `rows`."""
    return min(CANDIDATES, MOST_CANDIDATES // max(len(rows), 1))


def places_of_work(there: Surroundings, row: Member) -> tuple[list[str], list[str]]:
    """Return where a person (loaded by `for_page`) works in, inside or around places, and in the same countries.

    Of an organisation without a region the country is known alone; the code stands for it.
    """
    organisations = [affiliation.organisation for affiliation in row.current_affiliations]  # type: ignore[attr-defined]
    here, around = there.shared(one.territory for one in organisations if one.territory is not None)
    for country in (one.country for one in organisations if one.territory is None):
        if any(place.code == country for place in there.places):
            here.append(country)
        elif any(place.country == country for place in there.places if country):
            around.append(country)
    return here, around


def _nearest(found: Iterable[Near[Row]]) -> list[Near[Row]]:
    enough = [hit for hit in found if hit.points >= LEAST_POINTS]
    return sorted(enough, key=lambda hit: (-hit.points, -hit.row.pk))[:SHOWN]
