"""A list that is cut on a page says how many there are, and leads to all of them and to nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, QueryDict
from django.test import Client
from django.urls import reverse

from clusters.choices import State
from clusters.models import Cluster
from clusters.panel_contributed import SHOWN as SHOWN_QUESTIONS
from community.choices import ConsentPurpose
from community.contributions import sections_of
from community.models import Organisation
from community.querysets.cut import UNFOLDS
from tests import factories as make
from tests.cast import Cast, make_cast, make_cluster
from tests.clusters.making_panels import answered, asked, client_of, closed, invited
from tests.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.both]

#: More than any page shows at once.
MANY = 14
Made = tuple[str, list[str]]


@pytest.fixture(autouse=True)
def _today() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def _clusters(cast: Cast, **fields: Any) -> list[Cluster]:
    found = [make_cluster(cast, State.RUNNING, title=f"Reeds, part {number:02d}.", **fields) for number in range(MANY)]
    make_cluster(cast, State.RUNNING, title="Elsewhere", working_group=cast.other_group)
    Cluster.objects.filter(title="Elsewhere").get().solutions.clear()
    return found


def _project(cast: Cast) -> Made:
    project = make.make_project()
    rows = _clusters(cast, owning_project=project)
    return reverse("community:project", args=[project.code]), [row.title for row in rows]


def _organisation(cast: Cast) -> Made:
    place = make.make_organisation()
    rows = _clusters(cast, lead_organisation=place)
    return reverse("community:organisation", args=[place.pk]), [row.title for row in rows]


def _solution(cast: Cast) -> Made:
    row = make.make_solution()
    rows = _clusters(cast)
    for cluster in rows:
        cluster.solutions.set([row])
    return reverse("community:solution", args=[row.pk]), [one.title for one in rows]


def _need(cast: Cast) -> Made:
    need = make.make_need()
    rows = _clusters(cast, need=need)
    return reverse("community:need", args=[need.pk]), [row.title for row in rows]


def _group(cast: Cast) -> Made:
    group = make.make_working_group("WG9")
    rows = _clusters(cast)
    for cluster in rows:
        cluster.further_working_groups.set([group])
    return reverse("community:working_group", args=[group.code]), [row.title for row in rows]


def _platform(cast: Cast) -> Made:
    term = make.make_term()
    rows = _clusters(cast)
    for cluster in rows:
        cluster.themes.set([term])
    return reverse("community:platform", args=[term.code]), [row.title for row in rows]


def _solutions(cast: Cast) -> Made:
    place = make.make_organisation()
    projects = [make.make_project(), make.make_project()]
    for project in projects:
        make.make_partnership(place, project)
    rows = [make.make_solution(f"Method, part {number:02d}.", project=projects[number % 2]) for number in range(22)]
    return reverse("community:organisation", args=[place.pk]), [row.title for row in rows]


def _people(cast: Cast) -> Made:
    place = make.make_organisation("Park of the Reeds")
    elsewhere = make.make_organisation("Park of the Reeds and Dunes")
    shown = (ConsentPurpose.PUBLIC,)
    rows = [make.make_member(f"Person Part{n:02d}.", organisation=place, consents=shown) for n in range(MANY)]
    make.make_member("Elsewhere Person", organisation=elsewhere, consents=shown)
    return reverse("community:organisation", args=[place.pk]), [row.name for row in rows]


@pytest.mark.parametrize("made", [_project, _organisation, _solution, _need, _group, _platform, _solutions, _people])
def test_a_cut_list_says_how_many_there_are_and_leads_to_just_these(made: Callable[[Cast], Made]) -> None:
    url, names = made(make_cast())
    page = Client().get(url).content.decode()
    assert sum(name in page for name in names) < len(names)
    found = re.search(rf'href="([^"]*)">All {len(names)} (?:clusters|solutions|persons)', page)
    assert found is not None
    address = unescape(found[1])
    whole = Client().get(f"{url}{address}" if address.startswith("?") else address).content.decode()
    assert [name for name in names if name not in whole] == []
    assert "Elsewhere" not in whole


def test_who_works_for_another_organisation_of_a_like_name_is_not_found_by_the_number() -> None:
    cast = make_cast()
    _url, names = _people(cast)
    place = Organisation.objects.get(name="Park of the Reeds")
    client = Client()
    whole = client.get(reverse("community:members"), {"organisation": place.pk})
    assert whole.context["page_obj"].paginator.count == len(names)
    assert "Organisation: <b>Park of the Reeds</b>" in whole.content.decode()
    for wrong in ("0", "x", "9" * 30):
        assert (
            client.get(reverse("community:members"), {"organisation": wrong}).context["page_obj"].paginator.count == 0
        )


NO_SUCH = "There is no organisation of this number, or it is not yet confirmed."
OUT_OF_DATE = "This page was incomplete or out of date"


@pytest.mark.parametrize("role", ["visitor", "member", "admin"])
def test_the_number_of_a_merged_organisation_leads_to_the_people_of_the_one_that_it_is_now(role: str) -> None:
    cast = make_cast()
    _url, names = _people(cast)
    place = Organisation.objects.get(name="Park of the Reeds")
    between = make.make_organisation("Reed park", merged_into=place)
    before = make.make_organisation("Reeds", merged_into=between)
    address = f"{reverse('community:members')}?organisation={before.pk}"
    page = client_of(cast.user(role)).get(address)
    assert (page.context["page_obj"].paginator.count, page.context["form"].errors) == (len(names), {})
    assert "Organisation: <b>Park of the Reeds</b>" in page.content.decode()


@pytest.mark.parametrize("made", ["unverified", "merged into an unverified one", "none", "0", "x\0", "9" * 30])
def test_a_number_of_no_organisation_is_said_and_not_sent_again(made: str) -> None:
    hidden = make.make_organisation("Unverified", is_verified=False)
    merged = make.make_organisation("Merged", merged_into=hidden)
    number = {"unverified": hidden.pk, "merged into an unverified one": merged.pk, "none": 10**8}.get(made, made)
    page = Client().get(reverse("community:members"), {"organisation": number})
    text = page.content.decode()
    assert (page.context["page_obj"].paginator.count, OUT_OF_DATE in text, "Unverified" in text) == (0, False, False)
    assert NO_SUCH in text or made == "x\0"
    summary = text.split('id="errsum-title"')[1]
    assert ("Clear all" in text, 'name="organisation"' in text, "<li>" in summary) == (True, False, True)


def _questions(cast: Cast, number: int = MANY) -> Made:
    """Publish so many questions of one cluster."""
    cluster = make_cluster(cast, State.RUNNING)
    texts = [f"How wet is a reed bed, part {one:02d}?" for one in range(number)]
    for text in texts:
        question = asked(cast, cluster, text=text)
        answered(invited(cast, question, make.make_member(consents=(ConsentPurpose.DIRECTORY,))))
        closed(cast, question, publish=True)
    return cluster.get_absolute_url(), texts


@pytest.mark.parametrize("role", ["visitor", "member", "lead", "coordinator"])
@pytest.mark.parametrize("order", [("", "?all=panel", ""), ("?all=panel", "", "?all=panel")])
def test_the_questions_of_a_cluster_are_cut_or_whole_whoever_read_the_page_before(
    role: str, order: tuple[str, ...]
) -> None:
    cast = make_cast()
    url, texts = _questions(cast)
    client, found = client_of(cast.user(role)), []
    for query in order:
        page = client.get(f"{url}{query}").content.decode()
        section = page.split('id="h-panel"')[1].split("</section>")[0]
        found.append(sum(text in section for text in texts))
        assert (f'href="?all=panel#h-panel">All {MANY} questions' in section) is not bool(query)
    assert found == [MANY if query else SHOWN_QUESTIONS for query in order]


class _Read(QueryDict):
    """A query that notes what is asked of it."""

    def __init__(self) -> None:
        super().__init__("")
        self.names: set[str] = set()

    def get(self, key: str, default: Any = None) -> Any:
        self.names.add(key)
        return super().get(key, default)

    def __contains__(self, key: object) -> bool:
        self.names.add(str(key))
        return super().__contains__(key)

    def __getitem__(self, key: str) -> Any:
        self.names.add(key)
        return super().__getitem__(key)

    def getlist(self, key: str, default: Any = None) -> Any:
        self.names.add(key)
        return super().getlist(key, default)


@pytest.mark.parametrize("role", ["visitor", "member"])
def test_no_part_of_a_page_that_is_kept_hears_on_another_word_of_its_address(role: str) -> None:
    cast = make_cast()
    cluster, request, query = make_cluster(cast, State.RUNNING), HttpRequest(), _Read()
    request.method, request.user = "GET", cast.user(role) or AnonymousUser()
    request.GET = query  # type: ignore[assignment]
    sections_of("cluster", request, cluster)
    assert query.names == {UNFOLDS}
