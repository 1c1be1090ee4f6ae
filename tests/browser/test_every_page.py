"""Every page that links lead to, on a phone: nothing runs out of the screen, all suits a thumb, one name each.

The world holds words of 60 letters wherever people type.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client
from django.urls import resolve
from playwright.sync_api import Page

from clusters.choices import State
from clusters.models import Objective, Outcome, Stage
from community.models import Member, Organisation
from tests import factories as make
from tests.cast import Cast, make_cast, make_cluster
from tests.matrix.crawler import crawl
from tests.matrix.places import make_follow_up
from tests.results.making import make_uptake
from tests.results.making_reviews import published

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OpenPage = Callable[..., Page]
WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunte"
PHONE, THUMB = 360, 44
#: Pages of one address that are looked at: a cluster has one in each state; a proposal says which step it is at.
OF_A_KIND = {"clusters:detail": 12, "clusters:update": 1}

MEASURE = """() => {
  const seen = e => e.checkVisibility({visibilityProperty: true, opacityProperty: true}) && e.offsetWidth > 1;
  const words = e => (e.textContent || e.name || "").trim().slice(0, 30);
  const name = e => `${e.tagName.toLowerCase()}.${e.className} "${words(e)}"`;
  const high = e => e.getBoundingClientRect().height;
  const right = e => e.getBoundingClientRect().right;
  return {
    width: document.documentElement.scrollWidth,
    widest: [...document.querySelectorAll("main *")].filter(e => right(e) > PHONE + 1).slice(0, 3).map(name).join(", "),
    headings: document.querySelectorAll("h1").length,
    title: document.title,
    low: [...document.querySelectorAll("button, .btn, summary, select, textarea, input:not([type=hidden])")]
      .filter(e => !["checkbox", "radio"].includes(e.type) && seen(e) && high(e) < THUMB - 0.5)
      .map(e => `${name(e)} ${high(e)}`),
  };
}""".replace("THUMB", str(THUMB)).replace("PHONE", str(PHONE))


@pytest.fixture
def cast() -> Cast:
    """The cast and a cluster in each state, all of them with the long word."""
    cast = make_cast()
    title = f"{WORD} {WORD}"
    for state in State.values:
        question = f"How does {WORD} help {state}?"
        cluster = make_cluster(cast, state, title=f"{WORD} {state}", question=question, need=make.make_need(question))
        if state == State.CONCLUDED:
            make_follow_up(cast, cluster, due_on=date.today(), note=WORD)
        if state == State.RUNNING:
            make_uptake(cast, cluster, adaptation=WORD, tailoring=WORD)
            published(cast, cluster, summary=WORD, recommendations=[WORD])
    make.make_solution(title)
    for organisation in Organisation.objects.all():
        Organisation.objects.filter(pk=organisation.pk).update(name=f"{WORD} {organisation.pk}")
    Member.objects.filter(pk=cast.member("participant").pk).update(name=f"{WORD} {WORD}")
    for model in (Stage, Outcome):
        model.objects.update(title=title)
    Objective.objects.update(text=title, criterion=title)
    return cast


def pages_of(client: Client) -> list[str]:
    """Return addresses of pages that links lead to, a few of each kind."""
    kinds: Counter[str] = Counter()
    found = []
    read = crawl(client, skip=lambda path: path.startswith("/admin/") or "." in path, queries=1)
    for address, answer in read.items():
        is_page = answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/html")
        if "?" in address or not is_page:
            continue
        kind = resolve(urlsplit(address).path).view_name
        kinds[kind] += 1
        if kinds[kind] <= OF_A_KIND.get(kind, 2):
            found.append(address)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("role", ["visitor", "member", "lead", "coordinator"])
def test_every_page_suits_a_phone_and_has_a_name_of_its_own(role: str, open_page: OpenPage, cast: Cast) -> None:
    client = Client()
    page = open_page(width=PHONE, touch=True)
    if (user := cast.user(role)) is not None:
        client.force_login(user)
        page.goto("/")
        key = client.cookies[settings.SESSION_COOKIE_NAME].value
        page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": page.url}])
    wrong: list[str] = []
    titles: dict[str, list[str]] = defaultdict(list)
    addresses = pages_of(client)
    assert len(addresses) > 25
    for address in addresses:
        page.goto(address)
        found: dict[str, Any] = page.evaluate(MEASURE)
        titles[found["title"]].append(address)
        if found["width"] > PHONE:
            wrong.append(f"{address} is {found['width']} px wide: {found['widest']}")
        if found["headings"] != 1:
            wrong.append(f"{address} has {found['headings']} headings of the first level")
        wrong += [f"{address} has a control too low for a thumb: {control}" for control in found["low"]]
    assert wrong == [], "\n" + "\n".join(wrong)
    assert {title: paths for title, paths in titles.items() if len(paths) > 1 or title.startswith("·")} == {}
