"""Reads of exchanges between peers, and of liaisons."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from community.choices import OPEN_EXCHANGES, ExchangeKind, ExchangeStatus, asked_after
from community.querysets.period import PeriodQuerySet, rows_of
from community.querysets.search import SearchableQuerySet
from community.querysets.territory import lying_within
from community.visibility import is_administrator, member_of

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from community.models import Liaison, Member, Organisation, PeerExchange, User


class PeerExchangeQuerySet(SearchableQuerySet["PeerExchange"]):
    """Visits, calls and mentorships."""

    def visible_to(self, user: User | AnonymousUser | None) -> Self:
        """Keep what `user` may see: like needs, everybody sees all, withdrawn ones apart.

        Those are for the two sides and administrators. Who they are is another question (`named_members`).
        """
        if is_administrator(user):
            return self.all()
        shown = ~Q(status=ExchangeStatus.CANCELLED)
        me = member_of(user)
        return self.filter(shown if me is None else shown | Q(offered_by=me) | Q(asked_by=me))

    def told_to(self, user: User | AnonymousUser | None) -> Self:
        """Keep those about which `user` gets mails: what they see, and what they would have liked to take part in."""
        me, seen = member_of(user), self.visible_to(user)
        if me is None or is_administrator(user):
            return seen
        return seen | self.filter(pk__in=rows_of("ExchangeWish").filter(member=me).order_by().values("exchange"))

    def open(self) -> Self:
        """Keep those to which somebody may say "I would like to"."""
        return self.filter(status__in=OPEN_EXCHANGES)

    def opposite(self, exchange: PeerExchange) -> Self:
        """Keep the offers beside a request, and the requests beside an offer."""
        return self.filter(is_offer=not exchange.is_offer)

    def of_member(self, member: Member) -> Self:
        """Keep those in which a person has a side."""
        return self.filter(Q(offered_by=member) | Q(asked_by=member))

    def opened_by(self, member: Member) -> Self:
        """Keep those that a person opened."""
        return self.filter(Q(is_offer=True, offered_by=member) | Q(is_offer=False, asked_by=member))

    def of_organisation(self, organisation: Organisation) -> Self:
        """Keep those in which an organisation has a side."""
        return self.filter(Q(offering_organisation=organisation) | Q(asking_organisation=organisation))

    def on_challenge(self, term_id: int) -> Self:
        """Keep those on one challenge."""
        rows: Any = self.model.challenges.through._default_manager.filter(term_id=term_id)
        return self.filter(pk__in=rows.values("peerexchange"))

    def within(self, code: str) -> Self:
        """Keep those of a territory, or of one that lies in it (`TerritoryQuerySet.within`)."""
        places: Any = self.model.territories.through._default_manager.filter(territory__in=lying_within(code))
        return self.filter(pk__in=places.values("peerexchange"))

    def in_language(self, code: str) -> Self:
        """Keep those that can be held in a language."""
        return self.filter(pk__in=rows_of("ExchangeLanguage").filter(code=code).values("exchange"))

    def with_wish_count(self) -> Self:
        """Add `wish_count`: how many would like to."""
        said = rows_of("ExchangeWish").filter(exchange=OuterRef("pk")).order_by()
        count = said.values("exchange").annotate(count=Count("pk")).values("count")
        return self.annotate(wish_count=Coalesce(Subquery(count), 0))

    def for_page(self) -> Self:
        """Load what a row of a list or the page of an exchange shows, in a fixed number of queries."""
        sides = ("offered_by__user", "asked_by__user", "offering_organisation", "asking_organisation")
        return self.with_wish_count().select_related(*sides).prefetch_related("territories", "challenges", "languages")

    def waiting_for(self, member: Member, on: date) -> Self:
        """Keep what waits for a person: wishes for their open ones, and agreed ones whose last day has passed.

        One without days is over so long after its agreement (`asked_after`), as `PeerExchange.over_on` says. Adds
        `first_wish_at`.
        """
        wished = rows_of("ExchangeWish").values("exchange")
        first = rows_of("ExchangeWish").filter(exchange=OuterRef("pk")).order_by("said_at", "pk")
        opened = Q(is_offer=True, offered_by=member) | Q(is_offer=False, asked_by=member)
        over = Q(ends_on__lt=on) | Q(ends_on=None, starts_on__lt=on)
        for kind in ExchangeKind:
            agreed = on - timedelta(days=asked_after(kind))
            over |= Q(ends_on=None, starts_on=None, kind=kind, state_since__date__lt=agreed)
        rows = self.of_member(member).annotate(first_wish_at=Subquery(first.values("said_at")[:1]))
        return rows.filter(Q(opened, status__in=OPEN_EXCHANGES, pk__in=wished) | Q(over, status=ExchangeStatus.AGREED))


class LiaisonQuerySet(PeriodQuerySet["Liaison"]):
    """Contacts with outside networks, from one day to another."""

    def visible_to(self, user: User | AnonymousUser | None) -> Self:
        """Keep what `user` may see: which networks a group or cluster keeps contact with is no secret.

        Of a cluster that somebody may not see, the cluster's own page holds them back.
        """
        return self.all()

    def of_subject(self, kind: str, pk: int) -> Self:
        """Keep those that a working group, or a subject of another kind, keeps; those that hold come first."""
        rows = self.filter(working_group=pk) if kind == "working_group" else self.filter(kind=kind, subject_id=pk)
        return rows.select_related("organisation", "kept_by").order_by(
            models.F("until_on").desc(nulls_first=True), "network", "pk"
        )
