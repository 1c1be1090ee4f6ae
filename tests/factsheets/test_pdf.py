# ruff: noqa: E501  a hostile snippet is one line
"""Documents are set in a child process that fetches nothing, is limited, and may die at any time."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pikepdf
import pytest
from django.conf import settings
from PIL import Image

from factsheets.pdf import Attachment, Limits, Pdf, PdfUnavailable, Press, render_pdf
from tests.factsheets.reading import text_of

DAY = datetime(2026, 5, 6, 9, 0, tzinfo=UTC)
CANARY = "canary-4711-from-the-disk"


def render(html: str, press: Press | None = None) -> Pdf:
    draw = press.render if press else render_pdf
    return draw(html, title="Title", language="en", created_at=DAY)


@pytest.fixture
def press() -> Iterator[Press]:
    made = Press(Limits(wall_seconds=20))
    yield made
    made.stop()


def is_alive(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


def wait_for_end(pid: int, seconds: float = 5) -> bool:
    until = time.monotonic() + seconds
    while is_alive(pid) and time.monotonic() < until:
        time.sleep(0.05)
    return not is_alive(pid)


def test_it_knows_its_pages_and_carries_title_language_and_date() -> None:
    pdf = render_pdf("<p>One</p>", title="Παράκτιες λύσεις", language="el", created_at=DAY)
    with pikepdf.open(io.BytesIO(pdf)) as file:
        assert pdf.pages == len(file.pages) == 1
        assert str(file.Root.Lang) == "el"
        assert str(file.docinfo["/Title"]) == "Παράκτιες λύσεις"
        assert str(file.docinfo["/CreationDate"]) == "D:20260506090000Z"
        assert file.Root.MarkInfo.Marked
    assert pdf.warnings == ()


def test_it_carries_its_attachment() -> None:
    data = b'{"reference": "M4N-CL-2026-07"}'
    pdf = render_pdf(
        "<p>One</p>", title="T", language="en", created_at=DAY, attachments=[Attachment("data.json", data, "Data")]
    )
    with pikepdf.open(io.BytesIO(pdf)) as file:
        assert file.attachments["data.json"].get_file().read_bytes() == data
        assert file.attachments["data.json"].obj.AFRelationship == pikepdf.Name.Data


# -- Nothing is fetched ------------------------------------------------------------------------------------------------


class _Counting(BaseHTTPRequestHandler):
    hits: list[str] = []

    def do_GET(self) -> None:
        self.hits.append(self.path)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(f"<svg xmlns='http://www.w3.org/2000/svg'><text y='9'>{CANARY}</text></svg>".encode())

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    made = HTTPServer(("127.0.0.1", 0), _Counting)
    threading.Thread(target=made.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{made.server_port}"
    made.shutdown()
    made.server_close()


@pytest.fixture(scope="module")
def lair(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of files that no document may read."""
    folder = tmp_path_factory.mktemp("lair")
    (folder / "secret.txt").write_text(CANARY)
    (folder / "secret.svg").write_text(f'<svg xmlns="http://www.w3.org/2000/svg"><text y="9">{CANARY}</text></svg>')
    (folder / "secret.css").write_text(f'p::after {{ content: "{CANARY}" }}')
    (folder / "secret.html").write_text(f"<p>{CANARY}</p>")
    Image.new("RGB", (9, 9), "red").save(folder / "secret.png")
    return folder


SVG_BOMB = "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'><text y='9'>" + CANARY + "</text></svg>"
VECTORS = {
    "image": '<img alt="x" src="{base}/secret.png">',
    "image by srcset": '<img alt="x" srcset="{base}/secret.png 1x">',
    "svg image file": '<img alt="x" src="{base}/secret.svg">',
    "style sheet by link": '<link rel="stylesheet" href="{base}/secret.css"><p>x</p>',
    "style sheet by import": '<style>@import url("{base}/secret.css");</style><p>x</p>',
    "background": '<p style="background: url({base}/secret.png); height: 9mm">x</p>',
    "generated content": '<style>p::before {{ content: url("{base}/secret.svg") }}</style><p>x</p>',
    "list marker": '<ul style="list-style-image: url({base}/secret.svg)"><li>x</li></ul>',
    "border image": '<p style="border: 9px solid; border-image: url({base}/secret.png) 1">x</p>',
    "mask": '<p style="mask: url({base}/secret.svg)">x</p>',
    "font": '<style>@font-face {{ font-family: F; src: url("{base}/secret.txt") }} p {{ font-family: F }}</style><p>x</p>',
    "local font": "<style>@font-face {{ font-family: F; src: local('DejaVu Sans') }} p {{ font-family: F }}</style><p>x</p>",
    "object": '<object data="{base}/secret.svg" type="image/svg+xml"></object>',
    "embed": '<embed src="{base}/secret.svg" type="image/svg+xml">',
    "frame": '<iframe src="{base}/secret.html"></iframe>',
    "image in an inline svg": '<svg viewBox="0 0 9 9"><title>t</title><image href="{base}/secret.svg" width="9" height="9"/></svg>',
    "old image in an inline svg": '<svg viewBox="0 0 9 9" xmlns:xlink="http://www.w3.org/1999/xlink"><title>t</title>'
    '<image xlink:href="{base}/secret.png" width="9" height="9"/></svg>',
    "use in an inline svg": '<svg viewBox="0 0 9 9"><title>t</title><use href="{base}/secret.svg#a"/></svg>',
    "style in an inline svg": '<svg viewBox="0 0 9 9"><title>t</title><style>@import url("{base}/secret.css");</style></svg>',
    "attachment by link": '<link rel="attachment" href="{base}/secret.txt"><p>x</p>',
    "attachment by anchor": '<a rel="attachment" href="{base}/secret.txt">x</a>',
    "base": '<base href="{base}/"><img alt="x" src="secret.svg">',
    "colour profile": '<style>@color-profile --c {{ src: url("{base}/secret.txt") }}</style><p style="color: color(--c 0 0 0)">x</p>',
}


