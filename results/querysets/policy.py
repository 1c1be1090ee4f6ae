"""Reads of policy statements: who reads which, what rests on what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from clusters.choices import PUBLIC_STATES, State
from clusters.visibility import viewer
from results.choices import EvidenceKind, StatementState

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from community.models import User, WorkingGroup
    from results.models import AdoptedEvidence, AdoptedLine, LineEvidence, PolicyStatement, StatementVersion


class PolicyStatementQuerySet(models.QuerySet["PolicyStatement"]):
    """Policy statements."""

    def visible_to(self, user: User | AnonymousUser | None) -> Self:
        """Keep what `user` may know of: what was adopted once, what is discussed, and what one keeps.

        Everybody reads adopted versions; members of the community what is discussed; the coordinators of its working
        group, those of the mission and administrators read all.
        """
        who = viewer(user, timezone.localdate())
        if who.is_mission or who.is_administrator:
            return self.all()
        seen = Q(adopted_version__gte=1)
        if who.is_cop:
            seen |= Q(state=StatementState.DISCUSSED)
        if who.group_ids:
            seen |= Q(working_group__in=who.group_ids)
        return self.filter(seen)

    def in_state(self, *states: str) -> Self:
        """Keep those in one of the states."""
        return self.filter(state__in=states)

    def adopted_once(self) -> Self:
        """Keep those of which a version was adopted."""
        return self.filter(adopted_version__gte=1)

    def of_group(self, group: WorkingGroup | int) -> Self:
        """Keep those of a working group."""
        return self.filter(working_group=group)

    def of_groups(self, ids: Any) -> Self:
        """Keep those of several working groups (keys)."""
        return self.filter(working_group__in=ids)

    def not_written_by(self, member_id: int) -> Self:
        """Leave out those in which a person wrote."""
        wrote = self.model.writers.through._default_manager.filter(policystatement=OuterRef("pk"), member=member_id)
        return self.exclude(Exists(wrote))

    def for_list(self) -> Self:
        """Join what a line of a list shows."""
        return self.select_related("working_group")


class LineEvidenceQuerySet(models.QuerySet["LineEvidence"]):
    """What lines rest on."""

    def about(self, kind: str, ids: Any) -> Self:
        """Keep what points to these subjects of a kind."""
        return self.filter(kind=kind, subject_id__in=ids)

    def in_use(self) -> Self:
        """Leave out what stands in withdrawn statements."""
        return self.exclude(line__statement__state=StatementState.WITHDRAWN)

    def outcomes(self) -> Self:
        """Keep outcomes."""
        return self.filter(kind=EvidenceKind.OUTCOME)

    def uptakes(self) -> Self:
        """Keep uptakes."""
        return self.filter(kind=EvidenceKind.UPTAKE)


class StatementVersionQuerySet(models.QuerySet["StatementVersion"]):
    """Adopted versions, newest first."""

    def standing(self) -> Self:
        """Leave out what was withdrawn, also where the statement is written on since."""
        return self.filter(number__gt=F("statement__withdrawn_version"))

    def fed(self) -> Self:
        """Keep what rests on something that figures count, as it stands today.

        That is an outcome or a disclosed uptake of a public cluster that was not discontinued (decision 0171); of
        uptakes none that its organisation does not confirm (decision 0172).
        """
        rows = apps.get_model("results", "AdoptedEvidence").objects.filter(line__version=OuterRef("pk"))
        works = {"cluster__state__in": sorted(PUBLIC_STATES - {State.DISCONTINUED})}
        outcomes = apps.get_model("clusters", "Outcome")._default_manager.filter(**works).order_by()
        uptakes = apps.get_model("results", "Uptake").objects.disclosed().unrefused().filter(**works).order_by()
        by_outcome = rows.outcomes().filter(subject_id__in=outcomes.values("pk"))
        by_uptake = rows.uptakes().filter(subject_id__in=uptakes.values("pk"))
        return self.filter(Exists(by_outcome) | Exists(by_uptake))

    def newest_of(self, ids: Any) -> Self:
        """Keep the newest version of each of these statements."""
        later = self.model._default_manager.filter(statement=OuterRef("statement"), number__gt=OuterRef("number"))
        return self.filter(statement__in=ids).exclude(Exists(later))


class AdoptedLineQuerySet(models.QuerySet["AdoptedLine"]):
    """Lines of adopted versions."""

    def visible_to(self, user: User | AnonymousUser | None) -> Self:
        """Keep what `user` may read: every adopted line is for everybody."""
        return self.all()

    def standing(self) -> Self:
        """Keep the lines that stand today: of the newest version of each statement, unless it was withdrawn."""
        versions = apps.get_model("results", "StatementVersion").objects
        later = versions.filter(statement=OuterRef("version__statement"), number__gt=OuterRef("version__number"))
        standing = self.filter(version__number__gt=F("version__statement__withdrawn_version"))
        return standing.exclude(Exists(later))

    def resting_on(self, kind: str, ids: Any) -> Self:
        """Keep the lines that rest on one of these subjects of a kind."""
        rows = apps.get_model("results", "AdoptedEvidence").objects.filter(kind=kind, subject_id__in=ids)
        return self.filter(pk__in=rows.values("line"))

    def for_page(self) -> Self:
        """Join version, statement and group, with what each rests on."""
        return self.for_chain().prefetch_related("evidence")

    def for_chain(self) -> Self:
        """Join version, statement and group: what a version froze says what its lines rest on; one query."""
        joined = self.select_related("version__statement__working_group")
        return joined.order_by("-version__adopted_at", "version_id", "number")


class AdoptedEvidenceQuerySet(models.QuerySet["AdoptedEvidence"]):
    """What adopted lines rest on."""

    def standing(self) -> Self:
        """Keep what the lines rest on that stand today."""
        return self.filter(line__in=apps.get_model("results", "AdoptedLine").objects.standing().order_by().values("pk"))

    def outcomes(self) -> Self:
        """Keep outcomes."""
        return self.filter(kind=EvidenceKind.OUTCOME)

    def uptakes(self) -> Self:
        """Keep uptakes."""
        return self.filter(kind=EvidenceKind.UPTAKE)
