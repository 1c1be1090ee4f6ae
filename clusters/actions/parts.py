"""What every action on a part of a cluster begins and ends with: the row locked, one event left.

The cluster's row is the lock of all its parts, so that two changes of one cluster follow each other and the
limits that span parts (order of stages, places, one lead) hold.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db.models import Model, TextField
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from clusters import search
from clusters.choices import Capacity
from clusters.models import Cluster, DraftWriter, Participation
from clusters.permissions import capacities
from community import events
from community.lifecycle import GONE, Entered
from community.models import Event, User
from community.permissions import Refusal, Verdict

logger = logging.getLogger(__name__)

Predicate = Callable[[User | AnonymousUser | None, Cluster], Verdict]

#: In which capacity somebody with several is written down as having worked on a part.
_WORKED_AS = (
    Capacity.LEAD,
    Capacity.DEPUTY,
    Capacity.COORDINATOR,
    Capacity.MISSION_COORDINATOR,
    Capacity.STAND_IN,
    Capacity.PROPOSER,
    Capacity.PARTICIPANT,
    Capacity.MEMBER,
    Capacity.EXTERNAL,
)


def locked_cluster(cluster_id: int, *, by: User, may: Predicate) -> Cluster:
    """Return the cluster, its row locked until the transaction ends, for a person who `may` work on it.

    Raises:
        Refusal: the cluster is gone, or the predicate refuses; its sentence is the predicate's.
    """
    cluster = Cluster.objects.select_for_update().filter(pk=cluster_id).first()
    if cluster is None:
        raise Refusal(GONE, "state")
    verdict = may(by, cluster)
    if not verdict:
        raise Refusal.of(verdict)
    return cluster


def record_change(
    cluster: Cluster,
    verb: str,
    part: Model,
    *,
    by: User | None,
    at: datetime,
    data: Mapping[str, Any] | None = None,
    detail: Mapping[str, Any] | None = None,
    as_: tuple[str, ...] = (),
    entered: Entered | None = None,
) -> Event:
    """Raise the cluster's version, keep its search text and append one event about `part`.

    Args:
        by: who did it; None is the registry, or somebody unknown with a link.
        entered: who enters what `by` did elsewhere.
        as_: capacities to look for first, where the change is done in one of several that the person holds.
    """
    cluster.version += 1
    cluster.save(update_fields=["version", "updated_at"])
    search.index(cluster)
    role = worked_as(by, cluster, timezone.localdate(at), first=as_)
    signed: dict[str, Any] = {"by": by, "at": at, "role": role, "data": data}
    if entered is not None:
        signed = entered.signed(by, role, timezone.localdate(at))
        signed["data"] = {**(data or {}), **signed["data"]}
    return events.record(verb=verb, subject=part, detail=detail or None, **signed)


def record_part(
    cluster: Cluster,
    verb: str,
    row: Participation,
    *,
    by: User | None,
    at: datetime,
    as_: tuple[str, ...] = (),
    **detail: Any,
) -> Event:
    """Leave the event `participation.<verb>`: ids in the clear, words in the detail, names nowhere.

    `message` is for those who work on the cluster; public history never shows it, unlike a `reason`.
    """
    words = {name: value for name, value in detail.items() if value}
    if row.organisation is not None:
        words["title"] = row.organisation.name
    return record_change(
        cluster,
        f"participation.{verb}",
        row,
        by=by,
        at=at,
        data={"organisation": row.organisation_id, "member": row.member_id, "role": row.role},
        detail=words,
        as_=as_,
    )


def worked_as(user: User | None, cluster: Cluster, on: date, *, first: tuple[str, ...] = ()) -> str:
    """Return the code of the capacity in which somebody is written down, those in `first` before all; "" if none."""
    held = capacities(user or AnonymousUser(), cluster, on)
    return next((str(code) for code in (*first, *_WORKED_AS) if code in held), "")


def note_writer(cluster: Cluster, *members: int | None) -> None:
    """Keep who had a hand in a cluster or led it, once a person, where no event says it (four eyes).

    Args:
        members: their keys; None, where nobody led, is left out.
    """
    rows = [DraftWriter(cluster=cluster, member_id=pk) for pk in dict.fromkeys(members) if pk is not None]
    DraftWriter.objects.bulk_create(rows, ignore_conflicts=True)


def differences(was: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return `{field: {"was": …, "now": …}}` for the fields that differ; what is missing on a side is None."""
    names = dict.fromkeys([*now, *was])
    return {name: {"was": was.get(name), "now": now.get(name)} for name in names if was.get(name) != now.get(name)}


