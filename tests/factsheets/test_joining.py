"""What is joined says what its parts say, in their order, and leads where it should."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from factsheets.choices import Face
from factsheets.joining import NotJoinable, Part, join
from factsheets.pdf import render_pdf
from factsheets.pdf_checks import languages, problems
from factsheets.pdf_text import text_of
from factsheets.rendering.booklet import set_front, stamp_in
from tests.factsheets import booklets, gallery, samples
from tests.factsheets.gallery import AT, Dress, Made
from tests.factsheets.ordinary import ordinary_backward, ordinary_forward

DRESSES = (
    (ordinary_backward, Dress("issued", Face.BACKWARD, "", "en")),
    (ordinary_forward, Dress("issued", Face.FORWARD, "", "fr")),
    (samples.hard, Dress("issued", Face.BACKWARD, "", "el")),
)


@pytest.fixture(scope="module")
def parts() -> list[Made]:
    return [gallery.made_of(sample(), dress) for sample, dress in DRESSES]


@pytest.fixture(scope="module")
def booklet(parts: list[Made]) -> bytes:
    return booklets.joined(parts)[0]


@pytest.fixture
def file(booklet: bytes) -> Iterator[pikepdf.Pdf]:
    with pikepdf.open(io.BytesIO(booklet)) as opened:
        yield opened


def words_of(content: bytes) -> list[str]:
    with pikepdf.open(io.BytesIO(content)) as opened:
        return ["".join(text_of(page).marked.values()) for page in opened.pages]


def read_aloud(file: pikepdf.Pdf, element: Any) -> Iterator[str]:
    """Yield the kinds of all elements under one, in reading order."""
    inner = element.get("/K", [])
    for child in list(inner) if isinstance(inner, pikepdf.Array) else [inner]:
        if isinstance(child, pikepdf.Dictionary) and "/S" in child:
            yield str(child.S)
            yield from read_aloud(file, child)


def test_it_passes_our_checks_and_is_made_the_same_twice(parts: list[Made], booklet: bytes) -> None:
    assert problems(booklet) == []
    assert booklets.joined(parts)[0] == booklet


def test_its_pages_say_what_the_parts_say_in_their_order_with_numbers_as_artifacts(
    parts: list[Made], booklet: bytes, file: pikepdf.Pdf
) -> None:
    own = [words for part in parts for words in words_of(part.pdf)]
    assert words_of(booklet)[2:] == own
    for number, page in enumerate(file.pages, 1):
        found = text_of(page)
        assert found.artifact.endswith(f"Booklet page {number}")
        assert "Booklet page" not in "".join(found.marked.values())


def test_its_structure_holds_each_part_under_its_language_one_level_down(
    parts: list[Made], booklet: bytes, file: pikepdf.Pdf
) -> None:
    (document,) = file.Root.StructTreeRoot.K
    assert [str(part.Lang) for part in document.K] == ["en", "en", "fr", "el"]
    assert [str(part.T) for part in document.K][1:] == [part.document.title for part in parts]
    for part, inside in zip(parts, list(document.K)[1:], strict=True):
        with pikepdf.open(io.BytesIO(part.pdf)) as alone:
            kinds = list(read_aloud(alone, alone.Root.StructTreeRoot.K[0]))
        down = {"/H1": "/H2", "/H2": "/H3", "/H3": "/H4"}
        assert list(read_aloud(file, inside)) == [down.get(kind, kind) for kind in kinds]
    for part in parts:
        assert set(languages(part.pdf)) <= set(languages(booklet))


def test_identifiers_stay_apart_and_cells_find_their_heads(file: pikepdf.Pdf) -> None:
    every = [one for one in file.objects if isinstance(one, pikepdf.Dictionary) and one.get("/Type") == "/StructElem"]
    ids = [bytes(one.ID) for one in every if "/ID" in one]
    assert len(ids) == len(set(ids)) > 0
    assert sorted(pikepdf.NameTree(file.Root.StructTreeRoot.IDTree)) == sorted(one.decode() for one in ids)
    heads = {bytes(head) for one in every if "/A" in one and "/Headers" in one.A for head in one.A.Headers}
    assert heads <= set(ids)


def test_bookmarks_and_contents_lead_to_the_parts(parts: list[Made], file: pikepdf.Pdf) -> None:
    pages = [page.obj.objgen for page in file.pages]
    firsts = [3]
    for part in parts[:-1]:
        firsts.append(firsts[-1] + part.pdf.pages)
    with file.open_outline() as outline:
        tops = list(outline.root)
        assert [top.title for top in tops][1:] == [part.document.title for part in parts]
        leads = [pages.index(top.destination[0].objgen) + 1 for top in tops]
        inner = [[child.title for child in top.children] for top in tops[1:]]
    assert leads == [1, *firsts]
    for part, titles in zip(parts, inner, strict=True):
        with pikepdf.open(io.BytesIO(part.pdf)) as alone, alone.open_outline() as own:
            assert titles == [child.title for child in own.root[0].children] != []
    places = [note for note in file.pages[1].Annots if "/Dest" in note]
    leads = [pages.index(note.Dest[0].objgen) + 1 for note in places]
    assert list(dict.fromkeys(leads)) == firsts  # a title on two lines is two places
    said = "".join("".join(text_of(file.pages[1]).marked.values()).split())
    assert all("".join(part.document.title.split()) in said for part in parts)
    titles = [" ".join(part.document.title.split()) for part in parts]  # no-break spaces are told as plain ones
    assert list(dict.fromkeys(str(note.Contents) for note in places)) == titles


def test_enclosed_files_are_all_there_under_names_of_their_own(parts: list[Made], file: pikepdf.Pdf) -> None:
    assert len(file.attachments) == 2 * len(parts) == len(file.Root.AF)
    found = {bytes(one.get_file().read_bytes()) for one in file.attachments.values()}
    for part in parts:
        with pikepdf.open(io.BytesIO(part.pdf)) as alone:
            assert {bytes(one.get_file().read_bytes()) for one in alone.attachments.values()} <= found


def test_what_cannot_be_joined_is_refused(parts: list[Made]) -> None:
    front, title = set_front(booklets.facts(), [])
    stamp = stamp_in("en", AT)

    def refused(*wrong: Part, count: int = 1) -> str:
        with pytest.raises(NotJoinable) as caught:
            join(io.BytesIO(), Part(front, title, front.pages), wrong, count=count, stamp=stamp)
        return str(caught.value)

    whole = bytes(parts[0].pdf)
    assert "is no PDF" in refused(Part(b"%PDF-1.7 no", "A", 1))
    assert "has 2 pages instead of 3" in refused(Part(whole, "A", 3))
    assert refused(Part(whole, "A", 2), count=2) == "1 parts instead of 2"
    with pikepdf.open(io.BytesIO(whole)) as file:
        file.Root.AcroForm = pikepdf.Dictionary(Fields=[])
        out = io.BytesIO()
        file.save(out)
    assert refused(Part(out.getvalue(), "A", 2)) == "“A” has /AcroForm"
    bare = render_pdf("<h1>A</h1>", title="A", language="en", created_at=AT)
    with pikepdf.open(io.BytesIO(bare)) as file:
        del file.Root.StructTreeRoot
        out = io.BytesIO()
        file.save(out)
    assert refused(Part(out.getvalue(), "A", 1)) == "“A” has no structure"


MEASURED = """
import io, resource, sys
from pathlib import Path
from factsheets.joining import Part, join
from factsheets.joining_parts import Stamp
front, one, sample = (Path(name).read_bytes() for name in sys.argv[1:4])
def parts(count):
    return (Part(one, f"Part {number}", 2) for number in range(count))
def run(count):
    with open("/dev/null", "wb") as out:
        join(out, Part(front, "Front", 1), parts(count), count=count, stamp=Stamp("{page}", sample))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
few = run(5)
print(few, run(60))
"""


def test_memory_does_not_grow_with_the_number_of_parts(parts: list[Made], tmp_path: Path) -> None:
    names = []
    figures = "<p style=\"font-family: 'Source Sans 3'\">1 2 3 4 5 6 7 8 9 0</p>"
    made = (render_pdf("<h1>Front</h1>", title="Front", language="en", created_at=AT), parts[0].pdf)
    sample = render_pdf(figures, title="0", language="en", created_at=AT)
    for name, content in zip(("front", "one", "sample"), (*made, sample), strict=True):
        (tmp_path / name).write_bytes(content)
        names.append(str(tmp_path / name))
    told = subprocess.run([sys.executable, "-c", MEASURED, *names], capture_output=True, check=True, text=True).stdout
    few, many = (int(word) for word in told.split())
    assert many - few < 12_000  # kB; 55 parts more are 4 MB of files and 40 000 objects
