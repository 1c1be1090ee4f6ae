"""Organisations from a table: found by their number, else by their name in any spelling of case and space."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from community.choices import Vocabulary
from community.folding import fold_key
from community.imports.entry import NUMBER, EntryTable, terms_by_name
from community.imports.likeness import LikeOrganisations, Numbers
from community.imports.locking import cells_of, lock_organisations
from community.imports.places import TerritoryCodes
from community.imports.row import Row, first_of, is_twice
from community.imports.sheet import Sheet
from community.models import Organisation


class OrganisationImport(EntryTable):
    """One organisation a row."""

    code = "organisations"
    title = gettext_lazy("Organisations")
    model = Organisation
    required = ("name",)
    related = ("kind", "territory")
    kept = frozenset({"is_verified"})
    columns = {
        NUMBER: gettext_lazy(
            "From an export of this site: it finds the organisation. Empty for a new one; “12 renamed” gives the one "
            "with the number 12 a name that is not like its present one."
        ),
        "name": gettext_lazy("The full name. Without a number it finds the organisation that is there already."),
        "short_name": gettext_lazy("How it is called for short."),
        "country": gettext_lazy("Two letters: IT, EL, BA …"),
        "kind": gettext_lazy("The type of organisation, by its label or code."),
        "territory": gettext_lazy("The code of a territory, with the NUTS version where both have it: EL43/2021."),
        "website": gettext_lazy("An address that begins with https://."),
        "is_verified": gettext_lazy(
            "yes when the organisation is confirmed, no when somebody still has to look; empty leaves it as it is."
        ),
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

    def lock(self, sheet: Sheet) -> None:
        """Lock the organisations."""
        self.locked = lock_organisations(cells_of(sheet, "name"), cells_of(sheet, NUMBER) | set(self.answers.values()))

    def begin(self, sheet: Sheet) -> None:
        """Load names, types and territories."""
        rows = list(Organisation.objects.select_related("merged_into", *self.related))
        self.known = {row.name_key: row for row in rows if row.merged_into is None}
        merged = [row for row in rows if row.merged_into is not None]
        self.merged = {row.name_key: row.merged_into for row in merged if row.name_key not in self.known}
        self.numbers, self.like = Numbers(rows), LikeOrganisations(row.pk for row in rows)
        self.kinds = terms_by_name(Vocabulary.ORGANISATION_TYPE)
        self.territories = TerritoryCodes()
        self.seen: dict[str, Row] = {}

    def find(self, row: Row) -> Organisation | None:
        """Return the organisation of that number, else of that name; notes what contradicts."""
        numbered = self.numbers.of(row)
        key = fold_key(row.text("name"))
        first = first_of(self.seen, key, row)
        if key in self.merged:
            row.wrong(
                "name", _("This organisation was merged into “%(name)s”. Write that.") % {"name": self.merged[key]}
            )
        elif numbered is not None and numbered.merged_into is not None:
            words = {"name": numbered.merged_into, "number": numbered.merged_into.pk}
            row.wrong(NUMBER, _("This organisation was merged into “%(name)s”, number %(number)s.") % words)
        named = self.known.get(key)
        if named is not None and first is not row and not self.like.is_there(named):
            named = None  # entered by the row before, which has this name: whom both are like is asked of both
        found = self._meant(row, numbered, named, first)
        if is_twice(self.seen, key, row, "name", is_sure=numbered is not None or row.is_answered):
            sentence = _("This name stands in row %(row)s already. Keep one.")
            if not first.needs("name"):
                sentence = _("Row %(row)s has this name, too. Say whether this is another one, or leave the row out.")
            row.wrong("name", sentence % {"row": first.number})
        return found

    def _meant(
        self, row: Row, numbered: Organisation | None, named: Organisation | None, first: Row
    ) -> Organisation | None:
        """Return whom number and name mean together; a new name is told, and whom a new entry is like."""
        found = numbered or named
        if found is None:
            meant = self.like.look(row, row.text("name"), first)
            if meant is None:
                return None
            found = named = self.known[meant.name_key]
        if named is not None and named is not found:
            words = {"name": named.name, "number": named.pk}
            row.wrong("name", _("“%(name)s” is the organisation with the number %(number)s.") % words)
        elif named is None and row.text("name"):
            self.numbers.rename(row, "name", found, found.name)
        self.numbers.refuse_twice(row, found)
        return found

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