def check_fields(part: Model, *, leave_out: tuple[str, ...]) -> None:
    """Run the validators of the columns, for callers without a form; `leave_out` names foreign keys.

    The length of a text column is checked too, which Django leaves to forms.

    Raises:
        Refusal: the first sentence of what is wrong.
    """
    try:
        part.clean_fields(exclude=leave_out)
        for column in part._meta.concrete_fields:
            if isinstance(column, TextField) and column.max_length:
                MaxLengthValidator(column.max_length)(getattr(part, column.attname) or "")
    except ValidationError as error:
        raise Refusal(error.messages[0]) from error


def known_only(values: Mapping[str, Any], fields: tuple[str, ...]) -> dict[str, Any]:
    """Return `values` when it holds nothing but `fields`.

    Raises:
        TypeError: it names another field: an error of the program, never of a person.
    """
    unknown = sorted(set(values) - set(fields))
    if unknown:
        raise TypeError(f"not among the fields of this action: {', '.join(unknown)}")
    return dict(values)


def stale(
    part: Model,
    what: str,
    *,
    by: User,
    at: datetime,
    last: Event | None = None,
    saved: tuple[User | None, datetime] | None = None,
) -> Refusal:
    """Return the refusal of an edit that was begun on an older version: who saved `what`, and when.

    The person who reads it works on the cluster, so the name may stand there.

    Args:
        last: the event that changed the part, where it stands in the history of another one.
        saved: who saved it and when, of a part that leaves no event.
    """
    if saved is not None:
        who, moment = _who_and_when(*saved, by=by, at=at)
    else:
        last = last or Event.objects.about(part).select_related("by__member").first()
        who, moment = who_and_when(last, by=by, at=at)
    sentence = _(
        "%(who)s saved %(what)s %(moment)s while you were writing. Your text is still here: compare, then save again."
    )
    return Refusal(sentence % {"who": who, "what": what, "moment": moment}, "stale")


def overtaken(*, theirs: object, yours: object, last: Event | None, by: User, at: datetime) -> Refusal:
    """Return the refusal of a choice that somebody else made otherwise since the page was shown, with both values."""
    who, moment = who_and_when(last, by=by, at=at)
    sentence = _(
        "%(who)s chose “%(theirs)s” %(moment)s while you were choosing “%(yours)s”. "
        "Nothing was changed: compare, then save again."
    )
    return Refusal(sentence % {"who": who, "moment": moment, "theirs": theirs, "yours": yours}, "stale")


def who_and_when(event: Event | None, *, by: User, at: datetime) -> tuple[str, str]:
    """Return who was faster and when, as words of a sentence: ("Giorgos Lagos", "at 14:31")."""
    return _who_and_when(event.by, event.at, by=by, at=at) if event else (_("Somebody"), _("just now"))


def _who_and_when(saver: User | None, saved_at: datetime, *, by: User, at: datetime) -> tuple[str, str]:
    """Return the same of who saved it at a moment; None is the registry."""
    local = timezone.localtime(saved_at)
    if local.date() == timezone.localdate(at):
        moment = _("at %(clock)s") % {"clock": date_format(local, "H:i")}
    else:
        moment = _("on %(day)s at %(clock)s") % {"day": date_format(local, "j F Y"), "clock": date_format(local, "H:i")}
    if saver is None:
        return _("The registry"), moment
    if saver.pk == by.pk:
        return _("You yourself (in another window)"), moment
    return saver.get_full_name(), moment


def each_alone(rows: Iterable[Any], do: Callable[[Any], bool], *, what: str) -> int:
    """Do something to each row for the clock; return to how many it was done.

    What nobody expected at one row is logged and stops none of the others; the next run tries it again. `do` is a
    transaction of its own.
    """
    done = 0
    for row in rows:
        try:
            done += do(row)
        except Exception:
            logger.exception("%s failed", what)
    return done
