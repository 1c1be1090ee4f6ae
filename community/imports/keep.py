"""Results from a JSON file shaped like an export of keep.eu: projects with their outputs (docs/administration.md).

Each output becomes a row of the table of solutions, numbered in the order of the file, so that one report serves both.
Vocabularies of keep.eu are not ours: a theme, type, maturity, territory or language that is not known here leaves its
place empty and is told as a doubt. A project that is not known, or a title that is missing, stops the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from community.folding import fold_key
from community.forms.dates import DayField
from community.imports.row import Row
from community.imports.sheet import MOST_BYTES, MOST_ROWS, MOST_SIGNS, Line, Sheet, Unreadable, as_read, read_json
from community.imports.solution import SolutionImport
from community.imports.table import Change
from community.models import Partnership, Project, Solution
from community.models.solution import link_line

#: Our column -> where it stands in an output.
_OUTPUT: Final = {
    "title": "title",
    "summary": "summary",
    "description": "description",
    "type": "type",
    "challenges": "themes",
    "maturity": "maturity",
    "where_tested": "where_tested",
    "tested_in": "tested_in",
    "what_taker_needs": "needs",
    "licence": "licence",
    "languages": "languages",
    "links": "links",
}
#: Facts of the project that are compared with the registry and written nowhere.
_PROJECT: Final = {"start": "start_date", "end": "end_date", "partners": "partners"}

#: Columns whose words are looked up in vocabularies that keep.eu does not share.
_DOUBTED: Final = ("type", "maturity", "challenges", "tested_in", "languages")


class KeepImport(SolutionImport):
    """One output of a project of the file is one solution, entered as a draft."""

    code = "keep"
    title = gettext_lazy("Results from keep.eu")
    note = gettext_lazy(
        "A JSON file with projects and their outputs, as docs/administration.md describes it. New solutions are "
        "drafts. Rows are the outputs, counted from 1 through the whole file."
    )
    accepts = ".json"
    hint = gettext_lazy("A JSON file in UTF-8, shaped like an export of keep.eu.")
    is_taken_out = False
    required = ("title", "project")
    columns = {
        **{name: words for name, words in SolutionImport.columns.items() if name in {"project", *_OUTPUT}},
        "start": gettext_lazy("The project's first day; only compared with the registry."),
        "end": gettext_lazy("The project's last day; only compared with the registry."),
        "partners": gettext_lazy("The project's partners; only compared with the registry."),
    }
    readers = {name: reader for name, reader in SolutionImport.readers.items() if name in {"project", *_OUTPUT}}

    def reads(self, content: bytes) -> bool:
        """Tell whether a file begins as JSON does."""
        return not super().reads(content)

    def sheet_of(self, content: bytes) -> Sheet:
        """Return the outputs as rows.

        Raises:
            Unreadable: too big, no JSON, or of another shape.
        """
        if len(content) > MOST_BYTES:
            raise Unreadable(_("The file is larger than %(most)s MB. Split it.") % {"most": MOST_BYTES // 1024 // 1024})
        try:
            told = read_json(content)
        except (UnicodeDecodeError, ValueError, RecursionError) as error:
            raise Unreadable(_("The file is no JSON in UTF-8 (%(error)s).") % {"error": str(error)[:120]}) from error
        projects = told.get("projects") if isinstance(told, dict) else None
        if not isinstance(projects, list):
            raise Unreadable(_("The file has no list “projects”. The handbook shows what it must look like."))
        lines = tuple(Line(number, *found) for number, found in enumerate(_outputs(projects), 1))
        if len(lines) > MOST_ROWS:
            raise Unreadable(_("The file has more than %(most)s outputs. Split it.") % {"most": MOST_ROWS})
        return Sheet(tuple(self.columns), lines)

    def begin(self, sheet: Sheet) -> None:
        """Load what rows refer to, and who stands in which consortium."""
        super().begin(sheet)
        self.compared: set[int] = set()
        self.partners: dict[int, set[str]] = {}
        for pk, name, short in Partnership.objects.values_list(
            "project", "organisation__name", "organisation__short_name"
        ):
            self.partners.setdefault(pk, set()).update({fold_key(name), fold_key(short)})

    def take(self, row: Row) -> Change:
        """Write one output; an empty or doubtful cell leaves what the registry knows."""
        cells = row.line.cells
        for name in [name for name, text in cells.items() if not text and name not in self.required]:
            del cells[name]
        for name in [name for name in _DOUBTED if name in cells]:
            if not (self.parts[name](row, name) if name in self.parts else self.read(row, name)):
                del cells[name]
        return super().take(row)

    def look(self, row: Row, found: Solution | None, project: Project) -> None:
        """Note doubts about the output, and once for each project about what the file says of it."""
        super().look(row, found, project)
        if project.pk not in self.compared:
            self.compared.add(project.pk)
            start = self._compare(row, "start", project.starts_on)
            end = self._compare(row, "end", project.ends_on)
            if start and end and end < start:
                row.doubt("end", _("The project ends before it starts."))
            self._compare_partners(row, project)

    def _compare(self, row: Row, column: str, known: date | None) -> date | None:
        """Return a day of the project; one that no calendar has, or that differs from the registry's, is a doubt."""
        try:
            day: date | None = DayField(required=False).clean(row.text(column))
        except ValidationError as error:
            row.doubt(column, " ".join(error.messages))
            return None
        if day and known and day != known:
            row.doubt(column, _("The registry knows another day: %(day)s.") % {"day": known.isoformat()})
        return day

    def _compare_partners(self, row: Row, project: Project) -> None:
        for name in row.text("partners").split("\n"):
            if name and fold_key(name) not in self.partners.get(project.pk, set()):
                words = {"name": name, "project": project.acronym}
                row.doubt("partners", _("“%(name)s” stands in no consortium of %(project)s.") % words, name)

    def read(self, row: Row, column: str) -> Any:
        """Leave a type or maturity that is not known empty, as a doubt."""
        return super().read(row, column) if column == "project" else _doubted(row, column, super().read)

    def challenge(self, row: Row, column: str, text: str) -> Any:
        """Leave out a theme that is no challenge here."""
        return _doubted(row, column, lambda one, name: super(KeepImport, self).challenge(one, name, text))

    def place(self, row: Row, column: str, text: str) -> Any:
        """Leave out a territory that is not known."""
        return _doubted(row, column, lambda one, name: super(KeepImport, self).place(one, name, text))

    def language(self, row: Row, column: str, text: str) -> Any:
        """Leave out a language that is not known."""
        return _doubted(row, column, lambda one, name: super(KeepImport, self).language(one, name, text))

    def leave_out(self, row: Row, column: str, sentence: str) -> None:
        """Leave a link whose rights keep.eu does not say off what everybody reads, as a doubt."""
        row.doubt(column, _("%(sentence)s It is left out.") % {"sentence": sentence})


