"""What the registry knows of a record, as plain values: querysets load it, and the rules of indicators judge it.

Days are days of the site's zone; countries are the programme's two letters; projects are keys, None where nobody owns.
What there are thousands of is a tuple with names: it is made in a third of the time of a frozen class.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class ProjectFacts:
    """A project that owns figures. `ends_on` is the day of its completion, else the planned end; None is unknown."""

    pk: int
    code: str
    acronym: str
    starts_on: date | None = None
    ends_on: date | None = None


class SolutionFacts(NamedTuple):
    """A published solution with the lead and project partners of its project.

    `partners` counts organisations, `countries` holds theirs. `has_place` says that it is named where it was tested;
    `has_document` that its website, a link or a file that everybody may fetch leads to it; `has_website` the first of
    these alone.
    """

    pk: int
    title: str
    project: int
    type: str = ""
    maturity: str = ""
    has_place: bool = False
    has_document: bool = False
    has_website: bool = False
    published_on: date | None = None
    partners: int = 0
    countries: frozenset[str] = frozenset()


class UptakeFacts(NamedTuple):
    """An uptake in a public cluster, of a solution with its project's days.

    `is_documented` says that the adopting organisation confirmed the uptake as it stands now, with a document;
    `is_discontinued` that its cluster was; `is_refused` that the organisation does not confirm it.
    """

    pk: int
    solution: int
    title: str
    type: str
    organisation: str
    cluster: str
    project: ProjectFacts
    state: str
    in_use_on: date | None = None
    is_documented: bool = False
    is_disclosed: bool = True
    is_discontinued: bool = False
    is_refused: bool = False


@dataclass(frozen=True, slots=True)
class MeetingFacts:
    """A meeting of a public cluster: who organised it, how many came. `has_document`: files or minutes are kept."""

    pk: int
    cluster: str
    project: int | None
    kind: str
    held_on: date
    is_cancelled: bool = False
    organisers: int = 0
    countries: frozenset[str] = frozenset()
    persons: int = 0
    completed: int = 0
    has_document: bool = False


@dataclass(frozen=True, slots=True)
class CooperationFacts:
    """An organisation that takes or took part in public clusters that a project owns.

    `is_across` says that organisations of at least two countries take or took part there, `has_partnership` that it was
    in the partnership of the project on a day on which it took part; an organisation has a row for each of the four
    sorts of clusters. `cluster` is the first of them, `first_on` and `last_on` are the first and last day of
    cooperation so far; `document_on` is the last meeting with files or minutes at which it was present, None where
    there is none.
    """

    organisation: int
    name: str
    cluster: str
    project: ProjectFacts | None
    has_partnership: bool = False
    is_across: bool = True
    first_on: date | None = None
    last_on: date | None = None
    document_on: date | None = None


class PilotFacts(NamedTuple):
    """A stage of kind pilot in a public cluster; `countries` are those of the organisations that take or took part."""

    pk: int
    title: str
    cluster: str
    project: int | None
    is_done: bool = False
    done_on: date | None = None
    organisations: int = 0
    countries: frozenset[str] = frozenset()
    has_document: bool = False
