"""What a snapshot says in figures, small selections from it, and who in it may be named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.utils.translation import gettext, ngettext

from clusters.choices import OutcomeKind, StageStatus
from clusters.snapshot_shape import ConditionLine, MemberKey, ParticipantLine, Snapshot, StageLine, TerritoryLine
from community.choices import ConsentPurpose
from community.models import Member
from factsheets import sentences
from factsheets.choices import Density

#: Millimetres of a page between its margins.
PAGE = 267
#: Millimetres that the smaller settings save in the narrow column.
GAIN = {Density.USUAL: 0, Density.TIGHT: 18, Density.DENSE: 54}
#: Letters to a line in one half of the page, and how many lines make a text long there.
HALF_WIDTH, HALF_LINES = 52, 26
#: Signs on a line of a fact beside the wider labels of other languages than English.
OTHER_SIGNS = 19
FIGURES = 4


@dataclass(frozen=True)
class Figure:
    """One large figure and what it counts."""

    value: str
    words: str


def figures(snapshot: Snapshot) -> list[Figure]:
    """Return the four figures of the backward face: what is counted here comes before what stands elsewhere too."""
    found = [
        _objectives(snapshot),
        _uptakes(snapshot) if snapshot["uptakes"] else None,
        _people(snapshot) if any(line["people"] for line in snapshot["meetings"]) else None,
        _organisations(snapshot),
        _outcomes(snapshot),
    ]
    return [figure for figure in found if figure is not None][:FIGURES]


def _objectives(snapshot: Snapshot) -> Figure:
    stated = [line["reached"] for line in snapshot["objectives"] if line["reached"] is not None]
    total = len(snapshot["objectives"])
    if not stated:
        return Figure(str(total), ngettext("objective", "objectives", total))
    value = gettext("%(reached)d of %(total)d") % {"reached": sum(stated), "total": total}
    return Figure(value, ngettext("objective reached", "objectives reached", total))


def _uptakes(snapshot: Snapshot) -> Figure:
    """Count uptakes in use; documented and declared are two truths and never added up."""
    used = [line["documented"] for line in snapshot["uptakes"] if line["step"] == "in_use"]
    documented, declared = sum(used), len(used) - sum(used)
    words = ngettext("uptake documented", "uptakes documented", documented)
    if declared:
        words = gettext("%(documented)s, %(declared)d declared") % {"documented": words, "declared": declared}
    return Figure(str(documented), words)


def _people(snapshot: Snapshot) -> Figure:
    """Count participations: who came to two meetings counts twice, for nobody's name is kept with a meeting."""
    people = sum(line["people"] for line in snapshot["meetings"])
    meetings = len(snapshot["meetings"])
    words = ngettext("participation at %(meetings)s", "participations at %(meetings)s", people) % {
        "meetings": ngettext("%(count)d meeting", "%(count)d meetings", meetings) % {"count": meetings}
    }
    return Figure(str(people), words)


def _organisations(snapshot: Snapshot) -> Figure:
    taking_part = organisations(snapshot)
    countries = {country for _name, country in taking_part if country}
    words = ngettext("organisation of %(countries)s", "organisations of %(countries)s", len(taking_part)) % {
        "countries": ngettext("%(count)d country", "%(count)d countries", len(countries)) % {"count": len(countries)}
    }
    return Figure(str(len(taking_part)), words)


def organisations(snapshot: Snapshot) -> set[tuple[str, str]]:
    """Return the organisations that take part, as (name, country): each once, also with people from outside."""
    found = (line["organisation"] for line in snapshot["participants"])
    return {(one["name"], one["country"]) for one in found}


def _outcomes(snapshot: Snapshot) -> Figure:
    total = len(snapshot["outcomes"])
    return Figure(str(total), ngettext("outcome", "outcomes", total))


def by_kind(kinds: Iterable[str]) -> list[str]:
    """Return how many outcomes there are of each kind, in the order of the kinds: ["Transference: 2"].

    A kind that this version does not know stands last, as its code.
    """
    counted = Counter(kinds)
    known: list[str] = [kind for kind in OutcomeKind.values if kind in counted]
    return [f"{sentences.label('outcome', kind)}: {counted[kind]}" for kind in dict.fromkeys([*known, *counted])]


def projects(snapshot: Snapshot) -> list[str]:
    """Return the projects whose results are worked with, each once, in the order of the results."""
    return list(dict.fromkeys(line["project"] for line in snapshot["solutions"] if line["project"]))


def territories(snapshot: Snapshot) -> list[tuple[str, list[TerritoryLine]]]:
    """Return the territories grouped by NUTS version, the newest first; those without a code under ""."""
    versions = sorted({line["nuts_version"] for line in snapshot["territories"]}, reverse=True)
    return [
        (version, [line for line in snapshot["territories"] if line["nuts_version"] == version]) for version in versions
    ]


