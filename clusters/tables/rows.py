"""Rows of the register: where they stand in one light query, their words and dates made once and kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.core.cache import cache
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.template.loader import get_template
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, ngettext

from clusters import search
from clusters.choices import ACTIVE_STATES, OPEN_STAGES, StageStatus, State
from clusters.models import Cluster, Participation, Stage
from clusters.pictures.drawing import number
from clusters.pictures.palette import css_name
from clusters.pictures.portfolio import BEGUN, COLOURS, DrawnCluster, portfolio
from clusters.querysets.cluster import ClusterQuerySet
from clusters.tables import drawn_html
from clusters.tables.bearings import Label
from clusters.tables.drawn_html import KEPT_SECONDS

#: The picture stands beside the filters, so it is drawn for less than the full page.
_TIMELINE_WIDTH: Final = 820


@dataclass(frozen=True)
class Place:
    """A row's place on a page, with all that decides whether its kept HTML is still true."""

    pk: int
    version: int
    updated_at: datetime
    state: str
    group_id: int | None
    lead_name: str | None
    lead_country: str | None


@dataclass(frozen=True)
class Row:
    """What one row of the register says, as the database has it."""

    pk: int
    reference: str | None
    draft_code: str
    title: str
    question: str
    language: str
    state: str
    state_since: datetime | None
    starts_on: date | None
    ends_on: date | None
    started_on: date | None
    ended_on: date | None
    lead_id: int | None
    lead_accepted_at: datetime | None
    merged_into: str | None
    organisations: int | None
    countries: int | None
    stages: int | None
    stages_done: int | None
    due_on: date | None

    @property
    def name(self) -> str:
        """What the address calls the cluster."""
        return self.reference or f"draft-{self.draft_code}"


_PLACE: Final = (
    "pk",
    "version",
    "updated_at",
    "state",
    "working_group_id",
    "lead_organisation__name",
    "lead_organisation__country",
)


def places(rows: ClusterQuerySet) -> list[Place]:
    """Return where the rows stand, in their order; one light query."""
    return [Place(*values) for values in rows.values_list(*_PLACE)]


def ranked_places(rows: ClusterQuerySet, query: str) -> list[Place]:
    """Return where the rows stand, few and found by `query`, the best first; one query."""
    found = {}
    heads = []
    for *values, reference, head in rows.in_order(search.NEWEST).values_list(*_PLACE, "reference", search.HEAD):
        place = Place(*values)
        found[place.pk] = place
        heads.append((place.pk, reference, head))
    return [found[pk] for pk in search.best_first(heads, query)]


def drawn(where: Sequence[Place], groups: Mapping[int, Label], on: date) -> SafeString:
    """Return the HTML of the rows as they stand on the day `on`, in the language of the page.

    What is kept is found under everything that it shows or that its version covers; one query reads the others.
    """
    language = get_language() or ""
    words = {pk: label.words for pk, label in groups.items()}
    keys = {
        place.pk: drawn_html.key("register-row", (place, words.get(place.group_id or 0, "")), on) for place in where
    }
    kept: dict[str, str] = cache.get_many(keys.values())
    missing = {place.pk: place for place in where if keys[place.pk] not in kept}
    made = {}
    for row in read(list(missing)) if missing else []:
        place = missing[row.pk]
        made[keys[row.pk]] = _html(row, place, words.get(place.group_id or 0, ""), language, on)
    cache.set_many(made, KEPT_SECONDS)
    html = kept | made
    # A row that was deleted between the two queries is left out.
    return SafeString("".join(html.get(keys[place.pk], "") for place in where))


def timeline(where: Sequence[Place], on: date) -> dict[str, Any]:
    """Return both drawings of when the clusters run, and the table that says the same."""
    by_key = {row.pk: row for row in read([place.pk for place in where])}
    rows = [by_key[place.pk] for place in where if place.pk in by_key]
    drawings = [
        DrawnCluster(
            name=row.title or row.name,
            state=row.state,
            start=row.started_on or row.starts_on,
            end=row.ended_on or row.ends_on,
            url=reverse("clusters:detail", args=[row.name]),
        )
        for row in rows
    ]
    return {
        "wide": portfolio(drawings, ident="timeline-wide", on=on, width=_TIMELINE_WIDTH),
        "narrow": portfolio(drawings, ident="timeline-narrow", on=on, wide=False),
        "lines": [(drawing, State(drawing.state).label) for drawing in drawings],
    }


def read(pks: Sequence[int]) -> list[Row]:
    """Return what stands in the rows of those clusters, in no order; one query."""
    active = Participation.objects.active().filter(cluster=OuterRef("pk")).order_by().values("cluster")
    stages = Stage.objects.filter(cluster=OuterRef("pk")).order_by()
    counted = stages.exclude(status=StageStatus.DROPPED).values("cluster").annotate(number=Count("pk"))
    done = stages.filter(status=StageStatus.DONE).values("cluster").annotate(number=Count("pk"))
    next_open = stages.filter(status__in=sorted(OPEN_STAGES)).order_by("position", "pk")
    countries = Count("organisation__country", distinct=True, filter=~Q(organisation__country=""))
    values: QuerySet[Cluster, Any] = (
        Cluster.objects.filter(pk__in=pks)
        .order_by()
        .values_list(
            "pk",
            "reference",
            "draft_code",
            "title",
            "question",
            "language",
            "state",
            "state_since",
            "starts_on",
            "ends_on",
            "started_on",
            "ended_on",
            "lead_id",
            "lead_accepted_at",
            "merged_into__reference",
            Subquery(active.annotate(number=Count("organisation", distinct=True)).values("number")),
            Subquery(active.annotate(number=countries).values("number")),
            Subquery(counted.values("number")),
            Subquery(done.values("number")),
            Subquery(next_open.values("planned_end_on")[:1]),
        )
    )
    return [Row(*row) for row in values]


