"""Targets of indicators from a table: found by indicator, project and day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from community.folding import fold, fold_key
from community.imports.entry import EntryTable, cell_of
from community.imports.locking import lock
from community.imports.row import Row
from community.imports.sheet import Sheet
from community.models import Project
from results.models import Indicator, Target


class TargetImport(EntryTable):
    """One target a row; a mistake is taken away in the list, which asks why."""

    code = "targets"
    title = gettext_lazy("Targets")
    model = Target
    required = ("indicator", "value", "due_on")
    related = ("indicator", "project")
    columns = {
        "indicator": gettext_lazy("The code of the indicator, such as RCR104."),
        "project": gettext_lazy("The code or acronym of a project; empty for the whole mission."),
        "due_on": gettext_lazy("By when. With indicator and project it finds the target that is there already."),
        "value": gettext_lazy("A whole number."),
        "note": gettext_lazy("At most 200 characters."),
    }
    readers = {
        "indicator": Row.text,
        "project": Row.text,
        "due_on": Row.day,
        "value": lambda row, column: row.number_of(column, 9),
        "note": Row.text,
    }

    def lock(self, sheet: Sheet) -> None:
        """Lock all targets: there are few."""
        self.locked = lock(Target, Target.objects.order_by().values_list("pk", flat=True))

    def begin(self, sheet: Sheet) -> None:
        """Load indicators, projects and targets."""
        self.indicators = {fold(row.code): row for row in Indicator.objects.all()}
        self.projects = {fold_key(row.code): row for row in Project.objects.all()}
        self.projects |= {row.acronym_key: row for row in self.projects.values()}
        rows = Target.objects.select_related(*self.related)
        self.known = {(row.indicator_id, row.project_id, row.due_on): row for row in rows}
        self.seen: dict[tuple[int, int | None, date], int] = {}

    def find(self, row: Row) -> Target | None:
        """Return the target of that indicator, project and day."""
        indicator, project, due_on = self.read(row, "indicator"), self.read(row, "project"), row.day("due_on")
        for column, value in (("indicator", indicator), ("due_on", due_on), ("value", row.text("value"))):
            if not value and not row.text(column):
                row.wrong(column, _("This is missing."))
        if indicator is None or due_on is None:
            return None
        key = (indicator.pk, project.pk if project else None, due_on)
        if (first := self.seen.setdefault(key, row.number)) != row.number:
            row.wrong("", _("Row %(row)s says this target already. Keep one.") % {"row": first})
        return self.known.get(key)

    def read(self, row: Row, column: str) -> Any:
        """Resolve indicator and project."""
        if column == "indicator":
            return row.among(column, self.indicators)
        if column == "project" and row.text(column):
            found = self.projects.get(fold_key(row.text(column)))
            if found is None:
                row.wrong(column, _("No project has the code “%(text)s”.") % {"text": row.text(column)})
            return found
        return None if column == "project" else super().read(row, column)

    def lines(self, queryset: Any) -> Iterator[Mapping[str, Any]]:
        """Yield the targets as cells; indicators and projects by their codes."""
        for row in queryset.select_related(*self.related):
            named = {"indicator": row.indicator.code, "project": row.project.code if row.project is not None else ""}
            yield {name: named.get(name, cell_of(getattr(row, name))) for name in self.columns}
