"""Who keeps the liaisons of a working group, or of what upper apps register."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community import contributions, kinds
from community.models import Appointment, Liaison, Member, WorkingGroup
from community.permissions import ALLOWED, Verdict, refused
from community.rights import Viewer
from community.visibility import is_administrator, member_of

NOBODY = _("Liaisons are kept by working groups and clusters.")


def subject_of(liaison: Liaison) -> models.Model:
    """Return the working group or cluster that keeps a liaison.

    Raises:
        ObjectDoesNotExist: it is not there any more.
    """
    if liaison.working_group is not None:
        return liaison.working_group
    return kinds.get(liaison.kind).model_class._default_manager.get(pk=liaison.subject_id)


def can_keep_liaisons(user: Viewer, subject: models.Model) -> Verdict:
    """Tell whether `user` enters, changes and ends the liaisons of `subject`, as its app says."""
    kind = kinds.of(subject).code
    if kind not in contributions.liaison_keepers.codes():
        return refused(NOBODY, "forbidden")
    verdict: Verdict = contributions.liaison_keepers.get(kind).may(user, subject)
    return verdict


def can_keep_of_group(user: Viewer, group: WorkingGroup) -> Verdict:
    """Coordinators of the group and of the mission keep its liaisons; an administrator may, too."""
    me = member_of(user)
    groups = Appointment.objects.groups_of(me.pk, timezone.localdate()) if me is not None else []
    if is_administrator(user) or group.pk in groups or None in groups:
        return ALLOWED
    return refused(_("Only the coordinators of this group keep its liaisons."), "forbidden")


def people_of_group(group: WorkingGroup) -> models.QuerySet[Member]:
    """Return who may be named as keeping contact for a group: its coordinators."""
    return group.coordinators(timezone.localdate())
