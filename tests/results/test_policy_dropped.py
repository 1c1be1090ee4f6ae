"""The next version of a statement is dropped: the adopted one stands, whole, and nothing of it went out of force."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from clusters.actions.reminders import send_reminders
from clusters.choices import State
from clusters.models import Outcome
from community.choices import MessageState
from community.models import Comment, Event, Message
from community.permissions import Refusal
from results.actions import policy as actions
from results.actions.policy_comment import comment_on_statement
from results.models import AdoptedLine, LineEvidence, PolicyStatement, StatementLine, StatementVersion
from results.policy_lifecycle import STATEMENT, content_hash
from results.policy_summary import snapshot_of
from tests.cast import ROLES, Cast, make_cluster
from tests.factories import NOW, TODAY
from tests.results.making import make_uptake
from tests.results.test_policy import LINE, adopted, begun, discussed, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
DROP = "statement.dropped"


def said(statement: PolicyStatement) -> dict[str, Any]:
    """Return what the statement says now, as an adoption would freeze it."""
    return dict(snapshot_of(PolicyStatement.objects.get(pk=statement.pk), at=NOW))


def rewritten(cast: Cast, statement: PolicyStatement, *, opened: bool = False) -> PolicyStatement:
    """Write a next version in which everything differs: head, words, order, lines and evidence."""
    by = cast.user("coordinator")
    statement = actions.act(statement=statement, verb="statement.revised", by=by)
    head = {"title": "Reeds count", "audience": "", "summary": "They grow.", "language": "de"}
    statement = actions.update_statement(statement=statement, by=by, seen_version=statement.version, **head)
    further = actions.add_line(statement=statement, by=by, text="Pay those who keep them.", heading="Pay")
    uptake = make_uptake(cast, make_cluster(cast, State.RUNNING), name="Board of the Cape")
    actions.put_under(line=further, by=by, kind="uptake", subject_id=uptake.pk)
    actions.move_line(line=further, by=by, up=True)
    first = statement.lines.get(text=LINE)
    actions.take_from_under(piece=first.evidence.order_by("pk")[0], by=by)
    version = PolicyStatement.objects.get(pk=statement.pk).version
    actions.update_line(line=first, by=by, seen_version=version, text="Count reeds.")
    if opened:
        actions.act(statement=statement, verb="statement.opened", by=by, comments_until=NOW.date())
    return PolicyStatement.objects.get(pk=statement.pk)


@pytest.mark.parametrize("opened", [False, True])
def test_dropping_the_next_version_puts_back_all_that_was_adopted_and_withdraws_nothing(
    cast: Cast, opened: bool
) -> None:
    statement = adopted(cast)
    version, standing = StatementVersion.objects.get(), list(AdoptedLine.objects.standing())
    pieces = list(LineEvidence.objects.order_by("kind").values("kind", "subject_id", "shows", "added_by"))
    statement = rewritten(cast, statement, opened=opened)
    if opened:
        comment_on_statement(statement=statement, by=cast.user("member"), text="Which reeds?")
    assert said(statement) != version.snapshot
    before = Event.objects.about(statement).count()
    dropped = actions.act(statement=statement, verb=DROP, by=cast.user("coordinator"), reason="It came to nothing.")
    dropped.refresh_from_db()
    assert (dropped.state, dropped.adopted_version, dropped.withdrawn_version) == ("adopted", 1, 0)
    assert (dropped.withdrawn_at, dropped.comments_until, dropped.version) == (None, None, statement.version + 1)
    assert said(dropped) == version.snapshot
    restored = LineEvidence.objects.order_by("kind").values("kind", "subject_id", "shows", "added_by")
    taken = {("outcome", None)}  # who had put it there went with it, as it was taken away
    assert [(one["kind"], one["subject_id"], one["shows"]) for one in restored] == [
        (one["kind"], one["subject_id"], one["shows"]) for one in pieces
    ]
    assert {(one["kind"], one["added_by"]) for one in restored} == taken | {("uptake", cast.member("coordinator").pk)}
    assert list(AdoptedLine.objects.standing()) == standing
    assert StatementVersion.objects.get().snapshot == version.snapshot
    event = Event.objects.about(dropped).first()
    assert event is not None
    assert (Event.objects.about(dropped).count(), event.verb, event.data["number"]) == (before + 1, DROP, 1)
    assert Comment.objects.count() == int(opened), "what was commented stays"
    page = Client().get(f"/policy/{dropped.pk}/").text
    assert ("Reeds count" in page, "dropped the next version" in page, "came to nothing" in page) == (
        False,
        True,
        False,
    )
    assert ("Which reeds?" in signed_in(cast, "lead").get(f"/policy/{dropped.pk}/").text) is opened


def test_evidence_that_is_gone_comes_back_as_what_the_version_rested_on(cast: Cast) -> None:
    statement = rewritten(cast, adopted(cast))
    Outcome.objects.all().delete()
    dropped = actions.act(statement=statement, verb=DROP, by=cast.user("coordinator"))
    assert sorted(LineEvidence.objects.values_list("kind", flat=True)) == ["outcome", "uptake"]
    assert "It is not on record any more" in Client().get(f"/policy/{dropped.pk}/").text


def test_there_must_be_a_version_in_force_to_go_back_to(cast: Cast) -> None:
    by, first = cast.user("coordinator"), begun(cast)
    withdrawn = actions.act(statement=adopted(cast), verb="statement.withdrawn", by=by, reason="It is wrong.")
    again = actions.act(statement=withdrawn, verb="statement.reopened", by=by, reason="It is asked for.")
    for statement in (first, discussed(cast), again):
        with pytest.raises(Refusal, match="No version of it is in force"):
            actions.act(statement=statement, verb=DROP, by=by)
        assert DROP not in {offer.verb.code for offer in STATEMENT.offers(statement, by=by, at=NOW)}
    with pytest.raises(Refusal, match="from where this does not lead"):
        actions.act(statement=adopted(cast), verb=DROP, by=by)


@pytest.mark.parametrize("state", ["draft", "discussed"])
def test_who_keeps_the_statement_drops_its_next_version(cast: Cast, state: str) -> None:
    statement = rewritten(cast, adopted(cast), opened=state == "discussed")
    may = set()
    for role in ROLES:
        attempt = STATEMENT.attempt(statement, DROP, by=cast.accounts.get(role), at=NOW)
        may |= {role} if STATEMENT.judge(attempt) else set()
    assert may == {"coordinator", "coordinator_proposer", "mission_coordinator"}


def test_dropping_makes_nobody_free_to_adopt_what_they_wrote(cast: Cast) -> None:
    statement = rewritten(cast, adopted(cast))
    by, other = cast.user("coordinator"), cast.user("coordinator_proposer")
    statement = actions.act(statement=statement, verb=DROP, by=other)
    assert cast.member("coordinator") in statement.writers.all(), "who wrote stays named until the next one begins"
    statement = actions.act(statement=statement, verb="statement.revised", by=other)
    statement = actions.act(statement=statement, verb="statement.opened", by=other)
    with pytest.raises(Refusal, match="somebody else adopts it"):
        actions.act(statement=statement, verb="statement.adopted", by=other)
    assert actions.act(statement=statement, verb="statement.adopted", by=by).adopted_version == 2


def test_what_was_shown_is_what_is_dropped(cast: Cast) -> None:
    statement = rewritten(cast, adopted(cast))
    seen, by = content_hash(statement), cast.user("coordinator")
    actions.add_line(statement=statement, by=by, text="Begun while the other read.")
    with pytest.raises(Refusal) as refused:
        actions.act(statement=statement, verb=DROP, by=cast.user("mission_coordinator"), seen=seen)
    assert refused.value.code == "stale"
    assert StatementLine.objects.filter(text="Begun while the other read.").exists()


def test_who_wrote_who_may_adopt_and_who_commented_hear_of_it(cast: Cast, clock: Any) -> None:
    statement = rewritten(cast, adopted(cast), opened=True)
    comment_on_statement(statement=statement, by=cast.user("member"), text="Which reeds?")
    actions.act(statement=statement, verb=DROP, by=cast.user("mission_coordinator"), reason="It came to nothing.")
    rows = Message.objects.filter(params__verb="dropped")
    assert {row.to_id for row in rows} == {
        cast.user(role).pk for role in ("coordinator", "coordinator_proposer", "member")
    }
    assert {row.params["title"] for row in rows} == {"Let wetlands count"}


def test_a_reminder_to_adopt_that_has_not_left_asks_nobody_once_it_is_dropped(cast: Cast) -> None:
    statement = rewritten(cast, adopted(cast), opened=True)
    send_reminders(on=TODAY + timedelta(days=7))
    mails = Message.objects.filter(template="clusters/reminder_of", kind="statement", subject_id=statement.pk)
    assert set(mails.values_list("state", flat=True)) == {MessageState.QUEUED}
    actions.act(statement=statement, verb=DROP, by=cast.user("coordinator"))
    assert set(mails.values_list("state", flat=True)) == {MessageState.SUPERSEDED}


def test_the_page_says_what_is_lost_before_the_press(cast: Cast) -> None:
    statement = adopted(cast)
    by, client = cast.user("coordinator"), signed_in(cast, "coordinator")
    address = f"/policy/{statement.pk}/dropped/"
    actions.act(statement=statement, verb="statement.revised", by=by)
    assert "Nothing: it says what version 1 says." in client.get(address).text
    actions.act(statement=statement, verb=DROP, by=by)
    rewritten(cast, statement)
    assert address in client.get(f"/policy/{statement.pk}/").text
    answer = client.get(address)
    dropped = answer.context["dropped"]
    assert [now for _name, now, _then in dropped.words] == ["Reeds count", "", "They grow.", "de"]
    assert [line.text for line in dropped.goes] == ["Pay those who keep them.", "Count reeds."]
    assert [line.text for line in dropped.comes_back] == [LINE]
    for words in ("Put back: Let wetlands count", "Pay those who keep them.", LINE, "It works."):
        assert words in answer.text, words
    posted = client.post(address, {"seen": answer.context["form"].initial["seen"], "reason": ""})
    assert (posted.status_code, PolicyStatement.objects.get().state) == (302, "adopted")


def test_the_pages_of_withdrawing_and_discarding_name_the_way_back(cast: Cast) -> None:
    statement = adopted(cast)
    client, hint = signed_in(cast, "coordinator"), "This ends more than the next version"
    withdraw = f"/policy/{statement.pk}/withdrawn/"
    assert hint not in client.get(withdraw).text
    rewritten(cast, statement)
    assert hint in client.get(withdraw).text
    assert (
        "Version 1 is in force: press “Drop the next version…”" in client.get(f"/policy/{statement.pk}/discard/").text
    )


def test_a_drop_that_breaks_leaves_the_next_version_as_it_was(cast: Cast) -> None:
    statement = rewritten(cast, adopted(cast), opened=True)
    before, events = said(statement), Event.objects.count()
    breaking = patch.object(LineEvidence.objects, "bulk_create", side_effect=ValidationError("It breaks."))
    with breaking, pytest.raises(ValidationError):
        actions.act(statement=statement, verb=DROP, by=cast.user("coordinator"))
    statement.refresh_from_db()
    assert (statement.state, said(statement), Event.objects.count()) == ("discussed", before, events)
