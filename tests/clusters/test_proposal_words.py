"""Every word of the guided proposal can be translated: its steps in each state, and its refusals."""

from __future__ import annotations

import pytest

from clusters.choices import State
from clusters.forms.proposal_choices import language_choices
from tests import factories as make
from tests.cast import Cast, make_cast, make_cluster
from tests.clusters.proposal_pages import Writer
from tests.test_words import bare_words, data

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def known() -> set[str]:
    """What the pages show from the database, and the languages in their own names."""
    return data() | {"Pseudo", *(label for _code, label in language_choices("en"))}


def test_every_word_of_the_steps_can_be_translated(cast: Cast, pseudo_locale: str) -> None:
    for state in (State.DRAFT, State.SUBMITTED, State.RETURNED):
        cluster = make_cluster(cast, state)
        writer = Writer(cast.accounts["proposer"], cluster)
        for step in range(1, 6):
            page = writer.client.get(writer.url(step), headers={"accept-language": pseudo_locale}).content.decode()
            assert bare_words(page, known()) == []


def test_every_refusal_can_be_translated(cast: Cast, pseudo_locale: str) -> None:
    cluster = make_cluster(cast, State.DRAFT)
    writer = Writer(cast.accounts["proposer"], cluster)
    typed = {
        1: {"title": "9" * 101, "focus": "-", "need": "999"},
        2: {"objectives-0-text": "9" * 301, "territories": "999"},
        3: {
            "starts_on": "31.4.2027",
            "ends_on": "1.1.1999",
            "deadline_on": "0",
            "stages-0-planned_end_on": "1.13.2027",
        },
        4: {"size_limit": "-", "lead": "999", "working_group": "999", "people-0-member": "999"},
        5: {"solutions": "999", "adoption_plan": "9" * 1001},
    }
    for step, fields in typed.items():
        for extra in ({}, {"autosave": "1"}):
            answer = writer.client.post(
                writer.url(step), {**writer.typed(step), **fields, **extra}, headers={"accept-language": pseudo_locale}
            )
            assert answer.status_code == 422
            assert bare_words(answer.content.decode(), known()) == []


def test_every_word_of_what_is_found_can_be_translated(cast: Cast, pseudo_locale: str) -> None:
    cluster = make_cluster(cast, State.DRAFT)
    make.make_member("Jean Aubert", organisation=cast.partner, consents=("directory",))
    writer = Writer(cast.accounts["proposer"], cluster)
    for step, what in ((1, "need"), (2, "territories"), (4, "lead"), (4, "people"), (5, "solutions")):
        for query in ("9999", "cape"):
            typed = {f"find_{what}": query, "do": f"find:{what}"}
            page = writer.client.post(writer.url(step), typed, headers={"accept-language": pseudo_locale})
            assert bare_words(page.content.decode().replace("cape", ""), known()) == []
