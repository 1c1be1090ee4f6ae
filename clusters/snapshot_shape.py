"""The shape of a snapshot: a cluster on one day, as plain values for documents.

`clusters.summary.snapshot(cluster, at=...)` builds it, `factsheets` freezes it and
draws documents from nothing else. It follows what a factsheet must contain, field by
field, and obeys five rules:

* JSON only: `json.loads(json.dumps(s)) == s`. A day is "2026-05-12", never a datetime.
* Persons stand only as keys (`MemberKey`). No name, address or free signature of a
  person is written here; names are resolved at the moment of an edition, by consent.
* Texts are what was typed, in the cluster's language: not escaped, not rendered, not cut.
  Blank lines part paragraphs, lines that begin with "- " are a list. Unknown is "" or None.
* What has a code carries its code; words of vocabularies also carry their labels per
  language, because the vocabulary may change after the day of the document.
* Every list has a total order that does not change between two calls.

Version, revision, address, issuer and checksums are not here: an issue adds them.
Additions keep `SHAPE`; a change of meaning raises it, and old snapshots stay as they are.
"""

from __future__ import annotations

from typing import Final, TypeAlias, TypedDict

SHAPE: Final = 1

Day: TypeAlias = str
"""A date in ISO form, "2026-05-12"."""

MemberKey: TypeAlias = str
"""`Member.key`: twelve random signs that stand for a person."""


class Coded(TypedDict):
    """A term of a vocabulary: its stable code and its words, {"en": "Floods", "el": "…"}."""

    code: str
    labels: dict[str, str]


class WorkingGroupLine(TypedDict):
    """A working group under the title that it has on the day of the snapshot."""

    code: str
    title: str


class OrganisationLine(TypedDict):
    """An organisation by name; `country` is the EU's code of two letters (EL, not GR), or ""."""

    name: str
    country: str


class TerritoryLine(TypedDict):
    """A region, country or named site. `code` and `nuts_version` ("2021") are "" where there is none."""

    code: str
    name: str
    country: str
    nuts_version: str


class NeedLine(TypedDict):
    """The need that the cluster answers, and who raised it.

    `text` (<= 600) is the question or description of the need; `raised_by` the organisation for which it
    was raised; `raised_by_person` who did; `me_too` how many others said that they have it too.
    """

    text: str
    raised_by: OrganisationLine | None
    raised_by_person: MemberKey | None
    me_too: int


class ObjectiveLine(TypedDict):
    """One of at most five objectives, numbered from 1.

    `measured` is the value as written by the lead, `reached` what it means; None: not said (yet). `partly`: it is
    not reached, but in part; older snapshots do not have it.
    """

    number: int
    text: str
    criterion: str
    measured: str
    reached: bool | None
    partly: bool


class LeadLine(TypedDict):
    """The organisation that leads, and who does it there; `person` None: a lead is wanted."""

    organisation: OrganisationLine | None
    person: MemberKey | None


class ParticipantLine(TypedDict):
    """One participating organisation with all its live participations, the lead's included.

    `roles` are codes of `clusters.choices.ParticipationRole`, most important first, each once; `external`: invited from
    outside the community of practice; `persons` who takes part for it, `people` how many (may be more:
    persons are listed once). Order: lead first, then members of the community by name, then externals by name.
    """

    organisation: OrganisationLine
    roles: list[str]
    external: bool
    persons: list[MemberKey]
    people: int


class SolutionLine(TypedDict):
    """A transferable result that the cluster works with; `project` is the acronym of its owner."""

    title: str
    project: str
    maturity: Coded | None


class EvidenceLine(TypedDict):
    """A public file on a stage or an outcome: title, licence and the checksum of its bytes; the latest is the last."""

    title: str
    licence: str
    sha256: str


class StageLine(TypedDict):
    """A stage of the roadmap, numbered from 1 in the order of the roadmap.

    `kind` and `status` are codes of `clusters.choices`. `baseline_*` are the dates of the newest baseline (None before
    the start, and for a stage added later). `slip` counts days of the end against that baseline: the actual
    end if there is one, else the planned end, or the day of the snapshot where that is later and the stage
    is not over; positive is late, negative early, None without a baseline or for a dropped stage. `first_slip`
    is the same against baseline 1; both are equal while there is only one. `waits_for` is the number of another
    stage. `evidence` are files, `evidence_url` is the web address of the deliverable, "" without one.
    Snapshots from before lack `waits_for`, `waits_why`, `evidence` and `evidence_url`.
    """

    number: int
    title: str
    kind: str
    status: str
    planned_start: Day | None
    planned_end: Day | None
    actual_start: Day | None
    actual_end: Day | None
    baseline_start: Day | None
    baseline_end: Day | None
    slip: int | None
    first_slip: int | None
    deliverable: str
    note: str
    waits_for: int | None
    waits_why: str
    evidence: list[EvidenceLine]
    evidence_url: str


class BaselineLine(TypedDict):
    """The newest baseline: its number (1 = frozen at the start) and the day it was frozen."""

    number: int
    frozen_on: Day


