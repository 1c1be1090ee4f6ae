"""How a proposal starts: empty, from an example, from a need."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from clusters.choices import State
from clusters.models import Cluster
from clusters.rules.examples import EXAMPLES, is_example_text
from community.models import Event, Message
from tests import factories as make
from tests.cast import Cast, make_cast

pytestmark = pytest.mark.django_db

URL = "/clusters/propose/"


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def signed_in(cast: Cast, role: str = "member") -> Client:
    client = Client()
    client.force_login(cast.accounts[role])
    return client


def code_on(client: Client, url: str = URL) -> str:
    found = re.search(r'name="code" value="([a-z]{8})"', client.get(url).content.decode())
    assert found
    return found[1]


def test_looking_at_the_ways_to_start_writes_nothing(cast: Cast) -> None:
    client = signed_in(cast)
    for url in (URL, f"{URL}?need={make.make_need().pk}"):
        assert client.get(url).status_code == 200
        assert client.head(url).status_code == 200
    assert Cluster.objects.count() == 0


def test_an_empty_draft_is_made_and_leads_to_its_first_step(cast: Cast) -> None:
    answer = signed_in(cast).post(URL, {"code": "abcdefgh", "start": "empty"})
    cluster = Cluster.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, "/clusters/draft-abcdefgh/edit/1/")
    assert (cluster.state, cluster.proposer, cluster.reference) == (State.DRAFT, cast.member("member"), None)
    assert not Event.objects.exists()
    assert not Message.objects.exists()


def test_a_platform_gives_its_theme_along(cast: Cast) -> None:
    term, client = make.make_term(code="marshes", label="Storage in marshes"), signed_in(cast)
    assert f'href="{URL}?challenge=marshes"' in client.get("/platforms/marshes/").text
    page = client.get(f"{URL}?challenge=marshes&challenge=unknown").text
    assert ("Theme: Storage in marshes." in page, page.count('name="challenge"')) == (True, 1)
    client.post(URL, {"code": "abcdefgh", "start": "empty", "challenge": ["marshes", "unknown"]})
    assert list(Cluster.objects.get().themes.all()) == [term]


def test_the_same_form_sent_twice_leads_to_the_same_draft(cast: Cast) -> None:
    client = signed_in(cast)
    code = code_on(client)
    first = client.post(URL, {"code": code, "start": f"example:{EXAMPLES[0].code}"})
    Cluster.objects.update(title="Mine by now")
    second = client.post(URL, {"code": code, "start": f"example:{EXAMPLES[0].code}"})
    assert first["Location"] == second["Location"]
    assert [cluster.title for cluster in Cluster.objects.all()] == ["Mine by now"]


def test_two_forms_make_two_drafts(cast: Cast) -> None:
    client = signed_in(cast)
    for code in (code_on(client), code_on(client)):
        client.post(URL, {"code": code, "start": "empty"})
    assert Cluster.objects.count() == 2


def test_the_code_of_somebody_elses_draft_makes_a_draft_of_ones_own(cast: Cast) -> None:
    signed_in(cast, "proposer").post(URL, {"code": "abcdefgh", "start": "empty"})
    answer = signed_in(cast).post(URL, {"code": "abcdefgh", "start": "empty"})
    assert "abcdefgh" not in answer["Location"]
    assert Cluster.objects.filter(proposer=cast.member("member")).count() == 1


@pytest.mark.parametrize("code", ["", "ABCDEFGH", "abc", "abcdefghi", "../../x", "\x00bcdefgh"])
def test_a_code_that_no_form_gave_is_replaced(cast: Cast, code: str) -> None:
    answer = signed_in(cast).post(URL, {"code": code, "start": "empty"})
    assert re.fullmatch(r"/clusters/draft-[a-z]{8}/edit/1/", answer["Location"])


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.code)
def test_a_draft_from_an_example_holds_every_part_of_it(cast: Cast, example: object) -> None:
    signed_in(cast).post(URL, {"code": "abcdefgh", "start": f"example:{example.code}"})
    cluster = Cluster.objects.get()
    assert is_example_text(cluster.title)
    assert is_example_text(cluster.question)
    assert is_example_text(cluster.adoption_plan)
    assert [row.text for row in cluster.objectives.all() if not is_example_text(row.text)] == []
    assert cluster.stages.count() == len(example.stages)
    assert cluster.expected_outcomes.count() == len(example.outcomes)
    assert (cluster.ends_on - cluster.starts_on).days + 1 == example.days
    assert cluster.ends_on >= max(stage.planned_end_on for stage in cluster.stages.all())


def test_an_example_that_does_not_exist_starts_empty(cast: Cast) -> None:
    signed_in(cast).post(URL, {"code": "abcdefgh", "start": "example:none"})
    assert Cluster.objects.get().title == ""


def test_a_draft_from_a_need_takes_its_question_words_places_and_themes(cast: Cast) -> None:
    need = make.make_need("Who pays for the marsh?", description="Nobody does.")
    place, theme = make.make_territory("EL30"), make.make_term()
    need.territories.add(place)
    need.challenges.add(theme, make.make_term(is_retired=True))
    client = signed_in(cast)
    assert "Who pays for the marsh?" in client.get(f"{URL}?need={need.pk}").content.decode()
    client.post(URL, {"code": "abcdefgh", "start": f"need:{need.pk}"})
    cluster = Cluster.objects.get()
    assert (cluster.need, cluster.question, cluster.need_text) == (need, "Who pays for the marsh?", "Nobody does.")
    assert ([*cluster.territories.all()], [*cluster.themes.all()]) == ([place], [theme])


@pytest.mark.parametrize("key", ["999999", "x", "\x00", "99999999999999999999"])
def test_a_need_that_is_not_there_is_not_found(cast: Cast, key: str) -> None:
    client = signed_in(cast)
    assert client.get(URL, {"need": key}).status_code == 404
    assert client.post(URL, {"code": "abcdefgh", "start": f"need:{key}"}).status_code == 404


def test_externals_read_why_they_cannot_propose_and_visitors_sign_in_first(cast: Cast) -> None:
    client = signed_in(cast, "external")
    for answer in (client.get(URL), client.post(URL, {"code": "abcdefgh", "start": "empty"})):
        assert answer.status_code == 403
        assert "Only members of the community of practice propose clusters." in answer.content.decode()
    assert Client().get(URL).status_code == 302
    assert Cluster.objects.count() == 0


def test_the_page_leads_back_to_ones_own_drafts_only(cast: Cast) -> None:
    Cluster.objects.create(proposer=cast.member("member"), title="Half written")
    Cluster.objects.create(proposer=cast.member("proposer"), title="Of somebody else")
    page = signed_in(cast).get(URL).content.decode()
    assert "Half written" in page
    assert "Of somebody else" not in page
