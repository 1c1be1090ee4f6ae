"""The links of a chain but for peer reviews and lines of policy: needs, solutions, clusters, outcomes and uptakes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Exists, IntegerField, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from clusters.models import Cluster, Outcome, Participation
from community import contributions, kinds
from community.choices import FileVisibility
from community.models import Need, Solution
from community.visibility import is_cop
from results.chain.policy import LINE
from results.chain.review import REVIEW, counted_as
from results.choices import ConfirmationStatus, UptakeStep
from results.contributions import LinkKind, Node, Refs, chain_kinds, nothing
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


def _org(name: str, country: str) -> str:
    return f"{name} ({country})" if country else name


# Needs


def _needs(user: Any, keys: Collection[int]) -> Sequence[Node]:
    rows = Need.objects.visible_to(user).filter(pk__in=keys).with_me_too_count().select_related("organisation")
    return [_need(row) for row in rows.order_by("-raised_at", "-pk")]


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
        agents=[row.organisation.name] if row.organisation else [],
    )


# Solutions


def _solutions(user: Any, keys: Collection[int]) -> Sequence[Node]:
    rows = Solution.objects.visible_to(user).filter(pk__in=keys).select_related("project", "maturity")
    return [_solution(row) for row in rows.order_by("-published_at", "-pk")]


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
        evidence=[(_("The result on its own page"), row.website)] if row.website else [],
        agents=[row.project.acronym],
    )


# Clusters


def _clusters(user: Any, keys: Collection[int]) -> Sequence[Node]:
    return _cluster_nodes(Cluster.objects.visible_to(user).filter(pk__in=keys))


def _clusters_resting_on(user: Any, refs: Refs, most: int) -> Sequence[Node]:
    needs, solutions = refs.get("need", ()), refs.get("solution", ())
    further = Cluster.further_needs.through._default_manager.filter(need__in=needs)
    using = Cluster.solutions.through._default_manager.filter(solution__in=solutions)
    rows = Cluster.objects.visible_to(user).filter(
        Q(need__in=needs) | Q(pk__in=further.values("cluster")) | Q(pk__in=using.values("cluster"))
    )
    return _cluster_nodes(rows[:most])


def _cluster_nodes(rows: QuerySet[Cluster]) -> Sequence[Node]:
    """Return clusters as links; five queries."""
    parts = Participation.objects.active().filter(cluster=OuterRef("pk")).order_by().values("cluster")
    annotated: Any = rows.select_related("lead_organisation", "working_group", "owning_project").annotate(
        organisations=_number(parts, "organisation"), countries=_number(parts, "organisation__country")
    )
    found = list(
        annotated.prefetch_related(
            Prefetch("further_needs", Need.objects.only("pk").order_by("pk")),
            Prefetch("solutions", Solution.objects.only("pk").order_by("pk")),
        )
    )
    reports: dict[int, Any] = {}
    for provider in contributions.last_reports:
        reports |= provider("cluster", [row.pk for row in found])
    return [_cluster(row, reports.get(row.pk)) for row in found]


def _number(parts: Any, what: str) -> Subquery:
    """Return how many different `what` the parts of a cluster have."""
    return Subquery(parts.annotate(n=Count(what, distinct=True)).values("n"), output_field=IntegerField())


def _cluster(row: Any, report: Any) -> Node:
    lead = row.lead_organisation
    needs = [row.need_id] if row.need_id else []
    needs += [need.pk for need in row.further_needs.all()]
    words = _("%(organisations)d organisations of %(countries)d countries take part.")
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
        evidence=[(report.label, report.url)] if report else [],
        rests_on=[*(("need", pk) for pk in dict.fromkeys(needs)), *(("solution", s.pk) for s in row.solutions.all())],
        agents=[lead.name] if lead else [],
    )


def _files(through: Any, part: str, user: Any) -> Subquery:
    """Return how many files show a part, of those that are for everybody or for the community that the reader is of."""
    classes = [FileVisibility.PUBLIC, *([FileVisibility.COP] if is_cop(user) else [])]
    rows = through._default_manager.filter(**{part: OuterRef("pk")}, file__removed_at=None)
    counted = rows.filter(file__visibility__in=classes).order_by().values(part).annotate(n=Count("pk"))
    return Subquery(counted.values("n"), output_field=IntegerField())


def _files_shown(row: Any, url: str) -> list[tuple[str, str]]:
    """Return the files of a part as evidence, in words, with where they are fetched."""
    if not row.files:
        return []
    return [(ngettext("%(count)d file", "%(count)d files", row.files) % {"count": row.files}, url)]


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
    files = _files(Outcome.evidence.through, "outcome", user)
    return rows.annotate(files=files, counting=counted_as())


def _outcome(row: Any) -> Node:
    url = reverse("clusters:outcomes", args=[row.cluster.name])
    evidence = [(_("Evidence of the outcome"), row.evidence_url)] if row.evidence_url else []
    return Node(
        "outcome",
        row.pk,
        row.title,
        url,
        on=row.reached_on or _day(row.created_at),
        over=row.get_kind_display(),
        where=row.cluster.name,
        said=_short(row.description),
        evidence=[*evidence, *_files_shown(row, url)],
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
    shown: Any = joined.annotate(files=_files(Uptake.evidence.through, "uptake", user))
    return [_uptake(row) for row in shown.with_documented()]


def _uptake(row: Any) -> Node:
    shown = next((one for one in row.confirmed if one.statement == row.statement), None) if row.is_documented else None
    kind = f"{row.get_state_display()}, {row.get_kind_display().lower()}" if row.kind else row.get_state_display()
    evidence: list[tuple[Any, str]] = [(_("What shows it"), row.evidence_url)] if row.evidence_url else []
    evidence += _files_shown(row, _uptake_url(row.pk))
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
        where=row.territory.name if row.territory else "",
        said=_short(row.adaptation),
        evidence=evidence,
        is_documented=row.is_documented if row.state == UptakeStep.IN_USE else None,
        rests_on=[
            ("solution", row.solution_id),
            ("cluster", row.cluster_id),
            *([("outcome", row.outcome_id)] if row.outcome_id else []),
        ],
        agents=[row.organisation.name],
    )


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
