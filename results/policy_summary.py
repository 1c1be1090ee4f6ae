"""A policy statement with what its lines rest on: as it stands today, as it is frozen, and what has changed since."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Prefetch, Q
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from clusters.choices import PUBLIC_STATES, OutcomeKind
from clusters.models import Outcome
from results.choices import FROM_COMMITTED_ON, EvidenceKind, UptakeStep
from results.models import AdoptedEvidence, LineEvidence, PolicyStatement, StatementLine, Uptake
from results.statement_shape import EvidenceShape, LineShape, StatementSnapshot

Key = tuple[str, int]

#: So many letters of what a piece of evidence said are told beside it.
TOLD = 300
COUNTS = ("participants_count", "organisations_count", "countries_count")
DETAILS = ("how", "organisation", "territory", "on")


def public_outcomes() -> Any:
    """Return the outcomes that everybody reads: those of public clusters."""
    return Outcome.objects.filter(cluster__state__in=sorted(PUBLIC_STATES)).select_related("cluster")


def public_uptakes() -> Any:
    """Return the uptakes that everybody reads, with `is_documented`."""
    return Uptake.objects.disclosed().filter(cluster__state__in=sorted(PUBLIC_STATES)).for_page()


def evidence_now(keys: Iterable[Key]) -> dict[Key, EvidenceShape]:
    """Return how pieces of evidence stand today, by (kind, id); two queries. What is gone or not public is left out."""
    wanted: dict[str, set[int]] = {EvidenceKind.OUTCOME: set(), EvidenceKind.UPTAKE: set()}
    for kind, pk in keys:
        wanted[kind].add(pk)
    found: dict[Key, EvidenceShape] = {}
    for outcome in public_outcomes().filter(pk__in=wanted[EvidenceKind.OUTCOME]).order_by("pk"):
        found[EvidenceKind.OUTCOME.value, outcome.pk] = of_outcome(outcome)
    for uptake in public_uptakes().filter(pk__in=wanted[EvidenceKind.UPTAKE]).order_by("pk"):
        found[EvidenceKind.UPTAKE.value, uptake.pk] = of_uptake(uptake)
    return found


def of_outcome(outcome: Outcome) -> EvidenceShape:
    """Return an outcome as evidence; its cluster is joined."""
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
    }


def of_uptake(uptake: Uptake) -> EvidenceShape:
    """Return an uptake (loaded by `for_page`) as evidence."""
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
        "on": day.isoformat() if day else None,
        "adaptation": uptake.adaptation,
        "evidence_url": uptake.evidence_url,
    }


def lines_of(statement: PolicyStatement) -> list[StatementLine]:
    """Return the lines with their evidence rows; two queries."""
    return list(with_evidence(statement.lines.all()))


def with_evidence(lines: Any) -> Any:
    """Return lines that have their evidence rows at hand, as `shape_of` reads them."""
    return lines.prefetch_related(Prefetch("evidence", LineEvidence.objects.order_by("pk")))


def bears(piece: EvidenceShape) -> bool:
    """Say whether a line may rest on a piece alone: an outcome, or an uptake from committed on (decision 0103)."""
    return piece["kind"] == EvidenceKind.OUTCOME or piece["state"] in FROM_COMMITTED_ON


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


def changes_since(snapshot: StatementSnapshot) -> dict[Key, str]:
    """Return what has become of the evidence since a version was adopted, in few sentences each; two queries.

    What stands as it stood is left out.
    """
    then = {(piece["kind"], piece["id"]): piece for line in snapshot["lines"] for piece in line["evidence"]}
    now = evidence_now(then)
    found = {key: change_of(piece, now.get(key)) for key, piece in then.items()}
    return {key: words for key, words in found.items() if words}


def change_of(then: EvidenceShape, now: EvidenceShape | None) -> str:
    """Say how a piece of evidence differs from what it was, the gravest thing first; "" when it does not.

    What an older version did not hold is not compared.
    """
    if now is None:
        return _("It is not on record any more, or not public.")
    found = [words for words in (_standing(then, now), *_said(then, now)) if words]
    if not found and _differs(then, now, *DETAILS):
        return _("Its details were corrected since then.")
    return " ".join(found)


def _standing(then: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """Say that it is on another step, of another kind, or documented or not any more."""
    words = _("Then “%(then)s”, now “%(now)s”.")
    if then["kind"] == EvidenceKind.UPTAKE and then["state"] != now["state"]:
        return words % {"then": UptakeStep(then["state"]).label, "now": UptakeStep(now["state"]).label}
    if then["is_documented"] != now["is_documented"]:
        return _("Documented since then.") if now["is_documented"] else _("Documented then, only declared now.")
    if then["state"] != now["state"]:
        return words % {"then": OutcomeKind(then["state"]).label, "now": OutcomeKind(now["state"]).label}
    return ""


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
    uptakes = public_uptakes().filter(wanted).in_use()
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
