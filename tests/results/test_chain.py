"""The chain: both ways from every link, as the reader sees it, as a story, a picture and W3C PROV."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from prov.model import ProvDocument

from clusters.choices import ParticipationStatus, State
from clusters.models import Cluster, Outcome
from clusters.pictures.axis import TOP
from clusters.pictures.drawing import breadth
from community.choices import SolutionStatus
from community.models import Need, Solution
from results.actions.policy import act, add_line, put_under
from results.chain.walk import MOST, chain_of
from results.contributions import chain_kinds
from results.models import AdoptedLine, PeerReview, Uptake
from tests import factories as make
from tests.cast import Cast, make_cluster
from tests.factories import NOW
from tests.results.making_reviews import published
from tests.results.test_indicators import adopt
from tests.results.test_policy import discussed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
#: "Under 15" is promised; a line of policy may take two of them.
MOST_QUERIES = 14


class World:
    """A whole chain: a need, a solution, a cluster with an outcome, and an uptake."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.need: Need = make.make_need("How does a plan count a wetland?", raised_at=NOW)
        self.solution: Solution = cast.solution
        self.cluster: Cluster = make_cluster(cast, State.CONCLUDED, need=self.need)
        self.cluster.outcomes.all().delete()
        self.outcome = Outcome.objects.create(
            cluster=self.cluster, kind="transference", title="Method handed over", reached_on=date(2026, 4, 1)
        )
        self.uptake: Uptake = adopt(
            cast, "Bay Water", cluster=self.cluster, outcome=self.outcome, evidence_url="https://bay.example/plan"
        )

    @property
    def refs(self) -> dict[str, int]:
        """The links by kind."""
        rows = {"need": self.need, "solution": self.solution, "cluster": self.cluster}
        return {code: row.pk for code, row in (rows | {"outcome": self.outcome, "uptake": self.uptake}).items()}

    def grow(self) -> None:
        """Add one of each link."""
        further = make_cluster(self.cast, State.CONCLUDED, need=self.need)
        further.further_needs.add(make.make_need(), self.need)
        self.cluster.solutions.add(make.make_solution())
        self.cluster.further_needs.add(make.make_need())
        for cluster in (self.cluster, further):
            adopt(self.cast, f"Water {cluster.pk} {Uptake.objects.count()}", cluster=cluster, outcome=self.outcome)
            Outcome.objects.create(cluster=cluster, kind="networking", title="Further")


def titles(address: str, user: Any = None) -> list[str]:
    """Return the titles of the story that somebody reads, in its order."""
    client = Client()
    if user is not None:
        client.force_login(user)
    answer = client.get(address)
    assert answer.status_code == 200
    found = re.findall(r'<div class="body">.*?<h3><a [^>]*>(.*?)</a></h3>', answer.content.decode(), flags=re.S)
    return [title.strip() for title in found]


def test_every_link_tells_the_whole_chain_in_the_order_of_its_days(cast: Cast) -> None:
    world = World(cast)
    whole = [world.cluster.title, "Method handed over", "Bay Water (IT)", world.need.question, world.solution.title]
    for kind, pk in world.refs.items():
        assert titles(f"/chain/{kind}/{pk}/") == whole, kind


def test_a_chain_goes_no_further_than_the_reader_sees(cast: Cast) -> None:
    world = World(cast)
    Uptake.objects.filter(pk=world.uptake.pk).update(is_disclosed=False)
    address = f"/chain/cluster/{world.cluster.pk}/"
    assert "Bay Water (IT)" not in titles(address)
    assert "Bay Water (IT)" in titles(address, cast.user("lead"))
    assert Client().get(f"/chain/uptake/{world.uptake.pk}/").status_code == 404
    Solution.objects.filter(pk=world.solution.pk).update(status=SolutionStatus.DRAFT, published_at=None)
    assert world.solution.title not in titles(address)
    Cluster.objects.filter(pk=world.cluster.pk).update(state=State.DECLINED)
    assert titles(f"/chain/need/{world.need.pk}/") == [world.need.question]
    for kind in ("cluster", "outcome", "uptake"):
        for suffix in ("/", ".json"):
            assert Client().get(f"/chain/{kind}/{world.refs[kind]}{suffix}").status_code == 404


