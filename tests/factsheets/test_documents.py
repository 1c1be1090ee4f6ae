"""The document: what it says, in two pages, and whole however full it is."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable

import pytest
from django.conf import settings

from clusters.snapshot_shape import Snapshot
from factsheets.choices import Face
from factsheets.imprint import Imprint
from factsheets.pdf_checks import problems
from factsheets.rendering.document import Composed
from factsheets.rendering.factsheet import draw_factsheet, set_factsheet
from tests.factsheets import sample_lines
from tests.factsheets.making_documents import AT, EVERY, ORDINARY, imprint, made, pdf_of
from tests.factsheets.ordinary import ordinary_backward, ordinary_forward
from tests.factsheets.reading import pictures_of, text_of

REACHED = "134 participants, 21 organisations, in 5 countries"
TOLD = "The gauge nearest by had moved in 2014 and nobody had noted it."

# -- What it says ------------------------------------------------------------------------------------------------------


def test_the_forward_face_says_what_is_set_out_to_do(composed: Callable[[str], Composed]) -> None:
    text = text_of(pdf_of(composed("forward")))
    for words in (
        "What we set out to do · running since 2 July 2025",
        "Adaptation to climate change in coastal areas",
        "Which adaptation measures can a small coastal municipality put into its plan now",
        "M4N-CL-2025-02, version 3",
        "as of 15 January 2026",
        "Demo Coast Institute",
        "Raised by Coastal Municipalities of Elafia EL, Nikos Demo; 5 say “me too”",
        "10 measures, each with cost and data needed",
        "Sea-level screening for small harbours",
        "Port community of Limni EL, external partner",
        "Littoral Observatory FR, peer reviewer",
        "Transfer workshop in Chania",
        "18 Aug – 14 Nov 2025",
        "Two regions put the text into a draft plan",
        "RSO2.4; SDG 11, 13, 14",
        "Sardinia (ITG2), MT00 (NUTS 2021)",
        "Name the harbour office in Montenegro before the try-outs (due 31 Jan 2026, open)",
        "Storm-surge barriers",
        "replaces version 2 of 12 January 2026",
        "41be07a9" * 8,
    ):
        assert words in text


def test_the_backward_face_says_what_came_of_it(composed: Callable[[str], Composed]) -> None:
    text = text_of(pdf_of(composed("backward")))
    for words in (
        "What came of it · concluded on 24 April 2026",
        "3 of 3 objectives reached",
        "1 uptake documented, 1 declared",
        "23 participations at 1 meeting",
        "Vesna Demo",
        "5 plans, 4 countries",
        "Method handed to two regions and a park network",
        "Peer revision of community results",
        "Region of Three Gulfs IT Sardinia (ITG2) adapted 20 Mar 2026",
        "Documented",
        "Association of Black Sea Wetlands BG BG33 as is 20 Oct 2025 Declared",
        "Planners trust a number in their own table, not ours.",
        "Flash floods: a new proposal is being written.",
        "24 Oct 2026, 24 Apr 2027",
        "end: The hall in Cagliari was flooded. (accepted 14 Nov 2025)",
        "3 Jul 2025 – 24 Apr 2026, 296 days",
        "+14 d",
        "−2 d",
    ):
        assert words in text


def test_every_stage_stands_in_the_picture_and_in_the_table(composed: Callable[[str], Composed]) -> None:
    text = text_of(pdf_of(composed("backward")))
    assert [text.count(line["title"]) for line in ordinary_backward()["stages"]] == [2, 2, 2, 2, 2]


def test_persons_without_consent_are_not_in_it(composed: Callable[[str], Composed]) -> None:
    whole = composed("forward").document.article + composed("forward").data.decode()
    assert "Eleni Demo" in whole  # the control: this one consented
    assert "member000" not in whole


@pytest.mark.parametrize("name", ORDINARY)
def test_filled_as_usual_it_fits_two_pages(name: str, composed: Callable[[str], Composed]) -> None:
    assert pdf_of(composed(name)).pages == 2


def test_what_runs_a_few_lines_over_is_set_a_little_tighter() -> None:
    snapshot = ordinary_backward()
    snapshot["lessons"] += "\n- One more thing that we learnt." * 4
    document, pdf = set_factsheet(snapshot, imprint(snapshot, Face.BACKWARD), names={}, created_at=AT)
    assert pdf.pages == 2
    assert "fs-tight" in document.article


@pytest.mark.parametrize("face", [Face.FORWARD, Face.BACKWARD])
def test_outcomes_are_counted_by_kind_and_say_whom_they_reached(face: Face) -> None:
    snapshot = in_between()
    found = [*ordinary_backward()["outcomes"], sample_lines.outcome("answer", "Two", "2026-04-01")]
    found[0].update(participants=23, organisations=5, countries=4)
    found[1].update(organisations=3, countries=1)
    snapshot["outcomes"] = found
    article = draw_factsheet(snapshot, imprint(snapshot, face)).article
    counts = "Transference: 1 · Answer to a specific problem: 2 · Peer revision of community results: 1 · Evidence"
    assert article.count(counts) == 1
    assert article.count("<small>23 participants, 5 organisations, in 4 countries</small>") == 1
    assert article.count("<small>3 organisations, in 1 country</small>") == 1


def test_a_version_from_before_is_drawn_without_what_it_does_not_say() -> None:
    snapshot = ordinary_backward()
    for line in snapshot["outcomes"]:
        for name in ("participants", "organisations", "countries"):
            del line[name]  # type: ignore[misc]
    article = draw_factsheet(snapshot, imprint(snapshot, Face.BACKWARD)).article
    assert "Transference: 1 · " in article
    assert "5 organisations, in 4 countries" not in article


def test_what_runs_further_over_is_set_in_the_smallest_setting() -> None:
    snapshot = ordinary_backward()
    snapshot["lessons"] += "\n- One more thing that we learnt." * 8
    document, pdf = set_factsheet(snapshot, imprint(snapshot, Face.BACKWARD), names={}, created_at=AT)
    assert (pdf.pages, pdf.warnings, problems(pdf)) == (2, (), [])
    assert "fs-tight fs-dense" in document.article


def in_between() -> Snapshot:
    """Return a running cluster of which everything is told: a factsheet in between is the longest of all.

    As long as the longest of the demonstration (M4N-CL-2025-04, M4N-CL-2025-05, M4N-CL-2026-03).
    """
    snapshot, ended = ordinary_forward(), ordinary_backward()
    snapshot["uptakes"], snapshot["amendments"] = ended["uptakes"], ended["amendments"]
    snapshot["lessons"], snapshot["next_steps"] = ended["lessons"], ended["next_steps"]
    reached = {"participants": 134, "organisations": 21, "countries": 5}
    snapshot["outcomes"] = [{**line, "detail": TOLD, **reached} for line in ended["outcomes"]]  # type: ignore[typeddict-item]
    snapshot["practitioners_summary"] += f"\n\n{' '.join([TOLD] * 5)}"
    return snapshot


def test_a_factsheet_in_between_fits_two_pages_with_everything_in_it() -> None:
    snapshot = in_between()
    document, pdf = set_factsheet(snapshot, imprint(snapshot, Face.FORWARD), names={}, created_at=AT)
    assert (pdf.pages, pdf.warnings, problems(pdf)) == (2, (), [])
    assert "fs-close" in document.article
    text = text_of(pdf)
    for told in ("What we expect", "Outcomes", "Uptakes", "How it will be taken up", "What we learnt", TOLD, REACHED):
        assert told in text, told


def test_what_fits_two_pages_in_no_setting_is_set_in_the_usual_one() -> None:
    snapshot = ordinary_backward()
    snapshot["lessons"] += "\n- One more thing that we learnt." * 80
    document, pdf = set_factsheet(snapshot, imprint(snapshot, Face.BACKWARD), names={}, created_at=AT)
    assert pdf.pages == 3
    assert "fs-tight" not in document.article


@pytest.mark.parametrize("name", EVERY)
def test_it_never_breaks_and_nothing_is_lost(name: str, composed: Callable[[str], Composed]) -> None:
    pdf = pdf_of(composed(name))
    assert pdf.warnings == ()
    assert problems(pdf) == []
    snapshot = EVERY[name][0]()
    letters = re.sub(r"\s+", "", text_of(pdf))
    for words in (snapshot["title"], snapshot["question"], *(line["title"] for line in snapshot["stages"])):
        assert re.sub(r"\s+", "", words) in letters


def test_nothing_runs_over_the_margins(composed: Callable[[str], Composed]) -> None:
    """The hard sample in pictures: 14 of the 16 mm at the left and right of every page hold no ink."""
    pdf = pdf_of(composed("hard"))
    pages = pictures_of(pdf, dots_an_inch=36)
    assert len(pages) == pdf.pages
    margin = int(14 / 25.4 * 36)
    for page in pages:
        width, height = page.size
        for strip in ((0, 0, margin, height), (width - margin, 0, width, height)):
            assert page.convert("L").crop(strip).getextrema()[0] > 250


def test_a_large_circle_of_participants_stands_over_the_whole_width() -> None:
    article = made("hard").document.article
    assert "fs-many" in article
    assert "fs-many" not in made("forward").document.article


def test_long_texts_stand_under_one_another_in_columns(composed: Callable[[str], Composed]) -> None:
    assert "fs-stacked" not in composed("backward").document.article
    assert "fs-stacked" in composed("hard").document.article


def test_columns_in_which_nothing_stands_are_left_out() -> None:
    snapshot = ordinary_forward()
    for stage in snapshot["stages"]:
        stage.update(actual_start=None, actual_end=None, slip=None, first_slip=None, status="planned")
    for line in snapshot["expected_outcomes"]:
        line["on"] = None
    before = draw_factsheet(ordinary_forward(), imprint(ordinary_forward(), Face.FORWARD)).article
    after = draw_factsheet(snapshot, imprint(snapshot, Face.FORWARD)).article
    for head in (">Actual</th>", ">Slip</th>", ">When</th>"):
        assert head in before
        assert head not in after


def test_an_objective_reached_in_part_has_no_dash_beside_the_mark() -> None:
    snapshot = ordinary_backward()
    snapshot["objectives"] = [
        {**sample_lines.objective(1, "One", "Yes"), "partly": True},
        sample_lines.objective(2, "Two", "Yes"),
    ]
    article = draw_factsheet(snapshot, imprint(snapshot, Face.BACKWARD)).article
    assert "Partly reached</span></td>" in article
    assert '<td data-label="Measured">–</td>' in article


def test_an_unknown_code_stands_for_itself() -> None:
    """A snapshot outlives the code: a state or role that a later version dropped still draws."""
    snapshot = ordinary_backward()
    snapshot["state"] = "archived"
    snapshot["participants"][0]["roles"] = ["ambassador"]
    article = draw_factsheet(snapshot, imprint(snapshot, Face.BACKWARD)).article
    assert "archived" in article
    assert "ambassador" in article


def test_typed_markup_is_inert() -> None:
    snapshot = ordinary_backward()
    attack = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'&{{ settings.SECRET_KEY }}{% debug %}"
    for field in ("title", "question", "practitioners_summary", "lessons", "next_steps", "out_of_scope"):
        snapshot[field] = attack  # type: ignore[literal-required]
    snapshot["stages"][0]["title"] = snapshot["outcomes"][0]["text"] = attack
    snapshot["participants"][0]["organisation"]["name"] = attack
    document, pdf = set_factsheet(snapshot, imprint(snapshot, Face.BACKWARD), names={}, created_at=AT)
    assert "<script" not in document.article
    assert "<img" not in document.article
    assert settings.SECRET_KEY not in document.article
    assert "<script>alert(1)</script>" in text_of(pdf)


def test_the_article_obeys_the_page_policy(composed: Callable[[str], Composed]) -> None:
    """No inline style or script, no event attribute, and no address but its own and those of its evidence."""
    for name in EVERY:
        article = composed(name).document.article
        assert not re.search(r"<(style|script|link|img|iframe)\b", article)
        assert not re.search(r"""\s(style|on\w+)=["']""", article)
        addresses = set(re.findall(r"""(?:href|src)=["']([^"']+)""", article))
        evidence = {line["evidence"] for line in EVERY[name][0]()["outcomes"]}
        assert addresses - evidence <= {imprint(EVERY[name][0](), Face.FORWARD).address}


# -- Preview -----------------------------------------------------------------------------------------------------------


def test_a_preview_says_so_on_every_page_and_has_no_version(composed: Callable[[str], Composed]) -> None:
    snapshot = ordinary_forward()
    preview = Imprint(face=Face.FORWARD, language="en", address="https://registry.example/clusters/M4N-CL-2025-02/")
    document, pdf = set_factsheet(snapshot, preview, names={}, created_at=AT)
    pages = subprocess.run(["pdftotext", "-", "-"], input=bytes(pdf), capture_output=True, check=True).stdout.decode()
    marked = ["Preview, not issued" in page for page in pages.split("\f")[:-1]]
    assert marked == [True] * pdf.pages
    assert "version 0" not in text_of(pdf)
    assert "SHA-256" not in text_of(pdf)
    assert "preview" in document.title
    assert "Preview, not issued" not in text_of(pdf_of(composed("forward")))
