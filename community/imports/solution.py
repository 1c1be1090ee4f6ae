"""Solutions from a table: found by their number, else by their project and title."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from community.actions.solution import set_languages, set_links
from community.choices import PUBLIC_SOLUTIONS, Language, SolutionStatus, Vocabulary
from community.folding import fold, fold_key
from community.forms.links import LinksField, Words
from community.imports.entry import NUMBER, EntryTable, cell_of, terms_by_name
from community.imports.likeness import Numbers
from community.imports.locking import cells_of, keys_of, lock, numbers_of
from community.imports.places import TerritoryCodes
from community.imports.row import Row
from community.imports.sheet import Sheet, as_read
from community.models import Project, Solution, User
from community.models.solution import link_line

_BESIDE: Final = ("challenges", "tested_in", "languages", "links")


class SolutionImport(EntryTable):
    """One solution a row."""

    code = "solutions"
    title = gettext_lazy("Solutions")
    model = Solution
    required = ("title", "project")
    related = ("project", "type", "maturity")
    columns = {
        NUMBER: gettext_lazy(
            "From an export of this site: it finds the solution. Empty for a new one; “12 renamed” gives the one "
            "with the number 12 a title that is not like its present one."
        ),
        "title": gettext_lazy(
            "At most 160 characters. Without a number, it finds with the project the solution that is there already."
        ),
        "project": gettext_lazy("The code or acronym of the project whose result it is."),
        "type": gettext_lazy("By label or code."),
        "maturity": gettext_lazy("By label or code."),
        "summary": gettext_lazy("In one sentence."),
        "description": gettext_lazy("At most 4000 characters."),
        "where_tested": gettext_lazy("At most 1000 characters."),
        "what_taker_needs": gettext_lazy("At most 1500 characters."),
        "licence": gettext_lazy("Such as CC BY 4.0."),
        "website": gettext_lazy("An address that begins with https://."),
        "status": gettext_lazy("As it stands, or empty: a new solution is a draft, and is published on its own page."),
        "challenges": gettext_lazy("Labels or codes, separated by semicolons."),
        "tested_in": gettext_lazy("Codes of territories, separated by semicolons: EL43/2021; IT."),
        "languages": gettext_lazy("Codes or English names, separated by semicolons: el; en."),
        "links": gettext_lazy("One a line: what it is, its address | rights holder | licence."),
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
    }

    def __init__(self, by: User) -> None:
        """Read the columns that stand beside a solution by the rows that `begin` loads."""
        super().__init__(by)
        #: The solution of the row that is read.
        self.present: Solution | None = None
        self.parts = {
            "challenges": lambda row, column: self.several(row, column, self.challenge),
            "tested_in": lambda row, column: self.several(row, column, self.place),
            "languages": lambda row, column: self.several(row, column, self.language),
            "links": self.links,
        }

    def lock(self, sheet: Sheet) -> None:
        """Lock the solutions."""
        titles = map(fold_key, cells_of(sheet, "title"))
        numbers = keys_of(Solution.objects.all(), "pk", numbers_of(cells_of(sheet, NUMBER)))
        self.locked = lock(Solution, keys_of(Solution.objects.all(), "title_key", titles) | numbers)

    def begin(self, sheet: Sheet) -> None:
        """Load projects, solutions, terms and territories."""
        self.projects: dict[str, Project] = {}
        for project in Project.objects.all():
            self.projects[fold_key(project.code)] = self.projects[fold_key(project.acronym)] = project
        rows = Solution.objects.select_related(*self.related).prefetch_related(*_BESIDE)
        self.known = {(row.project_id, row.title_key): row for row in rows}
        self.numbers = Numbers(self.known.values())
        self.types = terms_by_name(Vocabulary.SOLUTION_TYPE)
        self.maturities = terms_by_name(Vocabulary.MATURITY)
        self.challenges = terms_by_name(Vocabulary.CHALLENGE)
        self.places = TerritoryCodes()
        self.titles = {row.title_key: row for row in self.known.values()}
        self.seen: dict[tuple[int, str], int] = {}

    def find(self, row: Row) -> Solution | None:
        """Return the solution of that number, else of that project and title; notes what contradicts."""
        project = self.read(row, "project")
        if project is None:
            return None
        key = (project.pk, fold_key(row.text("title")))
        if key in self.seen:
            row.wrong("title", _("This solution stands in row %(row)s already. Keep one.") % {"row": self.seen[key]})
        self.seen.setdefault(key, row.number)
        numbered, named = self.numbers.of(row), self.known.get(key)
        found = self.present = numbered or named
        if found is not None:
            self.numbers.refuse_twice(row, found)
        if found is not None and found.project_id != project.pk:
            words = {"number": found.pk, "project": found.project.acronym}
            row.wrong("project", _("The solution %(number)s is a result of %(project)s, and stays that.") % words)
        elif named is not None and named is not found:
            row.wrong("title", _("This is the title of the solution %(number)s.") % {"number": named.pk})
        self.look(row, found, project)
        return found

    def look(self, row: Row, found: Solution | None, project: Project) -> None:
        """Refuse another status; note what is worth a look: another case, the same title elsewhere, no licence."""
        self._look_at_status(row, found)
        title = row.text("title")
        if found is not None and fold_key(title) != found.title_key:
            self.numbers.rename(row, "title", found, found.title)
        elif found is not None and as_read(found.title) != title:
            row.doubt("title", _("The registry writes it “%(title)s”: its case changes.") % {"title": found.title})
        twin = self.titles.get(fold_key(title))
        if found is None and twin is not None:
            words = {"project": twin.project.acronym}
            row.doubt("title", _("%(project)s has a solution of that title. Is it the same one?") % words)
        has_licence = row.text("licence") if row.has("licence") else found is not None and found.licence
        if not has_licence:
            row.doubt("licence", _("The licence is missing: without one it can't be published by a coordinator."))

    def _look_at_status(self, row: Row, found: Solution | None) -> None:
        """Leave the status to the verbs of the solution's page: nobody publishes alone or hides what others use."""
        wanted = row.choice("status", SolutionStatus)
        if found is None and wanted not in ("", SolutionStatus.DRAFT):
            row.doubt("status", _("It is entered as a draft: a coordinator publishes it on its page."))
        elif found is not None and wanted and wanted != found.status:
            sentence = _(
                "An import leaves the status as it is: “%(status)s”. Write that or empty the cell; the status is "
                "changed on the page of the solution, %(page)s."
            )
            page = reverse("community:solution", args=[found.pk])
            row.wrong("status", sentence % {"status": found.status, "page": page})

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

    def several(self, row: Row, column: str, one: Callable[[Row, str, str], Any]) -> list[Any]:
        """Return what the words of a cell stand for, each once, in the order of an export."""
        found = [value for text in row.words(column) if (value := one(row, column, text)) is not None]
        return _ordered(column, list(dict.fromkeys(found)))

    def challenge(self, row: Row, column: str, text: str) -> Any:
        """Return a challenge by label or code."""
        return row.among(column, self.challenges, text)

    def place(self, row: Row, column: str, text: str) -> Any:
        """Return a territory by its code."""
        return self.places.of(row, column, text)

    def language(self, row: Row, column: str, text: str) -> Any:
        """Return the code of a language, given by code or name."""
        code = row.among(column, _languages(), text)
        return code.value if code is not None else None

    def links(self, row: Row, column: str) -> _Links:
        """Return the links of a cell, one a line; rights that it does not say stay as they are known.

        A link whose rights nobody knows is a doubt; added to what everybody reads it is unwanted, as in the form.
        """
        try:
            told: list[Words] = LinksField(required=False, asks_rights=False).clean(row.text(column))
        except ValidationError as error:
            row.wrong(column, " ".join(error.messages))
            return _Links()
        known = {} if self.present is None else {link.words[:2]: link.words for link in self.present.links.all()}
        found = _Links()
        for words in told:
            stood = known.get(words[:2])
            kept = words if any(words[2:]) or stood is None else stood
            sentence = _("Rights holder or licence of “%(label)s” is missing: add them.") % {"label": words[0]}
            if stood is None and not all(kept) and self.present is not None and self.present.status in PUBLIC_SOLUTIONS:
                self.leave_out(row, column, sentence)
                continue
            if not all(kept):
                row.doubt(column, sentence)
            found.append(kept)
        return found

    def leave_out(self, row: Row, column: str, sentence: str) -> None:
        """Refuse a link that may not stand on what everybody reads."""
        row.wrong(column, sentence)

    def part(self, instance: Solution, column: str) -> Any:
        """Return challenges, territories, codes of languages or links as they are written."""
        if column == "languages":
            return _ordered(column, [one.code for one in instance.languages.all()])
        if column == "links":
            return _Links(link.words for link in instance.links.all())
        return _ordered(column, list(getattr(instance, column).all()))

    def set_part(self, instance: Solution, column: str, value: Any) -> None:
        """Write them."""
        instance._prefetched_objects_cache = {}  # type: ignore[attr-defined]
        if column == "languages":
            set_languages(instance, value)
        elif column == "links":
            set_links(instance, value)
        else:
            getattr(instance, column).set(value)

    def lines(self, queryset: Any) -> Iterator[Mapping[str, Any]]:
        """Yield the solutions as cells."""
        return super().lines(queryset.prefetch_related(*_BESIDE))

    def prepare(self, instance: Solution) -> None:
        """Note who wrote the words; of something that was published before they are its next version."""
        instance.written_by = self.by
        if instance.published_at is not None:
            instance.published_version += 1


class _Links(list[Words]):
    """Links, written one a line."""

    def __str__(self) -> str:
        return "\n".join(link_line(*words) for words in self)


def _ordered(column: str, values: list[Any]) -> list[Any]:
    """Return values in the order of an export: languages by code, terms and places by theirs."""
    return sorted(values, key=lambda value: value if isinstance(value, str) else (cell_of(value), value.pk))


def _languages() -> dict[str, Language]:
    """Return the languages by folded code and English name."""
    with override("en"):
        return {fold(key): one for one in Language for key in (one.value, str(one.label))}
