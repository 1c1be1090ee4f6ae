"""What a version of a policy statement holds, as plain values; frozen when it is adopted.

No person stands in it: statements speak for their working group.
"""

from __future__ import annotations

from typing import Final, Literal, NotRequired, TypedDict

#: What stands above the lines, and is written by people.
HEAD: Final[tuple[Literal["title", "audience", "summary", "language"], ...]] = (
    "title",
    "audience",
    "summary",
    "language",
)


class GroupShape(TypedDict):
    """The working group: stable code, and its title on that day."""

    code: str
    title: str


class EvidenceShape(TypedDict):
    """What a line rests on, with its state on the day.

    `state` is the kind of an outcome or the step of an uptake; `how`, `organisation`, `country`, `territory` and
    `is_documented` belong to uptakes, as does `is_refused`: the organisation does not confirm it. `on` is a day as ISO
    8601. What may be missing is not held by versions that were adopted before it was kept: the words and numbers of an
    outcome, what an uptake adapted, whether it was refused, where the evidence is, the day on which its cluster was
    discontinued (None: it was not), and when a file that showed it was taken off last (ISO 8601; None: none was).
    """

    kind: str
    id: int
    title: str
    shows: str
    cluster: str
    cluster_title: str
    state: str
    how: str
    organisation: str
    country: str
    territory: str
    is_documented: bool
    is_refused: NotRequired[bool]
    on: str | None
    description: NotRequired[str]
    adaptation: NotRequired[str]
    evidence_url: NotRequired[str]
    participants_count: NotRequired[int | None]
    organisations_count: NotRequired[int | None]
    countries_count: NotRequired[int | None]
    discontinued_on: NotRequired[str | None]
    file_removed_at: NotRequired[str | None]


class LineShape(TypedDict):
    """One line and what it rests on."""

    number: int
    heading: str
    text: str
    evidence: list[EvidenceShape]


class StatementSnapshot(TypedDict):
    """A whole version; `as_of` is the day of the adoption."""

    reference: str
    title: str
    as_of: str
    language: str
    working_group: GroupShape
    audience: str
    summary: str
    lines: list[LineShape]
