"""A file is verified in the browser: its checksum is computed there, and nothing but the checksum is sent."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Request, expect

from clusters.choices import State
from factsheets.actions.issue import issue_factsheet
from factsheets.choices import Face
from factsheets.models import Edition
from tests.browser import axe
from tests.cast import make_cast, make_cluster
from tests.factories import NOW

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OpenPage = Callable[..., Page]
PAGE = "/factsheets/verify/"


def issued() -> Edition:
    cluster = make_cluster(make_cast(), State.RUNNING, title="Marshes that hold water back")
    return issue_factsheet(cluster=cluster, face=Face.FORWARD, reason="approve", by=None, at=NOW).editions.get()


def test_a_downloaded_pdf_is_known_and_only_its_checksum_is_sent(open_page: OpenPage, tmp_path: Path) -> None:
    edition = issued()
    page = open_page(width=360, touch=True)
    page.goto(PAGE)
    expect(page.get_by_label("Choose the file, or drop it here")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    assert axe.violations(page) == []
    pdf = tmp_path / "received.pdf"
    pdf.write_bytes(page.request.get(edition.pdf_url).body())
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request))
    page.get_by_label("Choose the file, or drop it here").set_input_files(pdf)
    expect(page.get_by_role("heading", name="Genuine")).to_be_visible()
    expect(page.get_by_text("This is the PDF of")).to_be_visible()
    assert axe.violations(page) == []
    assert [request.url.partition(PAGE)[2] for request in sent if request.is_navigation_request()] == [
        f"?sha256={edition.pdf_sha256}"
    ]
    assert {request.method for request in sent} == {"GET"}
    assert [request.post_data_buffer for request in sent if request.post_data_buffer] == []
    assert not [request.url for request in sent if "received" in request.url]

    pdf.write_bytes(pdf.read_bytes() + b"\n")
    page.get_by_label("Choose the file, or drop it here").set_input_files(pdf)
    expect(page.get_by_role("heading", name="Not one of ours")).to_be_visible()
    assert axe.violations(page) == []


def test_a_dropped_file_is_computed_too_and_a_large_one_is_refused(open_page: OpenPage) -> None:
    edition = issued()
    page = open_page(scheme="dark")
    page.goto(PAGE)
    drop = """async ([address, size]) => {
      const content = address ? await (await fetch(address)).blob() : new Blob([new Uint8Array(size)]);
      const data = new DataTransfer();
      data.items.add(new File([content], "dropped.pdf"));
      document.body.dispatchEvent(new DragEvent("drop", {dataTransfer: data, bubbles: true, cancelable: true}));
    }"""
    page.evaluate("document.getElementById('verify-file').dataset.most = '1'")
    page.evaluate(drop, ["", 1_000_001])
    expect(page.locator("#file-said")).to_contain_text("more than 100 MB")
    page.evaluate("document.getElementById('verify-file').dataset.most = '100'")
    page.evaluate(drop, [edition.pdf_url, 0])
    expect(page.get_by_role("heading", name="Genuine")).to_be_visible()
    assert axe.violations(page) == []


def test_without_scripts_and_without_https_the_command_is_there(open_page: OpenPage) -> None:
    plain = open_page(javascript=False)
    plain.goto(PAGE)
    expect(plain.get_by_text("You have the file")).to_be_hidden()
    expect(plain.get_by_text("certutil -hashfile FILE SHA256")).to_be_visible()
    insecure = open_page()
    insecure.add_init_script("Object.defineProperty(window, 'isSecureContext', {value: false})")
    insecure.goto(PAGE)
    expect(insecure.get_by_text("Browsers compute checksums on pages with https only")).to_be_visible()
    expect(insecure.get_by_label("Choose the file, or drop it here")).to_be_hidden()
    expect(insecure.get_by_text("sha256sum FILE", exact=True)).to_be_visible()
    assert axe.violations(insecure) == []
