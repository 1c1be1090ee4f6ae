"""A number of coverage and the list behind it: the same rows, whatever places they name; and no row is left out."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from django.test import Client

from clusters.choices import OutcomeKind, State
from community.models import Territory
from results.coverage import facts_for
from results.rules.coverage import OUTSIDE, Columns, Facts, Rows, Wanted, chosen, count, in_all
from results.tables.coverage import Coverage, coverage_of
from tests import factories as make
from tests.cast import Cast, make_cluster
from tests.results.making import make_uptake

pytestmark = [pytest.mark.django_db, pytest.mark.both]

STATES = (State.SUBMITTED, State.APPROVED, State.RUNNING, State.PAUSED, State.CONCLUDED, State.DISCONTINUED)
#: Regions, countries, small regions, regions of another version, sites and seas: code -> level, country, mapped to.
PLACES: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "EL": ("country", "EL", ()),
    "IT": ("country", "IT", ()),
    "SI": ("country", "SI", ()),
    "TN": ("country", "TN", ()),
    "AL": ("country", "AL", ()),
    "EL43": ("nuts2", "EL", ()),
    "ITH3": ("nuts2", "IT", ()),
    "ITG2": ("nuts2", "IT", ()),
    "SI04": ("nuts2", "SI", ()),
    "MT00": ("nuts2", "MT", ()),
    "ITH35": ("nuts3", "IT", ()),
    "ITX3": ("nuts2", "IT", ("ITH3",)),
    "site-karst": ("site", "IT", ("SI04",)),
    "site-of-albania": ("site", "AL", ()),
    "site-of-tunisia": ("site", "TN", ()),
    "sea-libyan": ("sea", "", ("EL43", "ITG2", "AL")),
    "sea-nowhere": ("sea", "", ()),
    "macro-adriatic": ("sea", "", ("EL", "IT", "SI04")),
    "macro-small": ("site", "", ("ITH35",)),
    "strait": ("sea", "", ("TN", "ITG2")),
}
KIND = OutcomeKind.NETWORKING.value
WANTED = (
    *(Wanted(), Wanted(country="IT"), Wanted(country="MT")),
    *(Wanted(outcome=KIND), Wanted(outcome=KIND, country="IT", group="WG1")),
)
PROGRAMME = ("AL", "EL43", "ITH3", "ITG2", "SI04", "MT00")


@pytest.fixture
def places() -> list[Territory]:
    """Everything that a place can be; Malta has a region, and no entry as a country."""
    made = {
        code: make.make_territory(
            code,
            level=level,
            country=country,
            nuts_version=("2024" if code == "ITX3" else "2021") if level.startswith("nuts") else "",
            is_programme_region=code in PROGRAMME,
        )
        for code, (level, country, _leads) in PLACES.items()
    }
    for code, (_level, _country, leads) in PLACES.items():
        made[code].maps_to.set([made[lead] for lead in leads])
    return list(made.values())


def fill(cast: Cast, places: list[Territory], by: Random) -> None:
    """Make clusters in each state and place, with uptakes and needs somewhere."""
    for number in range(24):
        cluster = make_cluster(cast, by.choice(STATES), working_group=by.choice([cast.group, cast.other_group]))
        cluster.territories.set(by.sample(places, by.choice([0, 1, 1, 2, 3])))
        cluster.solutions.set([cast.solution] if by.random() < 0.5 else [])
        for kind in by.sample(OutcomeKind.values, by.choice([0, 2, 4])):
            cluster.outcomes.create(kind=kind, title=f"It came of {number}")
        for kind in by.sample(OutcomeKind.values, 1):
            cluster.expected_outcomes.get_or_create(kind=kind)
        if cluster.state in (State.RUNNING, State.CONCLUDED):
            country = by.choice(["IT", "TN", "AL", ""])
            taker = make.make_organisation(f"Taker {number}", country=country, is_demo=True)
            make_uptake(cast, cluster, organisation=taker, territory=by.choice([None, *places]))
    for number in range(6):
        status = by.choice(["open", "taken_up", "answered"]) if number > 2 else "open"
        make.make_need(f"Who asks {number}?", status=status).territories.set(by.sample(places, by.choice([0, 1, 2])))
    for number in range(3):
        make.make_solution(f"Unused {number}", project=cast.solution.project if number else None)


def links_of(page: Coverage) -> dict[str, int]:
    """Return the addresses behind the numbers of a page, each with its number."""
    found: dict[str, int] = {tile.url: tile.clusters for tile in page.tiles if tile.url}
    found |= {tile.declared_url: tile.declared for tile in page.tiles if tile.declared_url}
    found |= {tile.documented_url: tile.documented for tile in page.tiles if tile.documented_url}
    for line in (*page.lines, page.total):
        for cell in (line.clusters, *line.cells):
            if cell.url:
                assert found.setdefault(cell.url, cell.number) == cell.number, cell
        found |= {line.declared_url: line.declared} if line.declared_url else {}
        found |= {line.documented_url: line.documented} if line.documented_url else {}
        found |= {line.needs_url: line.needs or 0} if line.needs_url else {}
        found |= {line.idle_url: line.idle or 0} if line.idle_url else {}
    return found


def unled(page: Coverage) -> list[tuple[str, str]]:
    """Return the numbers over 0 that lead nowhere: row and what is counted."""
    found = []
    for line in (*page.lines, page.total):
        cells = zip(("clusters", *(column.key for column in page.columns)), (line.clusters, *line.cells), strict=True)
        found += [(line.key, name) for name, cell in cells if cell.number and not cell.url]
        beside = {"declared": (line.declared, line.declared_url), "documented": (line.documented, line.documented_url)}
        beside |= {"needs": (line.needs or 0, line.needs_url), "idle": (line.idle or 0, line.idle_url)}
        found += [(line.key, name) for name, (number, url) in beside.items() if number and not url]
    return found


def listed(client: Client, url: str) -> int:
    """Return how many rows the list at an address has."""
    answer = client.get(url)
    assert answer.status_code == 200, url
    context: Any = answer.context
    return int(context["total"] if "total" in context else context["page_obj"].paginator.count)


@pytest.mark.parametrize(("reader", "seed"), [("visitor", 1), ("member", 2)])
def test_each_number_is_the_length_of_the_list_behind_it(
    cast: Cast, places: list[Territory], client: Client, seed: int, reader: str
) -> None:
    fill(cast, places, Random(seed))
    if reader == "member":
        client.force_login(cast.accounts["member"])
    user = cast.user("member") if reader == "member" else None
    facts, seen = facts_for(user), dict[str, int]()
    acronym = cast.solution.project.acronym
    for wanted in (*WANTED, Wanted(project=acronym, group="WG1"), Wanted(project=acronym, country="IT", outcome=KIND)):
        for rows in Rows:
            for columns in Columns:
                page = coverage_of(facts, wanted, rows, columns, sees_proposed=user is not None)
                assert unled(page) == []
                for url, number in links_of(page).items():
                    assert seen.setdefault(url, number) == number, url
    assert len(seen) > 200
    for asked in ("where=outside", "where=none", "where=no-region", "without=project", "recorded=", "outcome="):
        assert sum(asked in url and number > 0 for url, number in seen.items()) > 0, asked
    assert sum(url.startswith("/needs/") for url in seen) > 3
    assert any(url.startswith("/coverage/matches/idle/") for url in seen)
    assert sum("MT" in url and number > 0 for url, number in seen.items()) > 3
    assert {url: listed(client, url) for url in seen} == seen


@pytest.mark.parametrize("seed", range(3))
def test_whatever_is_counted_stands_in_a_row(cast: Cast, places: list[Territory], seed: int) -> None:
    fill(cast, places, Random(seed))
    facts = facts_for(cast.user("member"))
    for wanted in (Wanted(), Wanted(country="IT"), Wanted(group="WG2")):
        kept = chosen(facts, wanted)
        for rows in Rows:
            shown = {line.key for line in coverage_of(facts, wanted, rows, Columns.STATE, sees_proposed=True).lines}
            assert set(count(kept, rows, Columns.STATE)) <= shown
            for work in kept.works:
                one = Facts(works=(work,), regions=kept.regions, countries=kept.countries)
                assert {row.clusters for row in count(one, rows, Columns.STATE).values()} == {1}
            for taken in kept.taken:
                one = Facts(taken=(taken,), regions=kept.regions, countries=kept.countries)
                assert {row.declared + row.documented for row in count(one, rows, Columns.STATE).values()} == {1}
        assert in_all(kept, Columns.STATE).clusters == len(kept.works)


def test_what_lies_in_other_countries_has_a_row_of_its_own_once(cast: Cast, places: list[Territory]) -> None:
    known = {place.code: place for place in places}
    abroad = make.make_territory("DZ", level="country", country="DZ", nuts_version="")
    cluster = make_cluster(cast, State.RUNNING)
    cluster.territories.set([known["TN"], abroad, known["EL43"]])
    make_uptake(cast, cluster, organisation=make.make_organisation("Oasis", country="TN", is_demo=True))
    make.make_need().territories.set([known["site-of-tunisia"]])
    page = coverage_of(facts_for(None), Wanted(), Rows.COUNTRY, Columns.GROUP, sees_proposed=False)
    [line] = [line for line in page.lines if line.key == OUTSIDE]
    assert (line.label, line.clusters.number) == ("Outside the programme area", 1)
    assert (line.declared, line.needs) == (1, 1)
    assert page.total.clusters.number == 1
    assert line not in page.bare


def test_a_country_that_is_one_region_leads_from_that_region_to_its_uptakes_alone(
    cast: Cast, places: list[Territory], client: Client
) -> None:
    albania = next(place for place in places if place.code == "AL")
    for number, territory in enumerate((albania, None)):
        cluster = make_cluster(cast, State.RUNNING)
        cluster.territories.set([albania])
        taker = make.make_organisation(f"Taker {number}", country="AL", is_demo=True)
        make_uptake(cast, cluster, organisation=taker, territory=territory)
    page = coverage_of(facts_for(None), Wanted(country="AL"), Rows.REGION, Columns.GROUP, sees_proposed=False)
    numbers = {line.key: line.declared for line in page.lines} | {"in all": page.total.declared}
    urls = {line.key: line.declared_url for line in page.lines} | {"in all": page.total.declared_url}
    assert numbers == {"AL": 1, "": 1, "in all": 2}
    assert {key: listed(client, url) for key, url in urls.items()} == numbers
    assert [listed(client, tile.declared_url) for tile in page.tiles if tile.declared] == [1]


def test_members_read_what_is_only_proposed_and_where_everything_waits(
    cast: Cast, places: list[Territory], client: Client
) -> None:
    known = {place.code: place for place in places}
    for state, code in ((State.SUBMITTED, "SI04"), (State.APPROVED, "SI04"), (State.SUBMITTED, "EL43")):
        make_cluster(cast, state).territories.add(known[code])
    make_cluster(cast, State.RUNNING).territories.add(known["EL43"])
    visitor = client.get("/coverage/", {"rows": "region"})
    client.force_login(cast.accounts["member"])
    member = client.get("/coverage/", {"rows": "region"})
    told = {name: page.context["coverage"] for name, page in (("visitor", visitor), ("member", member))}
    waiting = {name: [(line.key, line.waiting) for line in one.waiting] for name, one in told.items()}
    assert waiting == {"visitor": [("SI04", "1 approved")], "member": [("SI04", "1 proposed, 1 approved")]}
    note = "Counted with 2 clusters that are only proposed: members see them, visitors do not."
    assert {name: one.note for name, one in told.items()} == {"visitor": "", "member": note}
    assert (note in member.text, "Where everything waits" in member.text) == (True, True)
    assert "/clusters/?territory=SI04&amp;state=submitted" in member.text.partition("Where everything waits")[2]
    make_cluster(cast, State.SUBMITTED).territories.add(known["ITG2"])
    lead = client.get("/coverage/").context["coverage"].lead
    assert "3 of the 6 programme regions take part in a cluster. Of them 1 only in proposed ones." in lead
