"""Coverage: what is counted where, by hand; and the page, its file and its map."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from io import StringIO

import pytest
from django.test import Client

from clusters.choices import OutcomeKind, State
from clusters.models import Cluster, Outcome
from community.models import Territory
from results.coverage import facts_for, idle_solutions
from results.models import Uptake
from results.pictures.tilemap import Tile, tilemap
from results.rules.coverage import (
    UNSAID,
    Asked,
    Columns,
    Count,
    Facts,
    Region,
    Rows,
    Taken,
    Wanted,
    Work,
    chosen,
    count,
    countries_without,
    in_all,
)
from results.tables.coverage import coverage_of
from tests import factories as make
from tests.cast import Cast, make_cluster
from tests.results.making import make_uptake

CRETE = Region("EL43", "Kriti", "EL", 16, 9)
ATTICA = Region("EL30", "Attiki", "EL", 16, 6)
SARDINIA = Region("ITG2", "Sardegna", "IT", 7, 6)
MALTA = Region("MT00", "Malta", "MT", 10, 9)


def work(pk: int, state: str, group: str, projects: str = "", regions: str = "", outcomes: str = "") -> Work:
    """Return a cluster in short: words with blanks between them."""
    places = frozenset(regions.split())
    countries = frozenset(region.country for region in (CRETE, ATTICA, SARDINIA) if region.code in places)
    return Work(pk, state, group, frozenset(projects.split()), places, countries, frozenset(outcomes.split()))


FACTS = Facts(
    works=(
        work(1, "running", "WG1", "TREASURE", "EL43 ITG2", "adoption"),
        work(2, "running", "WG2", "TREASURE FRED", "EL43"),
        work(3, "concluded", "WG2", "", "EL30 EL43", "adoption networking"),
        work(4, "approved", "WG2"),
    ),
    taken=(
        Taken(1, "TREASURE", frozenset({"ITG2"}), frozenset({"IT"}), is_documented=True),
        Taken(2, "FRED", frozenset({"EL43"}), frozenset({"EL"}), is_documented=False),
        Taken(3, "FRED", frozenset(), frozenset({"EL"}), is_documented=False),
    ),
    asked=(Asked(frozenset({"MT00"}), frozenset({"MT"})), Asked(frozenset(), frozenset())),
    regions=(CRETE, ATTICA, SARDINIA, MALTA),
    idle={"FRED": 2, "MPA4Change": 1},
)


@pytest.mark.parametrize(
    ("rows", "columns", "found"),
    [
        (
            Rows.COUNTRY,
            Columns.GROUP,
            {
                "EL": Count({"WG1": 1, "WG2": 2}, clusters=3, declared=2, documented=0, regions=2),
                "IT": Count({"WG1": 1}, clusters=1, declared=0, documented=1, regions=1),
                "MT": Count(needs=1),
                UNSAID: Count({"WG2": 1}, clusters=1, needs=1),
            },
        ),
        (
            Rows.REGION,
            Columns.STATE,
            {
                "EL43": Count({"running": 2, "concluded": 1}, clusters=3, declared=1),
                "EL30": Count({"concluded": 1}, clusters=1),
                "ITG2": Count({"running": 1}, clusters=1, documented=1),
                "MT00": Count(needs=1),
                UNSAID: Count({"approved": 1}, clusters=1, declared=1, needs=1),
            },
        ),
        (
            Rows.PROJECT,
            Columns.OUTCOME,
            {
                "TREASURE": Count({"adoption": 1}, clusters=2, documented=1),
                "FRED": Count({}, clusters=1, declared=2, idle=2),
                "MPA4Change": Count(idle=1),
                UNSAID: Count({"adoption": 1, "networking": 1}, clusters=2),
            },
        ),
    ],
)
def test_each_thing_counts_once_in_every_row_to_which_it_belongs(
    rows: Rows, columns: Columns, found: dict[str, Count]
) -> None:
    assert count(FACTS, rows, columns) == found


def test_the_last_line_counts_each_thing_once() -> None:
    assert in_all(FACTS, Columns.GROUP) == Count(
        {"WG1": 1, "WG2": 3}, clusters=4, declared=2, documented=1, needs=2, idle=3, regions=3
    )
    assert countries_without(FACTS) == ["MT"]


@pytest.mark.parametrize(
    ("wanted", "works", "uptakes", "needs", "idle"),
    [
        (Wanted(), [1, 2, 3, 4], 3, 2, 3),
        (Wanted(group="WG2"), [2, 3, 4], 2, 2, 3),
        (Wanted(project="TREASURE"), [1, 2], 1, 2, 0),
        (Wanted(project="FRED"), [2], 1, 2, 2),
        (Wanted(country="IT"), [1], 1, 0, 3),
        (Wanted(country="MT"), [], 0, 1, 3),
        (Wanted(outcome="networking"), [3], 1, 2, 3),
        (Wanted(group="WG1", outcome="networking"), [], 0, 2, 3),
    ],
)
def test_what_is_chosen_is_counted_and_nothing_else(
    wanted: Wanted, works: list[int], uptakes: int, needs: int, idle: int
) -> None:
    kept = chosen(FACTS, wanted)
    figures = in_all(kept, Columns.GROUP)
    assert ([one.pk for one in kept.works], len(kept.taken)) == (works, uptakes)
    assert (figures.needs, figures.idle) == (needs, idle)


@pytest.mark.parametrize(
    ("wanted", "rows", "needs", "idle"),
    [
        (Wanted(country="MT"), Rows.COUNTRY, [1, 1], [None, None]),
        (Wanted(country="MT"), Rows.REGION, [1, 1], [None, None]),
        (Wanted(project="FRED"), Rows.PROJECT, [None, None], [2, 2]),
    ],
)
def test_the_last_line_adds_up_what_is_shown(
    wanted: Wanted, rows: Rows, needs: list[int | None], idle: list[int | None]
) -> None:
    facts = replace(
        FACTS, countries={"EL": "Greece", "IT": "Italy", "MT": "Malta"}, projects=(("FRED", ""), ("TREASURE", ""))
    )
    found = coverage_of(facts, wanted, rows, Columns.GROUP, sees_proposed=False)
    lines = [*(line for line in found.lines if line.key), found.total]
    assert ([line.needs for line in lines], [line.idle for line in lines]) == (needs, idle)


def test_the_map_says_its_figures_in_words_and_leads_to_the_clusters() -> None:
    tiles = [Tile("EL43", "Kriti <b>", 0, 0, 3, 1, 1, "/clusters/?territory=EL43"), Tile("MT00", "Malta", 1, 0, 0)]
    wide = tilemap(tiles, ident="map")
    assert 'aria-label="EL43: 3 clusters, Kriti &lt;b&gt;, 1 uptake documented, 1 uptake declared"' in wide
    assert "Tile map of the 2 regions: 1 take part in a cluster, 1 in none." in wide
    assert (wide.count("<a href"), tilemap(tiles, ident="map", is_wide=False).count("<a href")) == (1, 0)
    assert [Tile("X", "", 0, 0, number).step for number in (0, 1, 2, 3, 4, 9)] == [0, 1, 2, 2, 3, 3]
    assert tilemap([], ident="map") == ""


def regions() -> tuple[Territory, Territory]:
    """Return a region of the programme and a site in it."""
    crete = make.make_territory("EL43", country="EL", is_programme_region=True, column=16, row=9)
    site = make.make_territory("SITE-1", level="site", nuts_version="", country="EL")
    site.maps_to.add(crete)
    return crete, site


@pytest.mark.django_db
def test_facts_are_read_from_public_records_and_proposals_for_members(cast: Cast) -> None:
    crete, site = regions()
    running = make_cluster(cast, State.RUNNING)
    running.territories.add(site)
    running.solutions.add(cast.solution)
    Outcome.objects.create(cluster=running, kind=OutcomeKind.ADOPTION, title="Taken up")
    for state in (State.SUBMITTED, State.DRAFT, State.DECLINED, State.DISCONTINUED):
        make_cluster(cast, state).territories.add(crete)
    acronym = cast.solution.project.acronym
    public = Work(
        running.pk,
        "running",
        "WG1",
        frozenset({acronym}),
        frozenset({"EL43"}),
        frozenset({"EL"}),
        frozenset({"adoption", "answer"}),
    )
    assert facts_for(None).works == (public,)
    assert [work.state for work in facts_for(cast.user("member")).works] == ["running", "waiting"]
    assert facts_for(cast.user("external")).works == (public,)


@pytest.mark.django_db
def test_a_solution_is_idle_until_everybody_may_read_who_works_with_it(cast: Cast) -> None:
    for state in (State.DRAFT, State.SUBMITTED, State.RETURNED):
        make_cluster(cast, state).solutions.add(cast.solution)
    running = make_cluster(cast, State.RUNNING)
    make_uptake(cast, running, is_disclosed=False)
    running.solutions.remove(cast.solution)
    assert list(idle_solutions()) == [cast.solution]
    Uptake.objects.update(is_disclosed=True)
    assert list(idle_solutions()) == []
    Uptake.objects.update(is_disclosed=False)
    running.solutions.add(cast.solution)
    assert list(idle_solutions()) == []


@pytest.mark.django_db
def test_the_numbers_of_uptakes_lead_to_exactly_those(cast: Cast, client: Client) -> None:
    running = make_cluster(cast, State.RUNNING)
    region, site = regions()
    make.make_territory("EL", level="country", country="EL", nuts_version="")
    for number, territory in enumerate((region, region, site, None)):
        make_uptake(cast, running, name=f"Water Board {number}", territory=territory)
    make_uptake(cast, running, name="Kept back", territory=region, is_disclosed=False)
    ended = make_cluster(cast, State.RUNNING)
    make_uptake(cast, ended, name="Of a cluster that ended", territory=region)
    Cluster.objects.filter(pk=ended.pk).update(state=State.DISCONTINUED)
    facts, seen = facts_for(None), 0
    for rows in Rows:
        page = coverage_of(facts, Wanted(), rows, Columns.GROUP, sees_proposed=False)
        for line in (*page.lines, page.total):
            if line.declared_url:
                found = client.get(line.declared_url)
                assert (found.status_code, found.context["page_obj"].paginator.count) == (200, line.declared)
                seen += 1
    assert seen == 8
    running.territories.add(region)
    wanted = Wanted(country=region.country)
    narrowed = coverage_of(facts_for(None), wanted, Rows.COUNTRY, Columns.GROUP, sees_proposed=False)
    [line] = narrowed.lines
    found = client.get(line.declared_url)
    assert found.context["page_obj"].paginator.count == line.declared == 3


@pytest.mark.django_db
def test_page_and_file_hold_the_same_numbers_and_a_wrong_choice_says_so(cast: Cast, client: Client) -> None:
    crete, _site = regions()
    make_cluster(cast, State.RUNNING).territories.add(crete)
    page = client.get("/coverage/", {"rows": "region"})
    assert "1 of the 1 programme regions takes part in a cluster." in page.text
    assert "/clusters/?territory=EL43&amp;state=approved" in page.text
    file = client.get("/coverage/", {"rows": "region", "format": "csv"})
    assert (file.status_code, file["Content-Type"]) == (200, "text/csv; charset=utf-8")
    head, *rows = csv.reader(StringIO(file.content.decode("utf-8-sig")))
    assert dict(zip(head, rows[0], strict=True)) == {
        "code": "EL43",
        "name": crete.name,
        "WG1": "1",
        "WG2": "0",
        "clusters": "1",
        "uptakes_declared": "0",
        "uptakes_documented": "0",
        "open_needs": "",
        "idle_solutions": "",
    }
    projects = client.get("/coverage/", {"rows": "project"}).text
    heads = ["Clusters by project", "Clusters that take place there"]
    assert [[head in text for head in heads] for text in (projects, page.text)] == [[True, False], [False, True]]
    wrong = client.get("/coverage/", {"rows": "planet"})
    assert (wrong.status_code, "coverage" in wrong.context) == (422, False)


@pytest.mark.django_db
def test_the_figures_of_the_map_stand_under_it_whatever_the_rows_are(cast: Cast, client: Client) -> None:
    crete, _site = regions()
    running = make_cluster(cast, State.RUNNING)
    running.territories.add(crete)
    make_uptake(cast, running, territory=crete)
    make.make_territory("MT00", name="Malta", country="MT", is_programme_region=True, column=10, row=9)
    for rows in ("country", "region", "project"):
        page = client.get("/coverage/", {"rows": rows})
        assert "The table holds the same figures." in page.text
        _before, folded = page.text.split("<summary>The map as a table, region by region</summary>")
        table = folded.partition("</table>")[0]
        assert [tile.code for tile in page.context["coverage"].tiles] == ["EL43", "MT00"]
        for tile in page.context["coverage"].tiles:
            row = next(row for row in table.split("<tr>") if f">{tile.code}</span>" in row)
            cells = [re.sub("<[^>]*>", "", cell) for cell in re.findall("<td.*?</td>", row)]
            assert cells == [str(tile.clusters), str(tile.documented), str(tile.declared)]
        assert f'<a href="/clusters/?territory={crete.code}&amp;' in table
        assert "Malta" in table


@pytest.mark.django_db
def test_the_legend_tells_of_each_drawing_only_what_it_shows(cast: Cast, client: Client) -> None:
    """The narrow drawing has no room for the marks of uptakes."""
    running = make_cluster(cast, State.RUNNING)
    crete, _site = regions()
    running.territories.add(crete)
    make_uptake(cast, running, territory=crete)
    page = client.get("/coverage/")
    found = page.context["coverage"]
    assert ['class="hollow"' in drawing for drawing in (found.wide, found.narrow)] == [True, False]
    legend = page.text.partition('<ul class="legend tilemap">')[2].partition("</ul>")[0].split("<li")[1:]
    places = [re.match(' class="([a-z-]+)"', one) for one in legend]
    assert [one and one[1] for one in places] == [*[None] * 4, "only-wide", "only-wide", "only-narrow"]


@pytest.mark.django_db
def test_the_file_by_country_has_the_regions_of_the_page(cast: Cast, client: Client) -> None:
    crete, _site = regions()
    make_cluster(cast, State.RUNNING).territories.add(crete)
    page = client.get("/coverage/").context["coverage"]
    rows = csv.DictReader(StringIO(client.get("/coverage/", {"format": "csv"}).content.decode("utf-8-sig")))
    written = {row["name"]: (row["regions_reached"], row["regions"]) for row in rows}
    assert written[page.total.label] == ("1", "1")
    told = {label: f"{some} of {every}" if every else "–" for label, (some, every) in written.items()}
    assert told == {line.label: line.regions for line in [*page.lines, page.total]}


@pytest.mark.django_db
def test_visitors_read_that_the_pdf_is_for_those_who_sign_in(cast: Cast, client: Client) -> None:
    def beside() -> str:
        return client.get("/coverage/").text.partition('href="/coverage.pdf')[2].partition("</p>")[0]

    assert beside().endswith("PDF</a> (for those who sign in)")
    client.force_login(cast.user("member"))
    assert beside().endswith("PDF</a>")
