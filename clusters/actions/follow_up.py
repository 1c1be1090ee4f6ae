"""Follow-ups: asked by the registry on their day, answered by who has an account or holds the link.

An answer is given once and may be corrected until a stated day; every step leaves an event in the cluster's chain.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clusters import contributions
from clusters.actions.parts import check_fields, differences, each_alone, record_change, worked_as
from clusters.choices import FollowUpAnswer
from clusters.models import Cluster, FollowUp
from clusters.notifications import follow_up as follow_up_mails
from clusters.notifications.follow_up import PURPOSE, call_off, question_of
from clusters.rules.follow_up import can_answer, is_answerable, note_problem, person_to_ask
from community import links
from community.choices import LinkState
from community.folding import fold_key
from community.models import SignedLink, User
from community.permissions import Refusal

#: One run of the clock asks at most so many; the next run goes on.
BATCH = 200
_KEYS = ("cluster", "asked", "answered_by")
_WORDS = ("answer", "note", "evidence_url")


def ask_due_follow_ups(now: datetime) -> int:
    """Send the first mail of the follow-ups whose day has come, each in a transaction of its own; return how many.

    Running twice, or two at once, sends once. One for whom nobody can be written to is looked at again next time.
    """
    rows = FollowUp.objects.to_ask(timezone.localdate(now)).values_list("pk", flat=True)[:BATCH]
    return each_alone(rows, lambda pk: ask_follow_up(follow_up=FollowUp(pk=pk), at=now), what="asking a follow-up")


@transaction.atomic
def ask_follow_up(*, follow_up: FollowUp, at: datetime) -> bool:
    """Ask what became of a cluster: note of whom and when, one event, one mail with a link; tell whether it was done.

    Order of effects: lock the cluster and the row, find who can be written to, event, mail. A no-op when it was asked
    or answered before, was cancelled, or nobody can be asked.
    """
    cluster, row = _locked(follow_up)
    is_asked = row.asked_at is not None or row.answered_at is not None
    member = person_to_ask(row, timezone.localdate(at))
    if is_asked or member is None or not is_answerable(row, row.due_on):
        return False
    row.asked, row.asked_at = member, at
    row.save(update_fields=["asked", "asked_at"])
    data = {"why": row.why, "asked": member.pk}
    event = record_change(cluster, "follow_up.asked", row, by=None, at=at, data=data)
    follow_up_mails.ask(row, member, at=at, key=f"follow-up:{row.pk}", event=event)
    return True


@transaction.atomic
def answer_follow_up(
    *,
    follow_up: FollowUp,
    by: User | None,
    answer: str,
    seen_version: int,
    note: str = "",
    evidence_url: str = "",
    link: SignedLink | None = None,
    besides: Mapping[str, Any] | None = None,
    at: datetime | None = None,
) -> FollowUp:
    """Write down what became of a cluster, or correct it; a no-op when the same stands there already.

    Args:
        by: who is signed in; None only with a link.
        link: the link by which it is answered. It is used up by the first answer; who holds it may still correct.
        seen_version: the version of the follow-up that the form was opened on.
        besides: what was said of what upper apps ask for (`contributions.followed_up`).

    Order of effects: lock, write, use the link up and revoke the others, call off what waits to be sent, one event.

    Raises:
        Refusal: who may not answer, the link has ended ("closed"), it is not asked (any more), the time of
            corrections is over ("state"), or somebody answered meanwhile ("stale").
    """
    at = at or timezone.now()
    cluster, row = _locked(follow_up)
    _check_who(row, by=by, link=link, at=at)
    given = {"answer": answer, "note": note.strip(), "evidence_url": evidence_url}
    before = {name: getattr(row, name) for name in _WORDS}
    said = {name: value for name, value in (besides or {}).items() if value}
    if row.answered_at is not None and given == before and not said:
        return row
    if row.version != seen_version:
        words = _("Somebody answered while you were writing. Your text is still here: compare, then save again.")
        raise Refusal(words, "stale")
    is_first = row.answered_at is None
    _write(row, given, by=by, at=at)
    if is_first and link is not None:
        links.use(link, by=by, at=at)
    call_off(row)
    _record(cluster, row, {} if is_first else before, link=link, by=by, at=at)
    for one in contributions.followed_up if said else ():
        one.write(cluster, said, row.note, by, at)
    return row


def open_question(token: str, *, by: User | None, at: datetime | None = None) -> tuple[SignedLink, FollowUp]:
    """Return link and follow-up behind a token, to be answered or corrected; changes nothing.

    Raises:
        Refusal: the token is unknown ("unknown"), was sent to somebody else than who is signed in
            ("wrong_account"), or acts no more ("closed"), with the reason.
    """
    at = at or timezone.now()
    link = links.find(token, PURPOSE)
    row = question_of(link) if link is not None else None
    if link is None or row is None:
        raise Refusal(links.UNKNOWN, "unknown")
    verdict = is_answerable(row, timezone.localdate(at))
    if not verdict:
        raise Refusal(verdict.reason, "closed")
    _check_link(row, link, by=by, at=at)
    return link, row


@transaction.atomic
def ask_anew(*, link: SignedLink, at: datetime | None = None) -> None:
    """Send a fresh link to the address of one that has run out, once a day; silent when that is not open to it."""
    at = at or timezone.now()
    found = question_of(link)
    if found is None or not has_run_out(link, at=at):
        return
    _cluster, row = _locked(found)
    user, day = link.user, timezone.localdate(at)
    if row.answered_at is not None or not is_answerable(row, day) or not _is_theirs(link):
        return
    if user is not None and user.member is not None:
        follow_up_mails.ask(row, user.member, at=at, key=f"follow-up:{row.pk}:anew:{user.pk}:{day.isoformat()}")


def has_run_out(link: SignedLink, *, at: datetime) -> bool:
    """Tell whether a link ended by its time alone: only then its holder may ask for a fresh one."""
    return link.state == LinkState.EXPIRED or (link.state == LinkState.OPEN and not link.is_open_at(at))


def _locked(follow_up: FollowUp) -> tuple[Cluster, FollowUp]:
    """Return the cluster, its row locked until the transaction ends, and the follow-up as it is now.

    Raises:
        Refusal: it is gone.
    """
    row = FollowUp.objects.filter(pk=follow_up.pk).values_list("cluster_id", flat=True).first()
    cluster = Cluster.objects.select_for_update().filter(pk=row).first() if row is not None else None
    if cluster is None:
        raise Refusal(_("This follow-up is not there any more."), "state")
    fresh = FollowUp.objects.select_related("asked__user").get(pk=follow_up.pk)
    fresh.cluster = cluster
    return cluster, fresh


def _check_who(row: FollowUp, *, by: User | None, link: SignedLink | None, at: datetime) -> None:
    """Refuse who neither may answer nor holds a link that acts."""
    verdict = can_answer(by, row) if link is None else is_answerable(row, timezone.localdate(at))
    if not verdict:
        raise Refusal.of(verdict)
    if link is not None:
        _check_link(row, SignedLink.objects.select_related("user").get(pk=link.pk), by=by, at=at)


def _check_link(row: FollowUp, link: SignedLink, *, by: User | None, at: datetime) -> None:
    """Refuse a link that does not act; one that was used up by the answer still corrects it.

    Raises:
        Refusal: somebody else is signed in, it was revoked or has run out, or the account is closed.
    """
    if by is not None and by.pk != link.user_id:
        raise Refusal(links.WRONG_ACCOUNT, "wrong_account")
    if link.subject_id != row.pk or link.purpose != PURPOSE or not _is_theirs(link):
        raise Refusal(links.CLOSED[LinkState.REVOKED], "closed")
    if row.answered_at is not None:
        if link.state == LinkState.USED:
            return
        raise Refusal(_("This was answered meanwhile. Nothing is left to do here."), "closed")
    links.refuse_closed(link, at)


def _is_theirs(link: SignedLink) -> bool:
    """Tell whether the account that the link was sent to is open and still has that address."""
    user = link.user
    return user is not None and user.is_active and fold_key(user.email) == link.address_key


def _write(row: FollowUp, given: dict[str, str], *, by: User | None, at: datetime) -> None:
    """Write the answer as it stands now; the day of the first answer stays.

    Raises:
        Refusal: it is none of the answers, or a sentence is missing beside it.
    """
    problem = note_problem(given["answer"], given["note"])
    if given["answer"] not in FollowUpAnswer.values:
        problem = _("Choose what became of it.")
    if problem:
        raise Refusal(problem, "reason")
    for name, value in given.items():
        setattr(row, name, value)
    row.answered_at = row.answered_at or at
    row.answered_by, row.is_by_link = by, by is None
    check_fields(row, leave_out=_KEYS)
    row.version += 1
    row.save(update_fields=[*given, "answered_at", "answered_by", "is_by_link", "version"])


def _record(
    cluster: Cluster, row: FollowUp, before: dict[str, str], *, link: SignedLink | None, by: User | None, at: datetime
) -> None:
    """Leave the event; one without an account names to whom the link was sent, by id and role.

    `before` are the words that a correction changes; empty for the first answer.
    """
    verb = "follow_up.corrected" if before else f"follow_up.{row.answer}"
    data: dict[str, Any] = {"why": row.why, "answer": row.answer}
    if by is None and link is not None and link.user is not None and link.user.member is not None:
        data["sent_to"] = link.user.member.pk
        data["sent_as"] = worked_as(link.user, cluster, timezone.localdate(at))
    after = {name: getattr(row, name) for name in _WORDS}
    detail: dict[str, Any] = {"reason": row.note, "evidence_url": row.evidence_url}
    if before:
        detail = {"changes": differences(before, after)}
    record_change(cluster, verb, row, by=by, at=at, data=data, detail=detail)
