"""People who could answer a question to an advice panel, each with the reasons.

Only members of the community who agreed to be shown in its directory and suggested, and have an account, ever are: to
administrators, too, who see others elsewhere. Who works for the asking organisations, takes part in the cluster, or
was asked already is left out.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from django.db.models import Case, Exists, OuterRef, Q, When
from django.utils import timezone
from django.utils.translation import gettext as _

from clusters.choices import ParticipationStatus
from clusters.models import Cluster, PanelQuestion, Participation
from community.choices import Language
from community.models import Affiliation, Member, User
from community.rights import can_see_directory
from community.similar import Near
from community.similar_people import places_of_work
from community.surroundings import Places, Surroundings
from community.telling import holding, point_if, points_for_words, shared_words, summed, telling_words

#: At most so many are compared: those with most points, as the database counts them.
CANDIDATES: Final = 120
#: So many are suggested at once, and found by a name or word.
SHOWN: Final = 8
#: A reason weighs so much: what is asked for before where and in which language.
EXPERTISE, PLACE, COUNTRY, WORDS, SPEAKS = 3, 2, 1, 1, 1


def people_for(question: PanelQuestion, user: User) -> list[Near[Member]]:
    """Return people who could answer a question (loaded by `for_page`), the nearest first; at most six queries.

    Each term of the expertise that is asked for counts three, working in, inside or around one of its places two, or
    else in the same country one, a language of it one, and so do words that a person says of themselves. Nobody is
    near by place or language alone.
    """
    on, around = timezone.localdate(), Places().around(question.territories.all())
    terms = {term.pk: term.label for term in question.expertise.all()}
    words = [] if terms else telling_words(question.text)
    fits = Q(pk__in=Member.expertise.through._default_manager.filter(term__in=terms).values("member"))
    rows = _askable(question, user, on).filter(fits | holding(words))
    ranked = rows.order_by(_points(question, around, terms, words, on).desc(), "-pk")
    found = [_near(question, around, row, terms, words) for row in ranked.for_page(on)[:CANDIDATES]]
    enough = [hit for hit in found if hit.points > 0]
    return sorted(enough, key=lambda hit: (-hit.points, -hit.row.pk))[:SHOWN]


def _points(question: PanelQuestion, around: Surroundings, terms: dict[int, str], words: list[str], on: date) -> Any:
    """Return the expression of what a person has for a question: at least as much as `_near` finds."""
    own = Affiliation.objects.current(on).filter(member=OuterRef("pk"))
    countries = {place.country for place in around.places} - {""}
    there = Q(Exists(own.filter(around.at("organisation__territory"))))
    there |= Q(
        Exists(own.filter(organisation__territory=None, organisation__country__in=[p.code for p in around.places]))
    )
    country = Q(Exists(own.filter(organisation__country__in=countries)))
    country |= Q(Exists(own.filter(organisation__territory__in=around.country)))
    has = (Member.expertise.through._default_manager.filter(term=term).values("member") for term in terms)
    speaking = Q(pk__in=[])
    for code in question.languages:
        speaking |= Q(pk__in=Member.objects.speaking(code).order_by().values("pk"))
    return summed(
        [
            *(point_if(Q(pk__in=rows), EXPERTISE) for rows in has),
            points_for_words(words),
            Case(When(there, then=PLACE), When(country, then=COUNTRY), default=0),
            point_if(speaking, SPEAKS),
        ]
    )


def people_named(question: PanelQuestion, user: User, query: str) -> list[Near[Member]]:
    """Return people of the directory whose name, organisation or expertise holds the words of `query`."""
    if not query.strip():
        return []
    on, around = timezone.localdate(), Places().around(question.territories.all())
    terms = {term.pk: term.label for term in question.expertise.all()}
    rows = _askable(question, user, on).matching(query).order_by("sort_name", "pk").for_page(on)
    return [_near(question, around, row, terms, []) for row in rows[:SHOWN]]


def _askable(question: PanelQuestion, user: User, on: date) -> Any:
    """Return the members who may be asked and have not been: not of the asking organisations, not of the cluster."""
    if not can_see_directory(user):
        return Member.objects.none()
    rows = Member.objects.visible_to(user).in_community().suggestible()
    rows = rows.filter(erased_at=None, user__is_active=True).exclude(user=user)
    rows = rows.exclude(pk__in=[question.asked_by_id, *(place.asked_id for place in question.answers.all())])
    colleagues = Affiliation.objects.current(on).filter(organisation__in=_asking_organisations(question, on))
    rows = rows.exclude(pk__in=colleagues.values("member"))
    if question.cluster_id is None:
        return rows
    parts = Participation.objects.filter(
        cluster=question.cluster_id, status=ParticipationStatus.ACTIVE, member__isnull=False
    )
    return rows.exclude(pk__in=parts.values("member"))


def _asking_organisations(question: PanelQuestion, on: date) -> list[int]:
    """Return the organisations of who asks: advice comes from elsewhere."""
    own = question.asked_by.affiliation_on(on)
    about: Any = question.about
    other = about.lead_organisation_id if isinstance(about, Cluster) else about.organisation_id
    return [pk for pk in (own.organisation_id if own else None, other) if pk is not None]


def _near(
    question: PanelQuestion, there: Surroundings, row: Member, terms: dict[int, str], words: list[str]
) -> Near[Member]:
    """Return a person (loaded by `for_page`) with the points and the reasons."""
    hit = Near(row)
    known = [term.pk for term in row.expertise.all() if term.pk in terms]
    hit.add(EXPERTISE * len(known), _("Expertise: %(names)s"), (terms[pk] for pk in known))
    spoken = dict(Language.choices)
    here, around = places_of_work(there, row)
    if words:
        said = " ".join([row.about, *(term.label for term in row.expertise.all())])
        hit.add(
            WORDS * min(len(shared_words(words, said)), 3), _("Knows about: %(names)s"), shared_words(words, said)[:5]
        )
    if hit.points:
        hit.add(PLACE, _("Works in: %(names)s"), here)
        hit.add(0 if here else COUNTRY, _("Works in the same country: %(names)s"), around)
        shared = [code for code in question.languages if code in row.languages]
        hit.add(SPEAKS, _("Speaks: %(names)s"), (str(spoken[code]) for code in shared if code in spoken))
    return hit
