"""What whoever adopts a statement is told before the press."""

from __future__ import annotations

from datetime import timedelta

import pytest

from clusters.choices import State
from results.actions import policy as actions
from results.models import PolicyStatement
from tests.cast import Cast, make_cluster
from tests.factories import TODAY
from tests.results.test_policy import begun, outcome_of, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

ASKED = "Comments are still asked for"


@pytest.mark.parametrize(
    ("days", "is_told"), [(None, False), (0, True), (3, True)], ids=["no day", "the last day", "before the day"]
)
def test_who_adopts_while_comments_are_asked_for_is_warned_and_not_stopped(
    cast: Cast, days: int | None, is_told: bool
) -> None:
    statement, by = begun(cast), cast.user("coordinator")
    outcome = outcome_of(make_cluster(cast, State.RUNNING))
    actions.put_under(line=statement.lines.get(), by=by, kind="outcome", subject_id=outcome.pk)
    until = TODAY + timedelta(days=days) if days is not None else None
    actions.act(statement=statement, verb="statement.opened", by=by, comments_until=until)
    client, address = signed_in(cast, "mission_coordinator"), f"/policy/{statement.pk}/adopted/"
    assert (ASKED in client.get(address).text) is is_told
    seen = client.get(address).context["form"]["seen"].value()
    assert client.post(address, {"seen": seen}).status_code == 302
    assert PolicyStatement.objects.get(pk=statement.pk).state == "adopted"


def test_after_the_last_day_nobody_is_warned(cast: Cast) -> None:
    statement, by = begun(cast), cast.user("coordinator")
    actions.act(statement=statement, verb="statement.opened", by=by, comments_until=TODAY)
    PolicyStatement.objects.update(comments_until=TODAY - timedelta(days=1))
    for verb in ("adopted", "withdrawn"):
        assert ASKED not in signed_in(cast, "mission_coordinator").get(f"/policy/{statement.pk}/{verb}/").text
