"""History's sentences of who comes into a cluster, is asked, answers and goes."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = str | Promise

#: verb -> (sentence with %(who)s, icon, tone)
PEOPLE_SENTENCES: dict[str, tuple[Words, str, str]] = {
    "participation.interested": (_("%(who)s would join."), "people", ""),
    "participation.requested": (_("%(who)s asked to join."), "people", ""),
    "participation.waiting": (_("%(who)s went on the waiting list."), "people", ""),
    "participation.moved_up": (_("A place was free: who waited first asks to join."), "people", ""),
    "participation.moved_back": (
        _("An answer was taken back, so who had moved up waits again."),
        "undo",
        "",
    ),
    "participation.joined": (_("%(who)s joined."), "people", ""),
    "participation.invited": (_("%(who)s invited somebody to take part."), "mail", ""),
    "participation.accepted": (_("%(who)s accepted a request to join."), "people", ""),
    "participation.declined": (_("%(who)s declined a request or an invitation to join."), "people", ""),
    "participation.left": (_("%(who)s left the cluster."), "people", ""),
    "participation.ended": (_("%(who)s ended somebody's participation."), "people", ""),
    "participation.invitation_taken_back": (_("%(who)s took an invitation back."), "undo", ""),
    "participation.taken_back": (_("%(who)s took interest or request back."), "undo", ""),
    "participation.invitation_declined": (_("%(who)s declined an invitation."), "people", ""),
    "participation.role_changed": (_("%(who)s gave somebody another role."), "people", ""),
    "participation.wanted": (_("%(who)s listed an organisation as wanted: %(title)s"), "people", ""),
    "participation.not_wanted": (_("%(who)s took an organisation off the list: %(title)s"), "people", ""),
    "participation.deputy_named": (_("%(who)s named a deputy lead."), "people", ""),
    "participation.answer_taken_back": (_("%(who)s took the answer to a request back."), "undo", ""),
    "participation.places_set": (_("%(who)s said anew who may join, or how many."), "people", ""),
    "participation.access_given": (_("%(who)s changed what somebody may do in the room."), "people", ""),
    "participation.became_member": (_("An external partner became a member."), "people", ""),
    "invitation.sent": (_("%(who)s invited people by their address."), "mail", ""),
    "invitation.reminded": (_("%(who)s reminded somebody of an invitation."), "mail", ""),
    "invitation.taken_back": (_("%(who)s took an invitation back."), "undo", ""),
    "invitation.declined": (_("Somebody who was invited by address declined."), "people", ""),
}
