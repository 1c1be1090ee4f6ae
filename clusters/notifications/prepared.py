"""Mails about prepared decisions: to those who may decide on the proposal, and to who prepared one; nobody else.

A row holds the key of the prepared decision; the words are made while sending, for who may still read them.
"""

from __future__ import annotations

from collections.abc import Callable

from django.utils import timezone
from django.utils.translation import gettext as _

from clusters.choices import PreparedStatus
from clusters.models import Cluster, PreparedDecision
from clusters.permissions import deciding_members
from clusters.rules.prepared import can_prepare, moment_words
from community import notifications
from community.models import Member, Message, User

#: Their templates begin so.
BEGINNING = "clusters/decision_"


def tell_prepared(row: PreparedDecision) -> None:
    """Tell the others who may decide that a decision is prepared, and until when nothing is said of it."""
    for member in _others(row, row.cluster):
        _queue("decision_prepared", row, row.cluster, member.user, "deciders")


def tell_announced(row: PreparedDecision, cluster: Cluster, *, by: User | None) -> None:
    """Tell who prepared it that it was announced, unless it was their own press."""
    if row.prepared_by.user is not None and row.prepared_by.user != by:
        _queue("decision_announced", row, cluster, row.prepared_by.user, "preparer")


def tell_held(row: PreparedDecision, cluster: Cluster, *, is_theirs: bool) -> None:
    """Tell who prepared it why it was not announced; the others too where it is no longer the preparer's to decide."""
    _queue("decision_held", row, cluster, row.prepared_by.user, "preparer")
    if not is_theirs:
        for member in _others(row, cluster):
            _queue("decision_held", row, cluster, member.user, "deciders")


def tell_dropped(row: PreparedDecision, cluster: Cluster, *, by: User | None) -> None:
    """Tell who prepared it that it was taken back, replaced or is void, unless it was their own doing."""
    if row.prepared_by.user is not None and row.prepared_by.user != by:
        _queue("decision_dropped", row, cluster, row.prepared_by.user, "preparer")


def _others(row: PreparedDecision, cluster: Cluster) -> list[Member]:
    deciders = deciding_members(cluster, timezone.localdate())
    return [member for member in deciders if member.pk != row.prepared_by_id]


def _queue(template: str, row: PreparedDecision, cluster: Cluster, user: User | None, audience: str) -> None:
    if user is not None:
        notifications.queue(
            f"clusters/{template}",
            to=user,
            subject=cluster,
            audience=audience,
            title=cluster.title,
            name=cluster.name,
            prepared=row.pk,
        )


def said_of(message: Message, cluster: Cluster) -> str:
    """Return the sentence of a mail about a prepared decision; "" for other mails, and for who may not read it now."""
    if not message.template.startswith(BEGINNING):
        return ""
    row = PreparedDecision.objects.with_people().filter(pk=message.params.get("prepared")).first()
    if row is None or message.to is None:
        return ""
    is_mine = message.to == row.prepared_by.user
    if not is_mine and can_prepare(message.to, cluster).code == "forbidden":
        return ""
    return _SAID[message.template.removeprefix(BEGINNING)](row, is_mine)


def _said_prepared(row: PreparedDecision, is_mine: bool) -> str:
    who, until = {"who": row.prepared_by.name}, _("It is announced when one of you presses.")
    if row.announce_at is not None:
        until = _("It is announced on %(moment)s.") % {"moment": moment_words(row.announce_at)}
    first = _("%(who)s prepared a decision on this proposal.") % who
    return f"{first} {until} {_('Until then nobody else is told of it.')}"


def _said_announced(row: PreparedDecision, is_mine: bool) -> str:
    by = row.closed_by.get_full_name() if row.closed_by is not None else _("the registry")
    words = _(
        "The decision that you prepared on %(day)s was announced by %(by)s: %(decision)s. It is taken in your name."
    )
    return words % {"day": moment_words(row.prepared_at), "by": by, "decision": row.get_verb_display()}


def _said_held(row: PreparedDecision, is_mine: bool) -> str:
    facts = {"who": row.prepared_by.name, "day": moment_words(row.prepared_at), "why": row.held_why}
    if is_mine:
        first = _("The decision that you prepared on %(day)s was not announced. %(why)s") % facts
        return f"{first} {_('What you wrote is still there: look at it again, or take it back.')}"
    first = _("The decision that %(who)s prepared on %(day)s was not announced. %(why)s") % facts
    return f"{first} {_('Nobody was told of it. Take it back, or decide yourself.')}"


def _said_dropped(row: PreparedDecision, is_mine: bool) -> str:
    by = row.closed_by.get_full_name() if row.closed_by is not None else _("The registry")
    facts = {"by": by, "day": moment_words(row.prepared_at)}
    if row.status == PreparedStatus.WITHDRAWN:
        return _("%(by)s took back the decision that you prepared on %(day)s. Nobody else was told of it.") % facts
    if row.status == PreparedStatus.SUPERSEDED:
        return _("Another decision was taken, so the one that you prepared on %(day)s is not announced.") % facts
    words = _("The proposal waits for no decision any more, so the one that you prepared on %(day)s is void.")
    return words % facts


_SAID: dict[str, Callable[[PreparedDecision, bool], str]] = {
    "prepared": _said_prepared,
    "announced": _said_announced,
    "held": _said_held,
    "dropped": _said_dropped,
}
