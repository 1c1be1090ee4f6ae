"""Every document is PDF/A-3a and PDF/UA-1, as veraPDF, a second validator and our own checks judge it.

One test, because one Java process judges all files: making and judging them is what costs.
"""

from __future__ import annotations

import bisect
import io
import itertools
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import page
import pikepdf
import pytest

from config.machine.place import is_ci
from factsheets.choices import Face
from factsheets.pdf_checks import languages, problems
from factsheets.pdf_text import text_of
from tests.factsheets import booklets, gallery, samples, verapdf
from tests.factsheets.gallery import Dress, Made
from tests.factsheets.ordinary import ordinary_backward, ordinary_forward

pytestmark = pytest.mark.pdf

#: What breaks layouts: every day one of them, all in the long run.
HARD = {
    "hard": (samples.hard, Dress("issued", Face.BACKWARD, "", "el")),
    "hard-forward": (samples.hard, Dress("issued", Face.FORWARD, "", "bg")),
    "hard-bulgarian": (samples.hard_and_bulgarian, Dress("issued", Face.BACKWARD, "", "bg")),
    "hard-bulgarian-preview": (samples.hard_and_bulgarian, Dress("preview", Face.FORWARD, "", "bg")),
}


def documents(*, is_whole: bool) -> Iterator[tuple[str, Made]]:
    for dress in gallery.dresses(is_whole=is_whole):
        yield dress.name, gallery.made(dress)
    for name, (sample, dress) in HARD.items() if is_whole else [("hard", HARD["hard"])]:
        yield name, gallery.made_of(sample(), dress)


@pytest.mark.skipif(bool(verapdf.missing()) and not is_ci(), reason=f"missing: {', '.join(verapdf.missing())}")
def test_every_document_conforms_and_says_what_was_put_in(tmp_path: Path, thorough: bool) -> None:
    found: dict[str, object] = {}
    names = []
    for name, made in documents(is_whole=thorough):
        (tmp_path / f"{name}.pdf").write_bytes(made.pdf)
        names.append(f"{name}.pdf")
        found |= {f"{name}: {what}": told for what, told in seen_by_us(made).items() if told}
    for further in (joined(tmp_path), with_unknown_signs(tmp_path)):
        names.append(further.name)
        found |= {f"{further.name}: {what}": told for what, told in judged_by_us(further.read_bytes()).items() if told}
    judged = verapdf.judged(tmp_path)
    assert sorted(judged) == sorted(itertools.product(names, verapdf.PROFILES))
    found |= {f"{name}: veraPDF {profile}": broken for (name, profile), broken in judged.items() if broken}
    assert found == {}


def joined(folder: Path) -> Path:
    """Write the booklet of ordinary and hard documents in four scripts and languages."""
    ordinary = [(ordinary_backward, Dress("issued", Face.BACKWARD, "", "en"))]
    ordinary += [(ordinary_forward, Dress("issued", Face.FORWARD, "", "fr"))]
    documents = [
        gallery.made_of(sample(), dress) for sample, dress in [*ordinary, HARD["hard"], HARD["hard-bulgarian"]]
    ]
    documents.append(gallery.made(Dress("statement", "", "", "hr")))
    path = folder / "booklet.pdf"
    path.write_bytes(booklets.joined(documents, "el")[0])
    return path


def with_unknown_signs(folder: Path) -> Path:
    """Write a factsheet in whose title and question stand signs that no font has."""
    sample = samples.ordinary_forward()
    sample |= {"title": "Floods \N{WATER WAVE} and \U000f1234", "question": "Who has \N{WATER WAVE}?"}
    path = folder / "unknown-signs.pdf"
    path.write_bytes(gallery.made_of(sample, Dress("issued", Face.FORWARD, "", "en")).pdf)
    return path


