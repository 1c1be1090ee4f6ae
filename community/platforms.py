"""What stands on the platform of a challenge: all kinds of actors, what is needed, offered, taken up, and who can help.

Needs, solutions and exchanges are asked here; clusters add theirs through `contributions` (sections of the page
"platform", numbers of the list, organisations).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from django.db.models import Count, F, Q, Window
from django.db.models.functions import RowNumber
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from community import contributions
from community.access import named_members
from community.choices import Vocabulary
from community.contributions import PlatformNumber
from community.models import Member, Need, Organisation, Partnership, PeerExchange, Solution, Subscription, Term, User
from community.querysets.cut import MOST_AT_ALL, UNFOLDS, cut
from community.rights import Viewer, can_see_directory
from community.similar import Near
from community.similar_people import knowing
from community.telling import point_if, shared_words, summed, theme_words

#: So many rows stand in a part of the page; the list behind it holds the rest.
SHOWN: Final = 6
#: So many organisations of a type stand on the page; the others are counted, and shown when they are asked for.
MOST_OF_A_TYPE: Final = 12


@dataclass
class Card:
    """A platform in the list, with its numbers in words."""

    term: Term
    numbers: list[str] = field(default_factory=list)


@dataclass
class Group:
    """Organisations of one type: how many there are, and those that are shown, the first by name."""

    label: str
    number: int = 0
    rows: list[Organisation] = field(default_factory=list)

    @property
    def more(self) -> int:
        """How many are not shown."""
        return self.number - len(self.rows)

    @property
    def too_many(self) -> int:
        """How many the page shows at all, where it never shows all of them; else 0."""
        return MOST_AT_ALL if self.number > MOST_AT_ALL else 0


def platform_cards(user: Viewer) -> list[Card]:
    """Return the platforms in the order of the vocabulary; a query a number, and one for the terms."""
    cards = [Card(term) for term in Term.objects.of(Vocabulary.CHALLENGE).in_use()]
    for number in contributions.platform_numbers:
        counts = number.count(user)
        for card in cards:
            card.numbers.append(number.words(counts.get(card.term.pk, 0)))
    return cards


def counted(rows: Any, through: Any, column: str) -> dict[int, int]:
    """Return how many of `rows` have each challenge, by the key of the term; one query."""
    beside = through._default_manager.filter(**{f"{column}__in": rows.order_by().values("pk")}).order_by()
    return dict(beside.values_list("term").annotate(number=Count(column, distinct=True)).values_list("term", "number"))


def _needs(user: Viewer) -> dict[int, int]:
    return counted(Need.objects.visible_to(user).open(), Need.challenges.through, "need")


def _solutions(user: Viewer) -> dict[int, int]:
    return counted(Solution.objects.published(), Solution.challenges.through, "solution")


def _exchanges(user: Viewer) -> dict[int, int]:
    return counted(PeerExchange.objects.open(), PeerExchange.challenges.through, "peerexchange")


NUMBERS: Final[dict[str, PlatformNumber]] = {
    "community.needs": PlatformNumber(
        lambda count: ngettext("%(count)d open need", "%(count)d open needs", count) % {"count": count}, _needs
    ),
    "community.solutions": PlatformNumber(
        lambda count: ngettext("%(count)d solution", "%(count)d solutions", count) % {"count": count}, _solutions
    ),
    "community.exchanges": PlatformNumber(
        lambda count: ngettext("%(count)d open exchange", "%(count)d open exchanges", count) % {"count": count},
        _exchanges,
    ),
}


def platform_parts(request: HttpRequest, term: Term) -> dict[str, Any]:
    """Return what the page of a platform shows of the community to this reader, in a fixed number of queries."""
    user, shows_all = request.user, request.GET.get(UNFOLDS) == "organisations"
    needs = cut(Need.objects.visible_to(user).open().on_challenge(term.pk).for_page(), SHOWN)
    solutions = cut(Solution.objects.published().on_challenges([term.code]).for_page(), SHOWN)
    exchanges = PeerExchange.objects.open().on_challenge(term.pk).for_page()
    offered = cut(exchanges.filter(is_offer=True), SHOWN)
    asked = cut(exchanges.filter(is_offer=False), SHOWN)
    openers = [row.opener.pk for row in (*offered.rows, *asked.rows) if row.opener is not None]
    return {
        "needs": needs,
        "solutions": solutions,
        "offered": offered,
        "asked": asked,
        "named": named_members(user, [*(need.raised_by_id for need in needs.rows), *openers]),
        "groups": organisations_on(term, user, most=MOST_AT_ALL if shows_all else MOST_OF_A_TYPE),
        "shows_all": shows_all,
        "people": people_on(term, user),
        "is_followed": is_followed(term, user),
    }


def is_followed(term: Term, user: Viewer) -> bool:
    """Tell whether an account follows a platform."""
    return isinstance(user, User) and Subscription.objects.about(term).filter(user=user).exists()


def organisations_on(term: Term, user: Viewer, *, most: int = MOST_OF_A_TYPE) -> list[Group]:
    """Return the organisations of a platform by type, the largest type first; those without one last; one query.

    Who raised a need, offers or asks, is a partner of a project with a solution on it, or works on its clusters. All
    of a type are counted, and at most so many loaded.
    """
    within = Q(pk__in=[])
    for source in _sources_of_organisations(term, user):
        within |= Q(pk__in=source)
    rows = Organisation.objects.visible_to(user).filter(within).select_related("kind")
    place = Window(RowNumber(), partition_by=F("kind"), order_by=("name", "pk"))
    of_type = Window(Count("pk"), partition_by=F("kind"))
    groups: dict[int | None, Group] = {}
    for row in rows.annotate(place=place, of_type=of_type).filter(place__lte=most).order_by("name", "pk"):
        label = row.kind.label if row.kind is not None else _("Type not entered")
        number: int = row.of_type  # type: ignore[attr-defined]
        groups.setdefault(row.kind_id, Group(label, number)).rows.append(row)
    return [
        groups[key] for key in sorted(groups, key=lambda key: (key is None, -groups[key].number, groups[key].label))
    ]


def _sources_of_organisations(term: Term, user: Viewer) -> list[Any]:
    """Return the keys of a platform's organisations, one query for each way in which they are its own."""
    solutions = Solution.objects.published().on_challenges([term.code]).order_by()
    partners = Partnership.objects.current(timezone.localdate()).filter(project__in=solutions.values("project"))
    exchanges = PeerExchange.objects.visible_to(None).on_challenge(term.pk).order_by()
    return [
        partners.values("organisation"),
        Need.objects.on_challenge(term.pk).order_by().values("organisation"),
        exchanges.values("offering_organisation"),
        exchanges.values("asking_organisation"),
        *(found for source in contributions.platform_organisations for found in source(term, user)),
    ]


