"""Telling people that somebody else entered them: Art. 14 of the GDPR, within `NOTICE_DAYS`."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community import notifications
from community.actions.invitation import PURPOSE
from community.choices import MessageState
from community.events import record
from community.models import Event, Member, Message, User
from community.permissions import Refusal
from community.person_mails import ENTERED
from community.visibility import is_administrator

#: The notice leaves so long before the days are over, so that a scheduler that stands still for a while keeps them.
AHEAD: Final = timedelta(days=1)
#: So many in one run; the next one goes on.
MOST: Final = 500
#: A mail in these states tells: it left, or it will.
TELLS: Final = (MessageState.QUEUED, MessageState.SENT)
ADMINISTRATORS_ONLY: Final = _("Only an administrator says that somebody was told.")
NO_WAY: Final = _("Say how you told them, for example by telephone.")
_INVITED: Final = f"community/{PURPOSE}"


def to_be_told() -> QuerySet[Member]:
    """Return who was entered by somebody else and gets no mail that says so: neither an invitation nor a notice.

    A mail that was given up, or taken back, told nobody. Whom an administrator told otherwise is told.
    """
    entries = Event.objects.filter(kind="member", verb="add_member", subject_id=OuterRef("pk"))
    by_others = entries.exclude(by=None).exclude(by__member=OuterRef("pk"))
    noticed, invited = (mails.filter(state__in=TELLS) for mails in _mails())
    otherwise = Event.objects.filter(kind="member", verb="tell_otherwise", subject_id=OuterRef("pk"))
    rows = Member.objects.filter(Exists(by_others), erased_at=None, merged_into=None, is_demo=False)
    rows = rows.exclude(Exists(otherwise))
    return rows.exclude(Exists(noticed)).exclude(Exists(invited)).order_by("pk")


def out_of_reach() -> QuerySet[Member]:
    """Return those whom no mail reaches, with the reason as `why`: somebody must tell them otherwise."""
    noticed, invited = (Exists(mails.filter(state=MessageState.FAILED)) for mails in _mails())
    return with_why(to_be_told().filter(Q(user=None) | Q(user__is_active=False) | noticed | invited))


def with_why(rows: QuerySet[Member]) -> QuerySet[Member]:
    """Add why no mail reaches these people, as `why`: no address, a closed account, or a mail that was given up."""
    why = Case(
        When(user=None, then=Value("address")), When(user__is_active=False, then=Value("closed")), default=Value("mail")
    )
    return rows.annotate(why=why)


@transaction.atomic
def tell_otherwise(*, member: Member, how: str, by: User, at: datetime | None = None) -> Member:
    """Keep that an administrator told somebody that they were entered, by telephone for instance; one event.

    *My data* says so to the person, and its export how. A no-op where they were told already.

    Raises:
        Refusal: `by` is no administrator, or it is not said how.
    """
    if not is_administrator(by):
        raise Refusal(ADMINISTRATORS_ONLY, "forbidden")
    if not how.strip():
        raise Refusal(NO_WAY, "reason")
    row = Member.objects.select_for_update(of=("self",), no_key=True).get(pk=member.pk)
    if to_be_told().filter(pk=row.pk).exists():
        record(verb="tell_otherwise", subject=row, by=by, at=at, detail={"how": how.strip()})
    return row


def send_notices(at: datetime) -> int:
    """Mail everybody whose days are nearly over; return how many. Nobody gets it twice.

    One that was given up is sent again by who mends what was in its way, in the list of mails.
    """
    entered = at - (timedelta(days=settings.NOTICE_DAYS) - AHEAD)
    noticed, _invited = _mails()
    due = (
        to_be_told()
        .filter(user__is_active=True, created_at__lte=entered)
        .exclude(Exists(noticed.filter(state=MessageState.FAILED)))
    )
    count = 0
    for member in due.select_related("user")[:MOST]:
        with transaction.atomic():
            count += _tell(member) is not None
    return count


def _mails() -> tuple[QuerySet[Message], QuerySet[Message]]:
    """Return the notices and the invitations of the person of an outer query."""
    noticed = Message.objects.filter(template=ENTERED, kind="member", subject_id=OuterRef("pk"))
    return noticed, Message.objects.filter(template=_INVITED, to=OuterRef("user"))


def _tell(member: Member) -> Message | None:
    """Queue the notice with where the data came from, and when."""
    entry = Event.objects.filter(kind="member", verb="add_member", subject_id=member.pk).order_by(F("pk")).first()
    if entry is None or member.user is None:
        return None
    facts: dict[str, Any] = {
        "source": "import" if entry.data.get("import") else "form",
        "day": timezone.localdate(entry.at).isoformat(),
    }
    taken_back = Message.objects.filter(template=ENTERED, kind="member", subject_id=member.pk).count()
    key = f"notice:member:{member.pk}" + (f":{taken_back}" if taken_back else "")
    return notifications.queue(ENTERED, to=member.user, subject=member, event=entry, key=key, **facts)
