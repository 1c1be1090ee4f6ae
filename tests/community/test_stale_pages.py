"""Two people on one page of words: what the browser sends from the page of the 409 is saved, and loses neither's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from clusters.choices import State
from community.choices import Vocabulary
from community.dates import written
from community.models import Liaison
from tests import factories as make
from tests.cast import make_cast, make_cluster
from tests.clusters.form_reader import fields_of
from tests.factories import NOW
from tests.matrix.places_panel import make_panel
from tests.matrix.places_room import make_meeting, make_room_file

pytestmark = [pytest.mark.django_db]


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    """Stop the clock on a day on which what is made here has not begun."""
    with time_machine.travel(NOW, tick=False):
        yield


Typed = dict[str, list[str]]


@dataclass
class Scene:
    """A row with its page, who opens it twice, and what each of the two types there."""

    row: Any
    page: str
    first: Any
    second: Any
    theirs: Typed
    mine: Typed


def solution() -> Scene:
    project = make.make_project("DUNES")
    row = make.make_solution("Dune fences", project=project, licence="MIT", description="Two\n\nparagraphs")
    row.challenges.set([make.make_term()])
    row.links.create(position=1, label="Manual", address="https://dune.example/m", rights_holder="Park", licence="MIT")
    kind, other = make.make_term(Vocabulary.SOLUTION_TYPE), make.make_term()
    people = [make.make_coordinator(None).user, make.make_admin()]
    theirs = {
        "summary": ["Keeps sand."],
        "challenges": [str(other.pk)],
        "type": [str(kind.pk)],
        "languages": ["el", "en"],
        "website": ["https://dune.example/"],
        "links": ["Plans https://dune.example/p | Park of the Cape | CC0"],
    }
    return Scene(row, f"/solutions/{row.pk}/edit/", *people, theirs, {"description": ["Mine"], "licence": ["CC0"]})


def need() -> Scene:
    row, other = make.make_need("Who pays?"), make.make_term()
    theirs = {"description": ["Since 2020."], "urgency": ["high"], "challenges": [str(other.pk)]}
    people = [row.raised_by.user, make.make_admin()]
    return Scene(row, f"/needs/{row.pk}/reword/", *people, theirs, {"question": ["Who pays for sand?"]})


def exchange() -> Scene:
    row, other = make.make_exchange(), make.make_term()
    theirs = {"timing": ["In May"], "languages": ["hr"], "challenges": [str(other.pk)]}
    side = row.offered_by or row.asked_by
    people = [side.user, make.make_admin()]
    return Scene(row, f"/exchanges/{row.pk}/edit/", *people, theirs, {"description": ["Two days at sea."]})


def liaison() -> Scene:
    cast = make_cast()
    row = Liaison.objects.create(network="Forum", working_group=cast.group, from_on=date(2025, 5, 1))
    theirs = {
        "what_for": ["Trains wardens."],
        "from_on": ["2 May 2025"],
        "kept_by": [str(cast.member("coordinator").pk)],
        "organisation": [str(cast.organisation.pk)],
    }
    people = [cast.user("coordinator"), cast.user("mission_coordinator")]
    return Scene(row, f"/liaisons/{row.pk}/edit/", *people, theirs, {"network": ["Forum of ports"]})


def own_data() -> Scene:
    person = make.make_member("Anna Marin")
    term = make.make_term(Vocabulary.EXPERTISE, label="Dunes")
    theirs = {"about": ["I know dunes."], "languages": ["el", "hr"], "expertise": [str(term.pk)]}
    return Scene(person, "/account/data/correct/", *[person.user] * 2, theirs, {"name": ["Anna Marini"]})


def question() -> Scene:
    cast = make_cast()
    row, term = make_panel(cast), make.make_term(Vocabulary.EXPERTISE, label="Dunes")
    theirs = {"text": ["Who pays for reeds?"], "languages": ["el"], "expertise": [str(term.pk)]}
    people = [cast.user("lead"), cast.user("deputy_lead")]
    wanted = timezone.localdate() + timedelta(days=20)
    mine = {"wanted_on": [written(wanted)]}
    return Scene(row, f"/panel/{row.pk}/reword/", *people, theirs, mine)


def meeting() -> Scene:
    cast = make_cast()
    row = make_meeting(cast, make_cluster(cast, State.RUNNING))
    theirs = {"place": ["Lighthouse"], "zone": ["Europe/Athens"], "organisers": [str(cast.organisation.pk)]}
    people = [cast.user("lead"), cast.user("deputy_lead")]
    page = f"/clusters/{row.cluster.name}/room/meetings/{row.pk}/edit/"
    return Scene(row, page, *people, theirs, {"agenda": ["Wells"]})


def room_file() -> Scene:
    cast = make_cast()
    row = make_room_file(cast, make_cluster(cast, State.RUNNING))
    people = [cast.user("lead"), cast.user("deputy_lead")]
    page = f"/clusters/{row.cluster.name}/room/files/{row.pk}/edit/"
    return Scene(row, page, *people, {"title": ["Thirty wells"]}, {"visibility": ["public"]})


SCENES = [solution, need, exchange, liaison, own_data, question, meeting, room_file]


def browser(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def sent(page: str) -> Typed:
    """Return what the form of a page holds; one that is given twice would be read by its last."""
    fields = fields_of(page, "edit-form")
    assert len(fields["seen_version"]) == 1
    return fields


@pytest.mark.parametrize("make_scene", SCENES)
def test_the_page_of_a_stale_edit_can_be_sent_and_keeps_what_both_wrote(make_scene: Callable[[], Scene]) -> None:
    scene = make_scene()
    one, two = browser(scene.first), browser(scene.second)
    opened = [sent(client.get(scene.page).text) for client in (one, two)]
    assert one.post(scene.page, {**opened[0], **scene.theirs}).status_code == 302
    stale = two.post(scene.page, {**opened[1], **scene.mine})
    assert stale.status_code == 409
    now = sent(stale.text)
    for name, values in (scene.theirs | scene.mine).items():
        assert sorted(now[name]) == sorted(values), name
    labels = [clash.label for clash in stale.context["form"].clashes()]
    assert labels == [str(stale.context["form"].fields[name].label) for name in scene.mine]
    assert two.post(scene.page, now).status_code == 302
    again = sent(two.get(scene.page).text)
    for name, values in (scene.theirs | scene.mine).items():
        assert sorted(again[name]) == sorted(values), name


@pytest.mark.parametrize("make_scene", SCENES)
def test_where_both_wrote_the_same_field_both_texts_are_shown_rightly_and_ones_own_is_in_the_box(
    make_scene: Callable[[], Scene],
) -> None:
    scene = make_scene()
    one, two = browser(scene.first), browser(scene.second)
    opened = [sent(client.get(scene.page).text) for client in (one, two)]
    (name, values), *_rest = scene.theirs.items()
    assert one.post(scene.page, {**opened[0], name: values}).status_code == 302
    stale = two.post(scene.page, {**opened[1], name: ["Quite another"]})
    (clash,) = stale.context["form"].clashes()
    assert (stale.status_code, clash.was, clash.now) == (409, values[0], "Quite another")
    assert two.post(scene.page, sent(stale.text)).status_code == 302
    assert getattr(type(scene.row).objects.get(pk=scene.row.pk), name) == "Quite another"
