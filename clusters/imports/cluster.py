"""Clusters from a table: proposed, approved, run and concluded through the same functions as in the browser.

Each step is taken at the day that the row names and in the name of the person who took it, so every rule holds:
who may lead, who may decide, four eyes, what a proposal needs. What breaks one is reported with the rule's sentence.
Nobody is mailed about the past. The cluster is marked "recorded afterwards".
"""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clusters import search
from clusters.actions.proposal import create_draft, save_step
from clusters.actions.proposal_values import digest, stored
from clusters.choices import State
from clusters.imports.cells import COLUMNS, DAYS, read_values
from clusters.imports.known import Known
from clusters.imports.steps import run_and_conclude
from clusters.models import Cluster
from community.actions.transition import transition
from community.choices import MessageState
from community.events import record
from community.folding import fold_key
from community.imports.row import Row
from community.imports.sheet import Sheet
from community.imports.table import Change, Table
from community.models import Member, Message

#: How far a row may bring its cluster.
STATES = (State.SUBMITTED, State.APPROVED, State.RUNNING, State.CONCLUDED)
#: The hour of each step, so that steps of one day follow each other.
HOURS = {"proposed_on": 9, "decided_on": 12, "started_on": 14, "ended_on": 17}


class ClusterImport(Table):
    """One cluster a row; always a new one."""

    code = "clusters"
    title = gettext_lazy("Clusters decided elsewhere")
    columns = COLUMNS
    required = ("title", "question", "objectives", "starts_on", "ends_on", "state", "working_group", "lead", "proposer")

    def begin(self, sheet: Sheet) -> None:
        """Load what rows refer to."""
        self.known = Known()
        self.today = timezone.localdate()
        self.titles = {(fold_key(title), start) for title, start in Cluster.objects.values_list("title", "starts_on")}

    def take(self, row: Row) -> Change:
        """Play the story of one row."""
        state = self._state(row)
        days = self._days(row, state)
        people = self._people(row, state)
        values = read_values(row, self.known)
        self._refuse_present(row, values)
        row.refuse_if_wrong()
        cluster = self._propose(values, days, people)
        if state != State.SUBMITTED:
            cluster = self._approve(cluster, row, days, people)
        if state in (State.RUNNING, State.CONCLUDED):
            run_and_conclude(cluster, row, days, is_concluded=state == State.CONCLUDED)
            row.refuse_if_wrong()
        self._close(cluster, state)
        return Change(row.number, "added", f"{cluster.name} {cluster.title}")

    def _state(self, row: Row) -> str:
        state = row.choice("state", State)
        if state not in STATES:
            row.wrong("state", _("Write one of: %(states)s.") % {"states": ", ".join(STATES)})
        return state

    def _days(self, row: Row, state: str) -> dict[str, datetime]:
        """Return the moments of the steps that the state wants; each on the day before the next one or on it."""
        wanted = {
            State.SUBMITTED: DAYS[:1],
            State.APPROVED: DAYS[:2],
            State.RUNNING: DAYS[:3],
            State.CONCLUDED: DAYS,
        }.get(State(state) if state else State.DRAFT, ())
        defaults = {"started_on": "starts_on", "ended_on": "ends_on", "proposed_on": "decided_on"}
        moments: dict[str, datetime] = {}
        before: date | None = None
        for name in wanted:
            day = row.day(name) or (row.day(defaults[name]) if name in defaults else None)
            if day is None:
                row.wrong(name, _("This is missing."))
                continue
            if day > self.today:
                row.wrong(name, _("This day lies ahead. Only what has happened is recorded afterwards."))
            if before is not None and day < before:
                row.wrong(name, _("This day lies before the step that comes before it."))
            before = day
            moments[name] = timezone.make_aware(datetime.combine(day, time(HOURS[name])))
        return moments

    def _people(self, row: Row, state: str) -> dict[str, Member]:
        """Return proposer, lead and who decided; each signs in, because each step is theirs."""
        wanted = ("proposer", "lead") if state == State.SUBMITTED else ("proposer", "lead", "decided_by")
        found = {}
        for name in wanted:
            member = self.known.person(row, name)
            if member is not None:
                found[name] = member
        return found

    def _refuse_present(self, row: Row, values: dict[str, Any]) -> None:
        key = (fold_key(values["title"]), values["starts_on"])
        if key in self.titles:
            row.wrong("title", _("A cluster of that title and start is there already."))
        self.titles.add(key)

    def _propose(self, values: dict[str, Any], days: dict[str, datetime], people: dict[str, Member]) -> Cluster:
        """Write the draft and propose it; the lead accepts on the same day."""
        proposer, lead = people["proposer"].user, people["lead"].user
        cluster = create_draft(by=proposer, code="")
        Cluster.objects.filter(pk=cluster.pk).update(is_recorded_afterwards=True)
        values = {**values, "lead": people["lead"]}
        seen = digest(stored(cluster, values))
        save_step(cluster=cluster, values=values, by=proposer, seen=seen)
        at = days["proposed_on"]
        cluster = transition(cluster, "submit", by=proposer, at=at)
        if cluster.lead_accepted_at is None:
            cluster = transition(cluster, "accept_lead", by=lead, at=at.replace(hour=10))
        return cluster

    def _approve(self, cluster: Cluster, row: Row, days: dict[str, datetime], people: dict[str, Member]) -> Cluster:
        """Approve in the name of the coordinator who did, with conditions where the row has some."""
        conditions = [{"text": text, "due_on": None} for text in row.words("conditions")]
        by = people["decided_by"].user
        details: dict[str, Any] = {"conditions": conditions} if conditions else {}
        approved: Cluster = transition(
            cluster, "approve", by=by, at=days["decided_on"], reason=row.text("reason"), **details
        )
        return approved

    def _close(self, cluster: Cluster, state: str) -> None:
        """Note who brought it in, keep its mails back, write its search text."""
        now = Cluster.objects.get(pk=cluster.pk)
        if now.state != state and not (state == State.APPROVED and now.state == State.RUNNING):
            raise AssertionError(f"{now} is {now.state}, not {state}")
        record(verb="record_afterwards", subject=now, by=self.by, data={"state": now.state})
        waiting = Message.objects.filter(event__chain=f"cluster:{now.pk}", state=MessageState.QUEUED)
        waiting.update(state=MessageState.CANCELLED)
        Message.objects.filter(kind="cluster", subject_id=now.pk, state=MessageState.QUEUED).update(
            state=MessageState.CANCELLED
        )
        search.index(now)