@pytest.mark.parametrize("vector", VECTORS)
def test_no_vector_reads_a_local_file(vector: str, lair: Path) -> None:
    pdf = render_or_refuse(VECTORS[vector].format(base=lair.as_uri()))
    assert pdf is None or (CANARY not in everything_in(pdf) and pictures_in(pdf) == 0)


@pytest.mark.parametrize("vector", VECTORS)
def test_no_vector_reaches_the_network(vector: str, server: str) -> None:
    _Counting.hits.clear()
    pdf = render_or_refuse(VECTORS[vector].format(base=server))
    assert _Counting.hits == []
    assert pdf is None or CANARY not in everything_in(pdf)


@pytest.mark.parametrize(
    "address",
    [
        SVG_BOMB,
        "https://own.invalid/../../../etc/passwd",
        "https://own.invalid/pictures/none.svg",
        "https://own.invalid/img/factsheet_done.svg?x",
        "ftp://127.0.0.1/secret.svg",
        "file:///etc/passwd",
        "FILE:///etc/passwd",
        "//127.0.0.1/x.svg",
        "jar:file:///x!/y",
    ],
)
def test_only_our_own_assets_have_an_address(address: str) -> None:
    pdf = render(f'<img alt="x" src="{address}">')
    assert CANARY not in everything_in(pdf)
    assert any("Failed to load image" in line for line in pdf.warnings)


def test_an_asset_of_our_own_is_drawn() -> None:
    """The control: the same door lets in what is ours."""
    pdf = render('<img alt="Done" src="https://own.invalid/img/factsheet_done.svg">')
    assert pdf.warnings == ()


def render_or_refuse(html: str) -> Pdf | None:
    """Draw, or give None: a document that insists on what it may not have may also be refused whole."""
    try:
        return render(html)
    except PdfUnavailable:
        return None


def everything_in(pdf: bytes) -> str:
    """Return all text and every stream of a PDF, uncompressed."""
    with pikepdf.open(io.BytesIO(pdf)) as file:
        streams = [bytes(one.read_bytes()) for one in file.objects if isinstance(one, pikepdf.Stream) and readable(one)]
    return text_of(pdf) + b"\n".join(streams).decode("latin-1")


def readable(stream: pikepdf.Stream) -> bool:
    return stream.get("/Filter") in (None, pikepdf.Name.FlateDecode)


def pictures_in(pdf: bytes) -> int:
    with pikepdf.open(io.BytesIO(pdf)) as file:
        return sum(isinstance(one, pikepdf.Stream) and one.get("/Subtype") == "/Image" for one in file.objects)


# -- It is limited -----------------------------------------------------------------------------------------------------

BOMBS = {
    "nested lists": "<ul><li>" * 400 + "x",
    "nested flex boxes": '<div style="display: flex">' * 40 + "x",
    "a table of a million columns": '<table><tr><td colspan="1000000">x</td></tr></table>',
    "a word of a million letters": "<p>" + "x" * 1_000_000 + "</p>",
    "a huge picture": '<svg viewBox="0 0 9 9"><title>t</title>' + '<rect width="9" height="9"/>' * 200_000 + "</svg>",
}


@pytest.mark.slow
@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_ends_in_time_and_hurts_no_later_document(bomb: str) -> None:
    press = Press(Limits(wall_seconds=4, processor_seconds=3, memory=700 * 1024 * 1024))
    try:
        began = time.monotonic()
        with suppress(PdfUnavailable):
            render(BOMBS[bomb], press)
        assert time.monotonic() - began < 7
        assert "still works" in text_of(render("<p>still works</p>", press))
    finally:
        press.stop()


