"""A policy statement with what its lines rest on: as it stands today, as it is frozen, and what has changed since."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import OuterRef, Prefetch, Q, Subquery
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from clusters.choices import PUBLIC_STATES, OutcomeKind, State
from clusters.models import Cluster, Outcome
from community.dates import written
from results.choices import FROM_COMMITTED_ON, EvidenceKind, UptakeStep
from results.models import AdoptedEvidence, LineEvidence, PolicyStatement, StatementLine, Uptake
from results.statement_shape import EvidenceShape, LineShape, StatementSnapshot

Key = tuple[str, int]

#: So many letters of what a piece of evidence said are told beside it.
TOLD = 300
COUNTS = ("participants_count", "organisations_count", "countries_count")
DETAILS = ("how", "organisation", "territory", "on")


def public_outcomes(shown_on: str | None = None) -> Any:
    """Return the outcomes that everybody reads, as `of_outcome` wants them: those of public clusters."""
    return outcomes_for_shape(Outcome.objects.filter(cluster__state__in=sorted(PUBLIC_STATES)), shown_on)


def public_uptakes(shown_on: str | None = None) -> Any:
    """Return the uptakes that everybody reads, as `of_uptake` wants them."""
    return uptakes_for_shape(Uptake.objects.disclosed().filter(cluster__state__in=sorted(PUBLIC_STATES)), shown_on)


def outcomes_for_shape(rows: Any, shown_on: str | None = None) -> Any:
    """Join what a shape says of outcomes, without a query of its own."""
    return rows.select_related("cluster").annotate(file_removed_at=_last_removal(Outcome, shown_on))


def uptakes_for_shape(rows: Any, shown_on: str | None = None) -> Any:
    """Join what a shape says of uptakes, without a query of its own."""
    return rows.for_page().annotate(file_removed_at=_last_removal(Uptake, shown_on))


def _last_removal(model: type[Outcome | Uptake], shown_on: str | None) -> Subquery:
    """Return when a file of evidence was last taken off the row of an outer query.

    Whoever might have fetched it: that a file was taken off stands in the public history, its name does not.

    Args:
        shown_on: an ISO day; what was put there later is left out, because it showed nothing then.
    """
    rows = model.evidence.through._default_manager.filter(file__removed_at__isnull=False)
    if shown_on is not None:
        rows = rows.filter(file__uploaded_at__date__lte=date.fromisoformat(shown_on))
    own = rows.filter(**{str(model._meta.model_name): OuterRef("pk")}).order_by("-file__removed_at")
    return Subquery(own.values("file__removed_at")[:1])


def evidence_now(keys: Iterable[Key], *, shown_on: str | None = None) -> dict[Key, EvidenceShape]:
    """Return how pieces of evidence stand today, by (kind, id); two queries. What is gone or not public is left out.

    Args:
        shown_on: the ISO day of an adoption to compare with: files that came later are not told of.
    """
    wanted: dict[str, set[int]] = {EvidenceKind.OUTCOME: set(), EvidenceKind.UPTAKE: set()}
    for kind, pk in keys:
        wanted[kind].add(pk)
    found: dict[Key, EvidenceShape] = {}
    for outcome in public_outcomes(shown_on).filter(pk__in=wanted[EvidenceKind.OUTCOME]).order_by("pk"):
        found[EvidenceKind.OUTCOME.value, outcome.pk] = of_outcome(outcome)
    for uptake in public_uptakes(shown_on).filter(pk__in=wanted[EvidenceKind.UPTAKE]).order_by("pk"):
        found[EvidenceKind.UPTAKE.value, uptake.pk] = of_uptake(uptake)
    return found


def of_outcome(outcome: Any) -> EvidenceShape:
    """Return an outcome (loaded by `outcomes_for_shape`) as evidence."""
    return {
        "kind": EvidenceKind.OUTCOME.value,
        "id": outcome.pk,
        "title": outcome.title,
        "shows": "",
        "cluster": outcome.cluster.reference or "",
        "cluster_title": outcome.cluster.title,
        "state": outcome.kind,
        "how": "",
        "organisation": "",
        "country": "",
        "territory": "",
        "is_documented": False,
        "on": outcome.reached_on.isoformat() if outcome.reached_on else None,
        "description": outcome.description,
        "evidence_url": outcome.evidence_url,
        "participants_count": outcome.participants_count,
        "organisations_count": outcome.organisations_count,
        "countries_count": outcome.countries_count,
        "discontinued_on": _discontinued_on(outcome.cluster),
        "file_removed_at": _iso(outcome.file_removed_at),
    }


def of_uptake(uptake: Any) -> EvidenceShape:
    """Return an uptake (loaded by `uptakes_for_shape`) as evidence."""
    day = uptake.stopped_on or uptake.in_use_on
    return {
        "kind": EvidenceKind.UPTAKE.value,
        "id": uptake.pk,
        "title": uptake.solution.title,
        "shows": "",
        "cluster": uptake.cluster.reference or "",
        "cluster_title": uptake.cluster.title,
        "state": uptake.state,
        "how": uptake.kind,
        "organisation": uptake.organisation.name,
        "country": uptake.organisation.country,
        "territory": uptake.territory.name if uptake.territory else "",
        "is_documented": uptake.is_documented,
        "is_refused": uptake.is_refused,
        "on": day.isoformat() if day else None,
        "adaptation": uptake.adaptation,
        "evidence_url": uptake.evidence_url,
        "discontinued_on": _discontinued_on(uptake.cluster),
        "file_removed_at": _iso(uptake.file_removed_at),
    }


def _iso(at: datetime | None) -> str | None:
    """Return a moment in the site's zone as ISO 8601."""
    return timezone.localtime(at).isoformat() if at else None


