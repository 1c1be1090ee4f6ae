"""The register's filters: what each keeps, what a wrong value does, and what stands beside the list."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import QueryDict
from django.test import Client

from clusters import search
from clusters.choices import State
from clusters.filters import ClusterFilter
from clusters.models import Cluster, Participation
from clusters.tables import bar
from clusters.tables.bearings import bearings
from clusters.tables.facets import Counts, count
from tests import factories as make
from tests.cast import Cast, make_cast, make_cluster

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def filters_of(user: Any = None, **values: Any) -> ClusterFilter:
    found = bearings(None)
    return ClusterFilter(
        QueryDict(urlencode(values, doseq=True)),
        user=user or AnonymousUser(),
        groups=found.group_choices(),
        themes=found.theme_choices(),
    )


def kept(**values: Any) -> set[int]:
    filters = filters_of(**values)
    assert filters.is_valid(), filters.form.errors
    return set(filters.qs.values_list("pk", flat=True))


def errors(**values: Any) -> dict[str, list[str]]:
    filters = filters_of(**values)
    assert not filters.is_valid()
    assert list(filters.qs) == []
    assert list(filters.rows(leave_out={"state"})) == []
    return {name: list(found) for name, found in filters.form.errors.items()}


@pytest.mark.both
def test_each_filter_keeps_what_it_names(cast: Cast) -> None:
    crete = make.make_territory("EL43", name="Kriti")
    theme = make.make_term("challenge", "marine", "Marine ecosystems")
    owner = make.make_project("C4N")
    one = make_cluster(cast, State.RUNNING, focus="thematic", owning_project=owner, ends_on=date(2026, 12, 31))
    two = make_cluster(cast, State.PAUSED, focus="both", working_group=cast.other_group, starts_on=date(2026, 5, 1))
    one.territories.add(crete)
    one.themes.add(theme)
    two.levels.create(level="national")
    two.solutions.clear()
    two.outcomes.update(kind="networking")
    two.expected_outcomes.all().delete()
    Participation.objects.filter(cluster=two, organisation=cast.partner).delete()
    for cluster in (one, two):
        search.index(cluster)
    both = {one.pk, two.pk}
    assert kept() == both
    assert kept(state=["running", "paused"]) == both
    expected = {
        one.pk: [
            {"state": "running"},
            {"wg": "WG1"},
            {"theme": "marine"},
            {"focus": "thematic"},
            {"territory": "EL43"},
            {"territory": "kriti (EL43)"},
            {"territory": "Kriti"},
            {"project": "C4N"},
            {"project": str(owner.pk)},
            {"project": cast.solution.project.acronym},
            {"organisation": "Park of the Cape"},
            {"organisation": "cape"},
            {"organisation": str(cast.partner.pk)},
            {"solution": "flood storage"},
            {"outcome": "answer"},
            {"from": "2026-10-01"},
            {"to": "1 March 2026"},
            {"q": "kriti"},
        ],
        two.pk: [
            {"state": "paused"},
            {"wg": "WG2"},
            {"focus": "both"},
            {"level": "national"},
            {"outcome": "networking"},
            {"q": "climate"},
            {"q": "climate", "state": "paused", "organisation": "Region of the Gulf"},
        ],
    }
    for pk, filters in expected.items():
        for values in filters:
            assert kept(**values) == {pk}, values


def test_a_country_holds_its_regions_and_a_region_what_lies_in_it(cast: Cast) -> None:
    greece = make.make_territory("EL", level="country", nuts_version="", country="EL", name="Greece")
    crete = make.make_territory("EL43", country="EL", name="Kriti")
    bay = make.make_territory("souda", level="site", nuts_version="", country="", name="Souda bay")
    bay.maps_to.add(crete)
    cluster = make_cluster(cast, State.RUNNING)
    cluster.territories.add(bay)
    other = make_cluster(cast, State.RUNNING)
    other.territories.add(crete)
    assert kept(territory="EL43") == {cluster.pk, other.pk}
    assert kept(territory="Greece") == {cluster.pk, other.pk}
    assert kept(territory=["souda bay"]) == {cluster.pk}
    assert greece.pk


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"state": "gone"}, "“gone” is not one of the choices."),
        ({"wg": "WG9"}, "“WG9” is not one of the choices."),
        ({"theme": "9"}, "“9” is not one of the choices."),
        ({"level": ["local", "galactic"]}, "“galactic” is not one of the choices."),
        ({"territory": "Atlantis"}, "No territory is called “Atlantis”."),
        ({"project": "Nothing"}, "No project is called “Nothing”."),
        ({"organisation": "999999999999999999999"}, "No organisation is called “999999999999999999999”."),
        ({"solution": "123456789012"}, "No result to transfer is called “123456789012”."),
        ({"from": "2026-04-31"}, "31 April does not exist. Did you mean 30 April?"),
        ({"sort": "price"}, "There is no order called “price”."),
        ({"q": "a\x00b"}, "This text holds a control character. Type it again instead of pasting it."),
    ],
)
def test_a_wrong_value_says_what_is_wrong_and_shows_nothing(values: dict[str, Any], sentence: str, cast: Cast) -> None:
    make_cluster(cast, State.RUNNING)
    assert errors(**values) == {next(iter(values)): [sentence]}


def test_a_period_that_ends_before_it_begins_is_refused_and_one_day_is_not(cast: Cast) -> None:
    cluster = make_cluster(cast, State.RUNNING)
    assert errors(**{"from": "2026-05-02", "to": "2026-05-01"}) == {
        "to": ["The period ends before it begins. Both may be the same day."]
    }
    assert kept(**{"from": "2026-05-01", "to": "2026-05-01"}) == {cluster.pk}


def test_empty_parameters_and_unknown_ones_say_nothing(cast: Cast) -> None:
    cluster = make_cluster(cast, State.RUNNING)
    assert kept(state="", wg="", q=" ", territory="", **{"state__regex": "(((", "id": "0", "from": ""}) == {cluster.pk}


def test_a_name_that_fits_too_much_is_refused(cast: Cast) -> None:
    for number in range(51):
        make.make_organisation(f"Harbour {number}")
    assert errors(organisation="harbour") == {
        "organisation": ["“harbour” fits more than 50 names. Write more of the name."]
    }


def test_an_unverified_organisation_is_named_by_members_only(cast: Cast) -> None:
    hidden = make.make_organisation("Hidden park", is_verified=False)
    cluster = make_cluster(cast, State.RUNNING, lead_organisation=hidden)
    assert errors(organisation="Hidden park") == {"organisation": ["No organisation is called “Hidden park”."]}
    assert kept(user=cast.user("member"), organisation="Hidden park") == {cluster.pk}


def test_the_number_of_a_merged_organisation_means_the_one_that_it_is_now(cast: Cast) -> None:
    cluster = make_cluster(cast, State.RUNNING)
    make_cluster(cast, State.RUNNING, lead_organisation=make.make_organisation("Elsewhere"))
    now = make.make_organisation("Park of today")
    between = make.make_organisation("Park of the reeds", merged_into=now)
    before = make.make_organisation("Reed park", merged_into=between)
    Cluster.objects.filter(pk=cluster.pk).update(lead_organisation=now)
    for one in (now, between, before):
        assert kept(organisation=str(one.pk)) == {cluster.pk}
    page = Client().get("/clusters/", {"organisation": before.pk}).content.decode()
    assert "Park of today" in page.partition("</h1>")[2]
    assert f'name="organisation" value="{before.pk}"' in page
    assert kept(organisation=[str(before.pk), "Elsewhere"]) == set(Cluster.objects.values_list("pk", flat=True))


def test_the_number_of_a_merged_organisation_is_no_word_of_another_name(cast: Cast) -> None:
    cluster, other = make_cluster(cast, State.RUNNING), make_cluster(cast, State.RUNNING)
    now, hidden = make.make_organisation("Park of today"), make.make_organisation("Hidden park", is_verified=False)
    merged = make.make_organisation("Reed park", merged_into=now)
    unseen = make.make_organisation("Dune park", merged_into=hidden)
    named = make.make_organisation(f"Lab {merged.pk} and {unseen.pk}")
    for one, lead in ((cluster, now), (other, named)):
        Cluster.objects.filter(pk=one.pk).update(lead_organisation=lead)
    assert kept(organisation=str(merged.pk)) == {cluster.pk}
    assert kept(organisation=f"Lab {merged.pk}") == {other.pk}
    number = str(unseen.pk)
    assert kept(organisation=number) == {other.pk}  # as if nobody had been merged there


def test_the_number_of_one_merged_into_a_hidden_one_tells_nothing_of_it(cast: Cast) -> None:
    hidden = make.make_organisation("Hidden park", is_verified=False)
    merged = make.make_organisation("Reed park", merged_into=hidden)
    number = str(merged.pk)
    assert errors(organisation=number) == {"organisation": [f"No organisation is called “{number}”."]}
    assert kept(user=cast.user("member"), organisation=number) == set()


def test_more_values_than_anybody_means_are_refused(cast: Cast) -> None:
    assert errors(organisation=[f"x{number}" for number in range(31)]) == {"organisation": ["Choose fewer values."]}


@pytest.mark.both
def test_a_choice_is_counted_without_the_others_of_its_group(cast: Cast) -> None:
    theme = make.make_term("challenge", "marine", "Marine")
    for state, group in ((State.RUNNING, cast.group), (State.RUNNING, cast.other_group), (State.PAUSED, cast.group)):
        make_cluster(cast, state, working_group=group, focus="both").themes.add(theme)
    filters = filters_of(state="running", wg="WG1")
    counts = count(filters, {cast.group.pk}, size=3)
    assert counts == Counts(
        total=1,
        groups={
            "state": {"running": 1, "paused": 1},
            "wg": {cast.group.pk: 1, cast.other_group.pk: 1},
            "focus": {"both": 1},
            "level": {"regional": 1},
            "theme": {theme.pk: 1},
        },
    )
    assert (counts.of("state", "concluded"), counts.of("outcome", "answer")) == (0, None)


def test_levels_and_themes_are_not_counted_where_it_would_take_long(cast: Cast) -> None:
    make_cluster(cast, State.RUNNING)
    assert count(filters_of(), set(), size=20_001).groups.keys() == {"state", "wg", "focus"}


def test_a_chip_takes_off_its_own_value_and_keeps_the_rest(cast: Cast) -> None:
    make.make_territory("EL43", name="Kriti")
    filters = filters_of(state=["running", "paused"], wg="WG1", territory="EL43", q="dunes", page="3", sort="title")
    assert filters.is_valid()
    chips = {(chip.label, chip.value): chip.url for chip in bar.chips(filters, "/clusters/")}
    assert chips == {
        ("Words", "dunes"): "/clusters/?state=running&state=paused&wg=WG1&territory=EL43&sort=title",
        ("State", "Running"): "/clusters/?state=paused&wg=WG1&territory=EL43&q=dunes&sort=title",
        ("State", "Paused"): "/clusters/?state=running&wg=WG1&territory=EL43&q=dunes&sort=title",
        ("Working group", "WG1"): "/clusters/?state=running&state=paused&territory=EL43&q=dunes&sort=title",
        ("Territory", "Kriti (EL43)"): "/clusters/?state=running&state=paused&wg=WG1&q=dunes&sort=title",
    }


@pytest.mark.both
def test_an_empty_list_names_the_filter_that_stands_in_the_way(cast: Cast) -> None:
    make.make_territory("ES63", name="Ceuta")
    for _number in range(3):
        search.index(make_cluster(cast, State.RUNNING))
    filters = filters_of(state="running", wg="WG1", territory="ES63", q="flood")
    assert filters.is_valid()
    assert filters.qs.count() == 0
    way = bar.way_out(filters, "/clusters/")
    assert way is not None
    assert (way.chip.label, way.chip.value, way.count) == ("Territory", "Ceuta (ES63)", 3)
    assert way.chip.url == "/clusters/?state=running&wg=WG1&q=flood"


def test_no_way_out_is_named_where_no_single_filter_helps(cast: Cast) -> None:
    make_cluster(cast, State.RUNNING)
    filters = filters_of(state="paused", wg="WG2", focus="both")
    assert filters.is_valid()
    assert bar.way_out(filters, "/clusters/") is None
    alone = filters_of(state="paused")
    assert alone.is_valid()
    assert bar.way_out(alone, "/clusters/") is None


@pytest.mark.both
@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("title", ["2026-10", "2026-100", "2026-11", "2025-02"]),
        ("-start", ["2026-11", "2026-10", "2026-100", "2025-02"]),
        ("start", ["2025-02", "2026-100", "2026-10", "2026-11"]),
        ("end", ["2025-02", "2026-10", "2026-100", "2026-11"]),
        ("-end", ["2026-11", "2026-100", "2026-10", "2025-02"]),
        ("-reference", ["2026-100", "2026-11", "2026-10", "2025-02"]),
        ("changed", ["2026-11", "2026-100", "2026-10", "2025-02"]),
    ],
)
def test_every_order_is_total_and_titles_sort_without_case_and_accents(
    sort: str, expected: list[str], cast: Cast
) -> None:
    rows = [
        ("2025-02", "Écluse", date(2025, 1, 1), date(2025, 2, 1)),
        ("2026-10", "atlas", date(2026, 2, 1), date(2026, 3, 1)),
        ("2026-100", "Bay", date(2026, 1, 1), date(2026, 3, 1)),
        ("2026-11", "cliff", date(2026, 3, 1), date(2026, 9, 1)),
    ]
    for reference, title, start, end in rows:
        cluster = make_cluster(
            cast, State.APPROVED, reference=f"M4N-CL-{reference}", title=title, starts_on=start, ends_on=end
        )
        search.index(cluster)
    ordered = Cluster.objects.in_order(sort)
    names = [row.name.removeprefix("M4N-CL-") for row in ordered]
    assert names == expected
    assert [row.pk for row in ordered.reverse()] == [row.pk for row in ordered][::-1]
    assert ordered.query.order_by[-1].expression.name in {"pk", "id"}


def test_a_territory_is_named_by_its_code_or_by_the_beginnings_of_its_words(cast: Cast) -> None:
    abruzzo = make.make_territory("ITF1", country="IT", name="Abruzzo")
    delta = make.make_territory("RO22", country="RO", name="Sud-Est")
    first, second = make_cluster(cast, State.RUNNING), make_cluster(cast, State.RUNNING)
    first.territories.add(abruzzo)
    second.territories.add(delta)
    assert errors(territory="ZZ") == {"territory": ["No territory is called “ZZ”."]}
    assert kept(territory="abru") == {first.pk}
    assert kept(territory="itf1") == {first.pk}
    assert kept(territory="est") == {second.pk}
    assert kept(territory="sud-e") == {second.pk}
