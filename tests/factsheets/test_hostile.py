"""Hostile content in every document and on every way out: inert, bounded, and the page stands when the PDF fails."""

from __future__ import annotations

import io
import re
import time
import zipfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone
from django.utils.safestring import SafeString

from clusters.choices import State
from clusters.models import Cluster
from community.actions.outbox import send_outbox
from community.actions.transition import transition
from factsheets.choices import Face
from factsheets.docx_file import write_docx
from factsheets.imprint import Imprint
from factsheets.pdf import Limits, PdfUnavailable, Press
from factsheets.rendering.document import Document
from factsheets.rendering.editable import copy_of
from factsheets.rendering.factsheet import draw_factsheet
from factsheets.rendering.report import draw_report
from factsheets.rendering.statement import draw_statement
from tests.cast import Cast, make_cast, make_cluster
from tests.factsheets.ordinary import ordinary_backward
from tests.factsheets.reading import text_of

AT = datetime(2026, 5, 6, 9, 0, tzinfo=UTC)
ADDRESS = "https://registry.example/factsheets/M4N-CL-2026-01/v3/en/"
SCRIPT = "<x-attack onload=alert(1)><script>alert(1)</script>\"'>[go](javascript:alert(1)) {{ settings.SECRET_KEY }}"
NESTED = "<ul><li>" * 300 + "- " * 300 + "> " * 300 + "**" * 300
LONG = "x" * 1_000_000
#: What people type into a cluster, a statement or a report, by its name in the snapshots.
TYPED = frozenset(
    {
        *("title", "question", "out_of_scope", "adoption_plan", "practitioners_summary", "lessons", "next_steps"),
        *("text", "criterion", "measured", "deliverable", "note", "waits_why", "reason", "name", "summary", "audience"),
        *("heading", "shows", "cluster_title", "organisation", "territory", "introduction", "words", "how", "project"),
    }
)

#: A text of a factsheet, of a statement, of a report.
ONE_OF_EACH = frozenset({"practitioners_summary", "summary", "introduction"})


def poisoned(value: Any, with_: str, name: str = "") -> Any:
    """Return a snapshot in which everything that is typed is replaced; by a megabyte, one text alone."""
    if isinstance(value, Mapping):
        return {key: poisoned(one, with_, key) for key, one in value.items()}
    if isinstance(value, list):
        return [poisoned(one, with_, name) for one in value]
    names = TYPED if with_ != LONG else ONE_OF_EACH
    return with_ if isinstance(value, str) and value and name in names else value


def imprint(face: str = "") -> Imprint:
    return Imprint(face=face, language="en", version=3, issued_at=AT, issuer="the lead", address=ADDRESS)


def factsheet(with_: str) -> Document:
    return draw_factsheet(poisoned(ordinary_backward(), with_), imprint(Face.BACKWARD), names={})


def statement(with_: str) -> Document:
    line = {
        "number": 1,
        "heading": "Storage",
        "text": "Count it.",
        "evidence": [
            {
                "kind": "uptake",
                "id": 7,
                "title": "Method",
                "shows": "It works.",
                "cluster": "M4N-CL-2025-05",
                "cluster_title": "Floods",
                "state": "in_use",
                "how": "adapted",
                "organisation": "Region",
                "country": "IT",
                "territory": "Sardinia",
                "is_documented": True,
                "on": "2026-03-20",
            }
        ],
    }
    group = {"code": "WG4", "title": "Ecosystem restoration"}
    taken: Any = {
        "reference": "M4N-PS-2026-03",
        "title": "Floods",
        "as_of": "2026-05-06",
        "language": "en",
        "working_group": group,
        "audience": "Regions",
        "summary": "Store it.",
        "lines": [line],
    }
    return draw_statement(poisoned(taken, with_), imprint(), {})


def report(with_: str) -> Document:
    group = {"code": "WG4", "title": "Ecosystem restoration"}
    line = {
        "reference": "M4N-CL-2025-05",
        "version": 2,
        "title": "Floods",
        "face": "backward",
        "state": "concluded",
        "state_since": "2026-05-01",
        "issued_on": "2026-05-02",
        "working_group": group,
        "words": "Store it.",
        "lead_organisation": {"name": "Region", "country": "EL"},
        "organisations": 3,
        "countries": ["EL", "IT"],
        "outcomes": ["answer"],
        "uptakes": 1,
        "documented": 1,
        "address": ADDRESS,
        "data_sha256": "ab" * 32,
    }
    totals = {"factsheets": 1, "organisations": 3, "countries": 2, "outcomes": 1, "uptakes": 1, "documented": 1}
    taken: Any = {
        "reference": "2026-05-06",
        "title": "What came of it",
        "as_of": "2026-05-06",
        "language": "en",
        "from_on": "2026-01-01",
        "until_on": "2026-05-01",
        "working_group": group,
        "introduction": "Read this.",
        "lines": [line],
        "totals": totals,
    }
    return draw_report(poisoned(taken, with_), imprint(), {})


DOCUMENTS: dict[str, Callable[[str], Document]] = {"factsheet": factsheet, "statement": statement, "report": report}