def _discontinued_on(cluster: Cluster) -> str | None:
    """Return the day on which a cluster was discontinued, None where it was not."""
    if cluster.state != State.DISCONTINUED:
        return None
    return (cluster.ended_on or timezone.localdate(cluster.state_since)).isoformat()


def lines_of(statement: PolicyStatement) -> list[StatementLine]:
    """Return the lines with their evidence rows; two queries."""
    return list(with_evidence(statement.lines.all()))


def with_evidence(lines: Any) -> Any:
    """Return lines that have their evidence rows at hand, as `shape_of` reads them."""
    return lines.prefetch_related(Prefetch("evidence", LineEvidence.objects.order_by("pk")))


def bears(piece: EvidenceShape) -> bool:
    """Say whether a line may rest on a piece alone: an outcome, or an uptake from committed on (decision 0103).

    What its own organisation does not confirm bears nothing (decision 0172). What came of a cluster that was
    discontinued, or lost a file, still bears one, and whoever reads the line is told (decision 0196).
    """
    if piece["kind"] == EvidenceKind.OUTCOME:
        return True
    return piece["state"] in FROM_COMMITTED_ON and not piece.get("is_refused", False)


def shape_of(lines: Iterable[StatementLine]) -> list[LineShape]:
    """Return lines (of `lines_of`) with their evidence as it stands today; what is gone, or not public, is left out."""
    rows = list(lines)
    now = evidence_now((row.kind, row.subject_id) for line in rows for row in line.evidence.all())
    return [
        {
            "number": number,
            "heading": line.heading,
            "text": line.text,
            "evidence": [
                {**shape, "shows": row.shows}
                for row in line.evidence.all()
                if (shape := now.get((row.kind, row.subject_id))) is not None
            ],
        }
        for number, line in enumerate(rows, 1)
    ]