def _html(row: Row, place: Place, group: str, language: str, on: date) -> str:
    is_late, note = how_it_stands(row, on)
    start, end = row.started_on or row.starts_on, row.ended_on or row.ends_on
    context = {
        "row": row,
        "url": reverse("clusters:detail", args=[row.name]),
        "lang": row.language if row.language != language.split("-")[0] else "",
        "group": group,
        "lead": place.lead_name,
        "country": place.lead_country,
        "size": _size(row),
        "state_label": State(row.state).label,
        "colour": css_name(COLOURS[State(row.state)]),
        "filled": _filled(row.state, start, end, on),
        "start": start,
        "end": end,
        "note": note,
        "is_late": is_late,
    }
    return get_template("clusters/list/_row.html").render(context)


def _filled(state: str, start: date | None, end: date | None, on: date) -> str:
    """Return how much of the time bar is filled, of 118.5: what has ended well is whole, what has begun up to today.

    The bar is that of `pictures.mini`, without the colours of paper: here the page's styles colour it.
    """
    share = 1.0 if state == State.CONCLUDED else 0.0
    if state in BEGUN and start is not None and end is not None:
        share = min(max((on - start).days / max((end - start).days, 1), 0.0), 1.0)
    return number(max(118.5 * share, 6.4)) if share else ""


def _size(row: Row) -> str:
    """Return how many organisations of how many countries take part."""
    if not row.organisations:
        return ""
    organisations = ngettext("%(count)d organisation", "%(count)d organisations", row.organisations) % {
        "count": row.organisations
    }
    if not row.countries:
        return organisations
    countries = ngettext("%(count)d country", "%(count)d countries", row.countries) % {"count": row.countries}
    return gettext("%(organisations)s, %(countries)s") % {"organisations": organisations, "countries": countries}


def how_it_stands(row: Row, on: date) -> tuple[bool, str]:
    """Return one sentence on how a cluster stands on the day `on`, and whether it wants attention."""
    since = timezone.localdate(row.state_since) if row.state_since else None
    if row.state in ACTIVE_STATES and (row.lead_id is None or row.lead_accepted_at is None):
        return True, gettext("a lead is wanted")
    told = _TELLERS.get(State(row.state))
    return told(row, on, since) if told else (False, "")


def _day(day: date) -> str:
    return date_format(day, "j M Y")


def _draft(row: Row, on: date, since: date | None) -> tuple[bool, str]:
    return False, gettext("not proposed yet")


def _submitted(row: Row, on: date, since: date | None) -> tuple[bool, str]:
    if row.lead_id is not None and row.lead_accepted_at is None:
        return False, gettext("waits for the named lead to accept")
    return False, _waiting(gettext("waits for a coordinator"), on, since)


def _returned(row: Row, on: date, since: date | None) -> tuple[bool, str]:
    return False, _waiting(gettext("waits for the proposer"), on, since)


def _waiting(who: str, on: date, since: date | None) -> str:
    """Return who is waited for, and for how many days."""
    days = (on - since).days if since else 0
    if days < 1:
        return who
    return ngettext("%(who)s for %(days)d day", "%(who)s for %(days)d days", days) % {"who": who, "days": days}


def _approved(row: Row, on: date, since: date | None) -> tuple[bool, str]:
    if row.starts_on is None:
        return False, ""
    if row.starts_on < on:
        return True, gettext("was to start on %(day)s") % {"day": _day(row.starts_on)}
    return False, gettext("starts on %(day)s") % {"day": _day(row.starts_on)}


def _running(row: Row, on: date, since: date | None) -> tuple[bool, str]:
    if row.ends_on is not None and row.ends_on < on:
        return True, gettext("was to end on %(day)s") % {"day": _day(row.ends_on)}
    stages, done = row.stages or 0, row.stages_done or 0
    if not stages:
        return False, ""
    if done >= stages:
        return False, ngettext("its one stage is done", "all %(count)d stages are done", stages) % {"count": stages}
    words = {"number": done + 1, "count": stages, "day": _day(row.due_on) if row.due_on else ""}
    if row.due_on is None:
        return False, gettext("stage %(number)d of %(count)d") % words
    return row.due_on < on, gettext("stage %(number)d of %(count)d, due on %(day)s") % words


def _paused(row: Row, on: date, since: date | None) -> tuple[bool, str]:
    return False, gettext("paused since %(day)s") % {"day": _day(since)} if since else ""


def _ended(row: Row, on: date, since: date | None) -> tuple[bool, str]:
    return False, gettext("ended on %(day)s") % {"day": _day(row.ended_on)} if row.ended_on else ""


def _refused(row: Row, on: date, since: date | None) -> tuple[bool, str]:
    return False, gettext("since %(day)s") % {"day": _day(since)} if since else ""


def _merged(row: Row, on: date, since: date | None) -> tuple[bool, str]:
    return False, gettext("merged into %(reference)s") % {"reference": row.merged_into} if row.merged_into else ""


_TELLERS: Final = {
    State.DRAFT: _draft,
    State.SUBMITTED: _submitted,
    State.RETURNED: _returned,
    State.APPROVED: _approved,
    State.RUNNING: _running,
    State.PAUSED: _paused,
    State.CONCLUDED: _ended,
    State.DISCONTINUED: _ended,
    State.DECLINED: _refused,
    State.WITHDRAWN: _refused,
    State.MERGED: _merged,
}
