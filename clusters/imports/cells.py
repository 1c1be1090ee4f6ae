"""The columns of a cluster's row, read into the fields of a proposal."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clusters.actions.proposal_values import ObjectiveLine, StageLine
from clusters.choices import Focus, Level, OutcomeKind
from clusters.imports.known import Known
from community.folding import fold
from community.forms.dates import read_day
from community.imports.row import Row
from community.validators import plain_line, plain_text

DAYS = ("proposed_on", "decided_on", "started_on", "ended_on")

COLUMNS = {
    "reference": gettext_lazy("Of a cluster that is there already, from an export; empty for a new one."),
    "title": gettext_lazy("At most 100 characters."),
    "question": gettext_lazy("In one sentence, at most 200 characters."),
    "need": gettext_lazy("Which need it answers, at most 600 characters."),
    "objectives": gettext_lazy(
        "Separated by semicolons; a success criterion after a bar: “text | criterion; text”. Here and in all such "
        "cells, \\; and \\| are these signs in a value."
    ),
    "out_of_scope": gettext_lazy("At most 300 characters."),
    "adoption_plan": gettext_lazy("How the results are taken up, at most 1000 characters."),
    "focus": gettext_lazy("thematic, territorial or both."),
    "starts_on": gettext_lazy("The planned start: a day."),
    "ends_on": gettext_lazy("The planned end: a day."),
    "stages": gettext_lazy(
        "Separated by semicolons: “title | first day | last day”; a day may be left out. One is made where none is."
    ),
    "state": gettext_lazy("submitted, approved, running, paused, concluded or discontinued."),
    "working_group": gettext_lazy("The code of the group that decided, or is to decide: WG1."),
    "lead": gettext_lazy("The address of the member who leads."),
    "lead_organisation": gettext_lazy("Its name; left empty, where the lead works on that day."),
    "proposer": gettext_lazy("The address of the member who proposed it."),
    "proposed_on": gettext_lazy("A day; left empty, the day of the decision, or today."),
    "decided_by": gettext_lazy("The address of the coordinator who approved it: neither proposer nor lead."),
    "decided_on": gettext_lazy("The day of the approval, before today."),
    "reason": gettext_lazy("What the coordinator wrote."),
    "conditions": gettext_lazy("Conditions of the approval, separated by semicolons."),
    "started_on": gettext_lazy("A day; left empty, as planned. Empty if it was discontinued before it began."),
    "ended_on": gettext_lazy("A day; left empty, as planned."),
    "paused_on": gettext_lazy("A day, of a paused cluster; left empty, the day of its start."),
    "why_stopped": gettext_lazy("Why a paused or discontinued cluster is: what was said."),
    "expected_outcomes": gettext_lazy("Kinds, separated by semicolons; left empty, those of the outcomes."),
    "outcomes": gettext_lazy("Separated by semicolons: “kind | what came of it”."),
    "levels": gettext_lazy("local, regional, national, international; separated by semicolons."),
    "themes": gettext_lazy("Challenges by label or code, separated by semicolons."),
    "sdgs": gettext_lazy("By label or code, separated by semicolons."),
    "territories": gettext_lazy("By code or name, separated by semicolons."),
    "solutions": gettext_lazy("By title, separated by semicolons."),
    "practitioners_summary": gettext_lazy("1000 to 1500 characters."),
    "lessons": gettext_lazy("What was learnt; needed where there is no outcome."),
    "next_steps": gettext_lazy("What comes after."),
}


#: Cells that may have line breaks; all others are one line.
PROSE = frozenset(
    {"need", "adoption_plan", "out_of_scope", "practitioners_summary", "lessons", "next_steps", "reason", "why_stopped"}
)
#: How long a text may be.
MOST = {
    "title": 100,
    "question": 200,
    "need": 600,
    "out_of_scope": 300,
    "adoption_plan": 1000,
    "practitioners_summary": 1500,
    "lessons": 2000,
    "next_steps": 1000,
}


def check_texts(row: Row) -> None:
    """Note texts that are too long or hold signs that no text of the registry may hold."""
    for name in COLUMNS:
        text = row.text(name)
        if name in MOST and len(text) > MOST[name]:
            words = {"has": len(text), "most": MOST[name]}
            row.wrong(name, _("This has %(has)s characters; at most %(most)s.") % words)
        try:
            (plain_text if name in PROSE else plain_line)(text)
        except ValidationError as error:
            row.wrong(name, " ".join(error.messages))


def read_values(row: Row, known: Known) -> dict[str, Any]:
    """Return the fields of the proposal that a row holds."""
    check_texts(row)
    starts_on, ends_on = row.day("starts_on"), row.day("ends_on")
    for name in ("starts_on", "ends_on"):
        if not row.text(name):
            row.wrong(name, _("This is missing."))
    group = row.among("working_group", known.groups)
    organisation = known.organisations.of(row, "lead_organisation")
    values: dict[str, Any] = {
        "title": row.text("title", required=True),
        "question": row.text("question", required=True),
        "need_text": row.text("need"),
        "out_of_scope": row.text("out_of_scope"),
        "adoption_plan": row.text("adoption_plan"),
        "focus": row.choice("focus", Focus),
        "starts_on": starts_on,
        "ends_on": ends_on,
        "working_group": group,
        "lead_organisation": organisation or _employer(row, known),
        "levels": _codes(row, "levels", Level),
        "objectives": _objectives(row),
        "stages": _stages(row) or [StageLine(row.text("title")[:120], "work", starts_on, ends_on)],
        "expected_outcomes": dict.fromkeys(
            _codes(row, "expected_outcomes", OutcomeKind) or [kind for kind, _title in outcomes_of(row)], ""
        ),
    }
    for name, rows in (
        ("themes", known.themes),
        ("sdgs", known.sdgs),
        ("territories", known.territories),
        ("solutions", known.solutions),
    ):
        found = [row.among(name, rows, word) for word in row.words(name)]
        values[name] = [one for one in found if one is not None]
    return values


def outcomes_of(row: Row) -> list[tuple[str, str]]:
    """Return the outcomes of a row as (kind, title); what cannot be read is noted once."""
    codes = {fold(choice.value): choice.value for choice in OutcomeKind}
    codes |= {fold(str(choice.label)): choice.value for choice in OutcomeKind}
    found = []
    for pieces in row.pieces("outcomes"):
        kind, title = (*pieces, "", "")[:2]
        part = " | ".join(pieces)
        if len(pieces) != 2 or fold(kind) not in codes or not 0 < len(title) <= 200:
            sentence = _("“%(text)s” is not “kind | what came of it”. Kinds are: %(kinds)s.")
            problem = sentence % {"text": part, "kinds": ", ".join(OutcomeKind.values)}
            if all(one.sentence != problem for one in row.problems):
                row.wrong("outcomes", problem)
            continue
        found.append((codes[fold(kind)], title))
    return found


def _employer(row: Row, known: Known) -> Any:
    """Return where the lead works on the first day."""
    member = known.people.get(row.text("lead").lower())
    day = row.day("decided_on") or row.day("starts_on")
    found = member.organisation_on(day) if member is not None and day is not None else None
    if member is not None and found is None:
        row.wrong("lead_organisation", _("Name the organisation that leads."))
    return found


def _codes(row: Row, column: str, choices: Any) -> list[str]:
    """Return the codes of several choices, written as code or in words."""
    known = {fold(choice.value): choice.value for choice in choices}
    known |= {fold(str(choice.label)): choice.value for choice in choices}
    return [code for word in row.words(column) if (code := row.among(column, known, word)) is not None]


def _objectives(row: Row) -> list[ObjectiveLine]:
    lines = []
    for text, *others in row.pieces("objectives"):
        criterion = " | ".join(others)
        if not text or len(text) > 300 or len(criterion) > 300:
            row.wrong("objectives", _("Each objective and each criterion has 1 to 300 characters."))
        lines.append(ObjectiveLine(text, criterion))
    return lines


def _day(text: str) -> date | None:
    return read_day(text) if text else None


def _stages(row: Row) -> list[StageLine]:
    lines = []
    for pieces in row.pieces("stages"):
        title, first, last = (*pieces, "", "")[:3]
        if len(pieces) > len((title, first, last)):
            part = " | ".join(pieces)
            row.wrong("stages", _("“%(text)s” is not “title | first day | last day”.") % {"text": part})
            continue
        try:
            lines.append(StageLine(title, "work", _day(first), _day(last)))
        except ValidationError as error:
            row.wrong("stages", " ".join(error.messages))
    if any(not 0 < len(line.title) <= 120 for line in lines):
        row.wrong("stages", _("The title of a stage has 1 to 120 characters."))
    if any(
        line.planned_start_on > line.planned_end_on for line in lines if line.planned_start_on and line.planned_end_on
    ):
        row.wrong("stages", _("A stage ends before it begins."))
    return lines