def snapshot_of(statement: PolicyStatement, *, at: datetime) -> StatementSnapshot:
    """Return what a version adopted at a moment holds; six queries."""
    group = statement.working_group
    return {
        "reference": statement.reference or "",
        "title": statement.title,
        "as_of": timezone.localdate(at).isoformat(),
        "language": statement.language,
        "working_group": {"code": group.code, "title": group.title},
        "audience": statement.audience,
        "summary": statement.summary,
        "lines": shape_of(lines_of(statement)),
    }


def pieces_of(snapshot: StatementSnapshot) -> dict[Key, EvidenceShape]:
    """Return the evidence of a version as it stood, by (kind, id)."""
    return {(piece["kind"], piece["id"]): piece for line in snapshot["lines"] for piece in line["evidence"]}


def evidence_since(snapshot: StatementSnapshot) -> dict[Key, EvidenceShape]:
    """Return how the evidence of a version stands today, to compare it with what it was; two queries."""
    return evidence_now(pieces_of(snapshot), shown_on=snapshot["as_of"])


def changes_since(snapshot: StatementSnapshot, now: Mapping[Key, EvidenceShape] | None = None) -> dict[Key, str]:
    """Return what has become of the evidence since a version was adopted, in few sentences each; two queries.

    What stands as it stood is left out.

    Args:
        now: the same evidence as it stands today (of `evidence_since`), where it is at hand.
    """
    then, on = pieces_of(snapshot), snapshot["as_of"]
    now = evidence_since(snapshot) if now is None else now
    found = {key: change_of(piece, now.get(key), on=on) for key, piece in then.items()}
    return {key: words for key, words in found.items() if words}


def open_clusters(references: Iterable[str]) -> frozenset[str]:
    """Return which of these clusters everybody reads; one query, none where none is asked for."""
    wanted = {reference for reference in references if reference}
    if not wanted:
        return frozenset()
    rows = Cluster.objects.filter(reference__in=wanted, state__in=sorted(PUBLIC_STATES))
    return frozenset(reference for reference in rows.values_list("reference", flat=True) if reference)


def change_of(then: EvidenceShape, now: EvidenceShape | None, *, on: str) -> str:
    """Say how a piece of evidence differs from what it was, the gravest thing first; "" when it does not.

    What an older version did not hold is not compared, but for what happened to cluster and files from `on`, the ISO
    day of its adoption.
    """
    if now is None:
        return _("It is not on record any more, or not public.")
    happened = (_standing(then, now), _discontinued(then, now, on), _file_gone(then, now, on))
    found = [words for words in (*happened, *_said(then, now)) if words]
    if not found and _differs(then, now, *DETAILS):
        return _("Its details were corrected since then.")
    return " ".join(found)


