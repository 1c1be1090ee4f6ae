"""What may help with a need: published solutions, each with the reasons; and the needs near a solution.

Points are given for what is shared; from two points on something is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q
from django.utils.translation import gettext as _

from community.models import Member, Need, Solution, User
from community.ranked import Asked, Shares, Texts, first, nearest, points_of_shared, scanned
from community.surroundings import Places, Surroundings
from community.telling import (
    MOST_POINTS_FOR_WORDS,
    point_if,
    shared_with,
    spoken,
    summed,
    telling_words,
)

Viewer = User | AnonymousUser | None

#: So many that share most, as the database counts it, are compared with one need word by word; with several in all.
CANDIDATES: Final = 120
MOST_CANDIDATES: Final = 600
#: So many words of a solution are looked for in needs.
WORDS_OF_SOLUTIONS: Final = 30
SHOWN: Final = 5
LEAST_POINTS: Final = 2
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


def solutions_near(need: Need, user: Viewer, places: Places | None = None) -> list[Near[Solution]]:
    """Return published solutions near a need (loaded by `for_page`), the nearest first; six queries.

    A shared word, challenge, wanted type or place is a point each; of words at most three.
    """
    return solutions_near_each([need], user, places)[need.pk]


def solutions_near_each(
    needs: Sequence[Need], user: Viewer, places: Places | None = None
) -> dict[int, list[Near[Solution]]]:
    """Return what `solutions_near` does for each of several needs, by their keys; six queries for all of them.

    Those that share most with each need, by one scan of all texts, are compared, however old they are.
    """
    if not needs:
        return {}
    places = places or Places()
    askings = [Asking(need, places) for need in needs]
    seen = Solution.objects.visible_to(user).published().order_by("-pk")
    shares = scanned(seen, [Asked(one.words, [one.points_beside_words()]) for one in askings])
    keys = {pk for share in shares for pk in first(share, lambda one: -_at_most(one), each_of(needs))}
    texts = Texts(Solution.objects.filter(pk__in=keys), "title", "summary", "description")
    best = [_best_solutions(*one, texts) for one in zip(askings, shares, strict=True)]
    found = Solution.objects.filter(pk__in={pk for keys in best for pk in keys})
    rows = found.select_related("type", "project", "contact").prefetch_related("challenges", "tested_in")
    answering = {row.pk: Answering(row) for row in rows}
    return {
        asking.need.pk: in_order(_compared(asking, answering[pk], answering[pk].row) for pk in keys if pk in answering)
        for asking, keys in zip(askings, best, strict=True)
    }


def _at_most(share: tuple[int, ...]) -> int:
    """Return the points that a solution has at most: what the words of its other fields hold is counted, too."""
    return share[0] + min(share[1], MOST_POINTS_FOR_WORDS)


def _best_solutions(asking: Asking, share: Shares, texts: Texts) -> list[int]:
    def points(pk: int) -> int:
        return share[pk][0] + points_of_shared(asking.words, texts.said(pk))

    return nearest(texts.keys(), lambda pk: _at_most(share[pk]), points, least=LEAST_POINTS, number=SHOWN)


def needs_near_each(solutions: Sequence[Solution], needs: Any) -> dict[int, list[Near[Need]]]:
    """Return which of the rows `needs` are near each solution (with `challenges` and `tested_in`), by its key.

    The other way round; seven queries. A text of many words is looked for in short ones, so that what a need shares
    with it is an estimate: its words are counted exactly for those that share most.
    """
    if not solutions:
        return {}
    places, answering = Places(), [Answering(row) for row in solutions]
    asked = [Asked(one.longest, [_points_of_needs(one, places.around(one.row.tested_in.all()))]) for one in answering]
    shares = scanned(needs.order_by("raised_at", "pk"), asked)
    keys = {pk for share in shares for pk in first(share, lambda one: -_at_most(one), each_of(solutions))}
    texts = Texts(Need.objects.filter(pk__in=keys), "question", "description")
    best = [_best_needs(*one, texts) for one in zip(answering, shares, strict=True)]
    rows = Need.objects.filter(pk__in={pk for keys in best for pk in keys}).for_page()
    askings = {row.pk: Asking(row, places) for row in rows}
    return {
        one.row.pk: in_order(_compared(askings[pk], one, askings[pk].need) for pk in keys if pk in askings)
        for one, keys in zip(answering, best, strict=True)
    }


def _best_needs(one: Answering, share: Shares, texts: Texts) -> list[int]:
    def bound(pk: int) -> int:
        return share[pk][0] + MOST_POINTS_FOR_WORDS

    def points(pk: int) -> int:
        return share[pk][0] + points_of_shared(texts.words(pk), one.said)

    return nearest(texts.keys(), bound, points, least=LEAST_POINTS, number=SHOWN)


class Answering:
    """What a solution is compared by: what it says, and the longest of its words; read once."""

    def __init__(self, row: Solution) -> None:
        """Read a solution with `challenges` and `tested_in`."""
        self.row = row
        text = f"{row.title} {row.summary} {row.description}"
        self.said = spoken(text)
        self.longest = telling_words(text, WORDS_OF_SOLUTIONS)


def _points_of_needs(one: Answering, there: Surroundings) -> Any:
    """Return the expression of what a need shares with a solution beside words."""
    challenges = [term.pk for term in one.row.challenges.all()]
    named: Any = Need.challenges.through._default_manager.filter(term__in=challenges)
    wanting: Any = Need.solution_types.through._default_manager.filter(term=one.row.type_id)
    return summed(
        [
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
        self.words = telling_words(f"{need.question} {need.description}")
        self.challenges, self.types = (
            {row.pk for row in rows.all()} for rows in (need.challenges, need.solution_types)
        )

    def points_beside_words(self) -> Any:
        """Return the expression of what a solution shares with the need beside words, as `_compared` counts it."""
        named: Any = Solution.challenges.through._default_manager.filter(term__in=self.challenges)
        there = self.there.rows(Solution.tested_in.through)
        return summed(
            [
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


def each_of(rows: Sequence[Any]) -> int:
    """Return how many candidates are compared with each of `rows`."""
    return min(CANDIDATES, MOST_CANDIDATES // max(len(rows), 1))


def in_order(found: Iterable[Near[Row]]) -> list[Near[Row]]:
    """Return those with enough points, the nearest first and the newest among equals."""
    enough = [hit for hit in found if hit.points >= LEAST_POINTS]
    return sorted(enough, key=lambda hit: (-hit.points, -hit.row.pk))[:SHOWN]