def test_a_document_over_time_is_given_up_with_a_sentence_and_the_next_one_works(press: Press) -> None:
    quick = Press(Limits(wall_seconds=3))
    try:
        render("<p>warm</p>", quick)
        with pytest.raises(PdfUnavailable) as caught:
            render('<div style="display: flex">' * 60, quick)
        assert "took too long" in str(caught.value.sentence)
        assert not caught.value.lasting
        assert "next" in text_of(render("<p>next</p>", quick))
    finally:
        quick.stop()


def test_the_address_space_of_the_child_is_limited() -> None:
    small = Press(Limits(memory=450 * 1024 * 1024))
    try:
        with pytest.raises(PdfUnavailable):
            render("<p>" + "x " * 25_000_000 + "</p>", small)
        assert "small" in text_of(render("<p>small</p>", small))
    finally:
        small.stop()


# -- It may die --------------------------------------------------------------------------------------------------------


def test_a_child_killed_between_documents_is_replaced(press: Press) -> None:
    render("<p>one</p>", press)
    first = press.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    os.waitid(os.P_PID, first, os.WEXITED | os.WNOWAIT)  # with all its threads: it is left to the press to fetch
    assert "two" in text_of(render("<p>two</p>", press))
    assert press.pid != first


def test_a_child_killed_in_mid_document_fails_that_one_only(press: Press) -> None:
    render("<p>warm</p>", press)
    assert press.pid is not None
    threading.Timer(0.3, os.kill, (press.pid, signal.SIGKILL)).start()
    with pytest.raises(PdfUnavailable):
        render("<p>" + "<b>many</b> words " * 20_000 + "</p>", press)
    assert "after" in text_of(render("<p>after</p>", press))


def test_a_child_is_renewed_after_a_number_of_documents() -> None:
    press = Press(Limits(documents=2))
    try:
        pids = []
        for _round in range(4):
            render("<p>x</p>", press)
            pids.append(press.pid)
        assert pids[0] == pids[1] != pids[2] == pids[3]
    finally:
        press.stop()


def test_threads_take_turns_with_one_child(press: Press) -> None:
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda number: text_of(render(f"<p>document {number}</p>", press)), range(8)))
    assert [f"document {number}" in text for number, text in enumerate(made)] == [True] * 8


def test_a_forked_process_starts_its_own_child_and_leaves_the_old_one_alone() -> None:
    render("<p>parent</p>")
    fork = os.fork()
    if fork == 0:
        try:
            code = 0 if "fork" in text_of(render("<p>fork</p>")) else 1
        except BaseException:
            code = 2
        os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(fork, 0)[1]) == 0
    assert "parent again" in text_of(render("<p>parent again</p>"))


SCRIPT = """
import django, sys, threading, time
from datetime import datetime, UTC
django.setup()
from factsheets import pdf
def go(html): return pdf.render_pdf(html, title="T", language="en", created_at=datetime(2026, 5, 6, tzinfo=UTC))
go("<p>warm</p>")
if sys.argv[1] == "busy":
    threading.Thread(target=go, args=('<div style="display: flex">' * 60,), daemon=True).start()
    time.sleep(0.3)
print(pdf._press.pid, flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("state", ["idle", "busy"])
def test_the_child_dies_with_its_parent(state: str) -> None:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"}
    parent = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, state], stdout=subprocess.PIPE, cwd=settings.BASE_DIR, env=environment
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    assert is_alive(child)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert wait_for_end(child)


def test_the_child_knows_no_secret(press: Press, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "very-secret")
    monkeypatch.setenv("DATABASE_URL", "postgres://user:password@host/name")
    render("<p>x</p>", press)
    environment = Path(f"/proc/{press.pid}/environ").read_bytes()
    assert b"very-secret" not in environment
    assert b"DATABASE_URL" not in environment


def test_without_pango_the_sentence_says_so_and_that_it_will_last(tmp_path: Path) -> None:
    (tmp_path / "weasyprint.py").write_text("raise OSError(\"cannot load library 'libpango-1.0-0'\")")
    press = Press(code=[tmp_path])
    with pytest.raises(PdfUnavailable) as caught:
        render("<p>x</p>", press)
    assert caught.value.lasting
    assert "lacks a library that the PDF needs (Pango)" in str(caught.value.sentence)
    assert "libpango" in str(caught.value)
    assert press.pid is None


def test_this_process_never_loads_weasyprint() -> None:
    render("<p>x</p>")
    code = "import django; django.setup(); import factsheets.pdf, sys; print('weasyprint' in sys.modules)"
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"}
    command = [sys.executable, "-c", code]
    out = subprocess.run(command, capture_output=True, cwd=settings.BASE_DIR, env=environment, check=True)
    assert out.stdout == b"False\n"