def _standing(then: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """Say that it is on another step, of another kind, or documented or not any more."""
    words = _("Then “%(then)s”, now “%(now)s”.")
    if then["kind"] == EvidenceKind.UPTAKE and then["state"] != now["state"]:
        return words % {"then": UptakeStep(then["state"]).label, "now": UptakeStep(now["state"]).label}
    if then.get("is_refused", False) != now.get("is_refused", False):
        if not now.get("is_refused"):
            return _("Not confirmed by the organisation then; the cluster changed it since.")
        if then["is_documented"]:
            return _("Documented then, not confirmed by the organisation now.")
        return _("The organisation did not confirm it since then.")
    if then["is_documented"] != now["is_documented"]:
        return _("Documented since then.") if now["is_documented"] else _("Documented then, only declared now.")
    if then["state"] != now["state"]:
        return words % {"then": OutcomeKind(then["state"]).label, "now": OutcomeKind(now["state"]).label}
    return ""


def _discontinued(then: EvidenceShape, now: EvidenceShape, on: str) -> str:
    """Say that its cluster was discontinued since, or is at work again."""
    was, day = then.get("discontinued_on"), now["discontinued_on"]
    if was is not None and day is None:
        return _("Its cluster was discontinued then, and is not any more.")
    if was is None and day is not None and ("discontinued_on" in then or day >= on):
        return _was_discontinued(day)
    return ""


def _file_gone(then: EvidenceShape, now: EvidenceShape, on: str) -> str:
    """Say that a file which showed it was taken off since."""
    was, at = then.get("file_removed_at"), now["file_removed_at"]
    if at is not None and at != was and ("file_removed_at" in then or at[:10] >= on):
        return _was_taken_off(at)
    return ""


def told_of(piece: EvidenceShape) -> list[str]:
    """Return what a reader has to know of the cluster and the files behind a piece of evidence, as sentences."""
    day, at = piece.get("discontinued_on"), piece.get("file_removed_at")
    return [*([_was_discontinued(day)] if day else []), *([_was_taken_off(at)] if at else [])]


def _was_discontinued(day: str) -> str:
    return _("Its cluster was discontinued on %(day)s.") % {"day": written(date.fromisoformat(day))}


def _was_taken_off(at: str) -> str:
    day = written(timezone.localdate(datetime.fromisoformat(at)))
    return _("A file that showed it was taken off on %(day)s.") % {"day": day}


def _said(then: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    """Yield what it says otherwise: its name, its words, its numbers, where its evidence is."""
    if then["title"] != now["title"]:
        yield _("It is called “%(title)s” now.") % {"title": now["title"]}
    if _differs(then, now, "description"):
        yield _then(then["description"], _("Its words were changed since then."), _("It said: “%(then)s”"))
    if _differs(then, now, "adaptation"):
        said = _("What was adapted was: “%(then)s”")
        yield _then(then["adaptation"], _("What was adapted, and why, was worded anew."), said)
    if _differs(then, now, *COUNTS):
        yield _("Its numbers were corrected since then.")
    if _differs(then, now, "evidence_url"):
        was = _("It was at %(then)s")
        yield _then(then["evidence_url"], _("Its evidence is at another address, or at none."), was)


def _differs(then: Mapping[str, Any], now: Mapping[str, Any], *names: str) -> bool:
    """Say whether one of these facts differs; one that was not held then does not."""
    return any(then.get(name, now.get(name)) != now.get(name) for name in names)


def _then(told: str, changed: str, was: str) -> str:
    """Return that something was changed, and the beginning of what stood there."""
    return f"{changed} {was % {'then': Truncator(told).chars(TOLD)}}" if told else changed


def unused_evidence(group_ids: Iterable[int]) -> tuple[Any, Any]:
    """Return the outcomes meant for statements and the uptakes in use of these groups that no line rests on.

    Every adopted, discussed or written line counts as using it; so does one of another working group. The lines of a
    version that stands count beside those of the next one, which is written in their place.
    """
    written, standing = LineEvidence.objects.in_use(), AdoptedEvidence.objects.standing()
    wanted = Q(cluster__working_group__in=list(group_ids))
    outcomes = public_outcomes().filter(wanted, kind=OutcomeKind.POLICY_EVIDENCE)
    uptakes = public_uptakes().filter(wanted).in_use().unrefused()
    for used in (written, standing):
        outcomes = outcomes.exclude(pk__in=used.outcomes().values("subject_id"))
        uptakes = uptakes.exclude(pk__in=used.uptakes().values("subject_id"))
    return outcomes.order_by("-reached_on", "-pk"), uptakes.in_order()


def bare_of(statements: Iterable[PolicyStatement]) -> Mapping[int, list[StatementLine]]:
    """Return the lines of statements that rest on nothing that counts today, by statement; four queries."""
    found: dict[int, list[StatementLine]] = {}
    rows = with_evidence(StatementLine.objects.filter(statement__in=list(statements)))
    lines = list(rows.order_by("statement_id", "position", "pk"))
    for line, shape in zip(lines, shape_of(lines), strict=True):
        if not any(bears(piece) for piece in shape["evidence"]):
            found.setdefault(line.statement_id, []).append(line)
    return found
