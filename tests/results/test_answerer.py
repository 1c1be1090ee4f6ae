"""Who answered for an organisation without an account is corrected, or taken out for good; the answer stands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from clusters.choices import State
from clusters.models import Cluster
from community.models import Event, EventDetail, File, Message, Redaction, SignedLink
from community.permissions import Refusal
from community.verification import verify_history
from results.actions.answerer import correct_answerer, take_answerer_out
from results.models import Uptake, UptakeConfirmation
from tests.cast import Cast, make_cast, make_cluster
from tests.clusters.form_reader import fields_of
from tests.database import contents
from tests.factories import NOW
from tests.results.making import ADDRESS, answered, asked, is_documented, make_uptake

pytestmark = [pytest.mark.django_db]
SAID = "Since the spring, says Mira Horvat."
LETTER = {"title": "Letter", "rights_holder": "Water Board", "licence": "CC0", "is_free_for_eu_use": True}


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def cluster(cast: Cast) -> Cluster:
    return make_cluster(cast, State.RUNNING)


@pytest.fixture
def uptake(cast: Cast, cluster: Cluster) -> Uptake:
    return make_uptake(cast, cluster)


@pytest.fixture
def row(cast: Cast, uptake: Uptake) -> UptakeConfirmation:
    """A confirmation with a letter that everybody may fetch."""
    _row, path = asked(cast, uptake)
    content = SimpleUploadedFile("mira-horvat.txt", b"We use it.")
    return answered(path, said=SAID, document={"content": content, "visibility": "public", **LETTER})


def browser(cast: Cast, role: str) -> Client:
    client = Client()
    client.force_login(cast.user(role))
    return client


def page_of(row: UptakeConfirmation) -> str:
    return f"/uptakes/{row.uptake_id}/questions/{row.pk}/person/"


def traces() -> list[str]:
    """Return the tables in which something of the person stands."""
    words = ("Mira", "mira@water", "mira-horvat", "Head of water")
    return sorted(table for table, rows in contents().items() if any(word in str(rows) for word in words))


def test_the_person_goes_from_everywhere_and_the_answer_stands(
    cast: Cast, uptake: Uptake, row: UptakeConfirmation
) -> None:
    assert traces() != []
    admin, address = browser(cast, "admin"), f"/uptakes/{uptake.pk}/"
    assert page_of(row) in admin.get(address).text
    assert all(word in admin.get(page_of(row)).text for word in (SAID, ADDRESS, "Head of water"))
    assert admin.post(page_of(row), {"take_out": "1"}).status_code == 302
    assert traces() == []
    kept = UptakeConfirmation.objects.get()
    assert (kept.status, kept.organisation_name, kept.answered_at) == ("confirmed", row.organisation_name, NOW)
    assert is_documented(uptake)
    file = File.objects.get()
    assert (file.visibility, file.holds_names, file.original_name) == ("restricted", True, "document.txt")
    page = Client().get(address).text
    assert ("Documented" in page, "was taken out at that person" in page) == (True, True)
    event = Event.objects.latest("number")
    assert (event.verb, event.data["confirmation"]) == ("uptake.answerer_taken_out", row.pk)
    assert set(EventDetail.objects.get(event=event).body) == {"title"}
    assert Redaction.objects.filter(by=cast.user("admin"), reason="erasure").count() == 2  # question and answer
    assert [one.code for one in verify_history()] == ["redacted", "redacted"]
    assert "Nothing is kept of the person" in admin.get(page_of(row)).text
    number = Event.objects.count()
    take_answerer_out(confirmation=row, by=cast.user("admin"))
    assert Event.objects.count() == number


def test_whoever_was_asked_and_objects_is_forgotten_at_once_and_the_link_ends(cast: Cast, uptake: Uptake) -> None:
    question, path = asked(cast, uptake)
    take_answerer_out(confirmation=question, by=cast.user("admin"))
    assert Client().get(path).status_code == 410
    kept = UptakeConfirmation.objects.get()
    assert (kept.status, kept.address, kept.answered_at) == ("taken_back", "", NOW)
    assert set(SignedLink.objects.values_list("address", "state")) == {("", "revoked")}
    assert not Message.objects.filter(to_address=ADDRESS).exists()


def test_name_and_function_are_corrected_and_no_event_repeats_them(cast: Cast, row: UptakeConfirmation) -> None:
    admin = browser(cast, "admin")
    typed = {**fields_of(admin.get(page_of(row)).text, "edit-form"), "person_name": ["Mira Kos"]}
    assert admin.post(page_of(row), {**typed, "function": [""]}).status_code == 422
    assert admin.post(page_of(row), typed).status_code == 302
    late = admin.post(page_of(row), {**typed, "person_name": ["Mira Kos"], "function": ["Head of rivers"]})
    assert late.status_code == 409
    assert admin.post(page_of(row), fields_of(late.text, "edit-form")).status_code == 302
    kept = UptakeConfirmation.objects.get()
    assert (kept.person_name, kept.function, kept.said) == ("Mira Kos", "Head of rivers", SAID)
    events = Event.objects.filter(verb="uptake.answerer_corrected")
    assert [set(EventDetail.objects.get(event=event).body) for event in events] == [{"title"}, {"title"}]


def test_who_coordinates_the_cluster_does_not_write_who_confirmed_it(cast: Cast, row: UptakeConfirmation) -> None:
    given: dict[str, Any] = {"seen_version": row.version, "person_name": "Somebody", "function": "Mayor"}
    both = cast.user("coordinator")
    both.is_staff = True
    both.save()
    with pytest.raises(Refusal, match="another administrator corrects"):
        correct_answerer(confirmation=row, by=both, **given)
    assert "another administrator corrects" in browser(cast, "coordinator").get(page_of(row)).text
    assert "Save the correction" not in browser(cast, "coordinator").get(page_of(row)).text
    for role in ("lead", "other_coordinator", "member"):
        for press in (correct_answerer, take_answerer_out):
            with pytest.raises(Refusal, match="Administrators take a person out"):
                press(confirmation=row, by=cast.user(role), **(given if press is correct_answerer else {}))


def test_administrators_find_who_writes_by_name_or_address(cast: Cast, row: UptakeConfirmation) -> None:
    admin, address = browser(cast, "admin"), "/admin/results/uptakeconfirmation/"
    for words in ("horvat", ADDRESS.upper(), "water board"):
        assert page_of(row) in admin.get(address, {"q": words}).text, words
    assert page_of(row) not in admin.get(address, {"q": "nobody"}).text
    assert admin.get(f"{address}{row.pk}/change/").status_code == 200
    assert admin.get(f"{address}add/").status_code == 403
    assert browser(cast, "lead").get(address).status_code in (302, 403)
