"""How an erasure finds a person in text: without accents, in either order, under earlier names; and nobody else."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from community import search
from community.actions.erasure import erase_member
from community.actions.own_data import correct_own_data
from community.folding import fold
from community.models import Member, Message, Need
from community.personal_matching import Words
from tests import factories as make

PLACES = ["José Núñez", "Μαρία Παπαδοπούλου", "Zoraïda Quvexly", "Đurđa Šimić", "Anna Maria De Rossi", "Jörg Groß"]
#: Letters that no name above holds, so that what stands around is never a part of one; accented and folded ones too.
AROUND = st.text("wW ŵ¼ﬁ,;()\n\u200b\u0301 -12½ß", max_size=12)


@pytest.fixture(autouse=True)
def _ledger(tmp_path: Path, settings: Any) -> None:
    settings.ERASURE_LEDGER = tmp_path / "erasures.ledger"


def bare(text: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFD", text) if not unicodedata.combining(sign))


WRITTEN = (
    lambda name: name,
    lambda name: name.upper(),
    lambda name: bare(name),
    lambda name: bare(name).upper(),
    lambda name: unicodedata.normalize("NFD", name),
    lambda name: name.replace(" ", "\u00a0 \n"),
    lambda name: name[0] + "\u200b" + name[1:],
    lambda name: f"{name.split(' ', 1)[1]}, {name.split(' ', 1)[0]}",
    lambda name: bare(f"{name.split(' ', 1)[1]} {name.split(' ', 1)[0]}"),
)


@given(st.sampled_from(PLACES), st.sampled_from(WRITTEN), AROUND, AROUND)
@example("Jörg Groß", WRITTEN[3], "½\u0301 ", " ŵ")
def test_what_stands_around_a_name_stays_letter_by_letter(name: str, written: Any, before: str, after: str) -> None:
    before, after = f"{before} ", f". {after}"
    words = Words((name,), (), "FORMER")
    assert words.replaced(f"{before}{written(name)}{after}") == f"{before}FORMER{after}"
    folded = fold(f"{before}{written(name)}{after}")
    assert fold(name) not in words.replaced(folded, is_folded=True)


@given(AROUND)
def test_a_text_without_the_name_is_left_as_it_is(text: str) -> None:
    assert Words(tuple(PLACES), ("a.b@canary.example",), "FORMER").replaced(text) == text


def test_what_only_looks_like_a_name_or_an_address_is_left() -> None:
    words = Words(("Mark Will", "Anna Rossi"), ("anna@canary.example",), "FORMER")
    for text in (
        "We will mark the site.",
        "Annabel Rossi and Anna Rossini",
        "Anna alone, or Rossi alone",
        "joanna@canary.example, bob.anna@canary.example, anna@canary.example.org",
        "Anna\nRossi".replace("\n", " or "),
    ):
        assert words.replaced(text) == text
    assert (
        words.replaced("Will, Mark said; WILL MARK wrote anna@canary.example.") == "FORMER said; FORMER wrote FORMER."
    )


@pytest.mark.django_db
@pytest.mark.both
def test_a_name_without_accents_last_first_or_of_before_is_taken_out_of_the_words_of_others() -> None:
    person = make.make_member("José Núñez", sort_name="Núñez, José", account={"email": "jose@canary.example"})
    assert person.user is not None
    values = {"name": "José Núñez", "sort_name": "Núñez, José", "languages": [], "about": "", "expertise": []}
    earlier = values | {"name": "Zoraïda Quvexly", "sort_name": "Quvexly"}
    correct_own_data(by=person.user, seen_version=person.version, values=earlier)
    correct_own_data(by=person.user, seen_version=Member.objects.get(pk=person.pk).version, values=values)
    texts = ("Ask Jose Nunez", "JOSE NUNEZ asks", "Nunez, Jose asks", "Núñez José asks", "As ZORAIDA QUVEXLY knew")
    needs = [make.make_need(text) for text in texts]
    for need in needs:
        search.index(need)
    other = make.make_member("Bea Living", about="I work with Jose Nunez (jose@canary.example).")
    namesake = make.make_member("José Núñez Vidal")
    project = make.make_project("DUNES", summary="Led by José Núñez.", source="Letter of Núñez, José")
    erase_member(member=person, by=None)
    instead = f"Former member {person.pk}"
    said = list(
        Need.objects.filter(pk__in=[need.pk for need in needs]).order_by("pk").values_list("question", flat=True)
    )
    assert said == [f"Ask {instead}", f"{instead} asks", f"{instead} asks", f"{instead} asks", f"As {instead} knew"]
    assert not Need.objects.filter(search_text__contains="nunez").exists()
    other.refresh_from_db()
    assert other.about == f"I work with {instead} ({instead})."
    assert Member.objects.get(pk=namesake.pk).name == "José Núñez Vidal"
    project.refresh_from_db()
    assert (project.summary, project.source) == (f"Led by {instead}.", f"Letter of {instead}")


@pytest.mark.django_db
def test_a_name_that_somebody_else_bears_is_left_however_it_is_written() -> None:
    person, need = make.make_member("José Núñez"), make.make_need("Ask Jose Nunez")
    make.make_member("Jose Nunez")
    Message.objects.all().delete()
    erase_member(member=person, by=None)
    need.refresh_from_db()
    assert need.question == "Ask Jose Nunez"
