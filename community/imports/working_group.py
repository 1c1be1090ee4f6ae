"""Working groups and their appointments from tables: groups by code, appointments by person, group and first day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from community.actions.appointment import appoint, end_appointment, resume_appointment
from community.folding import fold
from community.imports.entry import EntryTable, cell_of, refuse_other_spelling, spellings
from community.imports.locking import cells_of, keys_of, lock, lock_members
from community.imports.row import Row, RowRefused
from community.imports.sheet import Sheet, as_read
from community.imports.table import Change, Table
from community.models import Appointment, Member, WorkingGroup


class WorkingGroupImport(EntryTable):
    """One working group a row; a new title holds from a day on, so it is given on the group's page."""

    code = "working-groups"
    title = gettext_lazy("Working groups")
    model = WorkingGroup
    required = ("code", "title")
    columns = {
        "code": gettext_lazy("The stable name, such as WG2. It finds the group that is there already."),
        "title": gettext_lazy("As it stands; a new title is given on the group's page, with its first day."),
        "about": gettext_lazy("At most 2000 characters."),
        "order": gettext_lazy("A number: where the group stands in lists."),
        "is_active": gettext_lazy("yes while it takes clusters; empty leaves it as it is."),
    }
    readers = {
        "code": lambda row, column: row.text(column, required=True),
        "title": lambda row, column: row.text(column, required=True),
        "about": Row.text,
        "order": lambda row, column: row.number_of(column, 9) or 0,
        "is_active": lambda row, column: row.flag(column) if row.text(column) else True,
    }
    kept = frozenset({"is_active", "order"})

    def lock(self, sheet: Sheet) -> None:
        """Lock the groups."""
        self.locked = lock(WorkingGroup, keys_of(WorkingGroup.objects.all(), "code", cells_of(sheet, "code")))

    def begin(self, sheet: Sheet) -> None:
        """Load the groups."""
        self.known = {row.code: row for row in WorkingGroup.objects.all()}
        self.spelt = spellings(WorkingGroup)
        self.seen: dict[str, int] = {}

    def find(self, row: Row) -> WorkingGroup | None:
        """Return the group of that code; another title is refused."""
        code = row.text("code", required=True)
        if (first := self.seen.setdefault(code, row.number)) != row.number:
            row.wrong("code", _("This code stands in row %(row)s already. Keep one.") % {"row": first})
        found = self.known.get(code)
        if found is None:
            refuse_other_spelling(row, self.spelt.get((fold(code),)))
        if found is not None and as_read(found.title) != row.text("title"):
            words = _("The group is called “%(title)s”. Write that; a new title is given on the group's page.")
            row.wrong("title", words % {"title": found.title})
        return found

    def remember(self, instance: WorkingGroup) -> None:
        """Let later rows find it; a new group's title begins its list of titles."""
        if instance.code not in self.known:
            instance.titles.create(title=instance.title, from_on=timezone.localdate())
        self.known[instance.code] = instance
        self.spelt[fold(instance.code),] = instance.code


class AppointmentImport(Table):
    """One appointment a row: made, ended and resumed by the same actions as in the list, with their mails."""

    code = "appointments"
    title = gettext_lazy("Appointments")
    note = gettext_lazy("Whom a row appoints, or whose appointment it ends, gets the mail that the list sends.")
    required = ("member", "working_group", "from_on")
    columns = {
        "member": gettext_lazy("The key of a member, from an export of members."),
        "name": gettext_lazy("Whose key that is; only to be read."),
        "working_group": gettext_lazy("The code of a group; empty for the whole mission."),
        "from_on": gettext_lazy("The first day. With member and group it finds the appointment that is there already."),
        "until_on": gettext_lazy("The last day; empty while it goes on."),
    }

    def lock(self, sheet: Sheet) -> None:
        """Lock the persons, as the actions do."""
        lock_members(keys=cells_of(sheet, "member"))

    def begin(self, sheet: Sheet) -> None:
        """Load persons, groups and appointments."""
        people = Member.objects.filter(merged_into=None, erased_at=None).select_related("user")
        self.people = {row.key: row for row in people.filter(key__in=cells_of(sheet, "member"))}
        self.groups = {fold(row.code): row for row in WorkingGroup.objects.all()}
        rows = Appointment.objects.filter(withdrawn_at=None, member__in=[one.pk for one in self.people.values()])
        self.known = {(row.member_id, row.working_group_id, row.from_on): row for row in rows}
        self.seen: dict[tuple[int, int | None, date | None], int] = {}

    def take(self, row: Row) -> Change:
        """Appoint, end or resume; an appointment that stands as the file says is left."""
        member = self.people.get(row.text("member", required=True))
        if member is None and row.text("member"):
            row.wrong("member", _("No member has this key."))
        group: WorkingGroup | None = row.among("working_group", self.groups)
        from_on, until_on = row.day("from_on"), row.day("until_on")
        if from_on is None:
            row.wrong("from_on", _("This is missing."))
        row.refuse_if_wrong()
        if member is None or from_on is None:  # said above
            raise RowRefused
        key = (member.pk, group.pk if group else None, from_on)
        if (first := self.seen.setdefault(key, row.number)) != row.number:
            row.wrong("", _("Row %(row)s says this appointment already. Keep one.") % {"row": first})
        title = f"{member.name}, {group.code if group else _('the whole mission')}"
        return self._write(row, self.known.get(key), member, group, (from_on, until_on), title)

    def _write(
        self,
        row: Row,
        found: Appointment | None,
        member: Member,
        group: WorkingGroup | None,
        days: tuple[date, date | None],
        title: str,
    ) -> Change:
        from_on, until_on = days
        before = cell_of(found.until_on) if found is not None else ""
        fields = {"until_on": (before, cell_of(until_on))}
        if found is not None and (found.until_on == until_on or not row.has("until_on")):
            return Change(row.number, "same", title)
        if member.user_id == self.by.pk:
            row.wrong("member", _("Your own appointments are changed in their list, which asks for your password."))
        row.refuse_if_wrong()
        if found is None:
            appoint(member=member, working_group=group, from_on=from_on, until_on=until_on, by=self.by)
            return Change(row.number, "added", title, {"from_on": ("", cell_of(from_on)), **fields})
        if until_on is not None and (found.until_on is None or until_on < found.until_on):
            end_appointment(appointment=found, last_on=until_on, by=self.by)
        elif found.until_on is not None and found.until_on < timezone.localdate():
            row.wrong("until_on", _("It has ended and stays as it was. Appoint anew with a first day of its own."))
            row.refuse_if_wrong()
        else:
            resume_appointment(appointment=found, last_on=until_on, by=self.by)
        return Change(row.number, "changed", title, fields)

    def lines(self, queryset: Any) -> Iterator[Mapping[str, Any]]:
        """Yield the appointments, those that were withdrawn left out."""
        rows = queryset.filter(withdrawn_at=None).select_related("member", "working_group")
        for row in rows.filter(member__merged_into=None, member__erased_at=None):
            yield {
                "member": row.member.key,
                "name": cell_of(row.member.name),
                "working_group": row.working_group.code if row.working_group else "",
                "from_on": cell_of(row.from_on),
                "until_on": cell_of(row.until_on),
            }
