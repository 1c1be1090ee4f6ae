"""Whoever listens to a document hears each text in its own language, also where the document has no words in it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any, Final

import pikepdf
import pytest
from django.conf import settings

from clusters.choices import State
from clusters.snapshot_shape import Snapshot
from clusters.translatable import texts_in, with_texts
from factsheets.choices import Face
from factsheets.pdf_checks import languages, problems
from factsheets.rendering.factsheet import draw_factsheet, set_factsheet
from factsheets.rendering.originals import in_language
from factsheets.rendering.report import draw_report
from factsheets.rendering.statement import draw_statement
from tests.factsheets import wording
from tests.factsheets.making_documents import AT

#: Languages of the region in which documents have no words of their own.
OTHERS: Final = ("sq", "bs", "mk")
VOID: Final = {"br", "hr", "img", "input", "meta", "link", "path", "use", "rect", "circle", "line", "polygon"}


class _Listener(HTMLParser):
    """Collects each text of an article with the language that it is in."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, str]] = []
        self.heard: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs).get("lang") or (self.open[-1][1] if self.open else "")
        if tag not in VOID:
            self.open.append((tag, said))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if data.strip() and not any(tag == "svg" for tag, _lang in self.open):
            self.heard.append((data.strip(), self.open[-1][1]))


def heard(article: str) -> list[tuple[str, str]]:
    listener = _Listener()
    listener.feed(article)
    return listener.heard


def signed(language: str, state: str) -> tuple[Snapshot, list[str]]:
    """Return a cluster with something everywhere, each typed text as a sign of its own."""
    whole = wording.everything(state, language)
    signs = {text.path: f"sign{at}x" for at, text in enumerate(texts_in(whole))}
    return with_texts(whole, signs), list(signs.values())


def said_by(article: str, signs: list[str]) -> Iterator[tuple[str, str]]:
    """Yield each piece of text that holds a sign, with its language."""
    for text, language in heard(article):
        if any(sign in text for sign in signs):
            yield text, language


@pytest.mark.parametrize("face", Face.values)
@pytest.mark.parametrize("language", OTHERS)
def test_a_factsheet_says_its_labels_in_english_and_what_was_typed_in_its_language(language: str, face: str) -> None:
    whole, signs = signed(language, State.RUNNING if face == Face.FORWARD else State.CONCLUDED)
    article = draw_factsheet(whole, wording.issued(whole, face)).article
    typed = list(said_by(article, signs))
    assert len(typed) > 20
    assert {spoken for _text, spoken in typed} == {language}
    assert [text for text, _spoken in typed if text not in signs] == []
    labels = [spoken for text, spoken in heard(article) if text not in signs]
    assert set(labels) == {"en"}


@pytest.mark.parametrize("language", settings.DOCUMENT_LANGUAGES)
def test_a_language_with_words_of_its_own_says_all_in_it(language: str) -> None:
    whole, _signs = signed(language, State.CONCLUDED)
    article = draw_factsheet(whole, wording.issued(whole, Face.BACKWARD)).article
    assert {spoken for _text, spoken in heard(article)} == {language}


def test_what_is_not_translated_keeps_its_own_language() -> None:
    """An Albanian edition of an Italian version: translated, untranslated, and English labels, each in its voice."""
    whole, signs = signed("it", State.CONCLUDED)
    imprint = wording.issued({**whole, "language": "sq"}, Face.BACKWARD)
    _content, shown, imprint = in_language(whole, imprint, {"title": "Titulli"})
    article = draw_factsheet(shown, imprint).article
    assert ("Titulli", "sq") in heard(article)
    assert {spoken for _text, spoken in said_by(article, signs)} == {"it"}
    assert ("(not translated)", "en") in heard(article)


@pytest.mark.parametrize("language", OTHERS)
def test_statements_and_reports_do_the_same(language: str) -> None:
    statement: Any = {**wording.statement(language), "title": "sign1x", "summary": "sign2x", "audience": "sign3x"}
    statement["lines"] = [
        {
            **line,
            "heading": "sign4x",
            "text": "sign5x",
            "evidence": [{**one, "shows": "sign6x"} for one in line["evidence"]],
        }
        for line in statement["lines"]
    ]
    report: Any = {**wording.report(language), "title": "sign1x", "introduction": "sign2x"}
    for snapshot, draw, count in ((statement, draw_statement, 6), (report, draw_report, 2)):
        article = draw(snapshot, wording.issued(snapshot, ""), {}).article
        signs = [f"sign{number}x" for number in range(1, count + 1)]
        typed = list(said_by(article, signs))
        assert {text.strip("“”") for text, _spoken in typed} == set(signs)
        assert {spoken for _text, spoken in typed} == {language}
        assert {spoken for text, spoken in heard(article) if text not in signs} == {"en"}


def test_a_report_says_in_which_language_each_cluster_speaks() -> None:
    """Title, words and outcomes in the cluster's language; names of organisations in none; older lines in none."""
    report: Any = wording.report("en")
    greek, italian, english, older = ({**report["lines"][0], "title": f"sign{number}x"} for number in range(1, 5))
    greek |= {"language": "el", "words": "sign5x", "outcomes": ["sign6x"]}
    italian |= {"language": "it"}
    english |= {"language": "en"}
    report |= {"lines": [greek, italian, english, older]}
    article = draw_report(report, wording.issued(report, ""), {}).article
    spoken = dict(said_by(article, [f"sign{number}x" for number in range(1, 7)]))
    wanted = {1: "el", 2: "it", 3: "en", 4: "en", 5: "el", 6: "el"}
    assert spoken == {f"sign{number}x": language for number, language in wanted.items()}
    assert {language for text, language in heard(article) if "Institute of Bays" in text} == {"en"}


def test_a_report_of_one_cluster_is_called_in_the_language_of_that() -> None:
    """What it is called like the cluster is in its language; a title that somebody wrote is in the report's."""
    report: Any = wording.report("en")
    greek = {**report["lines"][0], "title": "sign1x", "language": "el", "words": "sign2x", "outcomes": []}
    report |= {"title": "sign1x", "lines": [greek]}
    assert {language for _text, language in said_by(drawn(report), ["sign1x"])} == {"el"}
    report |= {"title": "sign3x"}
    assert {language for _text, language in said_by(drawn(report), ["sign3x"])} == {"en"}
    report |= {"title": "sign1x", "lines": [greek, {**greek, "title": "sign4x"}]}
    assert {language for _text, language in said_by(drawn(report), ["sign1x"])} == {"en", "el"}


def drawn(report: Any) -> str:
    """Return the article of a report."""
    return draw_report(report, wording.issued(report, ""), {}).article


@pytest.mark.parametrize("language", OTHERS)
def test_the_pdf_says_so_too(language: str) -> None:
    whole, _signs = signed(language, State.RUNNING)
    _document, pdf = set_factsheet(whole, wording.issued(whole, Face.FORWARD), names={}, created_at=AT)
    assert problems(pdf) == []
    assert set(languages(pdf)) == {language, "en"}
    with pikepdf.open(io.BytesIO(pdf)) as file:
        assert str(file.Root.Lang) == language
