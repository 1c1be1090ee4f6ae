"""Two at once with addresses: a press sends once, a link acts once, an answer and a take-back do not both stand."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError

from clusters.actions import invitation, invitation_answer
from clusters.choices import InvitationStatus, State
from clusters.models import Cluster, Invitation
from clusters.notifications.invitation import PURPOSE
from community.links import mint
from community.models import Event, Member, Message, SignedLink
from tests.cast import Cast, make_cast, make_cluster
from tests.matrix.places import make_invitation
from tests.races import Step, at_once, meeting, refusals, without_locks

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
TEXT = "a@port.example b@port.example"


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def press_twice(cast: Cast, cluster: Cluster, step: Step = (invitation, "look")) -> list[Any]:
    """Let lead and deputy send the same addresses in the same moment."""
    given = {"cluster": cluster, "text": TEXT, "purpose": "Knows the tide gauges"}
    with meeting(step):
        return at_once(
            *(partial(invitation.send_invitations, by=cast.user(role), **given) for role in ("lead", "deputy_lead"))
        )


def test_two_presses_at_once_send_once(cast: Cast, rounds: Callable[[int], int]) -> None:
    for _round in range(rounds(20)):
        cluster = make_cluster(cast, State.RUNNING)
        results = press_twice(cast, cluster)
        answers = sorted([str(line.answer) for line in lines] for lines in results)
        assert answers == [["lately", "lately"], ["mail", "mail"]]
        assert cluster.invitations.count() == 2
        Invitation.objects.all().delete()
    assert Message.objects.filter(to_address="a@port.example").count() == rounds(20)


def test_without_the_lock_one_of_the_two_presses_fails(cast: Cast) -> None:
    with without_locks("clusters"):
        results = press_twice(cast, make_cluster(cast, State.RUNNING), Invitation)
    assert [type(result) for result in results if isinstance(result, Exception)] == [IntegrityError]


def linked(cast: Cast, address: str = "new@port.example") -> tuple[Invitation, SignedLink]:
    """Return an invitation to an address, a stranger's if no other is given, and its link."""
    row = make_invitation(cast, make_cluster(cast, State.RUNNING), address)
    link, _token = mint(PURPOSE, subject=row, address=row.address, by=None)
    return row, link


def accept(link: SignedLink) -> Callable[[], Any]:
    return partial(invitation_answer.accept_address, link=link, by=None, name="Ana Kovač", organisation="Port")


def test_a_link_that_is_pressed_twice_at_once_acts_once(cast: Cast, rounds: Callable[[int], int]) -> None:
    for _round in range(rounds(20)):
        row, link = linked(cast)
        with meeting((invitation_answer, "is_answerable")):
            results = at_once(accept(link), accept(link))
        refused = [str(result) for result in refusals(results)]
        assert refused == ["This invitation was accepted already."], results
        assert row.cluster.participations.filter(is_external=True, purpose=row.purpose).count() == 1
        assert Event.objects.filter(chain=f"cluster:{row.cluster_id}", verb="participation.joined").count() == 1
    assert Member.objects.filter(name="Ana Kovač").count() == 1


def test_without_the_lock_a_link_acts_twice(cast: Cast) -> None:
    _row, link = linked(cast, cast.user("other_external").email)
    with without_locks("clusters", SignedLink), meeting(SignedLink):
        results = at_once(accept(link), accept(link))
    assert [result for result in results if isinstance(result, Exception)] == []


def test_an_invitation_is_accepted_or_taken_back_never_both(cast: Cast, rounds: Callable[[int], int]) -> None:
    for _round in range(rounds(20)):
        row, link = linked(cast)
        take_back = partial(invitation.take_invitation_back, invitation=row, by=cast.user("lead"))
        with meeting((invitation_answer, "is_answerable"), (invitation, "_locked")):
            results = at_once(accept(link), take_back)
        row.refresh_from_db()
        verbs = set(Event.objects.filter(chain=f"cluster:{row.cluster_id}").values_list("verb", flat=True))
        if row.status == InvitationStatus.ACCEPTED:
            assert ("participation.joined" in verbs, "invitation.taken_back" in verbs) == (True, False), results
        else:
            assert row.status == InvitationStatus.TAKEN_BACK
            assert ("participation.joined" in verbs, "invitation.taken_back" in verbs) == (False, True), results
        assert len(refusals(results)) == 1