def test_what_is_no_link_has_no_chain() -> None:
    for address in ("/chain/member/1/", "/chain/need/0/", f"/chain/need/{10**30}/", "/chain/uptake/7.json"):
        assert Client().get(address).status_code == 404


def test_a_chain_of_one_says_so_and_a_long_one_says_that_there_is_more(cast: Cast) -> None:
    lonely = make.make_need("Alone?")
    assert "Nothing is linked to it yet" in Client().get(f"/chain/need/{lonely.pk}/").content.decode()
    world = World(cast)
    Outcome.objects.bulk_create(
        [Outcome(cluster=world.cluster, kind="networking", title=f"Outcome {number}") for number in range(MOST + 1)]
    )
    page = Client().get(f"/chain/cluster/{world.cluster.pk}/").content.decode()
    assert f"There are more outcomes than the {MOST} shown" in page
    assert (
        len([title for title in titles(f"/chain/cluster/{world.cluster.pk}/") if title.startswith("Outcome")]) <= MOST
    )


def test_the_data_is_prov_that_another_program_reads(cast: Cast) -> None:
    world = World(cast)
    content = Client().get(f"/chain/solution/{world.solution.pk}.json").content.decode()
    document = ProvDocument.deserialize(content=content, format="json")
    names = {str(record.identifier) for record in document.get_records() if record.identifier}
    assert {f"m4n:{kind}/{pk}/" for kind, pk in world.refs.items()} <= names
    said = document.get_provn()
    assert f"wasDerivedFrom(m4n:uptake/{world.uptake.pk}/, m4n:solution/{world.solution.pk}/" in said
    assert f"wasGeneratedBy(m4n:outcome/{world.outcome.pk}/, m4n:cluster/{world.cluster.pk}/" in said
    assert f"used(m4n:cluster/{world.cluster.pk}/, m4n:need/{world.need.pk}/" in said
    again = ProvDocument.deserialize(content=document.serialize(format="json"), format="json")
    assert again == document
    assert document.unified().is_document()


def test_the_data_says_until_when_an_uptake_was_in_use(cast: Cast) -> None:
    world = World(cast)
    Uptake.objects.filter(pk=world.uptake.pk).update(state="stopped", stopped_on=date(2026, 6, 30))
    found = Client().get(f"/chain/solution/{world.solution.pk}.json").json()["entity"]
    assert found[f"m4n:uptake/{world.uptake.pk}/"]["m4n:until"] == {"$": "2026-06-30", "type": "xsd:date"}
    assert "m4n:until" not in found[f"m4n:outcome/{world.outcome.pk}/"]


def test_the_picture_holds_what_the_story_tells(cast: Cast) -> None:
    world = World(cast)
    page = Client().get(f"/chain/uptake/{world.uptake.pk}/").content.decode()
    picture = page[page.index("<svg xmlns") : page.index("</figure>")]
    for words in ("Bay Water (IT)", "Method handed over", "Flood storage method"):
        assert words in picture
    assert picture.count("<circle class=") >= 5
    assert picture.count('class="p-edge"') == 6
    adopt(cast, "Said Water", cluster=world.cluster, is_documented=False)
    assert 'class="p-o-olive"' in Client().get(f"/chain/cluster/{world.cluster.pk}/").content.decode()


def test_no_line_of_the_picture_runs_through_its_words(cast: Cast) -> None:
    world = World(cast)
    world.grow()
    page = Client().get(f"/chain/solution/{world.solution.pk}/").text
    picture = page[page.index("<svg xmlns") : page.index("</figure>")]
    words = re.findall(r'<text class="p-t[23]?(?: halo)?" x="([\d.]+)" y="([\d.]+)"([^>]*)>([^<]+)<', picture)
    beneath_the_axis = [found for found in words if float(found[1]) > TOP]
    ends = [float(x) + breadth(said, 14) * ("end" not in more) for x, _y, more, said in beneath_the_axis]
    lines = re.findall(r'class="p-(?:edge|row|grid|gridy|today)" d="M([\d.]+) ', picture)
    assert (len(beneath_the_axis) > 10, len(lines) > 20) == (True, True)
    assert max(ends) < min(float(x) for x in lines)


