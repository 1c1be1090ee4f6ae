"""A list that is shown whole on its own page: it alone, under a link that says how many it leads to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from clusters.choices import State
from clusters.models import PanelQuestion
from community import platforms
from community.querysets import cut
from factsheets.actions.issue import draw_first, take_version
from factsheets.choices import Face, ReportState
from factsheets.contributed import REPORTS
from factsheets.models import CopReport, Issue
from factsheets.report_contributed import SHOWN
from tests import factories as make
from tests.cast import Cast, make_cast, make_cluster
from tests.clusters.making_panels import asked, client_of, closed
from tests.factories import NOW
from tests.test_cut_lists import MANY

pytestmark = [pytest.mark.django_db, pytest.mark.both]

#: So many are shown at most in these tests.
MOST = MANY - 1
Made = tuple[str, str, str]


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(cut, "MOST_AT_ALL", MOST)
    monkeypatch.setattr(platforms, "MOST_AT_ALL", MOST)
    with time_machine.travel(NOW, tick=False):
        yield


def _questions(cast: Cast) -> Made:
    cluster = make_cluster(cast, State.RUNNING)
    for number in range(MANY):
        closed(cast, asked(cast, cluster, text=f"How wet is a reed bed, {number:02d}?"), publish=False)
    assert PanelQuestion.objects.count() == MANY
    return cluster.get_absolute_url(), "panel", "questions"


def _exchanges(cast: Cast) -> Made:
    place = make.make_organisation()
    for number in range(MANY):
        make.make_exchange(f"Dikes, {number:02d}", offering_organisation=place)
    return reverse("community:organisation", args=[place.pk]), "exchanges", "exchanges"


def _of_need(cast: Cast) -> Made:
    need = make.make_need()
    for number in range(MANY):
        make_cluster(cast, State.RUNNING, title=f"Reeds, part {number:02d}.", need=need)
    return reverse("community:need", args=[need.pk]), "clusters", "clusters"


def _mine(cast: Cast) -> Made:
    for number in range(MANY):
        make_cluster(cast, State.RUNNING, title=f"Reeds, part {number:02d}.")
    return reverse("community:desk"), "mine", "of my clusters"


@pytest.mark.parametrize("made", [_questions, _exchanges, _of_need, _mine])
@pytest.mark.parametrize("most", [MOST, 500])
def test_a_list_that_is_shown_whole_says_how_many_it_shows(
    made: Callable[[Cast], Made], most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cut, "MOST_AT_ALL", most)
    cast = make_cast()
    url, name, noun = made(cast)
    client = client_of(cast.user("lead"))
    link, whole = f'<a href="?all={name}#h-{name}">', client.get(f"{url}?all={name}").content.decode()
    words = f"All {MANY} {noun}" if most > MANY else f"The first {most} of {MANY} {noun}"
    assert f"{link}{words}</a>" in client.get(url).content.decode()
    assert link not in whole
    assert (words in whole) is (most < MANY)


def test_the_link_of_one_list_unfolds_no_other(client: Client) -> None:
    sea = make.make_term()
    for number in range(MANY):
        make.make_need(organisation=make.make_organisation(f"Town {number:02d}")).challenges.add(sea)
    address = reverse("community:platform", args=[sea.code])
    shown = {
        query: client.get(f"{address}{query}").content.decode().partition('id="organisations"')[2].count(">Town ")
        for query in ("", "?all=panel", "?all=1", "?all=organisations")
    }
    assert shown == {"": 12, "?all=panel": 12, "?all=1": 12, "?all=organisations": MOST}


@pytest.mark.parametrize(("most", "words"), [(MOST, "Show the first 13"), (500, "Show all")])
def test_the_link_to_organisations_says_how_many_it_shows(
    client: Client, most: int, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(platforms, "MOST_AT_ALL", most)
    sea = make.make_term()
    for number in range(MANY):
        make.make_need(organisation=make.make_organisation(f"Town {number:02d}")).challenges.add(sea)
    address = reverse("community:platform", args=[sea.code])
    page = client.get(address).content.decode()
    assert f'<a href="?all=organisations#organisations">{words}<' in page
    whole = client.get(f"{address}?all=organisations").content.decode()
    assert ("?all=organisations#organisations" in whole, "1 more." in whole) == (False, most < MANY)


def _reports(cast: Cast, cluster: Any, number: int = MANY) -> list[str]:
    """Send so many reports of a cluster and its group, a day each."""
    issue = take_version(cluster=cluster, face=Face.BACKWARD, reason="conclude", by=None, at=NOW)
    titles = [f"What came of it, part {one:02d}." for one in range(number)]
    for one, title in enumerate(titles):
        at, day = NOW + timedelta(hours=one), NOW.date()
        report = CopReport.objects.create(
            title=title,
            working_group=cast.group,
            from_on=day,
            until_on=day,
            begun_by=cast.user("coordinator"),
            state=ReportState.SENT,
            reference=f"2026-05-12-{one + 1}",
            state_since=at,
        )
        report.factsheets.add(issue)
    return titles


def test_the_reports_of_a_cluster_say_how_many_there_are_and_are_shown_whole() -> None:
    cast = make_cast()
    cluster = make_cluster(cast, State.CONCLUDED)
    titles = _reports(cast, cluster)
    draw_first(issue=Issue.objects.get())
    client, url = Client(), cluster.get_absolute_url()
    page = client.get(url).content.decode()
    assert f'<a href="?all=reports#h-reports">The first {MOST} of {MANY} reports</a>' in page
    assert sum(title in page for title in titles) == REPORTS
    whole = client.get(f"{url}?all=reports").content.decode()
    assert sum(title in whole for title in titles) == MOST
    assert 'href="?all=reports' not in whole


def test_the_reports_of_a_group_lead_to_the_list_of_just_these() -> None:
    cast = make_cast()
    titles = _reports(cast, make_cluster(cast, State.CONCLUDED))
    page = Client().get(reverse("community:working_group", args=[cast.group.code])).content.decode()
    assert sum(title in page for title in titles) == SHOWN
    address = f"{reverse('factsheets:reports')}?wg={cast.group.code}"
    assert f'<a href="{address}">All {MANY} reports</a>' in page
    assert Client().get(address).context["page_obj"].paginator.count == MANY
