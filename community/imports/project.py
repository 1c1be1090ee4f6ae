"""Projects and their consortia from tables: projects by their code, partners by project and organisation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import Q
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from community.choices import PartnerRole, ProjectFamily, ProjectType, Vocabulary
from community.folding import fold, fold_key
from community.imports.entry import EntryTable, cell_of, refuse_other_spelling, spellings, terms_by_name
from community.imports.locking import cells_of, lock, lock_organisations
from community.imports.places import OrganisationNames
from community.imports.row import Row
from community.imports.sheet import Sheet
from community.models import Partnership, Project


class ProjectImport(EntryTable):
    """One project a row."""

    code = "projects"
    title = gettext_lazy("Projects")
    model = Project
    required = ("acronym",)
    related = ("specific_objective",)
    kept = frozenset({"family"})
    columns = {
        "code": gettext_lazy("The stable name in the address; left empty, it is made of the acronym."),
        "acronym": gettext_lazy("Such as LocAll4Flood."),
        "title": gettext_lazy("The full title."),
        "family": gettext_lazy(
            "governance or transfer; empty leaves it as it is, and makes a new one a transfer project."
        ),
        "type": gettext_lazy("study, test, transfer or strategic."),
        "specific_objective": gettext_lazy("Such as RSO2.4."),
        "theme": gettext_lazy("In a few words."),
        "summary": gettext_lazy("At most 3000 characters."),
        "countries": gettext_lazy("Two letters each, separated by semicolons."),
        "countries_note": gettext_lazy("A note on them."),
        "budget_eur": gettext_lazy("In euro."),
        "partner_count": gettext_lazy("The published number of project partners."),
        "associated_count": gettext_lazy("The published number of associated partners."),
        "starts_on": gettext_lazy("A day, such as 2024-01-01 or 1 January 2024."),
        "ends_on": gettext_lazy("A day; empty when it is not known."),
        "completed_on": gettext_lazy("A day."),
        "last_payment_on": gettext_lazy("A day."),
        "website": gettext_lazy("An address that begins with https://."),
        "source": gettext_lazy("Where these facts stand."),
        "uncertain": gettext_lazy("The fields whose sources disagree, separated by semicolons."),
    }
    readers = {
        "code": Row.text,
        "acronym": lambda row, column: row.text(column, required=True),
        "title": Row.text,
        "family": lambda row, column: row.choice(column, ProjectFamily, default=ProjectFamily.TRANSFER),
        "type": lambda row, column: row.choice(column, ProjectType),
        "specific_objective": Row.text,
        "theme": Row.text,
        "summary": Row.text,
        "countries": Row.countries,
        "countries_note": Row.text,
        "budget_eur": Row.amount,
        "partner_count": Row.number_of,
        "associated_count": Row.number_of,
        "starts_on": Row.day,
        "ends_on": Row.day,
        "completed_on": Row.day,
        "last_payment_on": Row.day,
        "website": Row.text,
        "source": Row.text,
        "uncertain": Row.words,
    }

    def lock(self, sheet: Sheet) -> None:
        """Lock the projects."""
        self.locked = lock(Project, _projects(cells_of(sheet, "code", "acronym")))

    def begin(self, sheet: Sheet) -> None:
        """Load projects and objectives."""
        rows = list(Project.objects.select_related(*self.related))
        self.by_code = {row.code: row for row in rows}
        self.by_acronym = {row.acronym_key: row for row in rows}
        self.spelt = spellings(Project)
        self.objectives = terms_by_name(Vocabulary.OBJECTIVE)
        self.seen: dict[str, int] = {}

    def code_of(self, row: Row) -> str:
        """Return the code of a row: as given, of the project of that acronym, or made of the acronym."""
        if row.text("code"):
            return row.text("code")
        known = self.by_acronym.get(fold_key(row.text("acronym")))
        return known.code if known else slugify(row.text("acronym"))

    def find(self, row: Row) -> Project | None:
        """Return the project of that code."""
        code = self.code_of(row)
        if code in self.seen:
            row.wrong("code", _("This project stands in row %(row)s already. Keep one.") % {"row": self.seen[code]})
        self.seen.setdefault(code, row.number)
        found = self.by_code.get(code)
        other = self.by_acronym.get(fold_key(row.text("acronym")))
        if other is not None and other is not found:
            row.wrong("acronym", _("The project %(code)s has this acronym.") % {"code": other.code})
        elif found is None and row.text("code"):
            refuse_other_spelling(row, self.spelt.get((fold(code),)))
        if not code:
            row.wrong("code", _("Give a code of Latin letters, figures and hyphens."))
        return found

    def read(self, row: Row, column: str) -> Any:
        """Resolve code and objective."""
        if column == "code":
            return self.code_of(row)
        if column == "specific_objective":
            return row.among(column, self.objectives)
        return super().read(row, column)

    def fill_new(self, instance: Project, row: Row) -> None:
        """Give a new project its code."""
        instance.code = self.code_of(row)

    def remember(self, instance: Project) -> None:
        """Let later rows find it."""
        self.by_code[instance.code] = self.by_acronym[instance.acronym_key] = instance
        self.spelt[fold(instance.code),] = instance.code


def _projects(names: set[str]) -> set[int]:
    """Return the keys of the projects of these codes or acronyms, or of the codes that are made of these."""
    wanted = {fold_key(name) for name in names} | {slugify(name) for name in names}
    rows = Project.objects.order_by().values_list("pk", "code", "acronym_key")
    return {pk for pk, code, acronym in rows if fold_key(code) in wanted or acronym in wanted}


class PartnershipImport(EntryTable):
    """One partner of one project a row."""

    code = "partnerships"
    title = gettext_lazy("Partners of projects")
    model = Partnership
    required = ("project", "organisation", "role")
    related = ("project", "organisation")
    columns = {
        "project": gettext_lazy("The code of the project."),
        "organisation": gettext_lazy("The name of an organisation that is there already."),
        "role": gettext_lazy("LP, PP or AP."),
        "from_on": gettext_lazy("The first day; empty since the project's start."),
        "until_on": gettext_lazy("The last day; empty until its end."),
    }
    readers = {
        "project": Row.text,
        "organisation": Row.text,
        "role": lambda row, column: row.choice(column, PartnerRole),
        "from_on": Row.day,
        "until_on": Row.day,
    }

    def lock(self, sheet: Sheet) -> None:
        """Lock the organisations, which are not merged meanwhile, then the partnerships of the projects."""
        lock_organisations(cells_of(sheet, "organisation"))
        rows = Partnership.objects.filter(project__in=_projects(cells_of(sheet, "project")))
        self.locked = lock(Partnership, rows.values_list("pk", flat=True))

    def begin(self, sheet: Sheet) -> None:
        """Load projects, organisations and partnerships."""
        self.projects = {}
        for project in Project.objects.all():
            self.projects[fold_key(project.code)] = self.projects[fold_key(project.acronym)] = project
        self.names = OrganisationNames()
        self.known: dict[tuple[int, int], list[Partnership]] = {}
        for row in Partnership.objects.select_related(*self.related).order_by("pk"):
            self.known.setdefault((row.project_id, row.organisation_id), []).append(row)
        self.taken: set[int] = set()

    def find(self, row: Row) -> Partnership | None:
        """Return the partnership of that project and organisation: the likest of several."""
        project, organisation = self.read(row, "project"), self.names.find(row.text("organisation"))
        if not row.text("role"):
            row.wrong("role", _("This is missing."))
        if project is None or organisation is None:
            return None
        rows = [one for one in self.known.get((project.pk, organisation.pk), ()) if one.pk not in self.taken]
        rows.sort(
            key=lambda one: [cell_of(getattr(one, name)) != row.text(name) for name in ("until_on", "from_on", "role")]
        )
        if rows:
            self.taken.add(rows[0].pk)
        return rows[0] if rows else None

    def read(self, row: Row, column: str) -> Any:
        """Resolve project and organisation; a missing one is noted once."""
        if column == "organisation":
            return self.names.of(row, column, required=True)
        if column == "project":
            found = self.projects.get(fold_key(row.text(column)))
            if found is None and not any(problem.column == column for problem in row.problems):
                row.wrong(column, _("No project has the code “%(text)s”.") % {"text": row.text(column)})
            return found
        return super().read(row, column)

    def lines(self, queryset: Any) -> Iterator[Mapping[str, Any]]:
        """Yield the consortia of the projects in `queryset`."""
        rows = Partnership.objects.filter(Q(project__in=queryset)).select_related(*self.related)
        for row in rows.order_by("project__acronym_key", "role", "organisation__name_key", "pk"):
            yield {
                "project": row.project.code,
                "organisation": row.organisation.name,
                "role": row.role,
                "from_on": cell_of(row.from_on),
                "until_on": cell_of(row.until_on),
            }
