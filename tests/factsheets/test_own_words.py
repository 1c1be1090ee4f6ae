"""Documents say their own words in nine languages: nothing is missing, nothing is English, and pages are not mixed."""

from __future__ import annotations

import io
import re
import subprocess
from collections.abc import Iterator
from datetime import date
from html import unescape

import pytest
from django.conf import settings
from django.test import Client, override_settings
from django.utils import translation
from django.utils.translation import gettext, ngettext

from clusters.choices import State
from clusters.forms.proposal_choices import language_choices
from community.dates import written
from community.mails import language_of
from community.models import Message
from community.vocabularies import DEFAULT_TERMS, SHOWN_IN_DOCUMENTS, default_labels
from factsheets import sentences
from factsheets.actions.issue import issue_factsheet
from factsheets.choices import Face
from factsheets.rendering.editable import copy_of
from factsheets.rendering.factsheet import draw_factsheet, set_factsheet
from factsheets.rendering.report import draw_report
from factsheets.rendering.statement import draw_statement
from results.rules.coverage import Columns, Rows
from tests import catalogue
from tests import factories as make
from tests.cast import make_cast, make_cluster
from tests.catalogue import Catalogue
from tests.catalogue import Message as Wanted
from tests.factories import NOW
from tests.factsheets import gallery, wording

OTHERS = tuple(language for language in settings.DOCUMENT_LANGUAGES if language != "en")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w*\}")
#: What is the same in a language as in English, because it is.
SAME = re.compile(
    r"\+?%\(\w+\)[sd]( d| clusters?| organisations?| participants?)?|(%\(reference\)s, )?version .*|\(NUTS .*|File: .*"
    r"|[jbEYMN\\. de]+|[\w\s]{2,14}"
)


@pytest.fixture(scope="module")
def asked() -> set[Wanted]:
    """Return every message that documents show."""
    return catalogue.wanted()


def read(language: str) -> Catalogue:
    return catalogue.read(catalogue.file_of(language).read_text(encoding="utf-8"))[1]


def test_there_is_a_catalogue_of_every_language_that_documents_speak() -> None:
    assert sorted(catalogue.PLURALS) == sorted(OTHERS)
    assert sorted(path.name for path in catalogue.LOCALE.iterdir()) == sorted(OTHERS)
    assert set(sentences.CO_FUNDED) == set(settings.DOCUMENT_LANGUAGES) == set(gallery.LANGUAGES)
    assert {code for code, _name in language_choices("")} >= set(settings.DOCUMENT_LANGUAGES)


@pytest.mark.parametrize("language", OTHERS)
def test_each_says_what_documents_show_and_nothing_else(language: str, asked: set[Wanted]) -> None:
    """A message fails here by its name: .venv/bin/python -m tests.catalogue --write adds it to the files."""
    said = {message for message, forms in read(language).items() if forms and all(forms)}
    assert sorted(map(str, asked - said)) == []
    assert sorted(map(str, set(read(language)) - asked)) == []


@pytest.mark.parametrize("language", OTHERS)
def test_the_compiled_file_is_the_written_one(language: str) -> None:
    text = catalogue.file_of(language).read_text(encoding="utf-8")
    comment, found = catalogue.read(text)
    assert catalogue.written(language, comment, found) == text
    assert catalogue.file_of(language, "mo").read_bytes() == catalogue.compiled(language, found)


@pytest.mark.parametrize("language", OTHERS)
def test_translations_keep_placeholders_blanks_and_forms(language: str) -> None:
    wrong = []
    for (context, text, plural), forms in read(language).items():
        wanted = sorted(set(PLACEHOLDER.findall(text)) | set(PLACEHOLDER.findall(plural or "")))
        number = 1 if plural is None else int(catalogue.PLURALS[language].partition("nplurals=")[2][0])
        is_whole = len(forms) == number and all(form == form.strip() and "  " not in form for form in forms)
        if not is_whole or any(sorted(set(PLACEHOLDER.findall(form))) != wanted for form in forms):
            wrong.append((context, text, forms))
    assert wrong == []


@pytest.mark.parametrize("language", OTHERS)
def test_nothing_is_left_as_it_was_in_english(language: str) -> None:
    left = [text for (_context, text, _plural), forms in read(language).items() if forms[0] == text]
    assert [text for text in left if not SAME.fullmatch(text)] == []
    assert len(left) < 25


