"""Every document in every branch, drawn while gettext is listened to: which messages a document shows.

Nothing is set as PDF here: the article, the copy to edit and the labels of the files hold all words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import Any

import django.utils.translation as spoken
import pytest
from django.urls import get_resolver
from django.utils import translation

from clusters.choices import Capacity, JoinPolicy, Level, OutcomeKind, ParticipationRole, StageStatus, State
from clusters.snapshot_shape import Snapshot
from factsheets import sentences
from factsheets.choices import Face
from factsheets.imprint import Imprint
from factsheets.rendering.booklet import Facts, Line, about_line, draw_front, number_words
from factsheets.rendering.editable import copy_of
from factsheets.rendering.factsheet import FACTSHEET, draw_factsheet
from factsheets.rendering.originals import in_language
from factsheets.rendering.report import REPORT, draw_report
from factsheets.rendering.statement import STATEMENT, draw_statement
from factsheets.report_summary import usual_title
from tests.factsheets import gallery, sample_lines
from tests.factsheets.ordinary import ordinary_backward, ordinary_forward

#: A message as a catalogue holds it: context (None: none), text, plural (None: none).
Message = tuple[str | None, str, str | None]
FILE = {"title": "Minutes", "licence": "CC BY 4.0", "sha256": "0" * 64}
TAKERS = ("as_is", "adapted", "scaled_up", "in_policy", "", "as_is")


@contextmanager
def recorded(found: set[Message]) -> Iterator[None]:
    """Add to `found` what is asked of gettext inside; the answers stay as they are.

    All views are loaded before: a validator asks for its message when it is made.
    """
    assert get_resolver().url_patterns

    def keep(name: str, message: Callable[..., Message]) -> Callable[..., str]:
        real = getattr(spoken._trans, name)

        def asked(*arguments: Any) -> str:
            found.add(message(*arguments))
            answer: str = real(*arguments)
            return answer

        return asked

    with pytest.MonkeyPatch.context() as patch:
        for name, message in {
            "gettext": lambda text: (None, str(text), None),
            "ngettext": lambda one, many, number: (None, one, many),
            "pgettext": lambda context, text: (context, text, None),
            "npgettext": lambda context, one, many, number: (context, one, many),
        }.items():
            patch.setattr(spoken._trans, name, keep(name, message))
        yield


def draw_all(language: str) -> Iterator[tuple[str, str]]:
    """Draw every kind of document in a language, in each branch of its template; yield names and articles."""
    for state in gallery.STATES:
        for face in Face.values:
            for snapshot in (everything(state, language), little(state, language)):
                yield from _drawn(snapshot, face)
    yield from _translated(language)
    yield from _others(language)
    with translation.override(language):
        issuers = [sentences.issuer(role, "WG4") for role in ("", *Capacity.values)]
    yield "issuers", " · ".join(issuers)


def _drawn(snapshot: Snapshot, face: str) -> Iterator[tuple[str, str]]:
    state, language = snapshot["state"], snapshot["language"]
    for imprint in (
        issued(snapshot, face),
        Imprint(face=face, language=language, address="https://registry.example/c/"),
    ):
        article = draw_factsheet(snapshot, imprint, names=gallery.NAMES).article
        yield f"{'preview' if imprint.is_preview else 'issued'} {face} {state}", article
    copy = copy_of(snapshot, issued(snapshot, face), gallery.NAMES)
    yield f"copy {face} {state}", repr(copy)


def _translated(language: str) -> Iterator[tuple[str, str]]:
    """Draw a version in a language other than its own, of which only the title is translated."""
    snapshot = everything(State.CONCLUDED, "pt" if language == "en" else "en")
    imprint = replace(issued(snapshot, Face.BACKWARD), language=language)
    _content, shown, imprint = in_language(snapshot, imprint, {"title": "T"})
    yield "translated", draw_factsheet(shown, imprint, names=gallery.NAMES).article
    yield "copy of what is translated", repr(copy_of(shown, imprint, gallery.NAMES))


def _others(language: str) -> Iterator[tuple[str, str]]:
    for name, snapshot, draw in (
        ("statement", statement(language), draw_statement),
        ("report", report(language), draw_report),
        ("short report", one_day({**report(language), "working_group": None, "lines": []}), draw_report),
    ):
        imprint = issued(snapshot, "")
        yield name, draw(snapshot, imprint, {}).article  # type: ignore[operator]
        yield f"preview of {name}", draw(snapshot, replace(imprint, version=0), {}).article  # type: ignore[operator]
    yield from _booklets(language)
    with translation.override(language):
        yield "files", " ".join(str(kind.data_label) for kind in (FACTSHEET, STATEMENT, REPORT))
    times = ((date(2026, 1, 5), date(2026, 2, 6)), (date(2026, 1, 5), date(2026, 1, 5)))
    titles = [usual_title(*time, group, language) for time in times for group in ("", "WG4")]
    yield "titles", " ".join(titles)
    for rows in gallery.Rows:
        for columns in gallery.Columns:
            for sees_proposed in (False, True):
                document = gallery.coverage(language, rows, columns, sees_proposed=sees_proposed)
                yield f"coverage {rows} {columns}", document.article + document.title


def _booklets(language: str) -> Iterator[tuple[str, str]]:
    """Draw cover and contents of booklets with one part and with two, of a selection and of a report."""
    with translation.override(language):
        about = [about_line("M4N-CL-2026-001", 2, "WG4", str(face.label)) for face in Face]
    lines = [Line("Dunes", words, 2, "pt") for words in about]
    for is_report in (False, True):
        facts = Facts(
            "A title", "Croatia", language, "https://registry.example/x/", gallery.AT, is_report, is_demo=True
        )
        for many in (1, 2):
            front = draw_front(facts, lines[:many], pages_of_front=many - 1)
            yield f"booklet {is_report} {many}", front.article + front.title + number_words(language)


def issued(snapshot: Any, face: str) -> Imprint:
    """Return what an issued document prints, with everything that may stand there."""
    return Imprint(
        face=face,
        language=snapshot["language"],
        address=f"https://registry.example/factsheets/{snapshot['reference']}/v3/",
        version=3,
        issued_at=gallery.AT,
        issuer="WG4",
        replaces=(2, date(2026, 1, 12)),
        history=(14, "41be07a9" * 8),
        data_sha256="0" * 64,
        table_sha256="1" * 64,
        is_demo=True,
    )


def everything(state: str, language: str) -> Snapshot:
    """Return a cluster with something in every field and every code of every vocabulary."""
    both = {**ordinary_forward(), **ordinary_backward()}
    first: Any = {**both["stages"][0], "deliverable": "Minutes of Athens"}
    return {  # type: ignore[typeddict-item]
        **both,
        "state": state,
        "language": language,
        "recorded_afterwards": True,
        "further_working_groups": [{"code": "WG2", "title": "Climate"}],
        "levels": Level.values,
        "join_policy": JoinPolicy.OPEN,
        "size_limit": 12,
        "deadline": {"on": "2026-09-30", "reason": "Call"},
        "themes": both["themes"],
        "participants": [
            sample_lines.participant("Institute of Bays", "EL", *ParticipationRole.values, persons=("member000021",)),
            sample_lines.participant("Port", "EL", external=True),
        ],
        "objectives": [
            sample_lines.objective(1, "One", "Yes", "10 plans", True),
            sample_lines.objective(2, "Two", "Yes", "No", False),
            {**sample_lines.objective(3, "Three", "Yes"), "partly": True},
        ],
        "baseline": {"number": 2, "frozen_on": "2025-08-01"},
        "state_since": "2025-08-01",
        "stages": [
            {
                **first,
                "status": status,
                "slip": 5,
                "first_slip": 9,
                "waits_for": 1,
                "waits_why": "It",
                "evidence": [FILE],
            }
            for status in StageStatus.values
        ]
        + [
            sample_lines.stage(5, "Try-out", "running", ("2025-01-01", "2025-01-05")),
            {**first, "planned_start": "2025-07-03", "planned_end": None, "evidence_url": "https://bays.example/m.pdf"},
            {**first, "planned_start": None, "planned_end": "2025-07-03"},
            {**first, "planned_start": None, "planned_end": None, "actual_start": None, "actual_end": None},
        ],
        "expected_outcomes": [{"kind": kind, "how": "So", "on": "2026-05-27"} for kind in OutcomeKind.values],
        "outcomes": [
            {**sample_lines.outcome(kind, "It", "2026-05-27", "Minutes", reached=(9, 3, 2)), "files": [FILE]}
            for kind in OutcomeKind.values
        ]
        + [sample_lines.outcome("answer", "It", "2026-05-27", "https://bays.example/plan.pdf")],
        "uptakes": [
            {
                **sample_lines.uptake(
                    "Method", "Region of Bays", "IT", "ITG2", kind, "2026-03-20", documented=at % 2 == 0
                ),
                "step": step,
            }
            for at, (kind, step) in enumerate(zip(TAKERS, sentences.STEPS, strict=True))
        ]
        + [
            sample_lines.uptake(
                "Method", "Region of Bays", "IT", "ITG2", "adapted", "2026-03-20", documented=documented
            )
            for documented in (True, False)
        ],
        "reviews": [
            {
                "solution": "Method",
                "project": "Project",
                "version": 2,
                "verdict": verdict,
                "on": "2026-03-20",
                "organisations": [sample_lines.organisation("Observatory", "FR")],
                "recommendations": 3,
                "accepted": 2,
                "answered": is_answered,
            }
            for verdict, is_answered in zip(sentences.VERDICTS, (True, False, False), strict=True)
        ],
        "advice": [
            {
                "question": "How?",
                "what_came": "So",
                "on": "2026-03-20",
                "given_by": [
                    {"organisation": sample_lines.organisation("Institute of Bays", "EL"), "person": "member000021"},
                    {"organisation": None, "person": None},
                ],
            }
        ],
        "amendments": [
            {"number": 1, "accepted_on": "2025-11-14", "fields": list(sentences.AMENDED), "reason": "It rained."}
        ],
        "conditions": [
            {"text": "Name it", "due": "2026-01-31", "state": condition} for condition in sentences.CONDITIONS
        ],
    }


def little(state: str, language: str) -> Snapshot:
    """Return a cluster that ended with nothing, and in which what may be missing is."""
    whole = everything(state, language)
    bare = {name: whole[name] for name in ("state", "language", "solutions")}  # type: ignore[literal-required]
    return {  # type: ignore[typeddict-item]
        **sample_lines.empty(),
        **bare,
        "no_outcome": True,
        "planned_start": "2025-07-03",
        "join_policy": JoinPolicy.APPLICATION if state == State.RUNNING else JoinPolicy.INVITATION,
        "objectives": [sample_lines.objective(1, "One", "Yes")],
        "practitioners_summary": "",
        "need": {**ordinary_backward()["need"], "me_too": 1},
    }


def statement(language: str) -> dict[str, Any]:
    """Return a statement whose lines rest on an outcome of each kind and on uptakes of each step."""
    base = {
        "id": 7,
        "title": "Method",
        "shows": "It works.",
        "cluster": "M4N-CL-2025-05",
        "cluster_title": "Floods",
        "organisation": "",
        "country": "",
        "territory": "",
        "on": "2026-03-20",
    }
    uptakes = [
        {**base, "kind": "uptake", "state": step, "how": how, "is_documented": at % 2 == 0}
        for at, (how, step) in enumerate(zip(TAKERS, sentences.STEPS, strict=True))
    ]
    refused = {
        **base,
        "kind": "uptake",
        "state": "in_use",
        "how": TAKERS[0],
        "is_documented": False,
        "is_refused": True,
        "discontinued_on": "2026-04-02",
        "file_removed_at": "2026-04-03T09:00:00+02:00",
    }
    outcomes = [{**base, "kind": "outcome", "state": kind, "how": "", "is_documented": False} for kind in OutcomeKind]
    return {
        "reference": "M4N-PS-2026-03",
        "title": "Floods",
        "as_of": "2026-05-06",
        "language": language,
        "working_group": {"code": "WG4", "title": "Restoration"},
        "audience": "Regions",
        "summary": "Short",
        "lines": [
            {"number": 1, "heading": "", "text": "So", "evidence": [*uptakes, refused]},
            {"number": 2, "heading": "Money", "text": "So", "evidence": outcomes},
        ],
    }


def one_day(taken: dict[str, Any]) -> dict[str, Any]:
    """Return a report of the first day of its time alone."""
    return {**taken, "until_on": taken["from_on"]}


def report(language: str) -> dict[str, Any]:
    """Return a report on a cluster of every state."""
    lines = [
        {
            "reference": "M4N-CL-2025-05",
            "version": 3,
            "title": "Floods",
            "face": Face.BACKWARD if at % 2 else Face.FORWARD,
            "state": state,
            "state_since": "2026-04-24",
            "issued_on": "2026-04-25",
            "working_group": {"code": "WG4", "title": "Restoration"},
            "lead_organisation": {"name": "Institute of Bays", "country": "EL"},
            "words": "So",
            "organisations": 3,
            "countries": ["EL", "IT"],
            "outcomes": ["Method handed over"],
            "counts": [{"kind": "transference", "participants": 9, "organisations": 3, "countries": 2}],
            "uptakes": 2,
            "documented": 1,
            "address": "https://registry.example/factsheets/M4N-CL-2025-05/v3/",
            "data_sha256": "0" * 64,
        }
        for at, state in enumerate(gallery.STATES)
    ]
    return {
        "reference": "2026-05-06",
        "title": "Half a year of work",
        "as_of": "2026-05-06",
        "language": language,
        "from_on": "2026-01-01",
        "until_on": "2026-05-06",
        "working_group": {"code": "WG4", "title": "Restoration"},
        "introduction": "Read the first one.",
        "lines": lines,
        "totals": {
            "factsheets": 5,
            "organisations": 9,
            "countries": 3,
            "outcomes": 5,
            "uptakes": 4,
            "documented": 2,
        },
    }