def test_the_help_page_says_what_a_chain_is() -> None:
    assert "<b>Chain</b>" in Client().get("/help/").text


@pytest.mark.parametrize("role", ["visitor", "member", "lead"])
def test_a_chain_takes_as_many_queries_with_three_rows_as_with_one(cast: Cast, role: str) -> None:
    world, client = World(cast), Client()
    if (user := cast.user(role)) is not None:
        client.force_login(user)
    counts: list[dict[str, int]] = []
    for _size in ("one", "three"):
        found = {}
        for kind, pk in world.refs.items():
            client.get(f"/chain/{kind}/{pk}/")
            with CaptureQueriesContext(connection) as captured:
                assert client.get(f"/chain/{kind}/{pk}/").status_code == 200
            found[kind] = len(captured)
        counts.append(found)
        world.grow()
        world.grow()
    one, three = counts
    assert {kind: (one[kind], three[kind]) for kind in one if three[kind] > one[kind]} == {}
    assert max(three.values()) <= MOST_QUERIES


def test_who_left_an_ended_cluster_took_part_in_it(cast: Cast) -> None:
    world = World(cast)

    def said() -> str:
        chain = chain_of(chain_kinds.get("cluster"), world.cluster.pk, None)
        assert chain is not None
        return next(node.said for node in chain.nodes if node.kind == "cluster")

    before = said()
    assert re.fullmatch(r"\d+ organisations of \d+ countries took part\.", before)
    begun = world.cluster.started_on
    assert begun is not None
    world.cluster.participations.active().update(status=ParticipationStatus.LEFT, until_on=begun + timedelta(days=1))
    assert said() == before
    Cluster.objects.filter(pk=world.cluster.pk).update(state=State.RUNNING, ended_on=None)
    assert said() == ""


def test_a_line_of_policy_leads_back_to_the_result_in_two_presses(cast: Cast) -> None:
    cluster = make_cluster(cast, State.RUNNING)
    statement = discussed(cast, cluster)
    uptake = Uptake.objects.get()
    before = Client().get(f"/chain/uptake/{uptake.pk}/").content.decode()
    act(statement=statement, verb="statement.adopted", by=cast.user("mission_coordinator"))
    page = Client().get(f"/policy/{statement.pk}/").content.decode()
    address = re.search(r"/chain/statement_line/\d+/", page)
    assert address is not None
    chain = Client().get(address[0]).content.decode()
    assert f'href="/solutions/{cast.solution.pk}/"' in chain
    assert f'href="/uptakes/{uptake.pk}/"' in chain
    after = Client().get(f"/chain/uptake/{uptake.pk}/").content.decode()
    assert ("Policy line" in before, "Policy line" in after) == (False, True)


def test_the_chain_of_an_old_or_withdrawn_line_says_so_and_leads_to_its_document(cast: Cast) -> None:
    statement, by, mission = discussed(cast), cast.user("coordinator"), cast.user("mission_coordinator")
    statement = act(statement=statement, verb="statement.adopted", by=mission)
    first = AdoptedLine.objects.get()
    assert line_of(first) == ("", f"/policy/{statement.pk}/#adopted-{first.pk}")
    statement = act(statement=statement, verb="statement.revised", by=by)
    assert line_of(first) == ("", f"/policy/{statement.pk}/#adopted-{first.pk}"), "it stands until the next is adopted"
    act(statement=statement, verb="statement.opened", by=by)
    statement = act(statement=statement, verb="statement.adopted", by=mission)
    second = AdoptedLine.objects.get(version__number=2)
    assert line_of(first) == ("Superseded by version 2", f"/policy/{statement.pk}/v1/en/")
    assert line_of(second) == ("", f"/policy/{statement.pk}/#adopted-{second.pk}")
    statement = act(statement=statement, verb="statement.withdrawn", by=by, reason="It is wrong.")
    statement = act(statement=statement, verb="statement.reopened", by=by, reason="Mended.")
    for number, line in enumerate((first, second), 1):
        assert line_of(line) == ("Withdrawn", f"/policy/{statement.pk}/v{number}/en/")
    page = Client().get(f"/chain/statement_line/{second.pk}/").text
    assert (page.count("Withdrawn"), f'href="/policy/{statement.pk}/v2/en/"' in page) == (2, True)
    act(statement=statement, verb="statement.opened", by=by)
    act(statement=statement, verb="statement.adopted", by=mission)
    assert line_of(second)[0] == "Withdrawn, superseded by version 3"


