"""What each face tells: everything that was typed, but for what its name leaves to the other face."""

from __future__ import annotations

import io
import re
from typing import Any, Final

import pikepdf
import pytest

from clusters.choices import State
from clusters.snapshot_shape import Snapshot
from clusters.summary import snapshot
from clusters.translatable import texts_in, with_texts
from factsheets.choices import Face
from factsheets.pdf_checks import problems
from factsheets.rendering.factsheet import draw_factsheet, set_factsheet
from tests.cast import make_cast, make_cluster
from tests.factories import NOW
from tests.factsheets import sample_lines, wording
from tests.factsheets.making_documents import AT, imprint
from tests.factsheets.ordinary import ordinary_backward, ordinary_forward
from tests.factsheets.reading import text_of

ANNEX: Final = "https://gulfs.example/annex.pdf"
#: What a face does not tell: notes on progress belong to those who work on it; what was expected, and how it was to be
#: taken up, gives place to what came of it.
LEFT_OUT: Final = {
    Face.FORWARD: r"stages\.\d+\.note|conditions\.[23]\.text",
    Face.BACKWARD: r"stages\.\d+\.note|conditions\.[23]\.text|expected_outcomes\.\d+\.how|adoption_plan",
}


def signed(state: str) -> tuple[Snapshot, dict[str, str]]:
    """Return a cluster with something everywhere, each typed text as a sign of its own, and the signs by path."""
    whole = wording.everything(state, "en")
    stages: list[Any] = whole["stages"]
    stages[0]["note"] = "A note"
    signs = {text.path: f"sign{at}x" for at, text in enumerate(texts_in(whole))}
    return with_texts(whole, signs), signs


@pytest.mark.parametrize("face", Face.values)
def test_a_face_tells_what_was_typed(face: str) -> None:
    state = State.RUNNING if face == Face.FORWARD else State.CONCLUDED
    whole, signs = signed(state)
    article = draw_factsheet(whole, imprint(whole, face)).article
    missing = [path for path, sign in signs.items() if sign not in article]
    assert [path for path in missing if not re.fullmatch(LEFT_OUT[Face(face)], path)] == []
    assert missing != [], "the control: something is left out on purpose"


def test_in_between_it_tells_what_came_of_it_so_far() -> None:
    back = ordinary_backward()
    whole = ordinary_forward()
    whole.update(uptakes=back["uptakes"], lessons=back["lessons"], next_steps=back["next_steps"])
    _document, pdf = set_factsheet(whole, imprint(whole, Face.FORWARD), names={}, created_at=AT)
    text = text_of(pdf)
    for words in (
        "Taken up by",
        "Association of Black Sea Wetlands BG",
        "Documented",
        "What we learnt",
        "Planners trust a number in their own table, not ours.",
        "What comes next",
        "Flash floods: a new proposal is being written.",
    ):
        assert words in text
    assert problems(pdf) == []


def test_before_there_is_anything_it_has_no_headings_of_it() -> None:
    article = draw_factsheet(ordinary_forward(), imprint(ordinary_forward(), Face.FORWARD)).article
    for heading in ("Uptakes", "What we learnt", "What comes next"):
        assert f"<h2>{heading}" not in article


def test_the_need_stands_beside_the_summary_when_it_is_over() -> None:
    whole = ordinary_backward()
    article = draw_factsheet(whole, imprint(whole, Face.BACKWARD)).article
    need = whole["need"]
    assert need is not None
    assert need["text"][:60] in article
    assert "<h2>For practitioners" in article


# -- Evidence ----------------------------------------------------------------------------------------------------------


def with_evidence() -> Snapshot:
    """Return a concluded cluster with an address at an outcome, at a stage, and at a stage without a deliverable."""
    whole = ordinary_backward()
    whole["outcomes"] = [sample_lines.outcome("answer", "An answer", "2026-03-20", ANNEX)]
    whole["stages"][0].update(deliverable="Roadmap", evidence_url="https://minutes.example/roadmap?v=2")
    whole["stages"][1].update(deliverable="", evidence_url="https://www.minutes.example/")
    return whole


def test_evidence_is_a_link_under_words_and_its_address_stands_beside_it() -> None:
    whole = with_evidence()
    article = draw_factsheet(whole, imprint(whole, Face.BACKWARD)).article
    rel, web, at = 'rel="nofollow noopener"', "Document on the web", "gulfs.example/annex.pdf"
    second = "minutes.example/roadmap?v=2"
    site = "www.minutes.example"
    for told in (
        f'<a href="{ANNEX}" {rel} aria-label="{web}: {at}">{web}</a><br><small>{at}</small>',
        f'<a href="https://{second}" {rel}>Roadmap</a><br><small>{second}</small>',
        f'<a href="https://{site}/" {rel} aria-label="{web}: {site}">{web}</a><br><small>{site}</small>',
    ):
        assert told in article


def test_what_is_no_address_of_the_web_is_no_link() -> None:
    whole = with_evidence()
    whole["outcomes"][0]["evidence"] = "javascript:alert(1)"
    whole["stages"][0]["evidence_url"] = "data:text/html,x"
    article = draw_factsheet(whole, imprint(whole, Face.BACKWARD)).article
    assert "javascript:alert(1)" in article
    assert not re.search(r'href="(javascript|data):', article)


def test_the_pdf_has_the_links_and_says_where_they_lead() -> None:
    whole = with_evidence()
    _document, pdf = set_factsheet(whole, imprint(whole, Face.BACKWARD), names={}, created_at=AT)
    assert problems(pdf) == []
    assert "Documentonthewebgulfs.example/annex.pdf" in text_of(pdf).replace(" ", "")
    with pikepdf.open(io.BytesIO(pdf)) as file:
        links = {
            str(note.A.URI): str(note.Contents)
            for page in file.pages
            for note in page.get("/Annots", [])
            if note.Subtype == "/Link" and "/URI" in note.A
        }
    assert links[ANNEX] == "Document on the web: gulfs.example/annex.pdf"
    assert links["https://minutes.example/roadmap?v=2"] == "Roadmap"


@pytest.mark.django_db
def test_the_evidence_of_a_stage_is_kept_in_the_snapshot() -> None:
    cluster = make_cluster(make_cast(), State.RUNNING)
    stage = cluster.stages.all()[0]
    stage.evidence_url = ANNEX
    stage.save(update_fields=["evidence_url"])
    assert snapshot(cluster, at=NOW)["stages"][0]["evidence_url"] == ANNEX


def test_a_snapshot_from_before_is_drawn_as_it_was() -> None:
    whole = ordinary_backward()
    before = draw_factsheet(whole, imprint(whole, Face.BACKWARD)).article
    for line in whole["stages"]:
        del line["evidence_url"]  # type: ignore[misc]
    assert draw_factsheet(whole, imprint(whole, Face.BACKWARD)).article == before
