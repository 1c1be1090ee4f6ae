"""The pages of amendments: who reads what when, a form that keeps what was typed, a decision by ticks."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import time_machine
from django.test import Client

from clusters.actions.amendment import act, comment_on_amendment, decide_amendment, suggest_amendment
from clusters.choices import AmendmentState, State
from clusters.models import Amendment, Cluster
from tests.cast import Cast, make_cast, make_cluster
from tests.factories import NOW

pytestmark = [pytest.mark.django_db]
SECRET = "The harbour opens later."
GROUP = ("visitor", "member", "participant", "external")
CONCERNED = ("lead", "deputy_lead", "coordinator", "mission_coordinator", "admin")


@pytest.fixture(autouse=True)
def _today() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def cluster(cast: Cast) -> Cluster:
    return make_cluster(cast, State.RUNNING)


def signed_in(cast: Cast, role: str) -> Client:
    client = Client()
    if (user := cast.user(role)) is not None:
        client.force_login(user)
    return client


def url(cluster: Cluster, *parts: Any) -> str:
    return "/".join(["", "clusters", cluster.name, "amendments", *map(str, parts), ""])


def suggest(cast: Cast, cluster: Cluster, role: str = "lead", **wished: Any) -> Amendment:
    values = wished or {"ends_on": "2026-11-30"}
    return suggest_amendment(cluster=cluster, by=cast.user(role), wished=values, reason=SECRET)


def form_of(client: Client, address: str) -> dict[str, Any]:
    """Return what a browser would send of the form as it is shown."""
    form = client.get(address).context["form"]
    shown = {name: form[name].value() for name in form.fields}
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in shown.items()
        if value not in (None, False)
    }


@pytest.mark.parametrize("role", GROUP)
def test_nothing_of_an_open_amendment_is_seen_by_the_group(cast: Cast, cluster: Cluster, role: str) -> None:
    row = suggest(cast, cluster)
    comment_on_amendment(amendment=row, by=cast.user("coordinator"), text="A secret word.")
    client = signed_in(cast, role)
    assert client.get(url(cluster, row.number)).status_code == 404
    for page in (url(cluster), f"/clusters/{cluster.name}/", f"/clusters/{cluster.name}/history/"):
        text = client.get(page).content.decode()
        assert SECRET not in text
        assert "A secret word." not in text
        assert "an amendment." not in text


@pytest.mark.parametrize("role", CONCERNED)
def test_those_concerned_read_it_in_full(cast: Cast, cluster: Cluster, role: str) -> None:
    row = suggest(cast, cluster, "participant")
    text = signed_in(cast, role).get(url(cluster, row.number)).content.decode()
    assert SECRET in text
    assert "<del>September</del>" in text
    history = signed_in(cast, role).get(f"/clusters/{cluster.name}/history/").content.decode()
    assert "suggested an amendment." in history


def test_the_group_reads_what_was_accepted_and_not_what_was_refused(cast: Cast, cluster: Cluster) -> None:
    row = suggest(cast, cluster, ends_on="2026-11-30", title="Anemones")
    decide_amendment(amendment=row, by=cast.user("coordinator"), accepted=["ends_on"], reason="The title is known.")
    visitor = signed_in(cast, "visitor")
    for page in (url(cluster, row.number), url(cluster), f"/clusters/{cluster.name}/history/"):
        text = visitor.get(page).content.decode()
        assert "Anemones" not in text
        assert "The title is known." not in text
    assert "November</ins>" in visitor.get(f"/clusters/{cluster.name}/history/").content.decode()
    assert "Anemones" in signed_in(cast, "lead").get(url(cluster, row.number)).content.decode()


def test_a_form_sent_as_it_is_shown_says_that_nothing_differs(cast: Cast, cluster: Cluster) -> None:
    client = signed_in(cast, "participant")
    answer = client.post(url(cluster, "suggest"), form_of(client, url(cluster, "suggest")) | {"reason": SECRET})
    assert answer.status_code == 422
    assert "Nothing differs from the cluster as it stands" in answer.content.decode()
    assert SECRET in answer.content.decode()


def test_a_participant_suggests_the_lead_puts_forward_a_coordinator_ticks(cast: Cast, cluster: Cluster) -> None:
    participant, lead = signed_in(cast, "participant"), signed_in(cast, "lead")
    coordinator = signed_in(cast, "coordinator")
    data = form_of(participant, url(cluster, "suggest")) | {"ends_on": "30.11.2026", "title": "Wetlands", "reason": "x"}
    answer = participant.post(url(cluster, "suggest"), data)
    assert (answer.status_code, answer.url) == (302, url(cluster, 1))
    assert Amendment.objects.get().state == AmendmentState.SUGGESTED
    assert "Put forward or turn down" in lead.get("/desk/").content.decode()
    assert lead.post(url(cluster, 1, "proposed")).status_code == 302
    assert "Decide on the amendment" in coordinator.get("/desk/").content.decode()
    shown = form_of(coordinator, url(cluster, 1, "decide"))
    assert shown["accepted"] == ["title", "ends_on"]
    part = {**shown, "accepted": ["ends_on"], "do": "accept", "reason": ""}
    refused = coordinator.post(url(cluster, 1, "decide"), part)
    assert refused.status_code == 422
    assert "Say why the rest is refused" in refused.content.decode()
    assert coordinator.post(url(cluster, 1, "decide"), part | {"reason": "Known."}).status_code == 302
    now = Cluster.objects.get(pk=cluster.pk)
    assert (now.title, now.ends_on) == (cluster.title, date(2026, 11, 30))


def test_a_form_filled_before_the_cluster_changed_shows_both(cast: Cast, cluster: Cluster) -> None:
    participant = signed_in(cast, "participant")
    data = form_of(participant, url(cluster, "suggest")) | {"title": "Wetlands", "reason": SECRET}
    row = suggest(cast, cluster, title="Coasts")
    decide_amendment(amendment=row, by=cast.user("coordinator"), accepted=["title"])
    answer = participant.post(url(cluster, "suggest"), data)
    text = answer.content.decode()
    assert answer.status_code == 409
    assert ("<del>Coasts</del>" in text, "<ins>Wetlands</ins>" in text) == (True, True)
    again = data | {"base": answer.context["form"]["base"].value()}
    assert participant.post(url(cluster, "suggest"), again).status_code == 302


def test_an_outdated_field_shows_both_and_cannot_be_ticked(cast: Cast, cluster: Cluster) -> None:
    first, second = suggest(cast, cluster), suggest(cast, cluster, ends_on="2026-12-31")
    decide_amendment(amendment=first, by=cast.user("coordinator"), accepted=["ends_on"])
    page = signed_in(cast, "coordinator").get(url(cluster, second.number, "decide"))
    text = page.content.decode()
    assert "The cluster has changed here since this was written" in text
    assert "30 November 2026" in text
    assert 'id="id_accepted_ends_on" disabled' in text
    renewed = signed_in(cast, "lead")
    data = form_of(renewed, url(cluster, second.number, "renew"))
    assert data["ends_on"] == "2026-12-31"
    assert renewed.post(url(cluster, second.number, "renew"), data).status_code == 302


def test_a_decision_on_what_was_renewed_meanwhile_is_asked_again(cast: Cast, cluster: Cluster) -> None:
    row = suggest(cast, cluster)
    coordinator = signed_in(cast, "coordinator")
    data = form_of(coordinator, url(cluster, 1, "decide")) | {"do": "accept"}
    act(amendment=row, verb="amendment.renewed", by=cast.user("lead"), wished={"ends_on": "2026-12-31"})
    answer = coordinator.post(url(cluster, 1, "decide"), data)
    assert answer.status_code == 409
    assert "December</ins>" in answer.content.decode()
    again = data | {"seen": answer.context["form"]["seen"].value()}
    assert coordinator.post(url(cluster, 1, "decide"), again).status_code == 302


def test_a_hand_over_by_its_pages(cast: Cast, cluster: Cluster) -> None:
    lead, participant = signed_in(cast, "lead"), signed_in(cast, "participant")
    text = lead.get(url(cluster, "hand-over")).content.decode()
    assert "Participant Person, Region of the Gulf" in text
    assert "External Person" not in text
    pair = f"{cast.member('participant').pk}-{cast.organisation.pk}"
    data = {"new_lead": pair, "reason": "A new post."}
    assert lead.post(url(cluster, "hand-over"), data).status_code == 302
    assert "Accept or decline to lead" in participant.get("/desk/").content.decode()
    assert participant.post(url(cluster, 1, "lead-accepted")).status_code == 302
    coordinator = signed_in(cast, "coordinator")
    data = form_of(coordinator, url(cluster, 1, "decide")) | {"do": "accept"}
    assert coordinator.post(url(cluster, 1, "decide"), data).status_code == 302
    assert Cluster.objects.get(pk=cluster.pk).lead == cast.member("participant")


@pytest.mark.parametrize("state", [State.APPROVED, State.RUNNING, State.PAUSED])
def test_the_proposals_form_leads_to_an_amendment_once_it_is_approved(cast: Cast, state: str) -> None:
    cluster = make_cluster(cast, state)
    for role in ("lead", "proposer"):
        answer = signed_in(cast, role).get(f"/clusters/{cluster.name}/edit/1/")
        assert (answer.status_code, answer.url) == (302, url(cluster, "suggest"))
        typed = signed_in(cast, role).post(f"/clusters/{cluster.name}/edit/1/", {"title": "Another"})
        assert typed.status_code == 403
        assert "the rest is changed by an amendment" in typed.content.decode()
    assert Cluster.objects.get(pk=cluster.pk).title == cluster.title
    assert signed_in(cast, "member").get(f"/clusters/{cluster.name}/edit/1/").status_code == 403


def test_the_review_desk_lists_amendments(cast: Cast, cluster: Cluster) -> None:
    row = suggest(cast, cluster)
    assert url(cluster, row.number, "decide") in signed_in(cast, "coordinator").get("/review/").content.decode()
    assert url(cluster, row.number, "decide") not in signed_in(cast, "stand_in").get("/review/").content.decode()


def test_the_help_page_holds_the_life_of_an_amendment(cast: Cast) -> None:
    text = signed_in(cast, "visitor").get("/help/").content.decode()
    assert text.count("The life of an amendment, verb by verb</h2>") == 1
    assert text.count("The life of a cluster, verb by verb</h2>") == 1
    assert "Suggested, Put forward" in text
    assert "Withdrawn, Withdrawn" not in text


def test_a_stage_outside_of_the_clusters_dates_leads_to_the_amendment(cast: Cast, cluster: Cluster) -> None:
    cluster.stages.create(position=2, title="Fair", planned_start_on="2026-12-01", planned_end_on="2026-12-02")
    lead = signed_in(cast, "lead")
    address = f"{url(cluster, 'suggest')}?ends_on=2026-12-02"
    assert address in lead.get(f"/clusters/{cluster.name}/roadmap/").content.decode()
    assert form_of(lead, address)["ends_on"] == "2026-12-02"
    assert lead.get(f"{url(cluster, 'suggest')}?ends_on=nonsense&starts_on=2026-13-01").status_code == 200
