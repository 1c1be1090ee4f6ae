"""Organisations from a table: found by their name in any spelling of case and space."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from community.choices import Vocabulary
from community.folding import fold_key
from community.imports.entry import EntryTable, terms_by_name
from community.imports.places import TerritoryCodes
from community.imports.row import Row
from community.imports.sheet import Sheet
from community.models import Organisation


class OrganisationImport(EntryTable):
    """One organisation a row."""

    code = "organisations"
    title = gettext_lazy("Organisations")
    model = Organisation
    required = ("name",)
    related = ("kind", "territory")
    columns = {
        "name": gettext_lazy("The full name. It finds the organisation that is there already."),
        "short_name": gettext_lazy("How it is called for short."),
        "country": gettext_lazy("Two letters: IT, EL, BA …"),
        "kind": gettext_lazy("The type of organisation, by its label or code."),
        "territory": gettext_lazy("The code of a territory, with the NUTS version where both have it: EL43/2021."),
        "website": gettext_lazy("An address that begins with https://."),
        "is_verified": gettext_lazy("yes when the organisation is confirmed, no when somebody still has to look."),
    }
    readers = {
        "name": lambda row, column: row.text(column, required=True),
        "short_name": Row.text,
        "country": Row.country,
        "website": Row.text,
        "is_verified": Row.flag,
        "kind": Row.text,
        "territory": Row.text,
    }

    def begin(self, sheet: Sheet) -> None:
        """Load names, types and territories."""
        self.known = {row.name_key: row for row in Organisation.objects.unmerged().select_related(*self.related)}
        merged = Organisation.objects.exclude(merged_into=None).select_related("merged_into")
        self.merged = {row.name_key: row.merged_into for row in merged if row.name_key not in self.known}
        self.kinds = terms_by_name(Vocabulary.ORGANISATION_TYPE)
        self.territories = TerritoryCodes()
        self.seen: dict[str, int] = {}

    def find(self, row: Row) -> Organisation | None:
        """Return the organisation of that name."""
        key = fold_key(row.text("name"))
        if key in self.seen:
            row.wrong("name", _("This name stands in row %(row)s already. Keep one.") % {"row": self.seen[key]})
        self.seen.setdefault(key, row.number)
        if key in self.merged:
            row.wrong(
                "name", _("This organisation was merged into “%(name)s”. Write that.") % {"name": self.merged[key]}
            )
        return self.known.get(key)

    def lines(self, queryset: Any) -> Iterator[Mapping[str, Any]]:
        """Yield the organisations as cells; merged ones are those into which they were merged."""
        return super().lines(queryset.filter(merged_into=None))

    def read(self, row: Row, column: str) -> Any:
        """Resolve types and territories."""
        if column == "kind":
            return row.among(column, self.kinds)
        if column == "territory":
            return self.territories.of(row, column, row.text(column))
        return super().read(row, column)

    def remember(self, instance: Organisation) -> None:
        """Let later rows find it."""
        self.known[instance.name_key] = instance
