"""The pages of figures, uptakes, reviews, panels and of the chain: axe, small and large, light and dark."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from playwright.sync_api import Page

from clusters.choices import State
from results.models import Indicator, Target
from results.pictures.columns import Column, columns
from tests import factories as make
from tests.browser.axe import is_wider_than_screen, violations
from tests.cast import make_cast, make_cluster
from tests.results.making_reviews import published
from tests.results.test_indicators import adopt

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OpenPage = Callable[..., Page]


def test_figures_and_chains_pass_axe_and_fit_the_screen(open_page: OpenPage, thorough: bool) -> None:
    cast = make_cast()
    cluster = make_cluster(cast, State.CONCLUDED)
    uptake = adopt(cast, "Bay Water Board", cluster=cluster)
    adopt(cast, "Hill Water Board", cluster=cluster, is_documented=False)
    region = {"country": "EL", "is_programme_region": True, "row": 9}
    cluster.territories.add(make.make_territory("EL43", name="Kriti", column=16, **region))
    make.make_territory("EL42", name="Notio Aigaio", column=17, **region)
    given = {"labels": {"en": "Solutions taken up"}, "left_out_types": ["policy"]}
    indicator, _is_new = Indicator.objects.update_or_create(code="RCR104", defaults=given)
    Target.objects.create(indicator=indicator, value=4, due_on=date(2027, 1, 1))
    review = published(cast, cluster)
    lists = ["/coverage/", "/coverage/matches/", "/dashboard/", "/uptakes/", f"/reviews/{review.pk}/", "/panel/"]
    addresses = ["/indicators/", "/indicators/rcr104/?show=left_out", *lists, f"/chain/uptake/{uptake.pk}/"]
    wrong = {}
    for turn, (width, scheme) in enumerate(((320, "dark"), (1280, "light"))):
        page = open_page(width=width, scheme=scheme)
        # Every day one half narrow and dark, the other broad and light; the chain, of which more is asked, both.
        for address in addresses if thorough else [*addresses[turn:-1:2], addresses[-1]]:
            answer = page.goto(address)
            assert answer is not None
            assert answer.ok, address
            for fold in page.locator("summary", has_text="The map as a table").all():
                fold.click()
                assert page.locator("details[open] th", has_text="Notio Aigaio").is_visible()
            wrong[address, width] = (violations(page), is_wider_than_screen(page))
        assert page.locator("figure svg.pic").is_visible() == (width > 1000)
        assert page.locator("ol.story > li").count() == 3
    assert {key: found for key, found in wrong.items() if found != ([], False)} == {}


def test_numbers_of_the_dashboard_keep_apart_on_the_screen(open_page: OpenPage) -> None:
    """Measured glyphs, of numbers from one digit to five, at the narrowest and a broad screen."""
    cast = make_cast()
    make_cluster(cast, State.RUNNING)
    for width, scheme in ((360, "dark"), (1280, "light")):
        page = open_page(width=width, scheme=scheme)
        page.goto("/dashboard/")
        for highest in (9, 99, 999, 9999, 99999):
            for outlined in (0, highest):
                drawn = [Column(2023 + n // 4, n % 4 + 1, highest - n, outlined) for n in range(10)]
                crossing = page.evaluate(CROSSING, columns(drawn, ident="many", title="Many"))
                assert crossing == [], (width, highest, outlined)


#: Puts a picture in the place of the first one, and returns the pairs of its texts that touch.
CROSSING = """(picture) => {
    document.querySelector("svg.pic").outerHTML = picture;
    const texts = [...document.querySelectorAll("svg.pic:has(#many) text")];
    const boxes = texts.map((text) => [text.textContent, text.getBoundingClientRect()]);
    if (boxes.length < 10) throw new Error("no numbers are drawn");
    const found = [];
    boxes.forEach(([words, a], at) => boxes.slice(at + 1).forEach(([others, b]) => {
        // Of a line's height the upper and lower fifth hold no ink of figures.
        const [inA, inB] = [a.height / 5, b.height / 5];
        if (a.left < b.right && b.left < a.right && a.top + inA < b.bottom - inB && b.top + inB < a.bottom - inA)
            found.push([words, others]);
    }));
    return found;
}"""
