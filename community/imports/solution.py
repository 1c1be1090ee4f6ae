"""Solutions from a table: found by their project and title."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from community.choices import SolutionStatus, Vocabulary
from community.folding import fold_key
from community.imports.entry import EntryTable, terms_by_name
from community.imports.row import Row
from community.imports.sheet import Sheet
from community.models import Project, Solution


class SolutionImport(EntryTable):
    """One solution a row."""

    code = "solutions"
    title = gettext_lazy("Solutions")
    model = Solution
    required = ("title", "project")
    related = ("project", "type", "maturity")
    columns = {
        "title": gettext_lazy("At most 160 characters. With the project, it finds the solution that is there already."),
        "project": gettext_lazy("The code or acronym of the project whose result it is."),
        "type": gettext_lazy("By label or code."),
        "maturity": gettext_lazy("By label or code."),
        "summary": gettext_lazy("In one sentence."),
        "description": gettext_lazy("At most 4000 characters."),
        "where_tested": gettext_lazy("At most 1000 characters."),
        "what_taker_needs": gettext_lazy("At most 1500 characters."),
        "licence": gettext_lazy("Such as CC BY 4.0."),
        "website": gettext_lazy("An address that begins with https://."),
        "status": gettext_lazy("draft or published."),
    }
    readers = {
        "title": lambda row, column: row.text(column, required=True),
        "project": Row.text,
        "type": Row.text,
        "maturity": Row.text,
        "summary": Row.text,
        "description": Row.text,
        "where_tested": Row.text,
        "what_taker_needs": Row.text,
        "licence": Row.text,
        "website": Row.text,
        "status": lambda row, column: row.choice(column, SolutionStatus, default=SolutionStatus.DRAFT),
    }

    def begin(self, sheet: Sheet) -> None:
        """Load projects, solutions and terms."""
        self.projects: dict[str, Project] = {}
        for project in Project.objects.all():
            self.projects[fold_key(project.code)] = self.projects[fold_key(project.acronym)] = project
        rows = Solution.objects.select_related(*self.related)
        self.known = {(row.project_id, row.title_key): row for row in rows}
        self.types = terms_by_name(Vocabulary.SOLUTION_TYPE)
        self.maturities = terms_by_name(Vocabulary.MATURITY)
        self.seen: dict[tuple[int, str], int] = {}

    def find(self, row: Row) -> Solution | None:
        """Return the solution of that project and title."""
        project = self.read(row, "project")
        if project is None:
            return None
        key = (project.pk, fold_key(row.text("title")))
        if key in self.seen:
            row.wrong("title", _("This solution stands in row %(row)s already. Keep one.") % {"row": self.seen[key]})
        self.seen.setdefault(key, row.number)
        return self.known.get(key)

    def read(self, row: Row, column: str) -> Any:
        """Resolve project and terms."""
        if column == "project":
            found = self.projects.get(fold_key(row.text(column)))
            if found is None and not any(problem.column == column for problem in row.problems):
                row.wrong(column, _("No project has the code “%(text)s”.") % {"text": row.text(column)})
            return found
        if column in ("type", "maturity"):
            return row.among(column, self.types if column == "type" else self.maturities)
        return super().read(row, column)

    def prepare(self, instance: Solution) -> None:
        """Note the moment of a first publication."""
        if instance.status == SolutionStatus.PUBLISHED and instance.published_at is None:
            instance.published_at = timezone.now()
