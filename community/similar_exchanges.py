"""Which offers fit which requests, each with the reasons; points as in `community.similar`."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property, reduce
from operator import or_
from typing import Any, Final

from django.db.models import Case, Exists, IntegerField, OuterRef, Q, When
from django.utils.translation import gettext as _

from community.models import ExchangeLanguage, PeerExchange
from community.similar import LEAST_POINTS, SHOWN
from community.surroundings import Places, Surroundings
from community.telling import point_if, points_for_words, shared_words, split_words, summed, telling_words

#: At most so many of the other side are compared: those that share most, as the database counts it.
CANDIDATES: Final = 60
#: So many open offers at most, the newest, are compared with so many open requests.
COMPARED: Final = 1_000
#: So many pairs stand beside the list.
PAIRS: Final = 4


@dataclass
class Fit:
    """An exchange of the other side, with the points and the sentences that say why it fits."""

    row: PeerExchange
    points: int = 0
    reasons: list[str] = field(default_factory=list)

    def add(self, points: int, sentence: str, names: Iterable[str]) -> None:
        """Give points for names that both share; none for no names."""
        if said := list(dict.fromkeys(names)):
            self.points += points
            self.reasons.append(sentence % {"names": ", ".join(said)})


@dataclass(frozen=True)
class Pair:
    """An offer beside a request that it fits."""

    offer: PeerExchange
    request: PeerExchange
    reasons: list[str]


@dataclass(frozen=True)
class Fitting:
    """The pairs that fit best, and how many offers were compared with how many requests."""

    pairs: list[Pair]
    offers: int
    requests: int

    @property
    def is_cut(self) -> bool:
        """Whether there may be more that were not compared."""
        return COMPARED in (self.offers, self.requests)


def exchanges_near(exchange: PeerExchange) -> list[Fit]:
    """Return open exchanges of the other side that fit, the best first; a fixed number of queries.

    A shared challenge, language or place is a point each, so is a place in the same country; shared
    words are up to three. Where both name languages and share none, they do not fit; nor do two of one person.
    """
    there = Places().around(exchange.territories.all())
    rows = PeerExchange.objects.open().opposite(exchange).for_page()
    ranked = rows.order_by(_points(exchange, there).desc(), "-pk")[:CANDIDATES]
    return _best(compare(exchange, row, there) for row in ranked if row.opener != exchange.opener)


def _points(exchange: PeerExchange, around: Surroundings) -> Any:
    """Return the expression of what another exchange shares with this one: at least as much as `compare` finds.

    None where both name languages and share none.
    """
    codes = [row.code for row in exchange.languages.all()]
    spoken = ExchangeLanguage.objects.filter(exchange=OuterRef("pk"))
    named: Any = PeerExchange.challenges.through._default_manager.filter(term__in=exchange.challenges.all())
    there = around.rows(PeerExchange.territories.through)
    same_language = Q(Exists(spoken.filter(code__in=codes)))
    shared = summed(
        [
            points_for_words(telling_words(f"{exchange.topic} {exchange.description}")),
            point_if(Q(pk__in=named.values("peerexchange"))),
            point_if(Q(pk__in=there.values("peerexchange"))),
            point_if(same_language),
        ]
    )
    strangers = Q(Exists(spoken)) & ~same_language if codes else Q(pk__in=[])
    return Case(When(strangers, then=0), default=shared, output_field=IntegerField())


def compare(one: PeerExchange, other: PeerExchange, there: Surroundings) -> Fit:
    """Return how well two exchanges fit, and why; `there` is around the places of the first."""
    hit = Fit(other)
    spoken = {row.code for row in one.languages.all()}
    understood = [row for row in other.languages.all() if row.code in spoken]
    if spoken and other.languages.all() and not understood:
        return hit
    words = shared_words(telling_words(f"{one.topic} {one.description}"), f"{other.topic} {other.description}")
    hit.add(min(len(words), 3), _("Both speak of: %(names)s"), words[:5])
    mine = {term.pk for term in one.challenges.all()}
    hit.add(1, _("Same challenge: %(names)s"), (term.label for term in other.challenges.all() if term.pk in mine))
    same, around = there.shared(other.territories.all())
    hit.add(1, _("Same territory: %(names)s"), same)
    hit.add(0 if same else 1, _("Same country: %(names)s"), around)
    hit.add(1, _("Language of both: %(names)s"), (str(row) for row in understood))
    hit.add(0, _("Same form: %(names)s"), [other.get_kind_display()] if other.kind == one.kind else ())
    return hit


def _best(found: Iterable[Fit]) -> list[Fit]:
    enough = [hit for hit in found if hit.points >= LEAST_POINTS]
    return sorted(enough, key=lambda hit: (-hit.points, -hit.row.pk))[:SHOWN]


def fitting_pairs() -> Fitting:
    """Return which open offers fit which open requests best, each offer once; nine queries.

    Every offer is compared with every request, the newest `COMPARED` of each where there are more: what requests share
    with an offer is a number with a bit for each of them, so that a pair costs a part of one operation.
    """
    places = Places()
    offers, asked = (_Side(is_offer=is_offer) for is_offer in (True, False))
    found = [one for pk in offers.keys if (one := _best_request(offers, pk, asked, places))]
    found.sort(key=lambda one: (-one[0], -one[1]))
    wanted = [(offer, request) for _points, offer, request in found[:PAIRS]]
    shown = PeerExchange.objects.filter(pk__in={pk for pair in wanted for pk in pair}).for_page()
    rows = {row.pk: row for row in shown}
    return Fitting(
        [_pair(rows[offer], rows[request], places) for offer, request in wanted if {offer, request} <= rows.keys()],
        offers=len(offers.keys),
        requests=len(asked.keys),
    )


def _pair(offer: PeerExchange, request: PeerExchange, places: Places) -> Pair:
    return Pair(offer, request, compare(offer, request, places.around(offer.territories.all())).reasons)


class _Side:
    """The open offers or the open requests, the newest last, with what is shared as masks of their positions."""

    def __init__(self, *, is_offer: bool) -> None:
        """Read the newest `COMPARED`; four queries."""
        rows = PeerExchange.objects.open().filter(is_offer=is_offer).order_by("-pk")
        read = list(rows.values_list("pk", "offered_by" if is_offer else "asked_by", "topic", "description")[:COMPARED])
        self.keys = [pk for pk, *_said in reversed(read)]
        self.openers = {pk: opener for pk, opener, *_said in read}
        self.texts = {pk: " ".join(said) for pk, _opener, *said in read}
        self.bits = {pk: 1 << at for at, pk in enumerate(self.keys)}
        through = PeerExchange.challenges.through, PeerExchange.territories.through
        self.challenges, self.territories = (
            self._of(each._default_manager.filter(peerexchange__in=self._among(rows)), "peerexchange", name)
            for each, name in zip(through, ("term", "territory"), strict=True)
        )
        self.languages = self._of(ExchangeLanguage.objects.filter(exchange__in=self._among(rows)), "exchange", "code")

    def _among(self, rows: Any) -> Any:
        return rows.filter(pk__gte=self.keys[0]).order_by().values("pk") if self.keys else []

    def _of(self, rows: Any, key: str, value: str) -> dict[int, set[Any]]:
        """Return what each has of one kind."""
        found: dict[int, set[Any]] = {pk: set() for pk in self.keys}
        for pk, one in rows.order_by().values_list(key, value):
            if pk in found:
                found[pk].add(one)
        return found

    @cached_property
    def masks(self) -> dict[str, dict[Any, int]]:
        """For each kind of what may be shared, who has what."""
        said = {pk: set(split_words(text)) for pk, text in self.texts.items()}
        kinds = {"opener": {pk: {opener} for pk, opener in self.openers.items()}, "word": said}
        kinds |= {"challenge": self.challenges, "territory": self.territories, "language": self.languages}
        found: dict[str, dict[Any, int]] = {kind: {} for kind in kinds}
        for kind, had in kinds.items():
            for pk, values in had.items():
                for value in values:
                    found[kind][value] = found[kind].get(value, 0) | self.bits[pk]
        return found

    @cached_property
    def _vocabulary(self) -> list[str]:
        return sorted(self.masks["word"])

    def having(self, kind: str, values: Iterable[Any]) -> int:
        """Return the mask of those that have one of some values."""
        return reduce(or_, (self.masks[kind].get(value, 0) for value in values), 0)

    @cached_property
    def naming_languages(self) -> int:
        """The mask of those that name a language."""
        return reduce(or_, self.masks["language"].values(), 0)

    def saying(self, word: str) -> int:
        """Return the mask of those in which a word begins with `word`."""
        at, found = bisect_left(self._vocabulary, word), 0
        while at < len(self._vocabulary) and self._vocabulary[at].startswith(word):
            found |= self.masks["word"][self._vocabulary[at]]
            at += 1
        return found


def _best_request(offers: _Side, pk: int, asked: _Side, places: Places) -> tuple[int, int, int] | None:
    """Return the points, the offer and the request that fits it best, the newest of equals, as `compare` counts."""
    everybody = (1 << len(asked.keys)) - 1
    spoken = offers.languages[pk]
    understood = asked.having("language", spoken)
    left_out = asked.having("opener", [offers.openers[pk]])
    left_out |= asked.naming_languages & ~understood if spoken else 0
    words = [everybody, 0, 0, 0]
    for word in telling_words(offers.texts[pk]):
        _count(words, asked.saying(word))
    around = places.around_keys(offers.territories[pk])
    others = (asked.having("challenge", offers.challenges[pk]), asked.having("territory", around), understood)
    levels = [everybody & ~left_out, *[0] * (len(words) - 1 + len(others))]
    for mask in (*words[1:], *others):
        _count(levels, mask)
    points = max(level for level, mask in enumerate(levels) if mask or level == 0)
    return (points, pk, asked.keys[levels[points].bit_length() - 1]) if points >= LEAST_POINTS else None


def _count(levels: list[int], mask: int) -> None:
    """Give those of a mask one more: level n is the mask of those that have n at least."""
    for level in range(len(levels) - 1, 0, -1):
        levels[level] |= levels[level - 1] & mask
