"""Reads of the coordinators' overview: how each cluster stands, as numbers that the database sorts by."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any, Final, Self

from django.apps import apps
from django.db import models
from django.db.models import Case, CharField, Count, Exists, F, IntegerField, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Cast, Coalesce, Concat
from django.utils import timezone

from clusters.choices import LEADING_ROLES, OPEN_STAGES, ParticipationRole, ParticipationStatus, State
from clusters.querysets.register import ORDERS, TITLE_HEAD, RegisterQuerySet
from community.choices import Standing

#: A cluster of which nobody was heard for so many days is quiet.
QUIET_DAYS: Final = 30
#: What is under way: something may still be asked of somebody.
UNDER_WAY: Final = (State.SUBMITTED, State.RETURNED, State.APPROVED, State.RUNNING, State.PAUSED)
#: From so many days on a proposal has waited too long: undecided, and with its proposer (`rules.reminders`).
WAITS_TOO_LONG: Final = {State.SUBMITTED: 7, State.RETURNED: 14}
#: Where silence and passed dates mean something.
WORKED_ON: Final = (State.APPROVED, State.RUNNING)

#: What keeps the work going is no word about it: a cluster stays quiet however often its lead is reminded.
NOT_HEARD: Final = (
    "review.assigned",
    "review.released",
    "lead.reminded",
    "lead.reminder_taken_back",
    "stage.reminded",
    "stage.reminder_taken_back",
    "participation.reminded",
    "participation.reminder_taken_back",
)

_BY_REFERENCE = ORDERS["-reference"]
OVERVIEW_ORDERS: Final[dict[str, tuple[Any, ...]]] = {
    "attention": (F("waits_long").desc(), F("late_count").desc(), F("heard_at").asc(nulls_first=True), *_BY_REFERENCE),
    "silence": (F("heard_at").asc(nulls_first=True), *_BY_REFERENCE),
    "overdue": (F("late_count").desc(), *_BY_REFERENCE),
    "end": ORDERS["end"],
    "title": (TITLE_HEAD.asc(), F("pk").asc()),
}


def quiet_before(on: date) -> datetime:
    """Return the moment before which the last word must lie for a cluster to be quiet on the day `on`."""
    return timezone.make_aware(datetime.combine(on - timedelta(days=QUIET_DAYS - 1), time.min))


def gone(path: str = "") -> Q:
    """Return the condition that a person is no longer there, as `clusters.permissions.is_gone` tells of one."""
    at = f"{path}__" if path else ""
    found = Q(**{f"{at}standing": Standing.FORMER}) | Q(**{f"{at}erased_at__isnull": False})
    return found | Q(**{f"{at}user__is_active": False})


class OverviewQuerySet(RegisterQuerySet):
    """How clusters stand on a day: `heard_at`, `late_count`, `organisation_count`, `waits_long` (1 or 0)."""

    def with_health(self, on: date) -> Self:
        """Add when a person last did something, how many stages are overdue, how many organisations take part.

        The registry's own events are no word from anybody, nor are reminders. Stages of a paused one are not late.
        """
        event, stage, part = (
            apps.get_model("community", "Event"),
            apps.get_model("clusters", "Stage"),
            apps.get_model("clusters", "Participation"),
        )
        chain = Concat(Value("cluster:"), Cast(OuterRef("pk"), CharField()), output_field=CharField())
        said = event.objects.filter(chain=chain, by__isnull=False).exclude(verb__in=NOT_HEARD)
        heard = said.order_by("-number").values("at")[:1]
        late = stage.objects.filter(
            cluster=OuterRef("pk"),
            cluster__state=State.RUNNING,
            status__in=sorted(OPEN_STAGES),
            planned_end_on__lt=on,
        )
        there = part.objects.filter(cluster=OuterRef("pk"), status=ParticipationStatus.ACTIVE)
        return self.annotate(
            heard_at=Coalesce(Subquery(heard), F("state_since")),
            late_count=_number_of(late, "pk"),
            organisation_count=_number_of(there, "organisation"),
            waits_long=Case(When(_waited_too_long(on), then=1), default=0, output_field=IntegerField()),
        )

    def kept_by(self, member_id: int) -> Self:
        """Keep what a person does the lead's work of: as accepted lead, as acting lead, or as deputy."""
        deputy = apps.get_model("clusters", "Participation").objects.filter(
            member=member_id, role=ParticipationRole.DEPUTY, status=ParticipationStatus.ACTIVE
        )
        leads = Q(lead=member_id, lead_accepted_at__isnull=False)
        acts = Q(acting_lead=member_id, lead_accepted_at__isnull=True)
        return self.filter(leads | acts | Q(pk__in=deputy.values("cluster")))

    def left_by_lead(self) -> Self:
        """Keep what nobody leads who is still there: no lead who agreed, nobody who acts as one, and no deputy."""
        here = apps.get_model("community", "Member").objects.exclude(gone())
        deputy = apps.get_model("clusters", "Participation").objects.filter(
            member__in=here.order_by().values("pk"), role__in=LEADING_ROLES, status=ParticipationStatus.ACTIVE
        )
        leads = Q(lead__isnull=False, lead_accepted_at__isnull=False) & ~gone("lead")
        acts = Q(acting_lead__isnull=False) & ~gone("acting_lead") & Q(lead_accepted_at__isnull=True)
        return self.exclude(leads).exclude(acts).exclude(pk__in=deputy.order_by().values("cluster"))

    def with_old_roadmap(self, on: date, days: int) -> Self:
        """Keep what has an open stage that nobody confirmed for so many days (`rules.roadmap.age_of_roadmap`)."""
        first = timezone.make_aware(datetime.combine(on - timedelta(days=days - 1), time.min))
        unsaid = Q(confirmed_at__isnull=True, cluster__started_on__lte=on - timedelta(days=days))
        rows = apps.get_model("clusters", "Stage").objects.open().filter(cluster=OuterRef("pk"))
        return self.filter(Exists(rows.filter(Q(confirmed_at__lt=first) | unsaid)))

    def under_way(self) -> Self:
        """Keep what is proposed, approved, running or paused."""
        return self.filter(state__in=UNDER_WAY)

    def quiet(self, on: date) -> Self:
        """Keep what should move and of which nobody was heard for `QUIET_DAYS`; after `with_health`."""
        return self.filter(state__in=WORKED_ON, heard_at__lt=quiet_before(on))

    def overdue(self, on: date) -> Self:
        """Keep what has an overdue stage or is past its planned start or end; after `with_health`."""
        start = Q(state=State.APPROVED, starts_on__lt=on)
        end = Q(state__in=[State.RUNNING, State.PAUSED], ends_on__lt=on)
        return self.filter(Q(late_count__gt=0) | start | end)

    def in_overview_order(self, sort: str) -> Self:
        """Put them into one of `OVERVIEW_ORDERS`."""
        return self.order_by(*OVERVIEW_ORDERS[sort])


def _waited_too_long(on: date) -> Q:
    """Return the condition for proposals that wait for longer than they should."""
    found = Q()
    for state, days in WAITS_TOO_LONG.items():
        first = timezone.make_aware(datetime.combine(on - timedelta(days=days), time.min))
        found |= Q(state=state, state_since__lt=first)
    return found


def _number_of(rows: models.QuerySet[Any], what: str) -> Coalesce:
    """Return how many different `what` the rows of each cluster have, as an expression."""
    counted = rows.order_by().values("cluster").annotate(number=Count(what, distinct=True)).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)
