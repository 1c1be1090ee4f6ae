"""Appointing coordinators, and ending that without leaving nobody who decides."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community.choices import Standing
from community.events import record
from community.models import Appointment, Member, User, WorkingGroup
from community.permissions import Refusal
from community.visibility import is_administrator

ADMINISTRATORS_ONLY = _("Only an administrator appoints coordinators.")
LAST_COORDINATOR = _("Nobody would be left who decides on proposals. Appoint somebody else first.")


@transaction.atomic
def appoint(
    *, member: Member, working_group: WorkingGroup | None, from_on: date, by: User, until_on: date | None = None
) -> Appointment:
    """Let a member coordinate a group, or the whole mission where it is None; one event.

    Raises:
        Refusal: `by` is no administrator, or the person is no CoP member with an active account.
        ValidationError: the member coordinates that already, or the last day lies before the first.
    """
    if not is_administrator(by):
        raise Refusal(ADMINISTRATORS_ONLY, "forbidden")
    # Not the key: the row of the appointment refers to it. Who leaves the community at once is waited for.
    member = Member.objects.select_for_update(of=("self",), no_key=True).select_related("user").get(pk=member.pk)
    refuse_unfit(member)
    row = Appointment(member=member, working_group=working_group, from_on=from_on, until_on=until_on)
    row.full_clean()
    row.save(force_insert=True)
    data = {"member": member.pk, "group": working_group.pk if working_group else None, "from": from_on}
    record(verb="appoint", subject=row, by=by, data=data)
    return row


def refuse_unfit(member: Member) -> None:
    """Refuse somebody who may not coordinate: to appoint them, and to let an appointment that ended live again.

    Raises:
        Refusal: the person is no CoP member with an active account.
    """
    if member.standing != Standing.MEMBER or member.user is None or not member.user.is_active:
        raise Refusal(_("A coordinator is a member of the community with an account."))


@transaction.atomic
def end_appointment(*, appointment: Appointment, last_on: date, by: User, at: datetime | None = None) -> Appointment:
    """Let an appointment end with the day `last_on`; one event. A no-op when it ends earlier already.

    All appointments that reach beyond that day are locked, so that two at once cannot end the last two.

    Raises:
        Refusal: `by` is no administrator, or nobody would be left who decides.
        ValidationError: the day lies before the first one.
    """
    if not is_administrator(by):
        raise Refusal(ADMINISTRATORS_ONLY, "forbidden")
    locked = _lock_deciders(last_on + timedelta(days=1))
    row = locked.get(appointment.pk) or Appointment.objects.select_for_update(of=("self",)).get(pk=appointment.pk)
    if row.until_on is not None and row.until_on <= last_on:
        return row
    if row.pk in locked and len(locked) == 1:
        raise Refusal(LAST_COORDINATOR)
    row.until_on = last_on
    row.full_clean()
    row.save(update_fields=["until_on"])
    record(verb="end_appointment", subject=row, by=by, at=at or timezone.now(), data={"until": last_on})
    return row


def end_appointments_of(member: Member, *, by: User, at: datetime) -> int:
    """Let all appointments of somebody who leaves the community end today; one event each. Return how many.

    One that has not begun ends with its first day. The caller's transaction holds the person's row.

    Raises:
        Refusal: nobody would be left who decides.
    """
    today = timezone.localdate(at)
    if member.user is not None:
        refuse_without_coordinators(leaving=member.user, on=today)
    rows = list(Appointment.objects.select_for_update(of=("self",)).for_member(member).outlasting(today).order_by("pk"))
    for row in rows:
        row.until_on = max(today, row.from_on)
        row.save(update_fields=["until_on"])
        record(verb="end_appointment", subject=row, by=by, at=at, data={"until": row.until_on})
    return len(rows)


@transaction.atomic
def resume_appointment(*, appointment: Appointment, by: User, at: datetime | None = None) -> Appointment:
    """Take the end of an appointment back, so that it goes on without a last day; one event. A no-op without an end.

    Raises:
        Refusal: `by` is no administrator, or the person is no CoP member with an active account.
        ValidationError: the member coordinates that by another appointment by now.
    """
    if not is_administrator(by):
        raise Refusal(ADMINISTRATORS_ONLY, "forbidden")
    row = Appointment.objects.select_for_update(of=("self",)).select_related("member__user").get(pk=appointment.pk)
    if row.until_on is None:
        return row
    refuse_unfit(row.member)
    before, row.until_on = row.until_on, None
    row.full_clean()
    row.save(update_fields=["until_on"])
    record(verb="resume_appointment", subject=row, by=by, at=at or timezone.now(), data={"ended": before})
    return row


def refuse_without_coordinators(*, leaving: User, on: date) -> None:
    """Refuse when nobody but `leaving` could decide on the day `on` or the next one; locks who can.

    The next one too, because an appointment that was ended counts until the evening.

    Raises:
        Refusal: the account is the last one that decides.
    """
    for day in (on, on + timedelta(days=1)):
        locked = _lock_deciders(day)
        held = [row for row in locked.values() if row.member.user_id == leaving.pk]
        if held and len(held) == len(locked):
            raise Refusal(LAST_COORDINATOR)


def lock_deciders_with(user: User, on: date) -> None:
    """Lock the appointments of all who decide on a day or later, where this account is one of theirs."""
    if Appointment.objects.outlasting(on - timedelta(days=1)).filter(member__user=user).exists():
        _lock_deciders(on)


def _lock_deciders(on: date) -> dict[int, Appointment]:
    """Return the appointments of those who may decide and that hold on the day `on`; locked with all later ones.

    They are read once more under the locks: whoever was waited for may have ended one, or an account or a membership.
    """
    rows = Appointment.objects.filter(member__user__is_active=True, member__standing=Standing.MEMBER)
    list(rows.outlasting(on - timedelta(days=1)).select_for_update(of=("self",)).order_by("pk").values_list("pk"))
    return {row.pk: row for row in rows.current(on).select_related("member").order_by("pk")}