def _doubted(row: Row, column: str, read: Any) -> Any:
    """Return what is read; for a type, maturity, theme, place or language what is wrong with it becomes a doubt."""
    if column not in _DOUBTED:
        return read(row, column)
    before = list(row.problems)
    value = read(row, column)
    for problem in [one for one in row.problems if one not in before]:
        row.problems.remove(problem)
        row.doubt(column, _("%(sentence)s It is left empty.") % {"sentence": problem.sentence})
    return value


def _outputs(projects: list[Any]) -> Iterator[tuple[dict[str, str], str]]:
    """Yield the cells of each output, and why they can't be told where they are of another shape."""
    for project in projects:
        outputs = project.get("outputs") if isinstance(project, dict) else None
        if not isinstance(outputs, list):
            yield {}, _("A project of the file is no object with a list “outputs”.")
            continue
        facts = {name: _text(project.get(key)) for name, key in _PROJECT.items()}
        facts["partners"] = "\n".join(_names(project.get("partners")))
        for output in outputs:
            if not isinstance(output, dict):
                yield {}, _("This output is no object.")
                continue
            cells = {name: _text(output.get(key)) for name, key in _OUTPUT.items()}
            cells["links"] = "\n".join(_links(output.get("links")))
            cells |= {"project": _text(project.get("acronym")), **facts}
            too_long = next((name for name, text in cells.items() if len(text) > MOST_SIGNS), "")
            words = {"most": MOST_SIGNS, "name": too_long}
            yield cells, _("“%(name)s” holds more than %(most)s signs. Shorten it.") % words if too_long else ""


def _text(value: Any) -> str:
    """Return a value as a cell holds it: several separated by semicolons; what is of another shape is passed over."""
    if isinstance(value, list):
        return "; ".join(_text(one).replace(";", ",") for one in value if not isinstance(one, list))
    if value is None or isinstance(value, dict | bool):
        return ""
    return as_read(str(value))


def _names(partners: Any) -> list[str]:
    rows = partners if isinstance(partners, list) else []
    return [_text(row.get("name") if isinstance(row, dict) else row) for row in rows if not isinstance(row, list)]


def _links(links: Any) -> list[str]:
    """Return links, given as addresses or as objects, one a line.

    keep.eu says of no link whose it is; an object that does is taken at its word.
    """
    found = []
    for link in links if isinstance(links, list) else [links]:
        if isinstance(link, list):
            continue
        facts = link if isinstance(link, dict) else {"url": link}
        words = [" ".join(_text(facts.get(name)).split()) for name in ("title", "url", "rights_holder", "licence")]
        found.append(link_line(*words) if words[1] else words[0])
    return [line for line in found if line]
