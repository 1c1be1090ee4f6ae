"""After it was proposed: who may write, what the history keeps, and what a new name as lead means."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils.formats import date_format

from clusters.actions.proposal import save_step
from clusters.choices import State
from clusters.models import Cluster
from clusters.sentences import history
from community.actions.transition import transition
from community.models import Event, Message
from community.permissions import Refusal
from tests import factories as make
from tests.cast import ROLES, Cast, make_cast, make_cluster
from tests.clusters.form_reader import fields_of
from tests.clusters.proposal_pages import Writer

pytestmark = pytest.mark.django_db

EDITABLE = (State.DRAFT, State.SUBMITTED, State.RETURNED)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def submitted(cast: Cast) -> Cluster:
    return make_cluster(cast, State.SUBMITTED)


def writer(cast: Cast, cluster: Cluster, role: str = "proposer") -> Writer:
    return Writer(cast.accounts[role], cluster)


def test_a_save_leaves_one_event_with_old_and_new_values(cast: Cast, submitted: Cluster) -> None:
    answer = writer(cast, submitted).save(1, title="A better title", focus="both")
    assert answer.status_code == 302
    event = Event.objects.get()
    assert (event.verb, event.kind, event.subject_id, event.role) == (
        "proposal.edited",
        "cluster",
        submitted.pk,
        "proposer",
    )
    assert event.data["fields"] == ["focus", "title"]
    changes = event.detail.body["changes"]
    assert changes["title"] == {"was": "Nature-based solutions for flood regulation", "now": "A better title"}
    assert changes["focus"] == {"was": "", "now": "both"}
    submitted.refresh_from_db()
    assert submitted.version == 2


def test_the_history_words_what_was_changed_and_names_nobody(cast: Cast, submitted: Cluster) -> None:
    who = writer(cast, submitted)
    listed = make.make_member("Jean Aubert", organisation=cast.partner, consents=("directory",))
    who.save(1, focus="both", levels=["local"])
    who.save(2, **{"objectives-0-criterion": "Three annexes"})
    end = submitted.ends_on
    who.save(3, ends_on=(end + timedelta(days=1)).isoformat())
    who.save(4, **{"people-0-member": listed.key})
    events = Event.objects.select_related("detail").order_by("number")
    changes = [[(c.label, c.was, c.now) for c in entry.changes] for entry in history(events, submitted, user=None)]
    assert changes == [
        [("Focus", "–", "Thematic and territorial"), ("Levels of transfer", "Regional", "Local")],
        [("Objectives", "Fit the method (Two annexes)", "Fit the method (Three annexes)")],
        [("Planned end", *(date_format(day, "j F Y") for day in (end, end + timedelta(days=1))))],
        [("Who takes part", "–", "1 named: Park of the Cape")],
    ]


def test_a_save_of_nothing_new_leaves_no_event(cast: Cast, submitted: Cluster) -> None:
    for step in range(1, 6):
        assert writer(cast, submitted).save(step).status_code == 302
    assert not Event.objects.exists()
    submitted.refresh_from_db()
    assert submitted.version == 1


def test_a_proposal_does_not_save_itself(cast: Cast, submitted: Cluster) -> None:
    who = writer(cast, submitted)
    assert "data-autosave" not in who.page(1)
    answer = who.post(1, who.typed(1, title="By itself"), htmx=True, autosave="1")
    assert answer.status_code == 409
    assert "no longer saves itself" in answer.content.decode()
    submitted.refresh_from_db()
    assert submitted.title == "Nature-based solutions for flood regulation"


def test_a_recalled_proposal_writes_its_history_although_it_is_a_draft_again(cast: Cast, submitted: Cluster) -> None:
    transition(submitted, "recall", by=cast.accounts["proposer"])
    who = writer(cast, submitted)
    assert "data-autosave" not in who.page(1)
    who.save(1, title="After the recall")
    assert [event.verb for event in Event.objects.order_by("number")] == ["recall", "proposal.edited"]


@pytest.mark.parametrize("state", State.values)
@pytest.mark.parametrize("role", ROLES)
def test_only_proposer_and_named_lead_write_and_only_until_it_is_decided(cast: Cast, state: str, role: str) -> None:
    if role == "visitor":
        return
    cluster = make_cluster(cast, state)
    user = cast.accounts[role]
    expected = role in ("proposer", "lead") and state in EDITABLE
    if expected:
        save_step(cluster=cluster, values={"title": "Another title"}, by=user, seen=_seen(cluster))
    else:
        with pytest.raises(Refusal) as refused:
            save_step(cluster=cluster, values={"title": "Another title"}, by=user, seen=_seen(cluster))
        assert refused.value.code == "forbidden"
    cluster.refresh_from_db()
    assert (cluster.title == "Another title") is expected


def _seen(cluster: Cluster) -> str:
    from clusters.actions.proposal_values import digest, stored

    return digest(stored(cluster, ["title"]))


@pytest.mark.parametrize(
    ("role", "state", "status"),
    [
        ("proposer", State.SUBMITTED, 200),
        ("lead", State.RETURNED, 200),
        ("lead", State.DRAFT, 200),
        ("member", State.SUBMITTED, 403),
        ("coordinator", State.SUBMITTED, 403),
        ("member", State.DRAFT, 404),
        ("coordinator", State.DRAFT, 404),
        ("admin", State.DRAFT, 404),
        ("superuser", State.DRAFT, 404),
        ("external", State.SUBMITTED, 404),
        ("lead", State.CONCLUDED, 403),
        ("member", State.DECLINED, 404),
    ],
)
def test_the_pages_answer_as_the_rule_says(cast: Cast, role: str, state: str, status: int) -> None:
    cluster = make_cluster(cast, state)
    who = Writer(cast.accounts[role], cluster)
    for step in range(1, 6):
        assert who.client.get(who.url(step)).status_code == status
        assert who.client.post(who.url(step), {"do": "save"}).status_code in ({302, 409} if status == 200 else {status})


def test_from_the_approval_on_the_form_leads_to_an_amendment_and_writes_nothing(cast: Cast) -> None:
    writer = Writer(cast.accounts["proposer"], make_cluster(cast, State.RUNNING))
    for step in range(1, 6):
        answer = writer.client.get(writer.url(step))
        assert (answer.status_code, answer["Location"]) == (302, f"/clusters/{writer.name}/amendments/suggest/")
        assert writer.client.post(writer.url(step), {"do": "save"}).status_code == 403


def test_another_name_as_lead_voids_the_acceptance_and_asks_the_new_one(cast: Cast, submitted: Cluster) -> None:
    other = make.make_member("New Lead", organisation=cast.organisation, consents=("directory",))
    answer = writer(cast, submitted).save(4, lead=other.key, lead_organisation=str(cast.organisation.pk))
    assert answer.status_code == 302
    submitted.refresh_from_db()
    assert (submitted.lead, submitted.lead_accepted_at) == (other, None)
    assert submitted.lead_asked_at is not None
    message = Message.objects.get()
    assert (message.to, message.template) == (other.user, "clusters/submit")
    assert message.params["audience"] == "lead_to_ask"
    event = Event.objects.get()
    assert (event.data["lead_before"], event.data["lead"]) == (cast.member("lead").pk, other.pk)
    assert "New Lead" not in str(event.detail.body) + str(event.data)


def test_who_names_themselves_in_a_submitted_proposal_has_accepted(cast: Cast, submitted: Cluster) -> None:
    own = cast.member("proposer")
    writer(cast, submitted).save(4, lead=own.key, lead_organisation=str(cast.organisation.pk))
    submitted.refresh_from_db()
    assert submitted.lead == own
    assert submitted.lead_accepted_at is not None
    assert not Message.objects.exists()


def test_in_a_returned_proposal_a_new_lead_is_asked_with_the_next_submit(cast: Cast) -> None:
    cluster = make_cluster(cast, State.RETURNED)
    other = make.make_member("New Lead", organisation=cast.organisation, consents=("directory",))
    writer(cast, cluster).save(4, lead=other.key, lead_organisation=str(cast.organisation.pk))
    cluster.refresh_from_db()
    assert (cluster.lead, cluster.lead_accepted_at, cluster.lead_asked_at) == (other, None, None)
    assert not Message.objects.exists()


def test_taking_the_lead_off_takes_the_acceptance_off(cast: Cast, submitted: Cluster) -> None:
    writer(cast, submitted).save(4, lead="")
    submitted.refresh_from_db()
    assert (submitted.lead, submitted.lead_accepted_at) == (None, None)


def test_a_lead_who_stays_keeps_having_accepted(cast: Cast, submitted: Cluster) -> None:
    before = submitted.lead_accepted_at
    writer(cast, submitted, "lead").save(4, size_limit="9")
    submitted.refresh_from_db()
    assert (submitted.size_limit, submitted.lead_accepted_at) == (9, before)


def test_a_lead_who_names_somebody_else_loses_the_pen(cast: Cast, submitted: Cluster) -> None:
    own = writer(cast, submitted, "lead")
    proposer = cast.member("proposer")
    assert own.save(4, lead=proposer.key, lead_organisation=str(cast.organisation.pk)).status_code == 302
    assert own.client.get(own.url(1)).status_code == 403


def test_a_submitted_proposal_keeps_its_working_group(cast: Cast, submitted: Cluster) -> None:
    who = writer(cast, submitted)
    assert "A coordinator moves the proposal to another group" in who.page(4)
    who.save(4, working_group=str(cast.other_group.pk), size_limit="9")
    submitted.refresh_from_db()
    assert (submitted.working_group, submitted.size_limit) == (cast.group, 9)
    cluster = make_cluster(cast, State.RETURNED)
    writer(cast, cluster).save(4, working_group=str(cast.other_group.pk))
    cluster.refresh_from_db()
    assert cluster.working_group == cast.other_group


def test_the_loser_of_two_edits_reads_who_saved(cast: Cast, submitted: Cluster) -> None:
    mine = writer(cast, submitted).typed(1, title="Mine")
    writer(cast, submitted, "lead").save(1, title="Of the lead")
    answer = writer(cast, submitted).post(1, mine)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Lead Person saved this proposal" in page
    assert "Of the lead" in page
    assert fields_of(page)["title"] == ["Mine"]


def test_a_proposal_that_was_decided_meanwhile_is_not_written_any_more(cast: Cast, submitted: Cluster) -> None:
    who = writer(cast, submitted)
    typed = who.typed(1, title="Too late")
    Cluster.objects.filter(pk=submitted.pk).update(state=State.APPROVED)
    assert who.post(1, typed).status_code == 403
    submitted.refresh_from_db()
    assert submitted.title != "Too late"


def test_a_returned_proposal_is_proposed_again_from_its_last_step(cast: Cast) -> None:
    cluster = make_cluster(cast, State.RETURNED)
    who = writer(cast, cluster)
    assert "Propose</button>" in who.page(5)
    answer = who.post(5, who.typed(5), "propose")
    assert (answer.status_code, answer["Location"]) == (307, f"/clusters/{cluster.name}/submit/")
    assert "Propose" not in fields_of(writer(cast, make_cluster(cast, State.SUBMITTED)).page(5))
