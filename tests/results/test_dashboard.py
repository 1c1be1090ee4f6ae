"""The dashboard: what stood at the end of each quarter, by hand; and the page, its pictures and its file."""

from __future__ import annotations

import csv
import re
from datetime import date, timedelta
from io import StringIO

import pytest
import time_machine
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from clusters.choices import State
from clusters.models import Cluster
from clusters.pictures.drawing import breadth
from results.actions.policy import act, put_under
from results.dashboard import story_of
from results.models import Uptake
from results.pictures.columns import BOLDER, WIDE, Column, columns
from results.rules.dashboard import Quarter, Span, Story, Use, quarters, standings
from tests import factories as make
from tests.cast import make_cast, make_cluster
from tests.factories import NOW
from tests.results.making import make_uptake
from tests.results.test_policy import adopted, outcome_of
from tests.results.test_refused_uptakes import refuse


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


def test_words_in_columns_are_readable_on_a_telephone() -> None:
    picture = columns([Column(2025 + n // 4, n % 4 + 1, n) for n in range(3, 13)], ident="x", title="")
    sizes = [float(size) for size in re.findall(r'font-size="([\d.]+)"', picture)]
    on_360 = 277 / WIDE  # the room in a card on a screen of 360 pixels
    assert (len(sizes), min(sizes) * on_360 >= 13) == (10 + 10 + 3, True)
    assert ">2025</text>" not in picture, "it would run into the year beside it"


@given(
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**6) | st.just(0)), min_size=1, max_size=14)
    | st.integers(0, 5).flatmap(
        lambda digits: st.lists(st.tuples(*[st.integers(0, 10**digits)] * 2), min_size=1, max_size=14)
    )
)
def test_numbers_of_columns_never_run_into_each_other(numbers: list[tuple[int, int]]) -> None:
    drawn = [Column(2020 + n // 4, n % 4 + 1, *both) for n, both in enumerate(numbers)]
    picture = columns(drawn, ident="x", title="")
    said = re.findall(r'<text [^>]*x="([\d.]+)" y="([\d.]+)"([^>]*)>([^<]*)</text>', picture)
    assert len(said) >= 2
    sizes = [float(found[1]) if (found := re.search(r'font-size="([\d.]+)"', more)) else 0 for _x, _y, more, _w in said]
    boxes = []
    for (x, y, more, words), size in zip(said, sizes, strict=True):
        half = breadth(words, size) * (BOLDER if "bold" in more or "700" in more or "600" in more else 1) / 2
        boxes.append((float(x) - half, float(x) + half, float(y) - size * 0.75, float(y), words))
    for number, (left, right, top, bottom, words) in enumerate(boxes):
        assert (left >= 0, right <= WIDE, top >= 0) == (True, True, True), words
        for others in boxes[number + 1 :]:
            assert right <= others[0] or others[1] <= left or bottom <= others[2] or others[3] <= top, (words, others)
    newest = drawn[-1]
    assert str(newest.filled) in picture
    assert f"+{newest.outlined}" in picture or not newest.outlined


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
        for chart in page.context["dashboard"].charts:
            code = chart.series.code
            address = f"?format=csv&series={code}"
            assert f'<a href="{address.replace("&", "&amp;")}">CSV' in page.text
            file = client.get(f"/dashboard/{address}")
            assert f'filename="dashboard-{code}-' in file["Content-Disposition"]
            told, *lines = csv.reader(StringIO(file.content.decode("utf-8-sig")))
            own = [number for name, number in zip(told, lines[-1], strict=True) if name != "regions"]
            assert own[2:] == [str(number) for number in chart.rows[0][2]]
            assert [dict(zip(head, row, strict=True))[told[2]] for row in rows] == [line[2] for line in lines]
        assert client.get("/dashboard/?format=csv&series=none").status_code == 404
        Uptake.objects.update(is_disclosed=False)
        assert story_of().uptakes == ()


@pytest.mark.django_db
def test_a_statement_counts_from_the_first_version_that_rests_on_what_figures_count() -> None:
    with time_machine.travel(NOW, tick=False):
        cast = make_cast()
        cluster = make_cluster(cast, State.RUNNING)
        statement = adopted(cast, cluster)
        assert story_of().adopted == (NOW.date(),)
        Cluster.objects.update(state=State.DISCONTINUED)
        assert story_of().adopted == ()
        Cluster.objects.update(state=State.RUNNING)
        cluster.outcomes.all().delete()
        assert story_of().adopted == (NOW.date(),)
        Uptake.objects.update(is_disclosed=False)
        assert story_of().adopted == ()
        Uptake.objects.update(is_disclosed=True)
        refuse(cast, cluster.uptakes.get())
        assert story_of().adopted == ()
        outcome = outcome_of(cluster)
    with time_machine.travel(NOW + timedelta(days=2), tick=False):
        statement = act(statement=statement, verb="statement.revised", by=cast.user("coordinator"))
        line = statement.lines.get()
        put_under(line=line, by=cast.user("coordinator"), kind="outcome", subject_id=outcome.pk)
        for verb, by in (("opened", "coordinator"), ("adopted", "mission_coordinator")):
            statement = act(statement=statement, verb=f"statement.{verb}", by=cast.user(by))
        assert story_of().adopted == ((NOW + timedelta(days=2)).date(),)
        act(statement=statement, verb="statement.withdrawn", by=cast.user("coordinator"), reason="It is out of date.")
        assert story_of().adopted == ()
