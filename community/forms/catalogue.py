"""The filters of the catalogue of solutions, as they stand in its address."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from community import contributions
from community.choices import Language, SolutionStatus, Vocabulary
from community.forms.codes import CodesField, WordsField
from community.models import Project, Term, Territory

#: Filters with check boxes, in their order.
FACETS: Final = ("challenge", "type", "maturity", "project", "mark", "country", "language", "status")
ORDERS: Final = (
    ("best", _("Best match first")),
    ("title", _("By title")),
    ("newest", _("Newest first")),
    ("maturity", _("Most mature first")),
    ("project", _("By project")),
)
_VOCABULARIES: Final = {
    "challenge": Vocabulary.CHALLENGE,
    "type": Vocabulary.SOLUTION_TYPE,
    "maturity": Vocabulary.MATURITY,
}


class CatalogueForm(forms.Form):
    """Words and codes; a value that is not on offer is an error at its filter."""

    q = WordsField(label=_("Words"), required=False)
    challenge = CodesField(label=_("Challenge"), required=False)
    type = CodesField(label=_("Type"), required=False)
    maturity = CodesField(label=_("Maturity"), required=False)
    project = CodesField(label=_("Project"), required=False)
    mark = CodesField(label=_("Reviews"), required=False)
    country = CodesField(label=_("Country in which it was tested"), required=False)
    territory = forms.ChoiceField(label=_("Region in which it was tested"), required=False)
    language = CodesField(label=_("Language"), required=False, choices=Language.choices)
    status = CodesField(label=_("Status"), required=False, choices=SolutionStatus.choices)
    sort = forms.ChoiceField(label=_("Sort by"), required=False, choices=ORDERS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer terms, projects and territories; three queries."""
        super().__init__(*args, **kwargs)
        for name, choices in self._offered().items():
            field: Any = self.fields[name]
            field.choices = choices

    def _offered(self) -> dict[str, list[tuple[str, Any]]]:
        terms = list(Term.objects.filter(vocabulary__in=_VOCABULARIES.values()))
        found: dict[str, list[tuple[str, Any]]] = {
            name: [(term.code, term.label) for term in terms if term.vocabulary == vocabulary]
            for name, vocabulary in _VOCABULARIES.items()
        }
        found["project"] = [(row.code, row.acronym) for row in Project.objects.order_by("acronym_key")]
        marks = contributions.solution_marks
        found["mark"] = [(code, marks.get(code).label) for code in marks.codes()]
        places = list(Territory.objects.selectable().order_by("name", "pk"))
        names = {row.code: row.name for row in places if row.level == "country"}
        countries = {row.country for row in places if row.country}
        found["country"] = sorted(((code, names.get(code, code)) for code in countries), key=lambda pair: pair[1])
        regions = [(row.code, f"{row.name} ({row.code})") for row in places if row.level != "country"]
        found["territory"] = [("", _("Any")), *dict(regions).items()]
        return found