class ExpectedOutcomeLine(TypedDict):
    """An outcome that the cluster expects; `kind` as in `OutcomeLine`, `how` it will be seen, `on` when."""

    kind: str
    how: str
    on: Day | None


class OutcomeLine(TypedDict):
    """What happened: `kind` is a code of `clusters.choices.OutcomeKind`; `evidence` the web address of what shows it.

    Old snapshots may have words as `evidence` ("minutes, attendance").
    `text` is the outcome's line, `detail` what came of it at length ("" if nothing was added). `stage` and
    `objective` are numbers of lines above. `participants`, `organisations` and `countries` count whom it reached, None
    where that was not said. Order: by day, then as recorded. Snapshots from before lack `files` and these counts.
    """

    kind: str
    text: str
    detail: str
    on: Day | None
    stage: int | None
    objective: int | None
    evidence: str
    files: list[EvidenceLine]
    participants: int | None
    organisations: int | None
    countries: int | None


class UptakeLine(TypedDict):
    """An uptake: solution x adopting organisation x territory. Empty list until uptakes exist.

    `step`: aware, interested, mentoring, committed, in_use, stopped; `kind` (from committed on): as_is, adapted,
    scaled_up, in_policy, else ""; `documented`: confirmed by the adopter with a document, else declared by the cluster.
    """

    solution: str
    organisation: OrganisationLine
    territory: TerritoryLine | None
    step: str
    kind: str
    since: Day | None
    documented: bool


class ReviewLine(TypedDict):
    """A peer review of a solution, published and not withdrawn. Older snapshots have no list of them.

    `version` is the published version that was read; `verdict`: fit, fit_with_changes, not_yet; `on` the day of its
    publication; `organisations` those of the reviewers, each once; of the `recommendations` so many are `accepted` by
    the owner, at least in part; `answered`: the owner answered it as it stands.
    """

    solution: str
    project: str
    version: int
    verdict: str
    on: Day | None
    organisations: list[OrganisationLine]
    recommendations: int
    accepted: int
    answered: bool


class AdviserLine(TypedDict):
    """Who answered a question to an advice panel: the organisation of the day; `person` only by their own choice."""

    organisation: OrganisationLine | None
    person: MemberKey | None


class AdviceLine(TypedDict):
    """A published question to an advice panel, what was made of the advice, and who gave it, in the order of answers.

    The answers themselves are not here: they stand on the question's page.
    """

    question: str
    what_came: str
    on: Day | None
    given_by: list[AdviserLine]


class MeetingLine(TypedDict):
    """A meeting that was held: how many people of how many organisations were present (0: not recorded)."""

    kind: str
    title: str
    on: Day
    people: int
    organisations: int


class AmendmentLine(TypedDict):
    """An accepted amendment; `fields` are names of the fields of `Cluster` that it changed, `reason` as given."""

    number: int
    accepted_on: Day
    fields: list[str]
    reason: str


class ConditionLine(TypedDict):
    """A condition of the approval; `state` is open, met (said the lead), confirmed or waived (by a coordinator)."""

    text: str
    due: Day | None
    state: str


class Deadline(TypedDict):
    """A deadline from outside, with its reason ("call closes")."""

    on: Day
    reason: str


class Snapshot(TypedDict):
    """A cluster on the day `as_of`, complete for a factsheet.

    `state` is a code of `clusters.choices.State`, `state_since` the day of the event that led to it.
    `focus`, `levels`, `join_policy` are codes of `clusters.choices`. `started_on` and `ended_on` are actual,
    `planned_*` what is planned now. `lessons` and `next_steps` are texts whose "- " lines are lists.
    `no_outcome`: concluded without an outcome, said so on purpose. `recorded_afterwards`: entered after its day.
    Snapshots from before lack `advice`.
    """

    shape: int
    as_of: Day
    language: str
    reference: str
    title: str
    question: str
    state: str
    state_since: Day | None
    recorded_afterwards: bool
    working_group: WorkingGroupLine
    further_working_groups: list[WorkingGroupLine]
    focus: str
    levels: list[str]
    planned_start: Day | None
    planned_end: Day | None
    started_on: Day | None
    ended_on: Day | None
    deadline: Deadline | None
    join_policy: str
    size_limit: int | None
    need: NeedLine | None
    objectives: list[ObjectiveLine]
    out_of_scope: str
    themes: list[Coded]
    specific_objectives: list[Coded]
    sdgs: list[Coded]
    territories: list[TerritoryLine]
    lead: LeadLine
    participants: list[ParticipantLine]
    solutions: list[SolutionLine]
    baseline: BaselineLine | None
    stages: list[StageLine]
    expected_outcomes: list[ExpectedOutcomeLine]
    adoption_plan: str
    outcomes: list[OutcomeLine]
    no_outcome: bool
    uptakes: list[UptakeLine]
    reviews: list[ReviewLine]
    meetings: list[MeetingLine]
    advice: list[AdviceLine]
    practitioners_summary: str
    lessons: str
    next_steps: str
    amendments: list[AmendmentLine]
    conditions: list[ConditionLine]
    follow_ups: list[Day]
