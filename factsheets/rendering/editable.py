"""A snapshot as plain parts of a text document: headings, paragraphs, lists, tables; for a copy that may be edited.

It says what the factsheet says, in its order, with the names that may be named today. It is not the issued document,
and says so on its first page.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from clusters.snapshot_shape import AdviserLine, MemberKey, Snapshot, UptakeLine
from factsheets import sentences, summary
from factsheets.changes.words import adviser as adviser_unnamed
from factsheets.changes.words import organisation, place
from factsheets.choices import Face
from factsheets.imprint import Imprint


@dataclass(frozen=True)
class Heading:
    """A heading of the second level."""

    text: str


@dataclass(frozen=True)
class Prose:
    """Typed text: blank lines part paragraphs, lines that begin with "- " are a list."""

    text: str


@dataclass(frozen=True)
class Grid:
    """A table with heads; where `heads` is empty, the first cell of each row is its head."""

    heads: Sequence[str]
    rows: Sequence[Sequence[str]]


Part = Heading | Prose | Grid


@dataclass(frozen=True)
class Copy:
    """A text document before it is written: `notice` stands above everything else and in its properties."""

    title: str
    notice: str
    language: str
    address: str
    parts: list[Part]


def copy_of(snapshot: Snapshot, imprint: Imprint, names: Mapping[MemberKey, str]) -> Copy:
    """Return the copy of one version in the language of `imprint`."""
    with sentences.own_words(imprint.language):
        notice = _("Copy of version %(version)d, not the issued document; verify at %(address)s") % {
            "version": imprint.version,
            "address": imprint.address,
        }
        parts = [part for part in _parts(snapshot, imprint, names) if _has_content(part)]
        return Copy(snapshot["title"], notice, imprint.language, imprint.address, parts)


def _has_content(part: Part) -> bool:
    return bool(part.rows) if isinstance(part, Grid) else bool(part.text.strip())


def _parts(s: Snapshot, imprint: Imprint, names: Mapping[MemberKey, str]) -> Iterator[Part]:
    yield Prose(s["question"])
    yield Prose(sentences.face_line(s, imprint.face or Face.FORWARD))
    yield Grid((), _facts(s, names))
    yield from _under(_("The need"), Prose((s["need"] or {"text": ""})["text"]))
    yield from _under(_("For practitioners"), Prose(s["practitioners_summary"]))
    yield from _under(_("Objectives"), Grid((_("Objective"), _("Reached when"), _("Measured")), _objectives(s)))
    yield from _under(_("Results that it works with"), Grid((_("Result"), _("Project")), _solutions(s)))
    yield from _under(_("Who takes part"), Grid((_("Organisation"), _("Role"), _("Persons")), _people(s, names)))
    yield from _under(_("Roadmap"), Grid((_("Stage"), _("Planned"), _("Actual"), _("Status")), _stages(s)))
    yield from _under(_("What we expect"), Grid((_("Outcome"), _("What exactly"), _("When")), _expected(s)))
    yield from _came_of_it(s, names)
    yield from _under(_("Out of scope"), Prose(s["out_of_scope"]))
    yield Heading(_("About this copy"))
    yield Prose(_about(imprint))


def _came_of_it(s: Snapshot, names: Mapping[MemberKey, str]) -> Iterator[Part]:
    """Yield what came of it, and what changed on the way."""
    yield from _under(_("Outcomes"), Grid((_("Kind"), _("What happened"), _("When"), _("Evidence")), _outcomes(s)))
    if s["no_outcome"]:
        yield Prose(_("The cluster ended without an outcome."))
    yield from _under(
        _("Uptakes"), Grid((_("Result"), _("Taken up by"), _("Territory"), _("How"), _("Proof")), _uptakes(s))
    )
    yield from _under(_("Peer reviews"), Grid((_("Result"), _("Verdict"), _("Reviewers"), _("When")), _reviews(s)))
    yield from _under(_("Advice"), Grid((_("Question"), _("What was made of it"), _("Advice by")), _advice(s, names)))
    yield from _under(_("How it will be taken up"), Prose(s["adoption_plan"]))
    yield from _under(_("What was learnt"), Prose(s["lessons"]))
    yield from _under(_("What follows"), Prose(s["next_steps"]))
    yield from _under(_("Conditions of the approval"), Grid((_("Condition"), _("Due"), _("State")), _conditions(s)))
    yield from _under(_("Changed since the approval"), Grid((_("What"), _("Why"), _("Accepted")), _amendments(s)))


def _under(heading: str, part: Prose | Grid) -> Iterator[Part]:
    """Yield a part under its heading; nothing where it is empty."""
    if _has_content(part):
        yield Heading(heading)
        yield part


def _facts(s: Snapshot, names: Mapping[MemberKey, str]) -> list[tuple[str, str]]:
    group, lead = s["working_group"], s["lead"]
    leader = names.get(lead["person"] or "", "")
    deadline = s["deadline"]
    rows = [
        (_("State"), sentences.label("state", s["state"])),
        (_("Runs"), _span(s["started_on"] or s["planned_start"], s["ended_on"] or s["planned_end"])),
        (_("Deadline"), f"{sentences.long_day(deadline['on'])}: {deadline['reason']}" if deadline else ""),
        (_("Working group"), f"{group['code']} {group['title']}".strip()),
        (_("Lead"), ", ".join(filter(None, [organisation(lead["organisation"]), leader])) or _("Lead wanted")),
        (_("Themes"), ", ".join(sentences.term(line) for line in s["themes"])),
        (_("Aims"), sentences.aims(s)),
        (_("Territories"), ", ".join(summary.territory(line) for line in s["territories"])),
        (_("Level"), ", ".join(sentences.label("level", code) for code in s["levels"])),
    ]
    return [row for row in rows if row[1]]


def _span(start: str | None, end: str | None) -> str:
    days = [sentences.long_day(day) for day in (start, end) if day]
    return " – ".join(dict.fromkeys(days))


def _objectives(s: Snapshot) -> list[tuple[str, ...]]:
    verdicts = {True: _("Reached"), False: _("Not reached"), None: ""}
    return [
        (
            f"{line['number']} {line['text']}",
            line["criterion"],
            ". ".join(
                filter(
                    None, [_("Partly reached") if line.get("partly") else verdicts[line["reached"]], line["measured"]]
                )
            ),
        )
        for line in s["objectives"]
    ]


def _solutions(s: Snapshot) -> list[tuple[str, ...]]:
    return [(line["title"], line["project"]) for line in s["solutions"]]


def _people(s: Snapshot, names: Mapping[MemberKey, str]) -> list[tuple[str, ...]]:
    return [
        (
            organisation(line["organisation"]),
            ", ".join(sentences.label("role", role) for role in line["roles"]),
            ", ".join(names[key] for key in line["persons"] if key in names),
        )
        for line in s["participants"]
    ]


def _stages(s: Snapshot) -> list[tuple[str, ...]]:
    return [
        (
            f"{line['number']} {line['title']}",
            _span(line["planned_start"], line["planned_end"]),
            _span(line["actual_start"], line["actual_end"]),
            sentences.label("stage", line["status"]),
        )
        for line in s["stages"]
    ]


def _expected(s: Snapshot) -> list[tuple[str, ...]]:
    return [
        (sentences.label("outcome", line["kind"]), line["how"], sentences.long_day(line["on"]))
        for line in s["expected_outcomes"]
    ]


def _outcomes(s: Snapshot) -> list[tuple[str, ...]]:
    return [
        (
            sentences.label("outcome", line["kind"]),
            "\n".join(filter(None, [line["text"], line["detail"]])),
            sentences.long_day(line["on"]),
            line["evidence"],
        )
        for line in s["outcomes"]
    ]


def _uptakes(s: Snapshot) -> list[tuple[str, ...]]:
    return [
        (
            line["solution"],
            organisation(line["organisation"]),
            place(line["territory"]),
            ", ".join(filter(None, [sentences.label("how", line["kind"]), sentences.label("step", line["step"])])),
            _proof(line),
        )
        for line in s["uptakes"]
    ]


def _proof(line: UptakeLine) -> str:
    """Return how what is in use is shown; what is not in use has nothing to show yet."""
    if line["step"] != "in_use":
        return ""
    return _("Documented") if line["documented"] else _("Declared")


def _reviews(s: Snapshot) -> list[tuple[str, ...]]:
    return [
        (
            line["solution"],
            sentences.label("verdict", line["verdict"]),
            ", ".join(map(organisation, line["organisations"])),
            sentences.long_day(line["on"]),
        )
        for line in s.get("reviews", [])
    ]


def _advice(s: Snapshot, names: Mapping[MemberKey, str]) -> list[tuple[str, ...]]:
    return [
        (line["question"], line["what_came"], "; ".join(_adviser(one, names) for one in line["given_by"]))
        for line in s.get("advice", [])
    ]


def _adviser(line: AdviserLine, names: Mapping[MemberKey, str]) -> str:
    person = names.get(line["person"] or "", "")
    return ", ".join(filter(None, [person, organisation(line["organisation"])])) or adviser_unnamed(line)


def _amendments(s: Snapshot) -> list[tuple[str, ...]]:
    return [
        (
            ", ".join(sentences.label("amended", name) for name in line["fields"]),
            line["reason"],
            sentences.long_day(line["accepted_on"]),
        )
        for line in s["amendments"]
    ]


def _conditions(s: Snapshot) -> list[tuple[str, ...]]:
    return [
        (line["text"], sentences.long_day(line["due"]), sentences.label("condition", line["state"]))
        for line in summary.open_conditions(s)
    ]


def _about(imprint: Imprint) -> str:
    """Return who issued what this is a copy of, and the statement of co-funding."""
    issued = sentences.long_day(timezone.localdate(imprint.issued_at).isoformat() if imprint.issued_at else None)
    words: dict[str, Any] = {"version": imprint.version, "day": issued, "issuer": imprint.issuer}
    origin = (
        _("Version %(version)d was issued on %(day)s by %(issuer)s. This copy may have been changed since.") % words
    )
    return "\n\n".join([origin, f"{sentences.co_funded(imprint.language)}. {sentences.LICENCE}"])
