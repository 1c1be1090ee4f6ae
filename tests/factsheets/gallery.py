"""Every kind of document in every dress: which ones to make, and how each is made without a database.

A *dress* is template, face, state and language. Every day a third of them is made in which each pair of them occurs,
but for states and languages: each state in three languages, each language in three states or more. The long run makes
all. Small data keep that cheap: one line of everything in every tenth, hardly more than the title in the others. Hard
data come on top.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from html import unescape
from itertools import product
from typing import Any, NamedTuple

from django.utils import translation

from clusters.choices import State
from clusters.snapshot_shape import Snapshot
from factsheets import sentences
from factsheets.choices import Face
from factsheets.imprint import Imprint
from factsheets.pdf import Pdf
from factsheets.rendering.coverage import draw_coverage
from factsheets.rendering.document import Document, compose, set_document
from factsheets.rendering.factsheet import FACTSHEET, set_factsheet
from factsheets.rendering.originals import in_language
from factsheets.rendering.report import REPORT
from factsheets.rendering.statement import STATEMENT
from results.forms.coverage import CoverageForm
from results.rules.coverage import WAITING, Columns, Rows, Wanted, Work
from results.statement_shape import StatementSnapshot
from results.tables.coverage import countries_of, coverage_of
from tests.factsheets import sample_lines, samples
from tests.factsheets.ordinary import ordinary_backward, ordinary_forward
from tests.results.test_coverage import FACTS

AT = datetime(2026, 5, 6, 9, 0, tzinfo=UTC)
NAMES = {"member000021": "Vesna Demo", "member000012": "Nikos Demo", "member000003": "Eleni Demo"}
LANGUAGES = tuple(samples.PANGRAMS)
#: In which a cluster has a factsheet or a preview: all that were ever submitted.
STATES = tuple(state.value for state in State if state != State.DRAFT)
FACES = tuple(face.value for face in Face)
CLUSTERS = ("issued", "preview")
OTHERS = ("translated", "statement", "report", "coverage")
#: Every day one in so many.
DAILY = 3


class Dress(NamedTuple):
    """What distinguishes one document; statements, reports and coverage have no face and no state of a cluster."""

    template: str
    face: str
    state: str
    language: str

    @property
    def name(self) -> str:
        """Return it as the name of a file."""
        return "-".join(part for part in self if part)


class Made(NamedTuple):
    """A made document: what it must say, its page and its file."""

    said: list[str]
    document: Document
    pdf: Pdf


def dresses(*, is_whole: bool) -> Iterator[Dress]:
    """Yield the dresses to make: all of them, or a third in which each pair occurs but those of state and language."""
    for (one, state), (two, language) in product(enumerate(STATES), enumerate(LANGUAGES)):
        if is_whole:
            yield from (Dress(template, face, state, language) for template, face in product(CLUSTERS, FACES))
        elif (one + 2 * two) % DAILY == 0:
            yield Dress(CLUSTERS[(one + two // 2) % 2], FACES[(one + two) % 2], state, language)
    for (one, template), (two, language) in product(enumerate(OTHERS), enumerate(LANGUAGES)):
        if is_whole or (one + 2 * two) % DAILY == 0:
            yield Dress(template, "", "", language)


def made(dress: Dress) -> Made:
    """Make one document on small data, in whose texts the pangram of the language stands."""
    if dress.template == "statement":
        return _statement(dress.language)
    if dress.template == "report":
        return _report(dress.language)
    if dress.template == "coverage":
        return _coverage(dress.language)
    if dress.template == "translated":
        return _translated(dress)
    is_full = (STATES.index(dress.state) + LANGUAGES.index(dress.language)) % 10 == 0
    return made_of((small if is_full else bare)(dress.state, dress.language), dress)


def made_of(snapshot: Snapshot, dress: Dress) -> Made:
    """Make a cluster's document of any snapshot."""
    if dress.template == "preview":
        imprint = Imprint(face=dress.face, language=dress.language, address=_address(snapshot))
        return Made(said_in(snapshot), *set_factsheet(snapshot, imprint, names=NAMES, created_at=AT))
    return _issued(FACTSHEET, snapshot, dress, said_in(snapshot))


def _translated(dress: Dress) -> Made:
    """Make a version in a language other than its own, of which only the title is translated."""
    original = "pt" if dress.language == "en" else "en"
    snapshot = small(State.CONCLUDED, original)
    texts = {"title": samples.PANGRAMS[dress.language][:100]}
    imprint = replace(imprint_of(snapshot, dress), face=Face.BACKWARD)
    content, shown, imprint = in_language(snapshot, imprint, texts)
    composed = compose(FACTSHEET, content, imprint, names=NAMES, created_at=AT, file_stem="data", shown=shown)
    assert composed.pdf is not None, composed.problem
    return Made(said_in(content), composed.document, composed.pdf)


def said_in(snapshot: Snapshot) -> list[str]:
    """Return the texts that a cluster's document says with either face."""
    told = [snapshot["title"], snapshot["question"], *snapshot["practitioners_summary"].split("\n")]
    told += [line["title"] for line in (*snapshot["stages"], *snapshot["solutions"])]
    told += [line["organisation"]["name"] for line in snapshot["participants"]]
    told += [line["text"] for line in snapshot["objectives"]]
    return [text for text in told if text]