def test_what_is_no_catalogue_is_refused() -> None:
    for wrong, told in (
        ('msgid "One"\nmsgstr "Un"\n\nmsgid "One"\nmsgstr "Uno"', "stands there twice"),
        ('#, fuzzy\nmsgid "One"\nmsgstr "Un"', "not understood: #, fuzzy"),
        ('msgid "One"\nmsgstr Un', "not understood: msgstr Un"),
    ):
        with pytest.raises(ValueError, match=told):
            catalogue.read(wrong)


# -- Numbers and days --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("fr", {0: "jour", 1: "jour", 2: "jours"}),
        ("it", {0: "giorni", 1: "giorno", 21: "giorni"}),
        ("es", {0: "días", 1: "día", 21: "días"}),
        ("pt", {0: "dias", 1: "dia", 21: "dias"}),
        ("el", {0: "ημέρες", 1: "ημέρα", 21: "ημέρες"}),
        ("bg", {0: "дни", 1: "ден", 21: "дни"}),
        ("hr", {0: "dana", 1: "dan", 2: "dana", 5: "dana", 11: "dana", 21: "dan", 111: "dana"}),
        (
            "sl",
            {0: "dni", 1: "dan", 2: "dneva", 3: "dnevi", 4: "dnevi", 5: "dni", 101: "dan", 102: "dneva", 112: "dni"},
        ),
    ],
)
def test_numbers_take_the_form_of_the_language(language: str, said: dict[int, str]) -> None:
    with translation.override(language):
        found = {number: ngettext("%(days)d day", "%(days)d days", number).split(" ", 1)[1] for number in said}
    assert found == said


def test_croatian_tells_few_from_many() -> None:
    with translation.override("hr"):
        found = [ngettext("outcome", "outcomes", number) for number in (1, 2, 5, 22, 25)]
        counted = [ngettext("%(counter)s organisation", "%(counter)s organisations", n)[12:] for n in (1, 3, 5, 12, 23)]
    assert found == ["ishod", "ishoda", "ishoda", "ishoda", "ishoda"]
    assert counted == ["organizacija", "organizacije", "organizacija", "organizacija", "organizacije"]


@pytest.mark.parametrize(
    ("language", "full", "short", "first"),
    [
        ("en", "12 May 2026", "12 May 2026", "1 July 2026"),
        ("fr", "12 mai 2026", "12 mai 2026", "1er juillet 2026"),
        ("it", "12 maggio 2026", "12 mag 2026", "1º luglio 2026"),
        ("es", "12 de mayo de 2026", "12 may 2026", "1 de julio de 2026"),
        ("pt", "12 de maio de 2026", "12 mai. 2026", "1 de julho de 2026"),
        ("el", "12 Μαΐου 2026", "12 Μαΐ. 2026", "1 Ιουλίου 2026"),
        ("bg", "12 май 2026 г.", "12 май 2026", "1 юли 2026 г."),
        ("hr", "12. svibnja 2026.", "12. svi. 2026.", "1. srpnja 2026."),
        ("sl", "12. maja 2026", "12. maj 2026", "1. julija 2026"),
        ("mt", "12 May 2026", "12 May 2026", "1 July 2026"),
    ],
)
def test_days_are_written_as_the_language_writes_them(language: str, full: str, short: str, first: str) -> None:
    day = date(2026, 5, 12)
    with translation.override(language):
        assert (written(day), written(day, "short"), written(date(2026, 7, 1))) == (full, short, first)


# -- Documents ---------------------------------------------------------------------------------------------------------


def drawn(language: str) -> Iterator[str]:
    """Yield a document of each kind in a language, as its readers see it."""
    for face in Face.values:
        snapshot = wording.everything(State.CONCLUDED if face == Face.BACKWARD else State.RUNNING, language)
        imprint = wording.issued(snapshot, face)
        yield draw_factsheet(snapshot, imprint, names=gallery.NAMES).article
        yield repr(copy_of(snapshot, imprint, gallery.NAMES))
    for snapshot, draw in ((wording.statement(language), draw_statement), (wording.report(language), draw_report)):
        yield draw(snapshot, wording.issued(snapshot, ""), {}).article  # type: ignore[operator]
    yield gallery.coverage(language, Rows.COUNTRY, Columns.STATE, sees_proposed=True).article


