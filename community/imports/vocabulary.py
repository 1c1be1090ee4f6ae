"""Terms and territories from tables: terms by vocabulary and code, territories by code and NUTS version."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from community.choices import NutsVersion, TerritoryLevel, Vocabulary
from community.folding import fold
from community.imports.entry import EntryTable, cell_of, refuse_other_spelling, spellings
from community.imports.locking import cells_of, keys_of, lock
from community.imports.places import TerritoryCodes
from community.imports.row import Row
from community.imports.sheet import Sheet, as_read
from community.models import Term, Territory, User
from community.validators import plain_line

_LABEL: Final = re.compile(r"([a-z]{2,3}(?:-[a-z]{2,8})?):\s*(\S.*)")


class Labels(dict[str, str]):
    """Labels by language, written one a line; English first."""

    def __str__(self) -> str:
        ordered = sorted(self.items(), key=lambda pair: (pair[0] != "en", pair[0]))
        return "\n".join(f"{language}: {as_read(label)}" for language, label in ordered)


def labels_of(row: Row, column: str) -> Labels:
    """Return the labels of a cell; one without a language is noted, and so is a missing English one."""
    found = Labels()
    for line in filter(None, map(str.strip, row.text(column).splitlines())):
        said = _LABEL.fullmatch(line)
        if said is None:
            words = _("“%(line)s” does not begin with a language, such as “en: ”.")
            row.wrong(column, words % {"line": line})
            continue
        found[said[1]] = said[2]
        try:
            plain_line(said[2])
        except ValidationError as error:
            row.wrong(column, " ".join(error.messages))
    if "en" not in found:
        row.wrong(column, _("Write the English label too."))
    return found


class TermImport(EntryTable):
    """One term of a vocabulary a row."""

    code = "terms"
    title = gettext_lazy("Terms")
    model = Term
    required = ("vocabulary", "code", "labels")
    columns = {
        "vocabulary": gettext_lazy("Whose term it is, by code or name, such as challenge."),
        "code": gettext_lazy("The stable name; with the vocabulary it finds the term that is there already."),
        "labels": gettext_lazy("One language a line, such as “en: Marine ecosystems”. English is needed."),
        "note": gettext_lazy("At most 300 characters."),
        "order": gettext_lazy("A number: where the term stands in lists."),
        "is_retired": gettext_lazy("yes for a term that is offered no more; empty leaves it as it is."),
    }
    readers = {
        "vocabulary": lambda row, column: row.choice(column, Vocabulary),
        "code": lambda row, column: row.text(column, required=True),
        "labels": labels_of,
        "note": Row.text,
        "order": lambda row, column: row.number_of(column, 9) or 0,
        "is_retired": Row.flag,
    }
    kept = frozenset({"is_retired", "order"})

    def lock(self, sheet: Sheet) -> None:
        """Lock the terms of these codes."""
        self.locked = lock(Term, keys_of(Term.objects.all(), "code", cells_of(sheet, "code")))

    def begin(self, sheet: Sheet) -> None:
        """Load the terms."""
        self.known = {(row.vocabulary, row.code): row for row in Term.objects.all()}
        self.spelt = spellings(Term, "vocabulary")
        self.seen: dict[tuple[str, str], int] = {}

    def find(self, row: Row) -> Term | None:
        """Return the term of that vocabulary and code."""
        key = (row.choice("vocabulary", Vocabulary), row.text("code", required=True))
        if not key[0]:
            row.wrong("vocabulary", _("This is missing."))
        if (first := self.seen.setdefault(key, row.number)) != row.number:
            row.wrong("code", _("This code stands in row %(row)s already. Keep one.") % {"row": first})
        if key not in self.known:
            refuse_other_spelling(row, self.spelt.get((key[0], fold(key[1]))))
        return self.known.get(key)

    def remember(self, instance: Term) -> None:
        """Let later rows find it."""
        self.known[instance.vocabulary, instance.code] = instance
        self.spelt[instance.vocabulary, fold(instance.code)] = instance.code

    def _cell(self, instance: Any, name: str) -> str:
        return cell_of(Labels(instance.labels)) if name == "labels" else super()._cell(instance, name)


class TerritoryImport(EntryTable):
    """One territory a row."""

    code = "territories"
    title = gettext_lazy("Territories")
    model = Territory
    required = ("code", "level", "name")
    columns = {
        "code": gettext_lazy("Such as EL43; with the NUTS version it finds the territory that is there already."),
        "nuts_version": gettext_lazy("Of a region, such as 2021; empty for a country, site or sea basin."),
        "level": gettext_lazy("By code or name, such as nuts2, country or site."),
        "country": gettext_lazy("Two letters: IT, EL, BA …"),
        "name": gettext_lazy("As it is called."),
        "note": gettext_lazy("At most 200 characters."),
        "is_programme_region": gettext_lazy("yes for a region of the programme; empty leaves it as it is."),
        "maps_to": gettext_lazy("Where it lies: codes of the programme's regions, separated by semicolons: EL43/2021."),
        "column": gettext_lazy("Its column on the tile grid."),
        "row": gettext_lazy("Its row on the tile grid."),
    }
    readers = {
        "code": lambda row, column: row.text(column, required=True),
        "nuts_version": lambda row, column: row.choice(column, NutsVersion),
        "level": lambda row, column: row.choice(column, TerritoryLevel),
        "country": Row.country,
        "name": lambda row, column: row.text(column, required=True),
        "note": Row.text,
        "is_programme_region": Row.flag,
        "column": Row.number_of,
        "row": Row.number_of,
    }
    kept = frozenset({"is_programme_region"})

    def __init__(self, by: User) -> None:
        """Read where a territory lies by the rows that `begin` loads."""
        super().__init__(by)
        self.parts = {"maps_to": self._places}

    def lock(self, sheet: Sheet) -> None:
        """Lock the territories of these codes."""
        self.locked = lock(Territory, keys_of(Territory.objects.all(), "code", cells_of(sheet, "code")))

    def begin(self, sheet: Sheet) -> None:
        """Load the territories."""
        rows = Territory.objects.prefetch_related("maps_to")
        self.known = {(row.nuts_version, row.code): row for row in rows}
        self.spelt = spellings(Territory, "nuts_version")
        self.codes = TerritoryCodes()
        self.seen: dict[tuple[str, str], int] = {}

    def find(self, row: Row) -> Territory | None:
        """Return the territory of that code and NUTS version."""
        key = (row.choice("nuts_version", NutsVersion), row.text("code", required=True))
        if (first := self.seen.setdefault(key, row.number)) != row.number:
            row.wrong("code", _("This code stands in row %(row)s already. Keep one.") % {"row": first})
        if key not in self.known:
            refuse_other_spelling(row, self.spelt.get((key[0], fold(key[1]))))
        return self.known.get(key)

    def _places(self, row: Row, column: str) -> list[Territory]:
        found = [place for text in row.words(column) if (place := self.codes.of(row, column, text)) is not None]
        return _ordered(found)

    def part(self, instance: Territory, column: str) -> list[Territory]:
        """Return where a territory lies, in the order of an export."""
        return _ordered(list(instance.maps_to.all()))

    def set_part(self, instance: Territory, column: str, value: Any) -> None:
        """Write it."""
        instance._prefetched_objects_cache = {}  # type: ignore[attr-defined]
        instance.maps_to.set(value)

    def remember(self, instance: Territory) -> None:
        """Let later rows find it, and lie in it."""
        self.known[instance.nuts_version, instance.code] = instance
        self.spelt[instance.nuts_version, fold(instance.code)] = instance.code
        self.codes.remember(instance)

    def lines(self, queryset: Any) -> Iterator[Mapping[str, Any]]:
        """Yield the territories as cells."""
        return super().lines(queryset.prefetch_related("maps_to"))


def _ordered(places: list[Territory]) -> list[Territory]:
    return sorted(places, key=lambda place: (cell_of(place), place.pk))