def judged_by_us(pdf: bytes) -> dict[str, object]:
    """Return what our own checks and the second validator find in a file; nothing, that is empty values."""
    return {
        "our own checks": problems(pdf),
        "second validator": [
            f"{one.rule_id} {one.message}"
            for profile in (page.ValidationProfile.PDF_A_3A, page.ValidationProfile.PDF_UA_1)
            for one in page.validate_pdf_bytes(pdf, profile=profile).failures
        ],
    }


def seen_by_us(made: Made) -> dict[str, object]:
    """Return what is wrong with one document as far as we see without veraPDF; nothing, that is empty values."""
    return {
        "warnings": made.pdf.warnings,
        **judged_by_us(bytes(made.pdf)),
        "languages lost": sorted(set(named_in(made.document.article)) - set(languages(made.pdf)[1:])),
        "texts lost": lost(made),
    }


def lost(made: Made) -> list[str]:
    """Return the texts that the glyphs do not say; hyphens and line ends apart, and whole but for ends of sheets."""
    with pikepdf.open(io.BytesIO(made.pdf)) as file:
        drawn = letters("".join(words for page in file.pages for words in text_of(page).marked.values()))
    return [text for text in made.said if not is_said(letters(text), drawn, sheets=made.pdf.pages)]


def letters(text: str) -> str:
    return re.sub(r"[\s\u00ad\u2010-]+", "", text)


def is_said(text: str, drawn: str, *, sheets: int) -> bool:
    """Tell whether a text is drawn in at most so many pieces: on a sheet something may stand below it."""
    for _sheet in range(sheets):
        length = bisect.bisect_left(range(1, len(text) + 1), 1, key=lambda end: text[:end] not in drawn)
        text = text[length:]
        if not text:
            return True
    return False


def named_in(article: str) -> list[str]:
    """Return every language that the page names."""
    found: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found.extend(value for name, value in attrs if name == "lang" and value)

    Reader().feed(article)
    return found


def test_a_text_is_found_whole_or_parted_by_ends_of_sheets_only() -> None:
    assert [is_said("abcdef", drawn, sheets=2) for drawn in ("xabcdefx", "abcxdef", "abxcdxef", "abcde")] == [
        True,
        True,
        False,
        False,
    ]


def test_every_pair_occurs_every_day_but_those_of_state_and_language() -> None:
    everyday, whole = (list(gallery.dresses(is_whole=is_whole)) for is_whole in (False, True))
    by_state = [[dress for dress in some if dress.state] for some in (everyday, whole)]
    for one, two in itertools.combinations(range(4), 2):
        today, ever = ({(each[one], each[two]) for each in some} for some in by_state)
        assert today == ever or ((one, two) == (2, 3) and len(today) * gallery.DAILY == len(ever))
    for kind in (*gallery.CLUSTERS, *gallery.OTHERS):
        assert len({dress.language for dress in everyday if dress.template == kind}) >= 3
    assert {dress.language for dress in everyday if not dress.state} == set(gallery.LANGUAGES)
    assert {dress.state for dress in everyday} == {*gallery.STATES, ""}
    assert set(everyday) < set(whole)
    assert len(whole) == 2 * 2 * len(gallery.STATES) * 9 + len(gallery.OTHERS) * 9


@pytest.mark.skipif(bool(verapdf.missing()) and not is_ci(), reason=f"missing: {', '.join(verapdf.missing())}")
def test_the_validators_see_what_is_missing(tmp_path: Path) -> None:
    """The control: a file without one identifier, and one that says nothing in words of its picture."""
    pdf = bytes(gallery.made(Dress("statement", "", "", "en")).pdf)
    spoilt = pdf.replace(b'pdfuaid:part="1"', b'pdfuaid:part="7"')
    assert len(spoilt) == len(pdf) != 0
    assert spoilt != pdf
    (tmp_path / "spoilt.pdf").write_bytes(spoilt)
    judged = verapdf.judged(tmp_path)
    assert [bool(judged["spoilt.pdf", profile]) for profile in verapdf.PROFILES] == [True, False]
    assert not page.is_pdf_compliant_bytes(spoilt, profile=page.ValidationProfile.PDF_UA_1)
