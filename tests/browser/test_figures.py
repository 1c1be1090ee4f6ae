"""The pages of figures, uptakes, reviews, panels and of the chain: axe, small and large, light and dark."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from playwright.sync_api import Page

from clusters.choices import State
from results.models import Indicator, Target
from tests.browser.axe import is_wider_than_screen, violations
from tests.cast import make_cast, make_cluster
from tests.results.making_reviews import published
from tests.results.test_indicators import adopt

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OpenPage = Callable[..., Page]


def test_figures_and_chains_pass_axe_and_fit_the_screen(open_page: OpenPage) -> None:
    cast = make_cast()
    cluster = make_cluster(cast, State.CONCLUDED)
    uptake = adopt(cast, "Bay Water Board", cluster=cluster)
    adopt(cast, "Hill Water Board", cluster=cluster, is_documented=False)
    given = {"labels": {"en": "Solutions taken up"}, "left_out_types": ["policy"]}
    indicator, _is_new = Indicator.objects.update_or_create(code="RCR104", defaults=given)
    Target.objects.create(indicator=indicator, value=4, due_on=date(2027, 1, 1))
    review = published(cast, cluster)
    lists = ["/coverage/", "/coverage/matches/", "/dashboard/", "/uptakes/", f"/reviews/{review.pk}/", "/panel/"]
    addresses = ["/indicators/", "/indicators/rcr104/?show=left_out", *lists, f"/chain/uptake/{uptake.pk}/"]
    wrong = {}
    for width, scheme in ((320, "dark"), (1280, "light")):
        page = open_page(width=width, scheme=scheme)
        for address in addresses:
            answer = page.goto(address)
            assert answer is not None
            assert answer.ok, address
            wrong[address, width] = (violations(page), is_wider_than_screen(page))
        assert page.locator("figure svg.pic").is_visible() == (width > 1000)
        assert page.locator("ol.story > li").count() == 3
    assert {key: found for key, found in wrong.items() if found != ([], False)} == {}
