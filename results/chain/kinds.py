"""The links of a chain but for peer reviews and lines of policy: needs, solutions, clusters, outcomes and uptakes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Exists, IntegerField, OuterRef, Prefetch, Q, QuerySet, Subquery, Value
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from clusters.choices import ParticipationStatus
from clusters.models import Cluster, Outcome, Participation
from clusters.tables.outcome import reach_of
from community import contributions, kinds
from community.models import Need, Organisation, Solution, Territory
from results.chain.policy import LINE
from results.chain.review import REVIEW, counted_as
from results.chain.shown import (
    files_number,
    files_of_solutions,
    files_shown,
    links_of_solutions,
    place_said,
    places,
    places_said,
    solution_evidence,
)
from results.choices import ConfirmationStatus, UptakeStep
from results.contributions import Agent, LinkKind, Node, Ref, Refs, chain_kinds, nothing
from results.models import PeerReview, Uptake, UptakeConfirmation

#: So many signs of a description stand in a story.
SAID = 280


def register() -> None:
    """Register the kinds from needs to lines of policy."""
    for kind in (NEED, SOLUTION, CLUSTER, REVIEW, OUTCOME, UPTAKE, LINE):
        chain_kinds.register(kind.code, kind)


def _short(text: str) -> str:
    return str(Truncator(" ".join(text.split())).chars(SAID))


def _day(moment: datetime | None) -> date | None:
    return timezone.localdate(moment) if moment is not None else None


def _agent(row: Organisation) -> Agent:
    return Agent("organisation", row.pk, row.name)


def _org(name: str, country: str) -> str:
    return f"{name} ({country})" if country else name


# Needs


def _needs(user: Any, keys: Collection[int]) -> Sequence[Node]:
    rows: Any = Need.objects.visible_to(user).filter(pk__in=keys).with_me_too_count().select_related("organisation")
    placed = rows.annotate(placed=places(Need.territories.through, "need"))
    return [_need(row) for row in placed.order_by("-raised_at", "-pk")]


def _need(row: Any) -> Node:
    said = ngettext("%(count)d other says “me too”.", "%(count)d others say “me too”.", row.me_too_count)
    return Node(
        "need",
        row.pk,
        row.question,
        reverse("community:need", args=[row.pk]),
        on=_day(row.raised_at),
        over=row.get_status_display(),
        who=_org(row.organisation.name, row.organisation.country) if row.organisation else "",
        said=said % {"count": row.me_too_count} if row.me_too_count else "",
        agents=[_agent(row.organisation)] if row.organisation else [],
        places=places_said(row.placed),
    )


# Solutions


def _solutions(user: Any, keys: Collection[int]) -> Sequence[Node]:
    rows: Any = Solution.objects.visible_to(user).filter(pk__in=keys).select_related("project", "maturity")
    shown = rows.annotate(
        placed=places(Solution.tested_in.through, "solution"),
        linked=links_of_solutions(),
        filed=files_of_solutions(user),
    )
    return [_solution(row) for row in shown.order_by("-published_at", "-pk")]


def _solution(row: Any) -> Node:
    where = _("Tested: %(where)s") % {"where": _short(row.where_tested)} if row.where_tested else ""
    return Node(
        "solution",
        row.pk,
        row.title,
        reverse("community:solution", args=[row.pk]),
        on=_day(row.published_at),
        over=row.maturity.label if row.maturity else "",
        who=row.project.acronym,
        where=where,
        said=row.summary or _short(row.description),
        evidence=solution_evidence(row),
        agents=[Agent("project", row.project_id, row.project.acronym)],
        places=places_said(row.placed),
    )


# Clusters


class Merges:
    """Which clusters were merged into which: few are, so that one query reads all of them."""

    def __init__(self) -> None:
        """Read them."""
        rows = Cluster.objects.filter(merged_into__isnull=False).order_by("pk").values_list("pk", "merged_into")
        self._into = {pk: into for pk, into in rows if into is not None}

    def after(self, pk: int) -> list[int]:
        """Return the one that took a cluster in, the one that took that in, and so on."""
        found: list[int] = []
        while (pk := self._into.get(pk, 0)) and pk not in found:
            found.append(pk)
        return found

    def before(self, pk: int) -> list[int]:
        """Return those that went on in a cluster, whether at once or by way of others."""
        return [one for one in self._into if pk in self.after(one)] if pk in self._into.values() else []


def _clusters(user: Any, keys: Collection[int]) -> Sequence[Node]:
    """Return those clusters, with those that were merged into them and those that took them in."""
    merges = Merges()
    wanted = {pk for key in keys for pk in (key, *merges.before(key), *merges.after(key))}
    return _cluster_nodes(Cluster.objects.visible_to(user).filter(pk__in=wanted), merges)


def _clusters_resting_on(user: Any, refs: Refs, most: int) -> Sequence[Node]:
    needs, solutions = refs.get("need", ()), refs.get("solution", ())
    further = Cluster.further_needs.through._default_manager.filter(need__in=needs)
    using = Cluster.solutions.through._default_manager.filter(solution__in=solutions)
    rows = Cluster.objects.visible_to(user).filter(
        Q(need__in=needs) | Q(pk__in=further.values("cluster")) | Q(pk__in=using.values("cluster"))
    )
    return _cluster_nodes(rows[:most], Merges())


def _cluster_nodes(rows: QuerySet[Cluster], merges: Merges) -> Sequence[Node]:
    """Return clusters as links; four queries."""
    present = Q(status=ParticipationStatus.ACTIVE) | Q(cluster__ended_on__isnull=False)
    parts = Participation.objects.took_part().filter(present, cluster=OuterRef("pk")).order_by().values("cluster")
    annotated: Any = rows.select_related("lead_organisation", "working_group", "owning_project").annotate(
        organisations=_number(parts, "organisation"),
        countries=_number(parts, "organisation__country"),
        placed=places(Cluster.territories.through, "cluster"),
    )
    found = list(annotated)
    keys = [row.pk for row in found]
    reports: dict[int, Any] = {}
    for provider in contributions.last_reports:
        reports |= provider("cluster", keys)
    causes = _causes(keys)
    return [_cluster(row, reports.get(row.pk), [*causes[row.pk], *_merged(merges, row.pk)]) for row in found]


def _causes(keys: Sequence[int]) -> dict[int, list[Ref]]:
    """Return the further needs and the solutions of clusters; one query."""
    found: dict[int, list[Ref]] = defaultdict(list)
    needs, solutions = (
        field.through._default_manager.filter(cluster__in=keys).order_by().values_list("cluster", Value(code), code)
        for code, field in (("need", Cluster.further_needs), ("solution", Cluster.solutions))
    )
    for key, code, pk in sorted(needs.union(solutions, all=True)) if keys else ():
        found[key].append((code, pk))
    return found


def _merged(merges: Merges, pk: int) -> list[Ref]:
    return [("cluster", one) for one in merges.before(pk)]


def _number(parts: Any, what: str) -> Subquery:
    """Return how many different `what` the parts of a cluster have."""
    return Subquery(parts.annotate(n=Count(what, distinct=True)).values("n"), output_field=IntegerField())


def _cluster(row: Any, report: Any, causes: Sequence[Ref]) -> Node:
    lead = row.lead_organisation
    needs: list[Ref] = [("need", row.need_id)] if row.need_id else []
    words = _("%(organisations)d organisations of %(countries)d countries take part.")
    if row.ended_on:
        words = _("%(organisations)d organisations of %(countries)d countries took part.")
    crowd = {"organisations": row.organisations or 0, "countries": row.countries or 0}
    return Node(
        "cluster",
        row.pk,
        row.title or row.name,
        row.get_absolute_url(),
        on=row.started_on or _day(row.approved_at) or _day(row.submitted_at) or _day(row.created_at),
        until=row.ended_on,
        over=f"{row.name} · {row.get_state_display()}",
        who=_("Led by %(name)s") % {"name": _org(lead.name, lead.country)} if lead else "",
        where=row.working_group.code if row.working_group else "",
        said=words % crowd if row.organisations and row.organisations > 1 else "",
        evidence=[(_("Factsheet, %(version)s") % {"version": report.label}, report.url)] if report else [],
        rests_on=list(dict.fromkeys([*needs, *causes])),
        agents=[_agent(lead)] if lead else [],
        places=places_said(row.placed),
    )


# Outcomes


def _outcomes(user: Any, keys: Collection[int]) -> Sequence[Node]:
    return [_outcome(row) for row in _outcome_rows(user).filter(pk__in=keys)]


def _outcomes_resting_on(user: Any, refs: Refs, most: int) -> Sequence[Node]:
    reviews = PeerReview.objects.filter(pk__in=refs.get("review", ()), outcome__isnull=False)
    rows = _outcome_rows(user).filter(Q(cluster__in=refs.get("cluster", ())) | Q(pk__in=reviews.values("outcome")))
    return [_outcome(row) for row in rows.order_by("-reached_on", "-pk")[:most]]


def _outcome_rows(user: Any) -> Any:
    clusters = Cluster.objects.visible_to(user).filter(pk=OuterRef("cluster_id"))
    rows = Outcome.objects.filter(Exists(clusters)).select_related("cluster")
    files = files_number(Outcome.evidence.through, "outcome", user)
    return rows.annotate(files=files, counting=counted_as())


def _outcome(row: Any) -> Node:
    url = reverse("clusters:outcomes", args=[row.cluster.name])
    evidence = [(_("Evidence of the outcome"), row.evidence_url)] if row.evidence_url else []
    reach = reach_of(row.participants_count, row.organisations_count, row.countries_count)
    return Node(
        "outcome",
        row.pk,
        row.title,
        url,
        on=row.reached_on or _day(row.created_at),
        over=" · ".join([row.get_kind_display(), *reach]),
        where=row.cluster.name,
        said=_short(row.description),
        evidence=[*evidence, *files_shown(row, url)],
        rests_on=[("cluster", row.cluster_id), *(("review", pk) for pk in sorted(row.counting or ()))],
    )


# Uptakes


def _uptakes(user: Any, keys: Collection[int]) -> Sequence[Node]:
    return _uptake_nodes(Uptake.objects.visible_to(user).filter(pk__in=keys), user)


def _uptakes_resting_on(user: Any, refs: Refs, most: int) -> Sequence[Node]:
    """Find those of the solution that the chain began with; else those of its clusters, else those of its outcome.

    With those of a solution come those of the outcomes that count as reviews of it.
    """
    rows = Uptake.objects.visible_to(user)
    if solutions := refs.get("solution"):
        rows = rows.filter(Q(solution__in=solutions) | Q(outcome__in=refs.get("outcome", ())))
    elif clusters := refs.get("cluster"):
        rows = rows.filter(cluster__in=clusters)
    else:
        rows = rows.filter(outcome__in=refs.get("outcome", ()))
    return _uptake_nodes(rows.in_order()[:most], user)


def _uptake_nodes(rows: QuerySet[Uptake], user: Any) -> Sequence[Node]:
    """Return uptakes as links; two queries."""
    confirmed = UptakeConfirmation.objects.filter(status=ConfirmationStatus.CONFIRMED).order_by("-answered_at", "-pk")
    joined = rows.select_related("organisation", "territory", "cluster").prefetch_related(
        Prefetch("confirmations", confirmed, to_attr="confirmed")
    )
    shown: Any = joined.annotate(files=files_number(Uptake.evidence.through, "uptake", user))
    return [_uptake(row) for row in shown.with_documented()]


def _uptake(row: Any) -> Node:
    shown = next((one for one in row.confirmed if one.statement == row.statement), None) if row.is_documented else None
    kind = f"{row.get_state_display()}, {row.get_kind_display().lower()}" if row.kind else row.get_state_display()
    evidence: list[tuple[Any, str]] = [(_("What shows it"), row.evidence_url)] if row.evidence_url else []
    evidence += files_shown(row, _uptake_url(row.pk))
    if shown is not None:
        evidence.append((_document_of(shown), shown.document_url))
    return Node(
        "uptake",
        row.pk,
        _org(row.organisation.name, row.organisation.country),
        _uptake_url(row.pk) or row.cluster.get_absolute_url(),
        on=row.in_use_on or _day(row.declared_at),
        until=row.stopped_on,
        over=kind,
        places=_place_of(row.territory),
        said=_short(row.adaptation),
        evidence=evidence,
        is_documented=row.is_documented if row.state == UptakeStep.IN_USE or row.is_refused else None,
        gone=_("The organisation did not confirm it.") if row.is_refused else "",
        rests_on=[
            ("solution", row.solution_id),
            ("cluster", row.cluster_id),
            *([("outcome", row.outcome_id)] if row.outcome_id else []),
        ],
        agents=[_agent(row.organisation)],
    )


def _place_of(row: Territory | None) -> list[str]:
    return [place_said(row.name, row.code, row.nuts_version)] if row is not None else []


def _document_of(row: Any) -> str:
    """Return in words when the adopting organisation confirmed, and with what."""
    day = date_format(timezone.localdate(row.answered_at), "j E Y")
    if row.document_number:
        given = {"day": day, "number": row.document_number}
        return _("Confirmed by the organisation on %(day)s, number %(number)s") % given
    return _("Confirmed by the organisation on %(day)s, with a document") % {"day": day}


def _uptake_url(pk: int) -> str:
    name = kinds.get("uptake").url_name
    try:
        return reverse(name, kwargs={"pk": pk}) if name else ""
    except NoReverseMatch:
        return ""


_L = gettext_lazy
NEED = LinkKind("need", _L("Need"), _L("Needs"), 10, "need", "saffron", "returned", _needs, nothing)
SOLUTION = LinkKind("solution", _L("Solution"), _L("Solutions"), 20, "result", "sea", "submitted", _solutions, nothing)
CLUSTER = LinkKind(
    "cluster",
    _L("Cluster"),
    _L("Clusters"),
    30,
    "cluster",
    "brand",
    "running",
    _clusters,
    _clusters_resting_on,
    prov="activity",
)
OUTCOME = LinkKind(
    "outcome", _L("Outcome"), _L("Outcomes"), 40, "outcome", "brand", "running", _outcomes, _outcomes_resting_on
)
UPTAKE = LinkKind(
    "uptake", _L("Uptake"), _L("Uptakes"), 50, "uptake", "olive", "documented", _uptakes, _uptakes_resting_on
)
