"""Clusters from a table: proposed, approved, run and concluded through the same functions as in the browser.

The rules of each step are judged for the person and the day that the row names: who may lead, who may decide, what a
proposal needs. What breaks one is reported with the rule's sentence. The events are by who imports and name that
person as a fact: nobody's name stands on a press that they did not make, and four eyes are not claimed.

A decided cluster is marked "recorded afterwards". Nobody is mailed about its past; those in whose name it was entered
are told how to object. One that waits for its decision is a proposal like any other: lead and coordinators are asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clusters import search
from clusters.choices import State
from clusters.imports import from_snapshot
from clusters.imports.cells import COLUMNS, DAYS, read_values
from clusters.imports.from_snapshot import UNTOLD
from clusters.imports.known import Known
from clusters.imports.outgoing import STOPPED, lines_of
from clusters.imports.steps import approve, carry_on, propose
from clusters.models import Cluster
from clusters.notifications.lifecycle import tell_named
from clusters.rules.roadmap import EXPRESS_DAYS_BACK, is_too_far_back
from community.events import record
from community.folding import fold_key
from community.imports.locking import cells_of, lock_members, lock_organisations
from community.imports.row import Row
from community.imports.sheet import Sheet, as_read
from community.imports.table import Change, Table
from community.lifecycle import Entered
from community.models import Event, Member

#: How far a row may bring its cluster.
STATES = (State.SUBMITTED, State.APPROVED, State.RUNNING, State.PAUSED, State.CONCLUDED, State.DISCONTINUED)
#: The hour of each step, so that steps of one day follow each other.
HOURS = {"proposed_on": 9, "decided_on": 12, "started_on": 14, "paused_on": 16, "ended_on": 17}
#: The steps whose day a state wants, and which day stands for one that is left empty.
WANTED: dict[str, tuple[str, ...]] = {
    State.SUBMITTED: DAYS[:1],
    State.APPROVED: DAYS[:2],
    State.RUNNING: DAYS[:3],
    State.PAUSED: (*DAYS[:3], "paused_on"),
    State.CONCLUDED: DAYS,
    State.DISCONTINUED: DAYS,
}
DEFAULTS = {"started_on": "starts_on", "ended_on": "ends_on", "proposed_on": "decided_on", "paused_on": "started_on"}


class ClusterImport(Table):
    """One cluster a row: a new one, or one that is there with just these words; an import changes no record."""

    code = "clusters"
    title = gettext_lazy("Clusters")
    note = gettext_lazy(
        "For clusters that were decided elsewhere, before today. The record says that you entered them, and who "
        "decided when; decider, lead and proposer are told by mail and can object. A row with the state “submitted” "
        "becomes a proposal: its lead and the coordinators are asked. A cluster that is there already is not changed."
    )
    columns = COLUMNS
    required = ("title", "question", "objectives", "starts_on", "ends_on", "state", "working_group", "lead", "proposer")

    accepts = ".csv,.xlsx,.json"
    hint = gettext_lazy(
        "A workbook (.xlsx) or CSV in UTF-8; its first row names the columns. Or the CSV or JSON that an issued "
        "factsheet carries: in another registry empty its reference, and add lead, proposer and who decided when."
    )

    def reads(self, content: bytes) -> bool:
        """Tell whether it is a table, or the data file of a factsheet."""
        return super().reads(content) or _is_json(content)

    def sheet_of(self, content: bytes) -> Sheet:
        """Return the rows of a table, or the one row that a factsheet's data file stands for."""
        return from_snapshot.sheet_of(content) if _is_json(content) else super().sheet_of(content)

    def lock(self, sheet: Sheet) -> None:
        """Lock who is named, and which organisations: they are neither erased nor merged meanwhile."""
        lock_members(addresses=cells_of(sheet, "proposer", "lead", "decided_by"))
        lock_organisations(cells_of(sheet, "lead_organisation"))

    def begin(self, sheet: Sheet) -> None:
        """Load what rows refer to."""
        self.known = Known()
        self.today = timezone.localdate()
        wanted = [line.cells.get("reference", "") for line in sheet.lines]
        rows = Cluster.objects.visible_to(self.by).filter(reference__in=[text for text in wanted if text])
        self.present = {line["reference"]: line for line in lines_of(rows)}
        self.seen: dict[str, int] = {}
        kept = Cluster.objects.exclude(state__in=(State.DRAFT, State.WITHDRAWN))
        self.titles = {(fold_key(title), start) for title, start in kept.values_list("title", "starts_on")}

    def take(self, row: Row) -> Change:
        """Play the story of one row."""
        if row.text("reference"):
            return self._same(row, row.text("reference"))
        state = self._state(row)
        days = self._days(row, state)
        people = self._people(row, state)
        self._refuse_own(row, state, people)
        values = read_values(row, self.known)
        self._refuse_present(row, values)
        self._refuse_past(row, state, values["ends_on"])
        self._refuse_unsaid(row, state)
        row.refuse_if_wrong()
        group = values["working_group"].code
        entered = Entered(by=self.by, is_waiting=state == State.SUBMITTED, data={"group": group})
        cluster = propose({**values, "lead": people["lead"]}, days, people, entered=entered)
        if state != State.SUBMITTED:
            cluster = approve(cluster, row, days, people, entered=entered)
        if state not in (State.SUBMITTED, State.APPROVED):
            carry_on(cluster, row, days, state=state, entered=entered)
            row.refuse_if_wrong()
        self._close(cluster, state, days, people)
        return Change(row.number, "added", f"{cluster.name} {cluster.title}")

    def lines(self, queryset: Any) -> Iterator[Mapping[str, Any]]:
        """Yield the clusters of a queryset that the person may see; drafts have no record yet."""
        rows = Cluster.objects.visible_to(self.by).filter(pk__in=queryset.order_by().values("pk"))
        yield from lines_of(rows.exclude(reference=None))

    def _same(self, row: Row, reference: str) -> Change:
        """Accept a row of the export as it is; whatever differs is refused where it stands."""
        line = self.present.get(reference)
        if line is None:
            row.wrong("reference", _("No cluster has this reference. Leave it empty: the registry gives one."))
        if reference in self.seen:
            words = _("This cluster stands in row %(row)s already. Keep one.")
            row.wrong("reference", words % {"row": self.seen[reference]})
        self.seen.setdefault(reference, row.number)
        for name, text in (line or {}).items():
            if name in UNTOLD and not row.text(name):
                continue  # the table of a factsheet, which tells no addresses
            if row.has(name) and row.text(name) != as_read(text):
                words = _("The record says “%(text)s”. An import changes no cluster: correct it on the cluster’s page.")
                row.wrong(name, words % {"text": text if len(text) <= 60 else f"{text[:60]}…"})
        row.refuse_if_wrong()
        return Change(row.number, "same", f"{reference} {row.text('title')}")

    def _state(self, row: Row) -> str:
        state = row.choice("state", State)
        if state not in STATES:
            row.wrong("state", _("Write one of: %(states)s.") % {"states": ", ".join(STATES)})
        return state

    def _days(self, row: Row, state: str) -> dict[str, datetime]:
        """Return the moments of the steps that the state wants; each on the day before the next one or on it."""
        wanted = WANTED.get(state, ())
        if state == State.DISCONTINUED and not row.text("started_on"):
            wanted = tuple(name for name in wanted if name != "started_on")  # given up before it began
        moments: dict[str, datetime] = {}
        before: date | None = None
        for name in wanted:
            day = self._day(row, name, state)
            if day is None:
                continue
            if day > self.today:
                row.wrong(name, _("This day lies ahead. Only what has happened is recorded afterwards."))
            elif name == "decided_on" and day == self.today:
                row.wrong(name, _("A decision of today is made on the cluster’s page. Leave the row “submitted”."))
            if before is not None and day < before:
                row.wrong(name, _("This day lies before the step that comes before it."))
            before = day
            moment = timezone.make_aware(datetime.combine(day, time(HOURS[name])))
            moments[name] = min(moment, timezone.now()) if day == self.today else moment
        return moments

    def _day(self, row: Row, name: str, state: str) -> date | None:
        """Return the day of one step; left empty, what its column says. A day that cannot be read is noted once."""
        if row.text(name):
            return row.day(name)
        if name == "proposed_on" and state == State.SUBMITTED:
            return self.today
        if name in DEFAULTS and row.text(DEFAULTS[name]):
            return row.day(DEFAULTS[name])
        if name == "paused_on":
            return self._day(row, "started_on", state)
        row.wrong(name, _("This is missing."))
        return None

    def _people(self, row: Row, state: str) -> dict[str, Member]:
        """Return proposer, lead and who decided; each has an account, because each is told or asked."""
        wanted: tuple[str, ...] = ("proposer", "lead", "decided_by")
        if state == State.SUBMITTED:
            wanted = wanted[:2]
            for name in ("decided_by", "decided_on"):
                if row.text(name):
                    row.wrong(name, _("A submitted cluster is not decided. Empty this, or write the state it has."))
        found = {}
        for name in wanted:
            member = self.known.person(row, name)
            if member is not None:
                found[name] = member
        return found

    def _refuse_own(self, row: Row, state: str, people: dict[str, Member]) -> None:
        """Nobody enters a decision in which they have a part, as nobody decides on their own."""
        for name, member in people.items():
            if state != State.SUBMITTED and member.user is not None and member.user.pk == self.by.pk:
                row.wrong(name, _("This is you. A decision is entered by an administrator who has no part in it."))

    def _refuse_present(self, row: Row, values: dict[str, Any]) -> None:
        key = (fold_key(values["title"]), values["starts_on"])
        if key in self.titles:
            row.wrong("title", _("A cluster of that title and start is there already."))
        self.titles.add(key)

    def _refuse_unsaid(self, row: Row, state: str) -> None:
        """Refuse what the registry asks of everybody who pauses a cluster or gives it up."""
        if state in STOPPED and not row.text("why_stopped"):
            row.wrong("why_stopped", _("Say why it was paused or discontinued."))
        if state == State.DISCONTINUED and row.text("started_on") and not row.text("lessons"):
            row.wrong("lessons", _("The cluster had started: write what was learnt, failures too."))

    def _refuse_past(self, row: Row, state: str, ends_on: date | None) -> None:
        """Refuse to propose today what was over long ago: that is recorded afterwards, with the state it reached."""
        if state == State.SUBMITTED and ends_on is not None and is_too_far_back(ends_on, self.today):
            words = _(
                "It ended more than %(days)d days ago, so it can’t be approved as if it were still to come. "
                "Correct the day, or write the state that it has reached."
            )
            row.wrong("ends_on", words % {"days": EXPRESS_DAYS_BACK})

    def _close(self, cluster: Cluster, state: str, days: dict[str, datetime], people: dict[str, Member]) -> None:
        """Note what was entered, tell those in whose name it was, write its search text."""
        now = Cluster.objects.get(pk=cluster.pk)
        if now.state != state and not (state == State.APPROVED and now.state == State.RUNNING):
            raise AssertionError(f"{now} is {now.state}, not {state}")
        if state == State.SUBMITTED:
            event = Event.objects.about(now).of_verbs(["submit"]).get()
            tell_named(now, {"proposer": people["proposer"]}, event=event)
        else:
            facts: dict[str, Any] = {name: member.pk for name, member in people.items()}
            facts |= {name: timezone.localdate(moment).isoformat() for name, moment in days.items()}
            group = now.working_group.code if now.working_group else ""
            data = {"state": now.state, "group": group, **facts}
            event = record(verb="record_afterwards", subject=now, by=self.by, role="administrator", data=data)
            tell_named(now, people, event=event)
        search.index(now)


def _is_json(content: bytes) -> bool:
    return content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")