def test_a_statement_calls_documented_or_declared_only_what_is_in_use() -> None:
    snapshot = wording.statement("en")
    snapshot["lines"] = snapshot["lines"][:1]
    uptakes = snapshot["lines"][0]["evidence"]
    uptakes.append({**uptakes[0], "state": "in_use", "is_documented": not uptakes[0]["is_documented"]})
    article = draw_statement(snapshot, wording.issued(snapshot, ""), {}).article  # type: ignore[arg-type]
    marks = {
        (step, mark)
        for cell in re.findall(r'<td data-label="How it stood">(.*?)</td>', article)
        for step in [re.split(r"[,<]", cell)[0]]
        for mark in re.findall(r"Documented|Declared|not confirmed by the organisation", cell) or [""]
    }
    used = str(sentences.STEPS["in_use"])
    assert marks == {
        *((str(sentences.STEPS[step]), "") for step in sentences.STEPS if step != "in_use"),
        *((used, mark) for mark in ("Documented", "Declared", "not confirmed by the organisation")),
    }


@pytest.mark.parametrize("language", OTHERS)
def test_no_english_label_is_left_in_a_document(language: str) -> None:
    """Also of what passes gettext by: the English of a message stands in no text or spoken attribute of a document."""
    english = {text for (_context, text, _plural), forms in read(language).items() if text not in forms}
    texts = {
        " ".join(unescape(text).split())
        for article in drawn(language)
        for text in re.findall(r">([^<]+)<|(?:aria-label|data-label)=\"([^\"]+)\"|'([^']+)'", article)
        for text in text
    }
    assert len(texts) > 100
    assert sorted(texts & english) == []


def test_a_language_without_words_of_ours_is_not_mixed() -> None:
    """Albanian: Django has its months, and none of our labels."""
    snapshot = wording.everything(State.RUNNING, "sq")
    article = draw_factsheet(snapshot, wording.issued(snapshot, Face.FORWARD)).article
    assert "What we set out to do · running since 1 August 2025" in article


@pytest.mark.parametrize("language", ["el", "bg", "hr"])
def test_long_words_stay_inside_the_margins(language: str) -> None:
    from PIL import Image

    snapshot = wording.everything(State.CONCLUDED, language)
    _document, pdf = set_factsheet(snapshot, wording.issued(snapshot, Face.BACKWARD), names={}, created_at=gallery.AT)
    assert pdf.warnings == ()
    out = subprocess.run(["pdftoppm", "-r", "36", "-gray", "-"], input=bytes(pdf), capture_output=True, check=True)
    stream, margin = io.BytesIO(out.stdout), int(14 / 25.4 * 36)
    for _sheet in range(pdf.pages):
        sheet = Image.open(stream)
        sheet.load()
        width, height = sheet.size
        for strip in ((0, 0, margin, height), (width - margin, 0, width, height)):
            assert sheet.crop(strip).getextrema()[0] > 250


def test_hyphens_are_known_in_every_language() -> None:
    import pyphen

    assert [code for code in settings.DOCUMENT_LANGUAGES if not pyphen.language_fallback(code)] == []


def test_default_terms_that_documents_show_have_words_in_every_language() -> None:
    for vocabulary in SHOWN_IN_DOCUMENTS:
        for _code, label in DEFAULT_TERMS[vocabulary]:
            lacking = set(settings.DOCUMENT_LANGUAGES) - set(default_labels(vocabulary, label))
            assert lacking <= {"it", "fr", "es", "pt", "sl", "bg"}, label
            assert not lacking or label in {"Idea", "Standard"}


# -- Pages -------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("language", OTHERS)
def test_a_page_stays_english_whatever_the_reader_prefers(language: str) -> None:
    page = Client().get("/about/", headers={"accept-language": f"{language},en;q=0.5"})
    assert '<html lang="en"' in page.text
    assert page["Content-Language"] == "en"
    with translation.override(language):
        assert gettext("Working groups") != "Working groups"  # the control: there are words


@pytest.mark.django_db(transaction=True)
def test_an_issued_factsheet_speaks_its_language_inside_an_english_page() -> None:
    cluster = make_cluster(make_cast(), State.CONCLUDED, language="el")
    issue_factsheet(cluster=cluster, face=Face.BACKWARD, reason="conclude", by=None, at=NOW)
    page = Client().get(f"/factsheets/{cluster.reference}/v1/el/")
    before, _, article = page.text.partition('<article class="fs"')
    assert '<html lang="en"' in before
    assert article.startswith(' lang="el"')
    assert "Ενημερωτικό δελτίο συστάδας" in article
    assert "Ενημερωτικό δελτίο συστάδας" not in before


@pytest.mark.django_db
def test_a_mail_is_english_whatever_its_recipient_once_chose() -> None:
    user = make.make_user(language="fr")
    assert language_of(Message(to=user)) == "en"
    with override_settings(LANGUAGES=[("en", "English"), ("fr", "français")]):
        assert language_of(Message(to=user)) == "fr"
