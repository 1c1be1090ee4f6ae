"""What a report to the community holds, as plain values; frozen when it is sent. No person stands in it."""

from __future__ import annotations

from typing import NotRequired, TypedDict

from clusters.snapshot_shape import Day, OrganisationLine, WorkingGroupLine


class OutcomeCounts(TypedDict):
    """Of which kind an outcome is, and whom it reached; None where that was not said."""

    kind: str
    participants: int | None
    organisations: int | None
    countries: int | None


class ReportedLine(TypedDict):
    """One factsheet in a report: which version, what it says in short, where it is read.

    `words` are the summary for practitioners where there is one, else the question. `address` is the permanent one of
    that version. `uptakes` counts those in use, `documented` those of them that the adopter confirmed. `language` is
    that of title, words and outcomes; reports from before lack it. `counts` has one for each of `outcomes`, in their
    order; reports from before lack it, too.
    """

    reference: str
    version: int
    title: str
    language: NotRequired[str]
    face: str
    state: str
    state_since: Day | None
    issued_on: Day
    working_group: WorkingGroupLine
    lead_organisation: OrganisationLine | None
    words: str
    organisations: int
    countries: list[str]
    outcomes: list[str]
    counts: NotRequired[list[OutcomeCounts]]
    uptakes: int
    documented: int
    address: str
    data_sha256: str


class Totals(TypedDict):
    """Figures over all factsheets of a report, each organisation and country once.

    `uptakes` and `documented` leave out discontinued clusters.
    """

    factsheets: int
    organisations: int
    countries: int
    outcomes: int
    uptakes: int
    documented: int


class ReportSnapshot(TypedDict):
    """A whole report; `working_group` None is the whole mission. Lines: what came of clusters first, then plans."""

    reference: str
    title: str
    as_of: Day
    language: str
    from_on: Day
    until_on: Day
    working_group: WorkingGroupLine | None
    introduction: str
    lines: list[ReportedLine]
    totals: Totals
