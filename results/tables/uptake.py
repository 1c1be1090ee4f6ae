"""Uptakes as pages show them: rows with their proof, figures declared and documented apart, one with its evidence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clusters.choices import Capacity, State
from clusters.permissions import LEADS, capacities, sees_names
from clusters.sentences import Entry, history
from community.choices import FileVisibility
from community.lifecycle import Offer
from community.models import Event, File, User
from community.permissions import Verdict
from community.visibility import is_cop
from results.actions.answerer import WORDS
from results.choices import ANSWERED, LADDER, LIVE_STEPS, ON_THE_WAY, ConfirmationStatus, Proof, UptakeKind, UptakeStep
from results.lifecycle import UPTAKE
from results.models import Uptake, UptakeConfirmation
from results.querysets.uptake import UptakeQuerySet
from results.rules.confirmation import can_take_over, differs
from results.sentences import INTERNAL_VERBS

#: Who fetches restricted files of an uptake, besides who uploaded them.
_KEEPERS = frozenset({*LEADS, Capacity.COORDINATOR, Capacity.MISSION_COORDINATOR, Capacity.ADMINISTRATOR})
Anybody = User | AnonymousUser


@dataclass(frozen=True)
class Uptakes:
    """Uptakes in a list, and how many of them all are documented, declared and on the way; `more` stand elsewhere.

    `left_out`: so many came through discontinued clusters, so that no figure counts them (decision 0171). `refused`: so
    many are not confirmed by the organisation itself, and are neither declared nor on the way (decision 0172).
    """

    rows: list[Uptake]
    documented: int
    declared: int
    on_the_way: int
    more: int = 0
    left_out: int = 0
    refused: int = 0

    @property
    def figures(self) -> list[tuple[int, str]]:
        """The figures with their words; declared and documented are never added up."""
        words = ngettext("not confirmed by its organisation", "not confirmed by their organisations", self.refused)
        return [
            (self.documented, ngettext("uptake documented", "uptakes documented", self.documented)),
            (self.declared, ngettext("uptake declared", "uptakes declared", self.declared)),
            (self.on_the_way, _("on the way")),
            *([(self.refused, words)] if self.refused else []),
        ]


def uptakes_of(rows: Iterable[Uptake]) -> Uptakes:
    """Return a whole list of rows that know whether they are documented, in the order given."""
    found = list(rows)
    count = Counter(row.proof for row in found)
    figures = (count[Proof.DOCUMENTED], count[Proof.DECLARED], count[Proof.ON_THE_WAY])
    return Uptakes(found, *figures, refused=count[Proof.NOT_CONFIRMED])


def some_of(rows: UptakeQuerySet, most: int) -> Uptakes:
    """Return the first rows of a list, what is used first, with the figures of all of it; two queries for many.

    Rows of discontinued clusters stand in the list, and in no figure.
    """
    found = list(rows.for_page().in_order()[: most + 1])
    if len(found) <= most:
        standing = [row for row in found if row.cluster.state != State.DISCONTINUED]
        return replace(uptakes_of(standing), rows=found, left_out=len(found) - len(standing))
    is_standing = ~Q(cluster__state=State.DISCONTINUED)
    used = is_standing & Q(state=UptakeStep.IN_USE, is_refused=False)
    on_the_way = is_standing & Q(state__in=sorted(ON_THE_WAY), is_refused=False)
    counts = rows.with_documented().aggregate(
        total=Count("pk"),
        documented=Count("pk", filter=used & Q(is_documented=True)),
        used=Count("pk", filter=used),
        on_the_way=Count("pk", filter=on_the_way),
        refused=Count("pk", filter=is_standing & Q(state__in=sorted(LIVE_STEPS), is_refused=True)),
        standing=Count("pk", filter=is_standing),
    )
    return Uptakes(
        found[:most],
        documented=counts["documented"],
        declared=counts["used"] - counts["documented"],
        on_the_way=counts["on_the_way"],
        more=counts["total"] - most,
        left_out=counts["total"] - counts["standing"],
        refused=counts["refused"],
    )


@dataclass(frozen=True)
class Rung:
    """A step of the ladder: whether it was climbed, and whether the uptake stands on it."""

    label: str | Promise
    is_reached: bool
    is_current: bool


def ladder(uptake: Uptake) -> list[Rung]:
    """Return the steps with how far an uptake has come; a stopped one as far as it had come."""
    step = uptake.state_before if uptake.state == UptakeStep.STOPPED else uptake.state
    reached = LADDER.index(UptakeStep(step)) if step in LADDER else -1
    return [
        Rung(one.label, number <= reached, number == reached and uptake.state != UptakeStep.STOPPED)
        for number, one in enumerate(LADDER)
    ]


@dataclass(frozen=True)
class Answered:
    """A question to the adopting organisation as the reader may know it; `name` only for who works on the cluster."""

    row: UptakeConfirmation
    name: str
    counts: bool
    document: File | None

    @property
    def is_taken_out(self) -> bool:
        """Whether the person who answered was taken out of it: every answer names one at first."""
        return self.row.status in ANSWERED and not self.row.person_name

    @property
    def keeps_person(self) -> bool:
        """Whether anything of a person is there to be corrected or taken out."""
        return any(getattr(self.row, name) for name in WORDS)

    @property
    def domain(self) -> str:
        """Where the asked address is, for who judges whether it speaks for the adopter; empty once forgotten."""
        return self.row.address.rpartition("@")[2]

    @property
    def taking_over(self) -> Verdict:
        """Whether one press takes a correction over; the code says what its lead does else."""
        return can_take_over(self.row)

    @property
    def is_changed_by_hand(self) -> bool:
        """Whether the uptake says by now what the correction says, so that only its confirmation is missing."""
        return not differs(self.row)

    @property
    def publishes_words(self) -> bool:
        """Whether what was said becomes what was adapted, which everybody reads, when it is taken over."""
        return self.row.corrected_kind == UptakeKind.ADAPTED and bool(self.row.said) and not self.row.uptake.adaptation


@dataclass(frozen=True)
class Sheet:
    """All that the page of one uptake shows."""

    uptake: Uptake
    rungs: list[Rung]
    offers: list[Offer]
    files: list[File]
    confirmation: Answered | None
    answers: list[Answered] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)

    @property
    def to_settle(self) -> list[Answered]:
        """The corrections that wait for the lead."""
        return [one for one in self.answers if _waits(one.row)]


def _waits(row: UptakeConfirmation) -> bool:
    return row.status == ConfirmationStatus.CORRECTED and row.settled_at is None


def sheet(uptake: Uptake, user: Anybody) -> Sheet:
    """Return one uptake for a reader: who works on the cluster reads each question, others what documents it."""
    works = sees_names(user, uptake.cluster)
    fetched = {file.pk: file for file in files_for(user, uptake)}
    questions = (
        uptake.confirmations.with_link().with_sequel().select_related("document", "asked_by__member", "settled_by")
    )
    answers = [_answered(row, uptake, fetched, works=works) for row in questions]
    counting = next((one for one in answers if one.counts), None)
    offers = UPTAKE.offers(uptake, by=user, at=timezone.now()) if isinstance(user, User) else []
    return Sheet(
        uptake,
        ladder(uptake),
        offers,
        [file for file in fetched.values() if file.kind == "uptake"],
        counting,
        answers if works else [],
        history(_events(uptake, works=works), uptake.cluster, user=user),
    )


def _events(uptake: Uptake, *, works: bool) -> list[Event]:
    """Return the events of an uptake, newest first: the questions to the organisation for who works on the cluster."""
    rows = Event.objects.about(uptake).for_sentences()
    return list(rows if works else rows.exclude(verb__in=INTERNAL_VERBS))


def _answered(row: UptakeConfirmation, uptake: Uptake, fetched: dict[int, File], *, works: bool) -> Answered:
    document = row.document
    is_there = (document is not None and document.removed_at is None) or row.document_url or row.document_number
    is_word = row.status == ConfirmationStatus.CONFIRMED and not row.is_taken_back
    counts = is_word and row.statement == uptake.statement and bool(is_there)
    return Answered(row, row.person_name if works else "", counts, fetched.get(row.document_id or 0))


def files_for(user: Anybody, uptake: Uptake) -> list[File]:
    """Return the files of an uptake and of its confirmations that `user` may fetch, oldest first; one query.

    Public ones everybody who reads the uptake; those for the community its members and whoever works on the cluster;
    restricted ones the lead's side, the group's coordinators and administrators; and one's own.
    """
    rows = File.objects.present().filter(Q(uptakes=uptake) | Q(confirmations__uptake=uptake)).distinct()
    if not isinstance(user, User):
        return list(rows.public().order_by("uploaded_at", "pk"))
    classes: list[Any] = [FileVisibility.PUBLIC]
    if is_cop(user) or sees_names(user, uptake.cluster):
        classes.append(FileVisibility.COP)
    if capacities(user, uptake.cluster, timezone.localdate()) & _KEEPERS:
        classes.append(FileVisibility.RESTRICTED)
    mine = Q(visibility__in=classes) | Q(uploaded_by=user)
    return list(rows.filter(mine).order_by("uploaded_at", "pk"))