class Elements(HTMLParser):
    """Collects what a browser would make of a page: elements, attributes, the deepest nesting."""

    VOID = frozenset({"br", "img", "input", "meta", "link", "hr", "wbr", "source", "col"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.wrong: list[str] = []
        self.depth = self.deepest = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag.startswith("x-"):
            self.wrong.append(tag)
        for name, value in attrs:
            if name.startswith("on") or (value or "").strip().lower().startswith(("javascript:", "data:text")):
                self.wrong.append(f"{tag} {name}={value}")
        if tag not in self.VOID:
            self.depth += 1
            self.deepest = max(self.deepest, self.depth)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.depth -= tag not in self.VOID

    def handle_endtag(self, tag: str) -> None:
        self.depth -= tag not in self.VOID


# -- Documents ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", DOCUMENTS)
def test_what_is_typed_becomes_no_element_and_no_nesting_in_any_document(kind: str) -> None:
    usual = Elements(DOCUMENTS[kind]("word").article)
    assert usual.wrong == []
    for attack in (SCRIPT, NESTED):
        article = DOCUMENTS[kind](attack).article
        drawn = Elements(article)
        assert drawn.wrong == []
        assert drawn.deepest <= usual.deepest + 2
        assert "<script" not in article
    assert "{{ settings.SECRET_KEY }}" in DOCUMENTS[kind](SCRIPT).article


@pytest.mark.slow
@pytest.mark.parametrize("kind", DOCUMENTS)
def test_a_word_of_a_megabyte_leaves_the_page_and_bounds_the_pdf(kind: str) -> None:
    """Drawn in time that grows as the text does; what sets the PDF gives up within its limits, and sets the next."""
    began = time.process_time()
    document = DOCUMENTS[kind](LONG)
    assert time.process_time() - began < 10
    assert LONG in document.article
    press = Press(Limits(wall_seconds=6, processor_seconds=4, memory=700 * 1024 * 1024))
    try:
        began = time.monotonic()
        with suppress(PdfUnavailable):
            set_with(press, document)
        assert time.monotonic() - began < 30
        assert "still works" in text_of(set_with(press, Document(SafeString("<p>still works</p>"), "Next", "en")))
    finally:
        press.stop()


@pytest.mark.parametrize("kind", DOCUMENTS)
def test_a_hostile_document_reads_as_it_was_typed_on_paper(kind: str) -> None:
    press = Press(Limits())
    try:
        said = text_of(set_with(press, DOCUMENTS[kind](SCRIPT)))
    finally:
        press.stop()
    assert "<script>alert(1)</script>" in re.sub(r"\s+", "", said)


def set_with(press: Press, document: Document) -> Any:
    """Set a document's article with a press of this test."""
    return press.render(
        document.article,
        title=document.title,
        language=document.language,
        created_at=AT,
        pictures=document.pictures,
    )


@pytest.mark.parametrize("attack", [SCRIPT, NESTED, LONG], ids=["script", "nested", "long"])
def test_the_copy_to_edit_holds_it_as_text_and_links_to_nothing(attack: str) -> None:
    began = time.process_time()
    copy = copy_of(poisoned(ordinary_backward(), attack), imprint(Face.BACKWARD), {})
    content = write_docx(copy, made_at=AT)
    assert time.process_time() - began < 20
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        body = ElementTree.fromstring(package.read("word/document.xml"))
        relations = package.read("word/_rels/document.xml.rels").decode()
        names = package.namelist()
    said = "".join(node.text or "" for node in body.iter() if node.tag.endswith("}t"))
    assert attack[:80] in said
    assert "javascript:" not in relations
    assert not [name for name in names if name.endswith((".bin", ".js"))]
    instructions = [node for node in body.iter() if node.tag.endswith(("}instrText", "}fldSimple"))]
    assert all("alert" not in (node.text or "") for node in instructions)


# -- Pages, mails, feeds, files ----------------------------------------------------------------------------------------


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.mark.django_db
def test_a_hostile_cluster_is_inert_in_every_page_mail_and_feed(cast: Cast, client: Client) -> None:
    """Past every form: straight into the columns, as a fault elsewhere might leave it there."""
    attack = SCRIPT[:110]
    cluster = make_cluster(cast, State.RUNNING)
    texts = ("title", "question", "out_of_scope", "adoption_plan", "practitioners_summary", "lessons", "next_steps")
    Cluster.objects.filter(pk=cluster.pk).update(**dict.fromkeys(texts, attack))
    cluster.stages.update(title=attack, deliverable=attack, note=NESTED[:900])
    cluster.objectives.update(text=attack, criterion=attack)
    type(cast.organisation).objects.filter(pk=cast.organisation.pk).update(name=attack)
    type(cast.member("lead")).objects.filter(pk=cast.member("lead").pk).update(name=attack[:60])
    cluster = transition(Cluster.objects.get(pk=cluster.pk), "pause", by=cast.user("coordinator"), reason=attack)
    base = f"/clusters/{cluster.reference}/"
    pages = ["/", "/clusters/", "/desk/", "/organisations/", "/notifications/", f"/clusters/?q={'%3Cscript%3E'}"]
    pages += [base + tail for tail in ("", "roadmap/", "people/", "outcomes/", "history/", "room/", "preview/")]
    for role in ("lead", "member"):
        client.force_login(cast.user(role))
        for path in pages:
            answer = client.get(path)
            assert answer.status_code in (200, 403), path
            assert Elements(answer.content.decode()).wrong == [], path
            assert "<script>alert" not in answer.content.decode(), path
    for path in ("/feeds/clusters.atom", "/feeds/factsheets.atom", "/feeds/wg/WG1.atom"):
        answer = client.get(path)
        if answer.status_code == 200:
            feed = ElementTree.fromstring(answer.content)
            assert not [node for node in feed.iter() if "attack" in node.tag or "script" in node.tag]
    send_outbox(at=timezone.now() + timedelta(days=2))
    assert mail.outbox
    for message in mail.outbox:
        assert "\n" not in message.subject
        html = html_of(message)
        assert Elements(html).wrong == []
        assert "<script" not in html


def html_of(message: Any) -> str:
    """Return the HTML part of a mail."""
    return next(str(content) for content, kind in message.alternatives if kind == "text/html")
