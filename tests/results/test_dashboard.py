"""The dashboard: what stood at the end of each quarter, by hand; and the page, its pictures and its file."""

from __future__ import annotations

import csv
from datetime import date
from io import StringIO

import pytest
import time_machine
from django.test import Client

from clusters.choices import State
from results.dashboard import story_of
from results.models import Uptake
from results.pictures.columns import Column, columns
from results.rules.dashboard import Quarter, Span, Story, Use, quarters, standings
from tests import factories as make
from tests.cast import make_cast, make_cluster
from tests.factories import NOW
from tests.results.making import make_uptake


def test_quarters_go_over_the_year_and_the_present_one_ends_today() -> None:
    found = quarters(date(2025, 11, 3), date(2026, 5, 20))
    assert found == [
        Quarter(2025, 4, date(2025, 12, 31)),
        Quarter(2026, 1, date(2026, 3, 31)),
        Quarter(2026, 2, date(2026, 5, 20)),
    ]
    assert quarters(date(2026, 7, 1), date(2026, 6, 30)) == []


def test_each_quarter_counts_what_stood_on_its_last_day() -> None:
    story = Story(
        clusters=(Span(date(2025, 12, 31)), Span(date(2026, 1, 1), date(2026, 3, 31))),
        uptakes=(
            Use(date(2026, 1, 2), None, date(2026, 4, 1)),
            Use(date(2026, 2, 1), date(2026, 4, 30)),
        ),
        reached=(date(2025, 12, 1), date(2026, 4, 2)),
        adopted=(date(2026, 3, 31),),
        regions=69,
    )
    found = [
        (row.running, row.documented, row.declared, row.reached, row.adopted)
        for row in standings(story, date(2026, 5, 1))
    ]
    assert found == [(1, 0, 0, 1, 0), (1, 0, 2, 1, 1), (1, 1, 0, 2, 1)]
    assert standings(Story(adopted=(date(2026, 1, 1),)), date(2026, 5, 1)) == []


def test_columns_say_their_numbers_without_colour() -> None:
    drawn = columns([Column(2025, 4, 2), Column(2026, 1, 2, 3)], ident="by-x", title="Uptakes <b>")
    assert ("Uptakes &lt;b&gt;" in drawn, ">2+3</text>" in drawn, ">2025</text>" in drawn) == (True, True, True)
    assert (drawn.count('class="p-f-brand"'), drawn.count('class="p-o-brand"')) == (2, 1)
    assert (columns([], ident="x", title=""), columns([Column(2026, 1, 0)], ident="x", title="") != "") == ("", True)
    assert columns([Column(2020 + n // 4, n % 4 + 1, n) for n in range(20)], ident="x", title="").count("<rect") == 10


@pytest.mark.django_db
def test_only_public_work_is_counted_and_page_and_file_agree(client: Client) -> None:
    with time_machine.travel(NOW, tick=False):
        cast = make_cast()
        running = make_cluster(cast, State.RUNNING)
        running.territories.add(make.make_territory("EL43", country="EL", is_programme_region=True))
        for state in (State.DRAFT, State.SUBMITTED, State.APPROVED, State.DECLINED):
            make_cluster(cast, state)
        make_uptake(cast, running)
        story = story_of()
        assert (len(story.clusters), len(story.reached), story.regions, story.adopted) == (1, 1, 1, ())
        assert len(story.uptakes) == Uptake.objects.in_use().count() == 1
        page = client.get("/dashboard/")
        assert [figure.number for figure in page.context["dashboard"].figures] == [1, 0, 1, 1, 0]
        head, *rows = csv.reader(StringIO(client.get("/dashboard/", {"format": "csv"}).content.decode("utf-8-sig")))
        assert (head[2:], rows[-1][2:]) == (
            [
                "running_clusters",
                "uptakes_documented",
                "uptakes_declared_only",
                "regions_reached",
                "regions",
                "statements_adopted",
            ],
            ["1", "0", "1", "1", "1", "0"],
        )
        Uptake.objects.update(is_disclosed=False)
        assert story_of().uptakes == ()
