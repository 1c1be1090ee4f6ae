"""Which offers fit which requests, each with the reasons; points as in `community.similar`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.db.models import Case, Exists, IntegerField, OuterRef, Q, When
from django.utils.translation import gettext as _

from community.models import ExchangeLanguage, PeerExchange
from community.similar import LEAST_POINTS, SHOWN
from community.surroundings import Places, Surroundings
from community.telling import point_if, points_for_words, shared_words, summed, telling_words

#: At most so many of the other side are compared: those that share most, as the database counts it.
CANDIDATES: Final = 60
#: So many offers, the newest, are compared with so many requests each: those that share most, however old.
COMPARED: Final = 20
REQUESTS: Final = 10
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


def pairs_of(rows: Sequence[PeerExchange], places: Places | None = None) -> list[Pair]:
    """Return which offers of `rows` (loaded by `for_page`) fit which requests among them, each offer once."""
    offers = [row for row in rows if row.is_offer and row.is_open]
    asked = [row for row in rows if not row.is_offer and row.is_open]
    places, found = places or Places(), []
    for offer in offers:
        there = places.around(offer.territories.all())
        best = _best(compare(offer, row, there) for row in asked if row.opener != offer.opener)
        if best:
            found.append((best[0].points, Pair(offer, best[0].row, best[0].reasons)))
    found.sort(key=lambda one: (-one[0], -one[1].offer.pk))
    return [pair for _points, pair in found[:PAIRS]]


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


def fitting_pairs() -> list[Pair]:
    """Return which of the newest open offers fit which open requests, however old; a fixed number of queries."""
    rows, places = PeerExchange.objects.open().order_by("-pk"), Places()
    offers = list(rows.filter(is_offer=True).for_page()[:COMPARED])
    best = Q(pk__in=[])
    for offer in offers:
        shared = _points(offer, places.around(offer.territories.all()))
        ranked = PeerExchange.objects.open().opposite(offer).order_by(shared.desc(), "-pk")
        best |= Q(pk__in=ranked.values("pk")[:REQUESTS])
    return pairs_of([*offers, *rows.filter(best, is_offer=False).for_page()], places)
