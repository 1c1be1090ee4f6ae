"""What a piece of evidence shows under its line: typed words stay, and are changed afterwards."""

from __future__ import annotations

import pytest

from clusters.choices import State
from community.models import Event
from community.permissions import Refusal
from results.actions import policy as actions
from results.models import LineEvidence, PolicyStatement
from tests.cast import Cast, make_cluster
from tests.results.making import make_uptake
from tests.results.test_policy import adopted, begun, discussed, outcome_of, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

SHOWS = "Flood levels fell in two of three winters."


def test_words_typed_beside_what_is_refused_stay_where_they_were_typed(cast: Cast) -> None:
    statement, cluster = begun(cast), make_cluster(cast, State.RUNNING)
    outcome, uptake = outcome_of(cluster), make_uptake(cast, cluster)
    client = signed_in(cast, "coordinator")
    address = f"/policy/{statement.pk}/lines/{statement.lines.get().pk}/evidence/"
    long = SHOWS + "!" * 300
    page = client.post(address, {"kind": "outcome", "subject_id": outcome.pk, "shows": long})
    box = f'id="shows-outcome-{outcome.pk}" name="shows" maxlength="300" value="{long}" aria-invalid="true"'
    assert (page.status_code, box in page.text, page.text.count(long)) == (422, True, 1)
    assert f'href="#shows-outcome-{outcome.pk}"' in page.text
    assert f'id="shows-uptake-{uptake.pk}" name="shows" maxlength="300" placeholder' in page.text
    uptake.is_disclosed = False
    uptake.save()
    page = client.post(address, {"kind": "uptake", "subject_id": uptake.pk, "shows": SHOWS})
    assert (page.status_code, "What you wrote that it shows" in page.text, page.text.count(SHOWS)) == (409, True, 1)
    assert LineEvidence.objects.count() == 0
    page = client.post(address, {"kind": "", "subject_id": "", "shows": SHOWS})
    assert (page.status_code, page.text.count(SHOWS)) == (422, 1)


def test_what_stands_under_the_line_already_is_not_put_there_with_other_words(cast: Cast) -> None:
    statement, outcome = begun(cast), outcome_of(make_cluster(cast, State.RUNNING))
    given = {"line": statement.lines.get(), "by": cast.user("coordinator"), "kind": "outcome", "subject_id": outcome.pk}
    first = actions.put_under(**given, shows=SHOWS)
    assert [actions.put_under(**given, shows=shows) for shows in (SHOWS, "")] == [first, first]
    client, page = signed_in(cast, "coordinator"), f"/policy/{statement.pk}/lines/{statement.lines.get().pk}/evidence/"
    again = client.post(page, {"kind": "outcome", "subject_id": outcome.pk, "shows": "It holds."})
    assert (again.status_code, "It stands under the line already" in again.text) == (422, True)
    assert "It holds." in again.text
    assert LineEvidence.objects.get().shows == SHOWS


def test_what_it_shows_is_changed_by_who_writes_and_the_history_tells_of_it(cast: Cast) -> None:
    statement = discussed(cast)
    piece = LineEvidence.objects.get(kind="outcome")
    client = signed_in(cast, "mission_coordinator")
    address = f"/policy/{statement.pk}/lines/{piece.line_id}/evidence/{piece.pk}/edit/"
    assert f'href="{address}"' in client.get(f"/policy/{statement.pk}/").text
    opened = client.get(address)
    assert ('value="It works."' in opened.text, "The annex is used" in opened.text) == (True, True)
    form = opened.context["form"]
    sent = {"seen_version": form["seen_version"].value(), "initial-shows": "It works.", "shows": SHOWS}
    long = client.post(address, {**sent, "shows": "x" * 301})
    assert (long.status_code, "x" * 301 in long.text) == (422, True)
    done = client.post(address, sent)
    assert (done.status_code, done.url) == (302, f"/policy/{statement.pk}/#line-{piece.line_id}")
    piece.refresh_from_db()
    assert piece.shows == SHOWS
    event = Event.objects.about(statement).get(verb="statement.evidence_changed")
    assert event.detail.body["changes"] == {"shows": {"was": "It works.", "now": SHOWS}}
    assert cast.member("mission_coordinator") in PolicyStatement.objects.get().writers.all()
    assert "changed what evidence shows under a line" in client.get(f"/policy/{statement.pk}/").text
    assert client.post(address, {**sent, "seen_version": statement.version}).status_code == 302
    assert Event.objects.filter(verb="statement.evidence_changed").count() == 1


def test_a_stale_change_of_what_it_shows_comes_back_with_both_texts(cast: Cast) -> None:
    statement = discussed(cast)
    piece = LineEvidence.objects.get(kind="outcome")
    client = signed_in(cast, "coordinator")
    address = f"/policy/{statement.pk}/lines/{piece.line_id}/evidence/{piece.pk}/edit/"
    sent = {"seen_version": statement.version, "initial-shows": "It works.", "shows": "Mine."}
    by = cast.user("mission_coordinator")
    actions.update_shows(piece=piece, by=by, seen_version=statement.version, shows="Theirs.")
    page = client.post(address, sent)
    assert (page.status_code, [words in page.text for words in ("Theirs.", "Mine.")]) == (409, [True, True])
    again = {name: page.context["form"][name].value() for name in ("shows", "seen_version")}
    assert client.post(address, again).status_code == 302
    piece.refresh_from_db()
    assert piece.shows == "Mine."


def test_what_an_adopted_statement_shows_is_not_changed_and_gone_evidence_has_no_page(cast: Cast) -> None:
    statement = adopted(cast)
    piece = LineEvidence.objects.get(kind="outcome")
    client = signed_in(cast, "coordinator")
    address = f"/policy/{statement.pk}/lines/{piece.line_id}/evidence/{piece.pk}/edit/"
    sent = {"seen_version": statement.version, "shows": SHOWS}
    page = client.post(address, sent)
    assert (page.status_code, "press “Write the next version” to change it" in page.text) == (409, True)
    assert SHOWS in page.text
    with pytest.raises(Refusal, match="working group write its statements"):
        actions.update_shows(piece=piece, by=cast.user("member"), seen_version=statement.version, shows=SHOWS)
    piece.delete()
    assert client.get(address).status_code == 404
