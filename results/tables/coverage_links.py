"""Where the numbers of coverage lead: to the list that holds exactly what each of them counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlencode

from django.urls import reverse

from community.choices import UNANSWERED, Whereabouts
from results.choices import UptakeStep
from results.coverage import STATES
from results.rules.coverage import OUTSIDE, UNSAID, Columns, Rows, Wanted

#: The last line, which counts everything once; no row has this key.
ALL: Final = "all of them"

Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class Links:
    """Leads from a number to what it counts; "" where no list holds just that.

    A key is that of a row, or `ALL`. `codes` are those of projects by acronym.
    """

    wanted: Wanted
    rows: Rows
    columns: Columns
    sees_proposed: bool
    codes: Mapping[str, str] = field(default_factory=dict)

    def url(self, key: str, column: str = "") -> str:
        """Return the address of the register with the clusters of a row and column ("": of all columns)."""
        wanted = self.wanted
        project = key if self.rows is Rows.PROJECT and key not in (ALL, UNSAID) else wanted.project
        group = column if self.columns is Columns.GROUP and column else wanted.group
        state = column if self.columns is Columns.STATE else ""
        kinds = [wanted.outcome, column if self.columns is Columns.OUTCOME else ""]
        pairs = [("territory", self._place(key)), *self._where(key), ("project", project), ("wg", group)]
        pairs += [("without", "project")] if self.rows is Rows.PROJECT and key == UNSAID else []
        pairs += [("recorded", kind) for kind in dict.fromkeys(kinds)]
        pairs += [("state", str(code)) for code, name in STATES.items() if self._is_counted(name, state)]
        return _address("clusters:list", pairs)

    def uptakes_url(self, key: str, proof: str) -> str:
        """Return the address of the list with the uptakes of a row.

        What is chosen narrows the clusters through which they came, a country and a project also the uptakes.
        """
        wanted = self.wanted
        owner = key if self.rows is Rows.PROJECT and key != ALL else wanted.project
        if {owner, wanted.project} - {""} - self.codes.keys():
            return ""
        place = self._place(key)
        pairs = [("step", UptakeStep.IN_USE.value), ("proof", proof), ("work", "standing")]
        pairs += [("project", self.codes.get(owner, "")), ("around", self.codes.get(wanted.project, ""))]
        is_region = self.rows is Rows.REGION and key not in (ALL, UNSAID)
        pairs += [("region", place), ("country", wanted.country)] if is_region else [("country", place)]
        pairs += [*self._where(key), ("at", wanted.country), ("outcome", wanted.outcome), ("wg", wanted.group)]
        return _address("results:uptake_list", pairs)

    def needs_url(self, key: str) -> str:
        """Return the address of the list with the open needs of a row."""
        if self.rows is Rows.PROJECT:
            return ""
        pairs = [("status", UNANSWERED), ("territory", self._place(key)), *self._where(key)]
        return _address("community:needs", pairs)

    def idle_url(self, key: str) -> str:
        """Return the address of the list with the idle solutions of a row."""
        acronym = self.wanted.project if key == ALL else key
        if acronym and acronym not in self.codes:
            return ""
        return _address("results:idle", [("project", self.codes.get(acronym, ""))])

    def _place(self, key: str) -> str:
        """Return the place by which lists are asked, "" for none; a country's letters do, also without an entry."""
        is_place = self.rows is not Rows.PROJECT and key not in (ALL, OUTSIDE, UNSAID)
        return key if is_place else self.wanted.country

    def _where(self, key: str) -> Pairs:
        """Return what is asked beside the place, for the rows that are none."""
        if self.rows is Rows.PROJECT or key not in (OUTSIDE, UNSAID):
            return []
        if key == OUTSIDE:
            return [("where", Whereabouts.OUTSIDE.value)]
        is_region = self.rows is Rows.REGION
        return [("where", (Whereabouts.NO_REGION if is_region else Whereabouts.NOWHERE).value)]

    def _is_counted(self, name: str, wanted: str) -> bool:
        return wanted in ("", name) and (self.sees_proposed or name != "waiting")


def _address(name: str, pairs: Pairs) -> str:
    """Return an address with what is asked, without what says nothing."""
    query = urlencode([pair for pair in pairs if pair[1]])
    return f"{reverse(name)}{'?' if query else ''}{query}"