def territory(line: TerritoryLine) -> str:
    """Write a territory by its name, with the code where there is one: "Attica (EL30)"."""
    has_both = line["code"] and line["name"] != line["code"]
    return f"{line['name']} ({line['code']})" if has_both else line["name"]


def fits_beside(
    snapshot: Snapshot,
    names: Collection[MemberKey],
    *,
    is_backward: bool,
    density: Density = Density.USUAL,
    language: str = "en",
) -> bool:
    """Say whether the participants fit under the facts, in the narrow column of page 1.

    An estimate in millimetres from the lengths of the texts, made for the sizes in `factsheet.css`: where they
    do not fit they get a section over the whole width, instead of running on alone down the next page.
    """
    title = 11.5 + 9 * _lines(snapshot["title"], 28) + 5.8 * _lines(snapshot["question"], 50)
    head = 28 + max(40, title)
    signs = 21 if language == "en" else OTHER_SIGNS
    facts = 8.8 + sum(1.6 + 3.95 * lines for row in _fact_rows(snapshot, is_backward) if (lines := _lines(row, signs)))
    lead_is_named = (snapshot["lead"]["person"] or "") in names
    people = 8 + sum(
        1.6 + 4.15 * (_lines(_participant(line), 36) + sum(key in names for key in line["persons"]))
        for line in snapshot["participants"]
    )
    return head + facts + 4 * lead_is_named + people <= PAGE + GAIN[density]


def are_long(*texts: str) -> bool:
    """Say whether texts that stand side by side are better set one under the other, each in two columns.

    Side by side the longer one would run on beside an empty half of the page.
    """
    return any(sum(_lines(line or " ", HALF_WIDTH) for line in text.split("\n")) > HALF_LINES for text in texts)


def _fact_rows(snapshot: Snapshot, is_backward: bool) -> list[str]:
    """Return texts about as long as the values beside the text; "" for a row that is left out."""
    need = snapshot["need"]
    one_line = "about one line"
    return [
        one_line,  # state
        "7 Jul 2025 – 17 Jul 2026, 296 days" if is_backward else "7 Jul 2025 – 17 Jul",
        f"30 Sep 2026: {snapshot['deadline']['reason']}" if snapshot["deadline"] else "",
        " ".join(
            [
                snapshot["working_group"]["code"],
                snapshot["working_group"]["title"],
                *(group["code"] for group in snapshot["further_working_groups"]),
            ]
        ),
        (snapshot["lead"]["organisation"] or {"name": one_line})["name"],
        f"Raised by {need['raised_by']['name']}; 4 say me too" if is_backward and need and need["raised_by"] else "",
        ", ".join(projects(snapshot)),
        ", ".join(next(iter(line["labels"].values()), "") for line in snapshot["themes"]),
        one_line if snapshot["sdgs"] or snapshot["specific_objectives"] else "",
        ", ".join([*map(territory, snapshot["territories"]), "(NUTS 2021)"]),
        ", ".join(snapshot["levels"]),
        snapshot["out_of_scope"] if is_backward else "Open to the whole community",
    ]


def _participant(line: ParticipantLine) -> str:
    roles = [role for role in line["roles"] if role != "participant"] + ["external partner"] * line["external"]
    return ", ".join([f"{line['organisation']['name']} XX", *roles])


def _lines(text: str, width: int) -> int:
    return -(-len(text) // width)


def persons_in(snapshot: Snapshot) -> set[MemberKey]:
    """Return the keys of all persons in a snapshot, named or not."""
    need = snapshot["need"]
    keys = {snapshot["lead"]["person"], need["raised_by_person"] if need else None}
    for line in snapshot["participants"]:
        keys.update(line["persons"])
    keys.update(adviser["person"] for line in snapshot.get("advice", []) for adviser in line["given_by"])
    return {key for key in keys if key}


def named_members(keys: Collection[MemberKey]) -> dict[MemberKey, Member]:
    """Return who of these persons may be named on documents now: consent stands, and they are not erased.

    A person whose row was merged into another is asked for, and named, as that one. Two queries.
    """
    consented = Member.objects.with_consent(ConsentPurpose.NAMED).filter(erased_at=None)
    direct = Member.objects.filter(key__in=keys).select_related("merged_into")
    people = {row.key: row.merged_into or row for row in direct}
    allowed = set(consented.filter(pk__in=[person.pk for person in people.values()]).values_list("pk", flat=True))
    return {key: person for key, person in people.items() if person.pk in allowed}


def open_conditions(snapshot: Snapshot) -> list[ConditionLine]:
    """Return the conditions that nobody has confirmed or waived."""
    return [line for line in snapshot["conditions"] if line["state"] in ("open", "met")]


def is_late(stage: StageLine, as_of: str) -> bool:
    """Say whether a stage was open and past its planned end on the day of the snapshot."""
    is_open = stage["status"] in (StageStatus.PLANNED, StageStatus.RUNNING)
    return is_open and stage["planned_end"] is not None and stage["planned_end"] < as_of
