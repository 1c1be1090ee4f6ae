"""Who may write to whom through a form, and how often: addresses are shown to nobody."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from community import kinds
from community.models import Event, Member, User
from community.permissions import ALLOWED, Verdict, refused
from community.rights import MEMBERS_ONLY, Viewer
from community.visibility import is_cop, member_of

#: The events of a mail to the contact of a solution, and to a member.
TO_CONTACT, TO_MEMBER = "write_to_contact", "write_to_member"
#: Mails that one person may write within a day: about one solution or to one member, and in all.
MOST_TO_ONE: Final = 2
MOST_A_DAY: Final = 10


def can_write_to_member(user: Viewer, member: Member) -> Verdict:
    """Any other member of the community writes to somebody whose account is open."""
    if not is_cop(user):
        return refused(MEMBERS_ONLY, "forbidden")
    if (me := member_of(user)) is not None and me.pk == member.pk:
        return refused(_("This is you."), "state")
    if member.user is None or not member.user.is_active:
        return refused(_("This person has no account at present, so no mail would arrive."), "state")
    return ALLOWED


def within_limits(user: User, subject: Model, at: datetime) -> Verdict:
    """Tell whether a person may write once more: so many mails within 24 hours about one subject, and in all."""
    written = Event.objects.of_verbs([TO_CONTACT, TO_MEMBER]).filter(by=user, at__gt=at - timedelta(days=1))
    known = list(written.values_list("kind", "subject_id"))
    if known.count((kinds.of(subject).code, subject.pk)) >= MOST_TO_ONE:
        return refused(
            _("You wrote to this contact %(most)d times within a day. Wait for the answer.") % {"most": MOST_TO_ONE}
        )
    if len(known) >= MOST_A_DAY:
        return refused(
            _("You wrote to %(most)d contacts within a day. Write to others tomorrow.") % {"most": MOST_A_DAY}
        )
    return ALLOWED
