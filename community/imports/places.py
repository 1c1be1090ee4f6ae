"""Organisations by name and territories by code, as rows refer to them."""

from __future__ import annotations

from django.utils.translation import gettext as _

from community.actions.organisation import near_duplicates
from community.folding import fold, fold_key
from community.imports.row import Row
from community.models import Organisation, Territory


class OrganisationNames:
    """All organisations, loaded once; a short name counts where it is one organisation's only."""

    def __init__(self) -> None:
        """Load the names."""
        self._rows: dict[str, Organisation] = {}
        short: dict[str, list[Organisation]] = {}
        for row in Organisation.objects.unmerged():
            self._rows[row.name_key] = row
            if row.short_name:
                short.setdefault(fold_key(row.short_name), []).append(row)
        for key, rows in short.items():
            if len(rows) == 1:
                self._rows.setdefault(key, rows[0])
        self._sentences: dict[str, str] = {}

    def find(self, name: str) -> Organisation | None:
        """Return the organisation of that name."""
        return self._rows.get(fold_key(name))

    def of(self, row: Row, column: str, *, required: bool = False) -> Organisation | None:
        """Return the organisation in a cell; an unknown one is noted, with the one that was probably meant."""
        name = row.text(column, required=required)
        found = self.find(name) if name else None
        if name and found is None:
            row.wrong(column, self._unknown(name))
        return found

    def _unknown(self, name: str) -> str:
        """Return the sentence for a name that is not there; thousands of rows may hold the same one."""
        if name not in self._sentences:
            near = near_duplicates(name, limit=1) if len(self._sentences) < 200 else []
            if near:
                words = _("No organisation is called “%(name)s”. Did you mean “%(near)s”?")
                self._sentences[name] = words % {"name": name, "near": near[0].name}
            else:
                words = _("No organisation is called “%(name)s”. Import the organisations first, or correct the name.")
                self._sentences[name] = words % {"name": name}
        return self._sentences[name]


class TerritoryCodes:
    """All territories, loaded once; a code that several NUTS versions have needs its version."""

    def __init__(self) -> None:
        """Load the codes."""
        self._rows: dict[str, Territory | None] = {}
        for territory in Territory.objects.all():
            plain = fold(territory.code)
            self._rows[plain] = None if plain in self._rows else territory
            self._rows[fold(f"{territory.code}/{territory.nuts_version}")] = territory
        self._known = {name: place for name, place in self._rows.items() if place is not None}

    def remember(self, territory: Territory) -> None:
        """Let later rows find a territory that was just written by its code and NUTS version."""
        for name in (territory.code, f"{territory.code}/{territory.nuts_version}"):
            self._rows.setdefault(fold(name), territory)
            self._known.setdefault(fold(name), territory)

    def of(self, row: Row, column: str, text: str) -> Territory | None:
        """Return the territory of that code; an unknown or ambiguous one is noted."""
        code = fold(text)
        if code in self._rows and self._rows[code] is None:
            row.wrong(column, _("Several NUTS versions have that code. Write it like EL43/2021."))
            return None
        found: Territory | None = row.among(column, self._known, text)
        return found