def small(state: str, language: str) -> Snapshot:
    """Return a cluster with one line of everything."""
    forward, backward, pangram = ordinary_forward(), ordinary_backward(), samples.PANGRAMS[language]
    return {
        **backward,
        **{name: forward[name] for name in ("deadline", "adoption_plan", "conditions")},  # type: ignore[literal-required]
        "language": language,
        "state": state,
        "title": pangram[:100],
        "practitioners_summary": pangram,
        "expected_outcomes": forward["expected_outcomes"][:1],
        "objectives": backward["objectives"][:1],
        "participants": backward["participants"][:1],
        "solutions": backward["solutions"][:1],
        "stages": backward["stages"][:1],
        "outcomes": backward["outcomes"][:1],
        "uptakes": backward["uptakes"][:1],
        "territories": backward["territories"][:1],
        "lessons": f"- {pangram}",
        "next_steps": pangram,
    }


def bare(state: str, language: str) -> Snapshot:
    """Return a cluster of which hardly more than its title is known."""
    pangram = samples.PANGRAMS[language]
    known = {"language": language, "state": state, "title": pangram[:100], "practitioners_summary": pangram}
    return {**sample_lines.empty(), **known}  # type: ignore[typeddict-item]


def _issued(kind: Any, snapshot: Mapping[str, Any], dress: Dress, said: list[str]) -> Made:
    composed = compose(kind, snapshot, imprint_of(snapshot, dress), names=NAMES, created_at=AT, file_stem="data")
    assert composed.pdf is not None, composed.problem
    return Made(said, composed.document, composed.pdf)


def imprint_of(snapshot: Mapping[str, Any], dress: Dress) -> Imprint:
    with translation.override(dress.language):
        issuer = sentences.issuer("coordinator", "WG4")
    return Imprint(
        face=dress.face,
        language=dress.language,
        address=f"https://registry.example/factsheets/{snapshot['reference']}/v3/{dress.language}/",
        version=3,
        issued_at=AT,
        issuer=issuer,
        replaces=(2, date(2026, 1, 12)),
        history=(14, "41be07a9" * 8),
        is_demo=True,
    )


def _statement(language: str) -> Made:
    pangram = samples.PANGRAMS[language]
    snapshot: StatementSnapshot = {
        "reference": "M4N-PS-2026-03",
        "title": pangram[:100],
        "as_of": "2026-05-06",
        "language": language,
        "working_group": {"code": "WG4", "title": "Ecosystem restoration and nature-based solutions"},
        "audience": "Regions that revise their flood plans",
        "summary": pangram,
        "lines": [
            {
                "number": 1,
                "heading": "",
                "text": pangram,
                "evidence": [
                    {
                        "kind": "uptake",
                        "id": 7,
                        "title": "Flood-storage method",
                        "shows": "It works.",
                        "cluster": "M4N-CL-2025-05",
                        "cluster_title": "Nature-based solutions for flood regulation",
                        "state": "in_use",
                        "how": "adapted",
                        "organisation": "Region of Three Gulfs",
                        "country": "IT",
                        "territory": "Sardinia",
                        "is_documented": True,
                        "on": "2026-03-20",
                    }
                ],
            }
        ],
    }
    return _issued(STATEMENT, snapshot, Dress("statement", "", "", language), [pangram, "It works."])


def _report(language: str) -> Made:
    from tests.factsheets.wording import report

    pangram = samples.PANGRAMS[language]
    snapshot = {**report(language), "title": pangram[:100], "introduction": pangram}
    snapshot["lines"] = [{**line, "words": pangram} for line in snapshot["lines"][:2]]
    return _issued(REPORT, snapshot, Dress("report", "", "", language), [pangram])


def _coverage(language: str) -> Made:
    at = LANGUAGES.index(language)
    document = coverage(language, tuple(Rows)[at % 3], tuple(Columns)[at // 3], sees_proposed=at % 2 == 0)
    labels = re.findall(r'<tr><th scope="row">([^<]+)', document.article)
    return Made([unescape(label).strip() for label in labels], document, set_document(document, AT, ()))


def coverage(language: str, rows: Rows, columns: Columns, *, sees_proposed: bool) -> Document:
    """Draw coverage under every choice that its form has."""
    with translation.override(language):
        proposed = Work(5, WAITING, "WG1", regions=frozenset({"MT00"}), countries=frozenset({"MT"}))
        names = {"EL": "Greece", "IT": "Italy", "MT": "Malta"}
        facts = replace(FACTS, works=(*FACTS.works, proposed), countries=names)
        given = {"rows": rows, "columns": columns, "outcome": "adoption", "country": "EL"}
        form = CoverageForm(given, facts=facts, countries=countries_of(facts))
        assert form.is_valid(), form.errors
        found = coverage_of(facts, Wanted(), rows, columns, sees_proposed=sees_proposed, is_paper=True)
        return draw_coverage(
            found,
            said=form.said,
            on=AT.date(),
            address="https://registry.example/coverage/?rows=country",
            language=language,
            sees_proposed=sees_proposed,
            is_demo=True,
        )


def _address(snapshot: Snapshot) -> str:
    return f"https://registry.example/clusters/{snapshot['reference']}/"
