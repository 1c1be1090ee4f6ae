"""Who may help with a need: people of the directory, each with the reasons.

Points are given as in `community.similar`. People are shown only to those who read the directory, and only those who
agreed to stand in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _

from community.choices import Language, Vocabulary
from community.models import Affiliation, Member, MeToo, Need, Solution, Term
from community.ranked import Asked, Shares, Texts, first, nearest, scanned
from community.rights import can_see_directory
from community.similar import LEAST_POINTS, SHOWN, Near, Viewer, each_of, in_order
from community.surroundings import Places, Surroundings
from community.telling import point_if, shared_with, shared_words, summed, telling_words, theme_words
from community.visibility import member_of

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


def people_near(
    need: Need, user: Viewer, solutions: Iterable[Near[Solution]], places: Places | None = None
) -> list[Near[Member]]:
    """Return people of the directory who may help, the nearest first; nobody for who may not read the directory.

    Expertise in what the need is about, and being the contact of a solution near it, are two points each; working in,
    inside or around one of its places, or else in the same country, and words of what they say about themselves, one;
    so is a language of its countries for who is near it anyway. Who raised it or has it too is left out.
    """
    return people_near_each([need], user, {need.pk: list(solutions)}, places)[need.pk]


def people_near_each(
    needs: Sequence[Need],
    user: Viewer,
    solutions: Mapping[int, Sequence[Near[Solution]]],
    places: Places | None = None,
) -> dict[int, list[Near[Member]]]:
    """Return what `people_near` does for each of several needs, by their keys; eight queries for all of them."""
    if not needs or not can_see_directory(user):
        return {need.pk: [] for need in needs}
    places, terms = places or Places(), list(Term.objects.of(Vocabulary.EXPERTISE))
    helped = [_Helped(need, places, solutions[need.pk]) for need in needs]
    shares = scanned(_suggestible(user), [Asked(one.words, one.columns(terms)) for one in helped])
    keys = {pk for share in shares for pk in _candidates(share, each_of(needs))}
    texts = Texts(Member.objects.filter(pk__in=keys), "about")
    best = [_best(*one, texts) for one in zip(helped, shares, strict=True)]
    shown = Member.objects.filter(pk__in={pk for keys in best for pk in keys})
    members = {row.pk: row for row in shown.for_page(timezone.localdate())}
    return {
        one.need.pk: in_order(_person(one, members[pk]) for pk in keys if pk in members)
        for one, keys in zip(helped, best, strict=True)
    }


def _suggestible(user: Viewer) -> QuerySet[Member, Any]:
    """Return who may be suggested to a reader, the newest first."""
    # Administrators read everybody; suggested is who agreed to it, and nobody to themselves.
    rows = Member.objects.read_whole_by(user).in_community().suggestible().filter(erased_at=None).order_by("-pk")
    return rows.exclude(pk=me.pk) if (me := member_of(user)) else rows


class _Helped:
    """What people are compared with: the words of a need, what is around it, and the contacts of what is near it."""

    def __init__(self, need: Need, places: Places, solutions: Sequence[Near[Solution]]) -> None:
        self.need, self.words = need, _words_of_experts(need)
        self.there = places.around(need.territories.all())
        self.contacts = {hit.row.contact_id: hit.row.title for hit in solutions}
        self.local = {code for place in self.there.places for code in SPOKEN.get(place.country, ())}

    def columns(self, terms: Iterable[Term]) -> list[Any]:
        """Return the expressions of points: for expertise and solutions, a place, a language.

        The first is below 0 for who raised the need or has it too: they are left out.
        """
        contacts = set(self.contacts) - {None}
        certain = summed([point_if(Q(pk__in=knowing(self.words, terms)), 2), point_if(Q(pk__in=contacts), 2)])
        theirs = Q(pk=self.need.raised_by_id) | Q(pk__in=MeToo.objects.filter(need=self.need).values("member"))
        first_of_all = Case(When(theirs, then=Value(-1)), default=certain, output_field=IntegerField())
        return [first_of_all, *_likely_points(self.there, self.local)]


def _candidates(share: Shares, number: int) -> list[int]:
    """Return who is compared: a place alone is one point, so by a word or a solution, wherever they work."""
    near = {pk: one for pk, one in share.items() if one[0] > 0 or (one[0] == 0 and one[-1])}
    return first(near, lambda one: (-_at_most(one), -one[0]), number)


def _at_most(share: tuple[int, ...]) -> int:
    """Return the points that a person has at most; nothing where they are left out."""
    certain, works, speaks, held = share
    return 0 if certain < 0 else certain + works + speaks + (held > 0)


def _best(one: _Helped, share: Shares, texts: Texts) -> list[int]:
    def points(pk: int) -> int:
        certain, works, speaks, held = share[pk]
        found = certain + works + bool(held and shared_with(one.words, texts.said(pk)))
        return found + speaks if found >= LEAST_POINTS else found

    return nearest(texts.keys(), lambda pk: _at_most(share[pk]), points, least=LEAST_POINTS, number=SHOWN)


def knowing(words: list[str], terms: Iterable[Term]) -> Any:
    """Return the keys of who has an expertise (of these `terms`) whose label holds one of `words`."""
    fitting = [term.pk for term in terms if shared_words(words, term.label)]
    rows: Any = Member.expertise.through._default_manager.filter(term__in=fitting)
    return rows.values("member")


def _likely_points(there: Surroundings, local: Iterable[str]) -> list[Any]:
    """Return the expressions of what a person may have beside expertise and solutions: a place, a language."""
    countries = {place.country for place in there.places} - {""}
    speaking = Q(pk__in=[])
    for code in local:
        speaking |= Q(pk__in=Member.objects.speaking(code).order_by().values("pk"))
    inside = Q(organisation__territory__in=there.here | there.country)
    inside |= Q(organisation__territory=None, organisation__country__in=countries | {row.code for row in there.places})
    working = Affiliation.objects.current(timezone.localdate()).filter(inside)
    return [point_if(Q(pk__in=working.values("member"))), point_if(speaking)]


def naming(people: Iterable[Near[Member]]) -> str:
    """Return what takes people along to a new proposal, behind the first part of an address's query."""
    return "".join(f"&person={hit.row.key}" for hit in people)


def _words_of_experts(need: Need) -> list[str]:
    words = telling_words(f"{need.question} {need.description}")
    named = [telling_words(term.label) or theme_words(term.label) for term in need.challenges.all()]
    return list(dict.fromkeys([*words, *(word for one in named for word in one)]))


def _person(one: _Helped, row: Member) -> Near[Member]:
    """Return a person (loaded by `for_page`) with the points for what makes them near a need."""
    hit, words, contacts = Near(row), one.words, one.contacts
    hit.add(2, _("Expertise: %(names)s"), (t.label for t in row.expertise.all() if shared_words(words, t.label)))
    hit.add(2, _("Contact of: %(names)s"), [contacts[row.pk]] if row.pk in contacts else ())
    here, around = places_of_work(one.there, row)
    hit.add(1, _("Works in: %(names)s"), here)
    hit.add(0 if here else 1, _("Works in the same country: %(names)s"), around)
    hit.add(1, _("Says of themselves: %(names)s"), shared_words(words, row.about)[:5])
    if hit.points >= LEAST_POINTS:
        known = dict(Language.choices)
        hit.add(1, _("Speaks: %(names)s"), (str(known[code]) for code in row.languages if code in one.local))
    return hit


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