def people_on(term: Term, user: Viewer) -> list[Near[Member]]:
    """Return people who can help, each with the reasons: of the directory, and for its readers alone.

    Expertise in what the challenge alone is called counts two, being the contact of a solution on it one. The database
    counts for everybody; those with most are loaded. Five queries.
    """
    if not can_see_directory(user):
        return []
    known: dict[str, list[Term]] = {Vocabulary.CHALLENGE: [], Vocabulary.EXPERTISE: []}
    for row in Term.objects.filter(vocabulary__in=known):
        known[row.vocabulary].append(row)
    others = [row.label for row in known[Vocabulary.CHALLENGE] if row.pk != term.pk and not row.is_retired]
    words = theme_words(term.label, others)
    experts = Q(pk__in=knowing(words, known[Vocabulary.EXPERTISE]))
    solutions = Solution.objects.published().on_challenges([term.code]).exclude(contact=None)
    contacts = Q(pk__in=solutions.order_by().values("contact"))
    rows = Member.objects.visible_to(user).in_community().suggestible().filter(experts | contacts, erased_at=None)
    points = summed([point_if(experts, 2), point_if(contacts)])
    people = list(rows.order_by(points.desc(), "sort_name", "pk").for_page(timezone.localdate())[:SHOWN])
    titles: dict[int, list[str]] = {}
    for contact, title in solutions.filter(contact__in=people).order_by("pk").values_list("contact", "title"):
        titles.setdefault(contact, []).append(title)
    return [_helper(row, words, titles.get(row.pk, [])) for row in people]


def _helper(row: Member, words: list[str], titles: list[str]) -> Near[Member]:
    """Return a person (loaded by `for_page`) with the reasons why they can help."""
    hit = Near(row)
    hit.add(2, _("Expertise: %(names)s"), (t.label for t in row.expertise.all() if shared_words(words, t.label)))
    hit.add(1, _("Contact of: %(names)s"), titles)
    return hit