def line_of(line: AdoptedLine) -> tuple[str, str]:
    """Return what the chain of a line says of its standing, and where it leads."""
    chain = chain_of(chain_kinds.get("statement_line"), line.pk, None)
    assert chain is not None
    return str(chain.start.gone), chain.start.url


def test_a_line_and_a_solution_stand_in_each_others_chain_only_where_an_uptake_or_a_review_joins_them(
    cast: Cast,
) -> None:
    cluster = make_cluster(cast, State.RUNNING)
    used, reviewed = make.make_solution(title="Only used"), make.make_solution(title="Reviewed")
    cluster.solutions.add(cast.solution, used, reviewed)
    statement = discussed(cast, cluster)
    outcome = Outcome.objects.create(cluster=cluster, kind="policy_evidence", title="Reviewed by peers")
    PeerReview.objects.filter(pk=published(cast, cluster, solution=reviewed).pk).update(outcome=outcome)
    by = cast.user("coordinator")
    uptake = adopt(cast, "Of the review", cluster=cluster, solution=cast.solution, outcome=outcome)
    for number, (kind, pk) in enumerate((("outcome", outcome.pk), ("uptake", uptake.pk)), 2):
        line = add_line(statement=statement, by=by, text=f"Line {number}")
        put_under(line=line, by=by, kind=kind, subject_id=pk)
    lone = Outcome.objects.create(cluster=cluster, kind="policy_evidence", title="Of nobody's uptake")
    put_under(line=add_line(statement=statement, by=by, text="Line 4"), by=by, kind="outcome", subject_id=lone.pk)
    act(statement=statement, verb="statement.adopted", by=cast.user("mission_coordinator"))
    down, up = pairs_of_chains()
    numbers = dict(AdoptedLine.objects.values_list("pk", "number"))
    assert down == up
    assert {(pk, numbers[line]) for pk, line in down} == {
        (cast.solution.pk, 1),
        (cast.solution.pk, 3),
        (reviewed.pk, 2),
        (reviewed.pk, 3),
    }
    shown = {row.pk: Client().get(f"/solutions/{row.pk}/").content.decode() for row in (used, reviewed)}
    heads = ("Policy lines that rest on it", "Policy lines of clusters that work with it")
    assert [[head in shown[row.pk] for head in heads] for row in (used, reviewed)] == [[False, True], [True, True]]


def pairs_of_chains() -> tuple[set[tuple[int, int]], set[tuple[int, int]]]:
    """Return (solution, line) as the chains of the solutions hold them, and as those of the standing lines do."""
    solutions = Solution.objects.visible_to(None).values_list("pk", flat=True)
    down = {(pk, line) for pk in solutions for line in linked("solution", pk, "statement_line")}
    lines = AdoptedLine.objects.standing().values_list("pk", flat=True)
    return down, {(pk, line) for line in lines for pk in linked("statement_line", line, "solution")}


def linked(kind: str, pk: int, other: str) -> list[int]:
    """Return the keys of the links of another kind that the chain of one link holds for everybody."""
    chain = chain_of(chain_kinds.get(kind), pk, None)
    return [node.pk for node in chain.nodes if node.kind == other] if chain else []
